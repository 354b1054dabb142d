//! Somebody who may do something.

use async_graphql::{ID, Object, SimpleObject, Union};
use macros::guarded;
use uuid::Uuid;

use super::object::AccessPath;
use crate::access::directive;
use crate::id;
use crate::user::User;

/// Somebody, or a key, that may do what was asked about, with the paths by which.
#[derive(Clone, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct Accessor {
    /// Who; null for an API key that the viewer may not see, which needs `api_key:read` where the key belongs.
    pub actor: Option<AccessorActor>,
    /// By which paths.
    pub paths: Vec<AccessPath>,
}

/// A person or a key.
#[derive(Clone, Union)]
pub enum AccessorActor {
    /// A person.
    User(User),
    /// A key of an organisation.
    ApiKey(ApiKey),
}

/// A key that acts for an organisation. Its secret is shown once, when it is made.
#[derive(Clone)]
pub struct ApiKey {
    /// Its key in the database.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
}

/// A key that acts for an organisation. Its secret is shown once, when it is made.
#[guarded]
#[Object]
impl ApiKey {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::ApiKey.id(self.id)
    }

    /// What it is for.
    #[public]
    fn name(&self) -> &str {
        &self.name
    }
}
