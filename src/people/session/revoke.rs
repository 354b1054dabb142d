//! Ending one session, for example on another device.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::Act;

/// The session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// Id of one of your sessions.
    pub session_id: ID,
}

/// Whether the session has ended.
#[payload]
pub struct RevokeSessionPayload {
    /// True if the session has ended, with all its tokens.
    pub revoked: bool,
}

/// Ends one of your sessions at once. A session of another person, or one that has ended, is not found.
#[mutation]
#[authenticated]
async fn revoke_session(act: Act<'_>, input: RevokeSessionInput) -> Result<RevokeSessionPayload> {
    let person = act.request.require_person()?;
    let id = Type::Session.parse(&input.session_id)?;
    let ended =
        act.request.transaction(async |work| Ok(store::end_own(work.tx, id, person.id, work.now).await?)).await?;
    if !ended {
        return Err(Error::NotFound);
    }
    tracing::info!(user = %person.id, session = %id, "session revoked");
    Ok(RevokeSessionPayload { revoked: true, ..Default::default() })
}
