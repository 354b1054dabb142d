//! Setting what an organisation asks of the log-ins of its members.

use async_graphql::{ID, InputObject};
use entity::sign_in_policy::Model;
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::{Organisation, require_active};
use crate::oversight::audit;
use crate::people::session;
use crate::people::user::second_factor;

/// What an organisation asks for. What is left out stays.
#[derive(InputObject)]
pub struct SetSignInPolicyInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Whether members need a second factor. You need one yourself to require it.
    pub require_second_factor: Option<bool>,
    /// Whether log-ins of members are written to the audit log, with network and device: successes and failures.
    pub log_log_ins: Option<bool>,
}

/// The organisation with its new policy.
#[payload]
pub struct SetSignInPolicyPayload {
    /// The organisation; null if nothing was changed.
    pub organisation: Option<Organisation>,
}

/// Sets what an organisation asks of the log-ins of its members. If it requires a second factor, members without one lose
/// all permissions there except ORGANISATION_READ, with the next request, until they turn theirs on. API keys and the
/// people of partners are not members. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(ROLE_MANAGE, on = input.organisation_id)]
async fn set_sign_in_policy(
    act: ActOn<'_, Organisation>,
    input: SetSignInPolicyInput,
) -> Result<SetSignInPolicyPayload> {
    session::require_confirmed(act.request)?;
    let person = act.request.require_person()?.id;
    let key = act.organisation();
    act.locked(async |work, at| {
        require_active(at.row())?;
        let old = store::policy_in(work.tx, key).await?;
        let new = Model {
            requires_second_factor: input.require_second_factor.unwrap_or(old.requires_second_factor),
            logs_log_ins: input.log_log_ins.unwrap_or(old.logs_log_ins),
            ..old
        };
        let is_stricter = new.requires_second_factor && !old.requires_second_factor;
        if is_stricter && !second_factor::store::is_on(work.tx, person).await? {
            let message = [
                "Turn on your own second factor first: beginSecondFactor. Otherwise you would lose your access here.",
                "Schalten Sie zuerst Ihren eigenen zweiten Faktor ein: beginSecondFactor. Sonst verlören Sie hier \
                 Ihren Zugang.",
                "Slå först på din egen andra faktor: beginSecondFactor. Annars skulle du förlora din åtkomst här.",
            ];
            return Err(UserError::at("requireSecondFactor", UserErrorCode::SecondFactorRequired, message).into());
        }
        let event = act.event().to(Type::Organisation.id(key)).changing(audit_snapshot(&old), audit_snapshot(&new));
        store::set_policy(work.tx, new).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let organisation = Organisation::find(act.request, key).await?;
    Ok(SetSignInPolicyPayload { organisation, ..Default::default() })
}

/// The policy as recorded in the audit log.
fn audit_snapshot(policy: &Model) -> Json {
    json!({ "requiresSecondFactor": policy.requires_second_factor, "logsLogIns": policy.logs_log_ins })
}
