//! What a stream is about: which events, and who may read them.

use std::collections::HashSet;

use uuid::Uuid;

use crate::access::{Actor, Decision, Permission};
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::graphql::request::Request;
use crate::live::event::{EventKind, Happened, store};

/// How many events a stream that catches up reads at a time.
const SOME: u64 = 200;

/// Whose events they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interest {
    /// Those of one organisation.
    Organisation(Uuid),
    /// Those of all organisations below a reseller.
    Clients(Uuid),
    /// Those that concern a user.
    User(Uuid),
}

/// What a stream is about.
#[derive(Clone, Debug)]
pub struct Source {
    /// Whose events.
    pub interest: Interest,
    /// Only these types. `None`: all that the viewer may read.
    pub kinds: Option<HashSet<EventKind>>,
    /// The position behind which it begins. `None`: with what happens from now on.
    pub after: Option<i64>,
}

impl Source {
    /// Refuses viewers who may not have the stream, now.
    pub async fn check(&self, request: &Request) -> Result<()> {
        match self.interest {
            Interest::Organisation(id) => {
                let at = request.access.look(id).await?.ok_or(Error::NotFound)?;
                at.require(Permission::OrganisationRead)?;
                for kind in self.kinds.iter().flatten() {
                    at.require(kind.permission().ok_or_else(|| for_viewers(*kind))?)?;
                }
                Ok(())
            }
            Interest::Clients(id) => {
                let at = request.access.look(id).await?.ok_or(Error::NotFound)?;
                at.require(Permission::ClientRead)?;
                match self.kinds.iter().flatten().find(|kind| kind.permission().is_none()) {
                    Some(kind) => Err(for_viewers(*kind)),
                    None => Ok(()),
                }
            }
            Interest::User(id) => match request.actor() {
                Actor::User(user) if user.id == id => Ok(()),
                _ => Err(Error::sign_in()),
            },
        }
    }

    /// The type of the event, if it belongs to the stream and the viewer may read it, now.
    pub async fn admits(&self, request: &Request, event: &Happened) -> Result<Option<EventKind>> {
        let Some(kind) = event.kind else { return Ok(None) };
        let event = &event.row;
        if self.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&kind)) {
            return Ok(None);
        }
        if let Interest::User(user) = self.interest {
            return Ok((event.user_id == Some(user)).then_some(kind));
        }
        let (Some(organisation), Some(permission)) = (event.organisation_id, kind.permission()) else {
            return Ok(None);
        };
        let Some(at) = request.access.look(organisation).await? else { return Ok(None) };
        let belongs = match self.interest {
            Interest::Organisation(id) => id == organisation,
            Interest::Clients(id) => is_below(request, &at, id),
            Interest::User(_) => false,
        };
        Ok((belongs && at.grants.has(permission)).then_some(kind))
    }

    /// Some of the events behind a position that may belong to the stream, in their order; none if there are no more.
    pub async fn behind(&self, db: &Db, position: i64) -> Result<Vec<Happened>> {
        match self.interest {
            Interest::Organisation(id) => store::after_at(db, id, position, SOME).await,
            Interest::User(id) => store::after_about(db, id, position, SOME).await,
            Interest::Clients(_) => store::after(db, position, SOME).await,
        }
    }
}

/// Whether the organisation is below the reseller, by partnerships in force. All are below the operator.
fn is_below(request: &Request, at: &Decision, reseller: Uuid) -> bool {
    let now = request.now();
    at.id() != reseller
        && (request.access.operator() == Some(reseller)
            || at.partnerships_above(now).iter().any(|(_, above)| *above == reseller))
}

fn for_viewers(kind: EventKind) -> Error {
    Error::InvalidInput(format!("{} concerns one user alone. Subscribe to it with viewerEvents.", kind.stored()))
}

/// The position of the event with this id, behind which a stream goes on.
pub async fn position(request: &Request, interest: Interest, id: Uuid) -> Result<i64> {
    let unknown = || {
        let message = "after names no event of this stream, or one that is too old. Read what you keep again, and then \
                       subscribe without after.";
        Error::InvalidInput(message.to_owned())
    };
    let event = store::find(request.db(), id).await?.ok_or_else(unknown)?;
    let is_of_stream = match interest {
        Interest::Organisation(organisation) => event.organisation_id == Some(organisation),
        Interest::User(user) => event.user_id == Some(user),
        // A client may have left since.
        Interest::Clients(_) => event.organisation_id.is_some(),
    };
    if is_of_stream { Ok(event.position) } else { Err(unknown()) }
}
