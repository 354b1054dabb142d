//! What happens to the subscriptions of an organisation that is closed.

use serde_json::Value as Json;
use uuid::Uuid;

use super::acting::{Found, write};
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::text;
use crate::graphql::request::Work;
use crate::oversight::audit::Event;
use entity::subscription::State;

/// The most products that the error names.
const NAMED: usize = 5;

/// Cancels all subscriptions of an organisation that the caller has locked. Each runs until the end of its commitment.
pub async fn cancel_all(work: &Work<'_>, organisation: Uuid, event: &Event) -> Result<()> {
    for id in store::list_open(work.tx, organisation).await? {
        let found = Found::load(work, id).await?;
        if found.row.state != State::Cancelled {
            let outcome = found.standing(work).cancel()?;
            let event = Event { before: Json::Null, after: Json::Null, ..event.clone() };
            write(work, &found, &outcome, event).await?;
        }
    }
    Ok(())
}

/// Refuses to close an organisation that has subscriptions.
pub async fn require_none(work: &Work<'_>, organisation: Uuid) -> Result<()> {
    let names = store::list_running(work.tx, organisation, NAMED as u64 + 1).await?;
    if names.is_empty() {
        return Ok(());
    }
    let message = format!(
        "It has subscriptions: {}. Cancel them first, or give endSubscriptions: true to cancel all of them.",
        text::listed(&names, NAMED)
    );
    Err(UserError::at("organisationId", UserErrorCode::InUse, message).into())
}
