//! Taking a reseller out of the programme.

use async_graphql::{ID, InputObject};
use entity::organisation::Kind;
use entity::partnership::EndedBy;
use macros::{mutation, payload};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::{letters, rules, store};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::Organisation;
use crate::oversight::audit::{self, Event};
use crate::partners::partnership::ending::{audit_snapshots, end_at_once};
use crate::partners::partnership::store as partnerships;
use crate::people::membership::mail_admins;

/// The most partnerships that one request ends.
const MOST_AT_ONCE: u64 = 100;

/// The reseller to take out of the programme.
#[derive(InputObject)]
pub struct WithdrawResellerInput {
    /// Id of the reseller's organisation.
    pub organisation_id: ID,
    /// The reason, for the reseller's owners and admins. 1 to 1,000 characters.
    pub reason: String,
}

/// What this request has done, and whether more are needed.
#[payload]
pub struct WithdrawResellerPayload {
    /// The organisation; null if nothing was done.
    pub organisation: Option<Organisation>,
    /// How many partnerships this request ended: 100 at most.
    pub ended: i32,
    /// Whether the organisation is no longer a reseller. False if clients are left: send the same request again.
    pub done: bool,
}

/// Takes a reseller out of the programme. Each request ends up to 100 of its partnerships with clients. The last one
/// makes the organisation what it was before. Owners and admins of the reseller and of its clients get a mail.
#[mutation]
#[acts(RESELLER_MANAGE, on = input.organisation_id)]
async fn withdraw_reseller(
    act: ActOn<'_, Organisation>,
    input: WithdrawResellerInput,
) -> Result<WithdrawResellerPayload> {
    let (request, key) = (act.request, act.organisation());
    let reason = text::reason("reason", &input.reason)?;
    let (ended, done) = request
        .transaction(async |work| {
            partnerships::lock_graph(work.tx).await?;
            let at = act.authorise_in(work).await?;
            let organisation = at.row();
            rules::require_reseller(organisation.kind)?;
            let rows = partnerships::alive_of(work.tx, key, MOST_AT_ONCE + 1).await?;
            let is_last = rows.len() as u64 <= MOST_AT_ONCE;
            let mut ended = 0;
            for row in rows.iter().take(usize::try_from(MOST_AT_ONCE).unwrap_or_default()) {
                crate::access::lock(work.tx, row.client_id).await?;
                // The client's log records how the operator has access, so the decision at the client must be loaded.
                request.access.look_in(work.tx, row.client_id).await?;
                end_at_once(work, row, EndedBy::Operator, act.action).await?;
                let (before, after) = audit_snapshots(row);
                let event = Event::done(act.action, row.client_id, Some(act.permission()));
                let event = event.to(Type::Partnership.id(row.id)).changing(before, after);
                audit::record(work, event).await?;
                ended += 1;
            }
            let mut kind = organisation.kind;
            if is_last {
                let programme = store::load_programme(work.tx, key).await?;
                kind = programme.map_or(Kind::Company, |programme| programme.kind_before);
                store::remove_programme(work.tx, key).await?;
                store::set_kind(work.tx, key, kind).await?;
                mail_admins(work, key, |locale| letters::withdrawn(locale, &organisation.name, &reason)).await?;
            }
            let after = json!({ "kind": kind.to_value(), "ended": ended, "reason": reason });
            let before = json!({ "kind": organisation.kind.to_value() });
            audit::record(work, act.event().to(input.organisation_id).changing(before, after)).await?;
            Ok((ended, is_last))
        })
        .await?;
    let organisation = Organisation::find(request, key).await?;
    Ok(WithdrawResellerPayload { organisation, ended, done, ..Default::default() })
}
