//! Ending all sessions on other devices.

use macros::{mutation, payload};

use super::store::{self, EndedBecause};
use crate::base::error::Result;
use crate::graphql::act::Act;

/// How many sessions have ended.
#[payload]
pub struct RevokeOtherSessionsPayload {
    /// Number of sessions that have ended, with all their tokens.
    pub count: u64,
}

/// Ends all your sessions except the one of this request, at once.
#[mutation]
#[authenticated]
async fn revoke_other_sessions(act: Act<'_>) -> Result<RevokeOtherSessionsPayload> {
    let person = act.request.require_person()?;
    let kept = Some(person.session_id);
    let because = EndedBecause::Revoked;
    let count = act
        .request
        .transaction(async |work| Ok(store::end_all(work.tx, person.id, kept, because, work.now).await?))
        .await?;
    tracing::info!(user = %person.id, count, "other sessions revoked");
    Ok(RevokeOtherSessionsPayload { count, ..Default::default() })
}
