//! A person as others see them, and a password as an input.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{ID, InputType, InputValueError, InputValueResult, Value};
use macros::guarded;
use uuid::Uuid;

use super::password::Password;
use crate::base::id;

/// A person. Shows only the name. The address is on the membership and on the viewer.
#[derive(Clone, Debug)]
pub struct User {
    /// Its key in the database.
    pub id: Uuid,
    /// The name that others see.
    pub name: String,
}

/// A person. Shows only the name. The address is on the membership and on the viewer.
#[guarded]
impl User {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::User.id(self.id)
    }

    /// The name.
    #[public]
    fn name(&self) -> &str {
        &self.name
    }
}

/// Clients send a string.
impl InputType for Password {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        <String as InputType>::parse(value).map(Self::from).map_err(InputValueError::propagate)
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
