//! Closing an organisation.

use async_graphql::{ID, InputObject};
use chrono::TimeDelta;
use entity::organisation::{Kind, State};
use entity::organisation_halt::Model as Halt;
use macros::{mutation, payload};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::object::Organisation;
use super::{letters, rules, store};
use crate::access::Decision;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::text;
use crate::catalogue::subscription::closing;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::partners::partnership;
use crate::people::membership::mail_admins;
use crate::people::session;

/// The most clients that the error about remaining clients names.
const NAMED: usize = 5;

/// The organisation to close.
#[derive(InputObject)]
pub struct CloseOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// True: its subscriptions are cancelled. Each runs until the end of its commitment, and is charged until then.
    #[graphql(default)]
    pub end_subscriptions: bool,
}

/// The closed organisation.
#[payload]
pub struct CloseOrganisationPayload {
    /// The organisation; null if it was not closed.
    pub organisation: Option<Organisation>,
}

/// Closes an organisation: nobody can work there any more, and its keys stop working. Invoices and the audit log can
/// still be read. Its owners and admins get mail. Whoever could close it can reopen it for some time. A reseller must
/// end the partnerships with its clients first. Subscriptions must be cancelled first, or with `endSubscriptions`. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(ORGANISATION_CLOSE, on = input.organisation_id, unmasked)]
async fn close_organisation(
    act: ActOn<'_, Organisation>,
    input: CloseOrganisationInput,
) -> Result<CloseOrganisationPayload> {
    let request = act.request;
    check_open(act.object.as_ref(), &act)?;
    session::require_confirmed(request)?;
    let person = request.require_person()?;
    let until = request.now() + TimeDelta::days(request.config.organisations.reopen_days);
    act.locked(async |work, at| {
        check_open(&at, &act)?;
        let row = at.row();
        if row.kind == Kind::Operator {
            return Err(rules::operator_stays().into());
        }
        let clients = partnership::store::client_names(work.tx, row.id, work.now, NAMED as u64 + 1).await?;
        if !clients.is_empty() {
            return Err(has_clients(&clients).into());
        }
        if input.end_subscriptions {
            closing::cancel_all(work, row.id, &act.event()).await?;
        } else {
            closing::require_none(work, row.id).await?;
        }
        let halt = Halt { closed_at: Some(work.now), ..store::load_halt(work.tx, row.id).await? };
        store::set_state(work.tx, State::Closed, halt).await?;
        let event = act.event().to(input.organisation_id);
        let event = event.changing(json!({ "state": row.state.to_value() }), json!({ "state": "CLOSED" }));
        audit::record(work, event).await?;
        Ok(mail_admins(work, row.id, |locale| letters::closed(locale, &row.name, &person.name, until)).await?)
    })
    .await?;
    let organisation = Organisation::find(request, act.organisation()).await?;
    Ok(CloseOrganisationPayload { organisation, ..Default::default() })
}

/// Refuses to close a closed organisation again. Otherwise checks the masked permission: at a suspended organisation,
/// only the operator's staff hold it.
fn check_open(at: &Decision, act: &ActOn<'_, Organisation>) -> Result<()> {
    if at.state() == State::Closed {
        return Err(
            rules::stale(["It is closed already.", "Sie ist schon geschlossen.", "Den är redan stängd."]).into()
        );
    }
    at.require(act.permission())
}

fn has_clients(names: &[String]) -> UserError {
    let [en, de, sv] = text::listed(names, NAMED);
    let message = [
        format!("It has clients: {en}. End these partnerships first."),
        format!("Sie hat Kunden: {de}. Beenden Sie zuerst diese Partnerschaften."),
        format!("Den har kunder: {sv}. Avsluta först de partnerskapen."),
    ];
    UserError::at("organisationId", UserErrorCode::InUse, message)
}
