//! Somebody who may do something.

use async_graphql::{SimpleObject, Union};

use super::object::AccessPath;
use crate::access::directive;
use crate::people::api_key::ApiKey;
use crate::people::user::User;

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
