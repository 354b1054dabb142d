//! Setting how long an audit log is kept.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::json;

use super::rules::SHORTEST_DAYS;
use super::{record, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::Organisation;
use crate::people::session;

/// How long to keep an audit log.
#[derive(InputObject)]
pub struct SetAuditRetentionInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// For how many days events are kept: 90 to 36500. Null keeps them forever.
    pub days: Option<i32>,
}

/// The organisation with the new retention period.
#[payload]
pub struct SetAuditRetentionPayload {
    /// The organisation; null if nothing was changed.
    pub organisation: Option<Organisation>,
}

/// Sets for how many days the audit log of an organisation is kept. Older events are removed for good. The rest can still
/// be verified. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(AUDIT_MANAGE, on = input.organisation_id)]
async fn set_audit_retention(
    act: ActOn<'_, Organisation>,
    input: SetAuditRetentionInput,
) -> Result<SetAuditRetentionPayload> {
    session::require_confirmed(act.request)?;
    if input.days.is_some_and(|days| !(SHORTEST_DAYS..=36_500).contains(&days)) {
        let message = [
            format!("Give {SHORTEST_DAYS} to 36500 days, or null to keep the log forever."),
            format!(
                "Geben Sie {SHORTEST_DAYS} bis 36500 Tage an, oder null, um das Protokoll für immer aufzubewahren."
            ),
            format!("Ange {SHORTEST_DAYS} till 36500 dagar, eller null för att spara loggen för alltid."),
        ];
        return Err(UserError::at("days", UserErrorCode::InvalidInput, message).into());
    }
    let key = act.organisation();
    let event = act.event().to(Type::Organisation.id(key));
    act.request
        .transaction(async |work| {
            let before = store::set_retention(work.tx, key, input.days).await?;
            let event = event.changing(json!({ "days": before }), json!({ "days": input.days }));
            Ok(record(work, event).await?)
        })
        .await?;
    let organisation = Organisation::find(act.request, key).await?;
    Ok(SetAuditRetentionPayload { organisation, ..Default::default() })
}
