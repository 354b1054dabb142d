//! Who asks.

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::set::Grants;

/// Who asks. Found out once per request, in one statement; never taken from a token beyond its identity.
#[derive(Clone, Debug, Default)]
pub enum Actor {
    /// Nobody in particular.
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
    /// Whether the user has proved to own the address.
    pub is_verified: bool,
    /// The session.
    pub session_id: Uuid,
    /// When the user last proved to be there, by password or second factor.
    pub confirmed_at: Option<DateTimeUtc>,
    /// Organisation that the session works in, as stored; the right to it is judged when it is used.
    pub active_organisation: Option<Uuid>,
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
}

/// Whose grants are resolved: what matters of an actor for a decision.
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

impl Actor {
    /// The person, if it is one.
    pub const fn user_id(&self) -> Option<Uuid> {
        match self {
            Self::User(user) => Some(user.id),
            Self::ApiKey(_) | Self::Anonymous => None,
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

    /// Whose grants decide.
    pub const fn subject(&self) -> Subject {
        match self {
            Self::Anonymous => Subject::Nobody,
            Self::User(user) => Subject::User(user.id),
            Self::ApiKey(key) => Subject::Key { id: key.id, organisation_id: key.organisation_id, scopes: key.scopes },
        }
    }
}
