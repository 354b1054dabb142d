//! What was done and by whom, as an event keeps it.

use async_graphql::ID;
use entity::audit_event::{ActorKind, Outcome};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::access::{Actor, Permission};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doer {
    /// What sort of actor.
    pub kind: ActorKind,
    /// The user or key.
    pub id: Option<Uuid>,
    /// Its name at the time.
    pub name: Option<String>,
}

impl Doer {
    /// A person, who need not have been signed in.
    pub fn user(id: Uuid, name: &str) -> Self {
        Self { kind: ActorKind::User, id: Some(id), name: Some(name.to_owned()) }
    }

    /// Who acts by a link from a mail: who asks, or a person of whom no more is known.
    pub fn by_link(actor: &Actor) -> Self {
        match actor {
            Actor::Anonymous => Self { kind: ActorKind::User, id: None, name: None },
            known => Self::of(known),
        }
    }

    /// The server itself, or its command line.
    pub const fn system() -> Self {
        Self { kind: ActorKind::System, id: None, name: None }
    }

    /// Who asks.
    pub fn of(actor: &Actor) -> Self {
        match actor {
            Actor::User(user) => Self::user(user.id, &user.name),
            Actor::ApiKey(key) => Self { kind: ActorKind::ApiKey, id: Some(key.id), name: Some(key.name.clone()) },
            Actor::Anonymous => Self::system(),
        }
    }
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Event {
    /// The mutation, by its name in the schema.
    pub action: String,
    /// In whose log it stands: the organisation that it was done to.
    pub organisation: Uuid,
    /// The permission that it needed there; none for what everybody may do about themselves.
    pub permission: Option<Permission>,
    /// The partnership by which it happened, where another side of it acts by what it is there.
    pub through: Option<Uuid>,
    /// Who did it, if not who asks.
    pub by: Option<Doer>,
    /// What it was done to.
    pub object: Option<ID>,
    /// The user of whom it tells, if another than the actor.
    pub person: Option<Uuid>,
    /// How that was before, without secrets.
    pub before: Json,
    /// How it is now, without secrets.
    pub after: Json,
    /// Whether it was done.
    pub outcome: Outcome,
}

impl Event {
    /// Something that was done.
    pub fn done(action: &str, organisation: Uuid, permission: Option<Permission>) -> Self {
        Self {
            action: action.to_owned(),
            organisation,
            permission,
            through: None,
            by: None,
            object: None,
            person: None,
            before: Json::Null,
            after: Json::Null,
            outcome: Outcome::Done,
        }
    }

    /// By the other side of a partnership.
    #[must_use]
    pub const fn through(mut self, partnership: Uuid) -> Self {
        self.through = Some(partnership);
        self
    }

    /// By somebody else than who asks, for example by who has just signed up.
    #[must_use]
    pub fn by(mut self, doer: Doer) -> Self {
        self.by = Some(doer);
        self
    }

    /// To what.
    #[must_use]
    pub fn to(mut self, object: ID) -> Self {
        self.object = Some(object);
        self
    }

    /// Of whom it tells, so that it can be forgotten with that user.
    #[must_use]
    pub const fn about(mut self, user: Uuid) -> Self {
        self.person = Some(user);
        self
    }

    /// What changed.
    #[must_use]
    pub fn changing(mut self, before: Json, after: Json) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// It was not done.
    #[must_use]
    pub const fn refused(mut self) -> Self {
        self.outcome = Outcome::Refused;
        self
    }
}
