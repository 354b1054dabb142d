//! A person as others see it.

use async_graphql::{ID, Object};
use macros::guarded;
use uuid::Uuid;

use crate::base::id;

/// A person. Shows the name only; the address hangs on a membership, and on the viewer.
#[derive(Clone, Debug)]
pub struct User {
    /// Its key in the database.
    pub id: Uuid,
    /// What others see.
    pub name: String,
}

/// A person. Shows the name only; the address hangs on a membership, and on the viewer.
#[guarded]
#[Object]
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
