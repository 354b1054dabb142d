//! Logging out.

use macros::{mutation, payload};

use super::store::{self, EndedBecause};
use crate::base::error::Result;
use crate::graphql::act::Act;

/// Whether the session has ended.
#[payload]
pub struct LogOutPayload {
    /// True if the session has ended, with all its tokens.
    pub ended: bool,
}

/// Ends the session of this request, with all its tokens, at once.
#[mutation]
#[authenticated]
async fn log_out(act: Act<'_>) -> Result<LogOutPayload> {
    let session = act.request.require_person()?.session_id;
    act.request
        .transaction(async |work| {
            store::end_session(work.tx, session, EndedBecause::LoggedOut, work.now).await?;
            Ok(())
        })
        .await?;
    Ok(LogOutPayload { ended: true, ..Default::default() })
}
