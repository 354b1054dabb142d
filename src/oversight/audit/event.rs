//! An event before it is written: what was done, where, and who did it.

use entity::audit_event::{ActorKind, Outcome};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::access::{Actor, Permission};
use crate::base::id::{self, PublicId};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doer {
    /// The kind of the actor.
    pub kind: ActorKind,
    /// The user or key.
    pub id: Option<Uuid>,
    /// Its name at that time.
    pub name: Option<String>,
}

impl Doer {
    /// A user, signed in or not.
    pub fn user(id: Uuid, name: &str) -> Self {
        Self { kind: ActorKind::User, id: Some(id), name: Some(name.to_owned()) }
    }

    /// The person who opened a link from a mail: the viewer if signed in, otherwise an unknown person.
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

    /// The viewer.
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
    /// The organisation affected by the act. The event is in its log.
    pub organisation: Uuid,
    /// The permission that the act needed there; `None` for acts on the actor's own data.
    pub permission: Option<Permission>,
    /// The partnership through which the actor acted, if the other side did it.
    pub through: Option<Uuid>,
    /// Whether staff of the operator did it by its implicit partnership, at an organisation that is not looked up yet.
    pub by_staff: bool,
    /// The actor, if it is not the viewer.
    pub by: Option<Doer>,
    /// Public id of the affected object.
    pub object: Option<PublicId>,
    /// The user whom the event is about, if that is not the actor.
    pub person: Option<Uuid>,
    /// The object before the act, without secrets.
    pub before: Json,
    /// The object after the act, without secrets.
    pub after: Json,
    /// Whether the act was done or refused.
    pub outcome: Outcome,
}

impl Event {
    /// An act that succeeded.
    pub fn done(action: &str, organisation: Uuid, permission: Option<Permission>) -> Self {
        Self {
            action: action.to_owned(),
            organisation,
            permission,
            through: None,
            by_staff: false,
            by: None,
            object: None,
            person: None,
            before: Json::Null,
            after: Json::Null,
            outcome: Outcome::Done,
        }
    }

    /// Done by the other side of a partnership.
    #[must_use]
    pub const fn through(mut self, partnership: Uuid) -> Self {
        self.through = Some(partnership);
        self
    }

    /// Done by staff of the operator at an organisation that they have just created.
    #[must_use]
    pub const fn by_staff(mut self) -> Self {
        self.by_staff = true;
        self
    }

    /// Done by somebody other than the viewer, for example by a user who has just signed up.
    #[must_use]
    pub fn by(mut self, doer: Doer) -> Self {
        self.by = Some(doer);
        self
    }

    /// The affected object, by its public id. An organisation is named by its own id, whichever id the input gave.
    #[must_use]
    pub fn to(mut self, object: PublicId) -> Self {
        self.object = Some(id::of_subject(object));
        self
    }

    /// About this user, so that erasing the user removes the details of the event.
    #[must_use]
    pub const fn about(mut self, user: Uuid) -> Self {
        self.person = Some(user);
        self
    }

    /// The object before and after the act.
    #[must_use]
    pub fn changing(mut self, before: Json, after: Json) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// The act was refused.
    #[must_use]
    pub const fn refused(mut self) -> Self {
        self.outcome = Outcome::Refused;
        self
    }
}
