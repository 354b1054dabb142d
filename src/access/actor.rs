//! The actor of a request: the person or API key that sent it.

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::set::Grants;

/// The actor of a request: the person or API key that sent it. One statement loads it; of an access token, only the id
/// in it is trusted.
#[derive(Clone, Debug, Default)]
pub enum Actor {
    /// No one is signed in.
    #[default]
    Anonymous,
    /// A person in a session.
    User(UserActor),
    /// A key of an organisation.
    ApiKey(KeyActor),
}

/// A person in a session.
#[derive(Clone, Debug)]
pub struct UserActor {
    /// The user.
    pub id: Uuid,
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// Whether the user has verified the address.
    pub is_verified: bool,
    /// The session.
    pub session_id: Uuid,
    /// When the user last confirmed their identity, by password or second factor.
    pub confirmed_at: Option<DateTimeUtc>,
    /// The active organisation of the session, as stored. Its use is authorised separately.
    pub active_organisation: Option<Uuid>,
    /// When the access token or the session of the cookie expires.
    pub until: DateTimeUtc,
}

/// A key of an organisation.
#[derive(Clone, Debug)]
pub struct KeyActor {
    /// The key.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The organisation that owns it.
    pub organisation_id: Uuid,
    /// Its scopes: what it holds at that organisation, like a role.
    pub scopes: Grants,
    /// When it expires, if ever.
    pub until: Option<DateTimeUtc>,
}

/// The part of an actor that matters for a decision.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// Nobody: no grants anywhere.
    Nobody,
    /// A user, by membership.
    User(Uuid),
    /// A key, by its scopes.
    Key {
        /// The key.
        id: Uuid,
        /// Its organisation.
        organisation_id: Uuid,
        /// Its scopes.
        scopes: Grants,
    },
}

/// A subject by its id alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectId {
    /// A user.
    User(Uuid),
    /// An API key.
    Key(Uuid),
}

impl Actor {
    /// The user, if the actor is a person.
    pub const fn user_id(&self) -> Option<Uuid> {
        match self {
            Self::User(user) => Some(user.id),
            Self::ApiKey(_) | Self::Anonymous => None,
        }
    }

    /// When its credential expires, if ever.
    pub const fn until(&self) -> Option<DateTimeUtc> {
        match self {
            Self::User(user) => Some(user.until),
            Self::ApiKey(key) => key.until,
            Self::Anonymous => None,
        }
    }

    /// The name of the person or the key; empty if nobody is signed in.
    pub fn name(&self) -> &str {
        match self {
            Self::User(user) => &user.name,
            Self::ApiKey(key) => &key.name,
            Self::Anonymous => "",
        }
    }

    /// The subject whose grants decide.
    pub const fn subject(&self) -> Subject {
        match self {
            Self::Anonymous => Subject::Nobody,
            Self::User(user) => Subject::User(user.id),
            Self::ApiKey(key) => Subject::Key { id: key.id, organisation_id: key.organisation_id, scopes: key.scopes },
        }
    }
}
