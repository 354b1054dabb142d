//! Approving a request to become a reseller.

use async_graphql::{ID, InputObject};
use entity::organisation::Kind;
use entity::reseller_programme;
use entity::reseller_request::State;
use macros::{mutation, payload};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::object::ResellerRequest;
use super::{letters, rules, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::billing::commission;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::{Organisation, require_active};
use crate::oversight::audit;
use crate::people::membership::mail_admins;

/// The request to approve, and the terms.
#[derive(InputObject)]
pub struct ApproveResellerInput {
    /// Id of the request.
    pub reseller_request_id: ID,
    /// The reseller's share of what its clients buy, in hundredths of a percent: 0 to 10000. A partnership can set another
    /// rate.
    pub commission_basis_points: i32,
    /// What is agreed. 1 to 1,000 characters.
    pub terms: String,
}

/// The new reseller.
#[payload]
pub struct ApproveResellerPayload {
    /// The organisation, which is now a reseller; null if the request was not approved.
    pub organisation: Option<Organisation>,
}

/// Makes the organisation a reseller on these terms. Its owners and admins get a mail.
#[mutation]
#[acts(RESELLER_MANAGE, on = input.reseller_request_id)]
async fn approve_reseller(
    act: ActOn<'_, ResellerRequest>,
    input: ApproveResellerInput,
) -> Result<ApproveResellerPayload> {
    let key = act.organisation();
    let terms = rules::read_terms(input.commission_basis_points, &input.terms)?;
    act.locked(async |work, at| {
        let organisation = at.row();
        require_active(organisation)?;
        if matches!(organisation.kind, Kind::Reseller | Kind::Operator) {
            let message = [
                "The organisation is already a reseller.",
                "Die Organisation ist schon ein Reseller.",
                "Organisationen är redan återförsäljare.",
            ];
            return Err(UserError::at("resellerRequestId", UserErrorCode::StaleState, message).into());
        }
        if !store::answer(work.tx, act.object.key(), State::Approved, Some(terms.clone()), work.now).await? {
            return Err(rules::is_answered().into());
        }
        let row = reseller_programme::Model {
            organisation_id: key,
            commission_basis_points: input.commission_basis_points,
            terms: terms.clone(),
            kind_before: organisation.kind,
            approved_at: work.now,
        };
        let after =
            json!({ "kind": "RESELLER", "commissionBasisPoints": row.commission_basis_points, "terms": row.terms });
        store::set_programme(work.tx, row).await?;
        let rate = rules::rate(work.random.id(work.now), key, input.commission_basis_points, (work.today(), work.now));
        commission::store::add_rates(work.tx, vec![rate]).await?;
        store::set_kind(work.tx, key, Kind::Reseller).await?;
        let event = act.event().to(Type::Organisation.id(key));
        let event = event.changing(json!({ "kind": organisation.kind.to_value() }), after);
        audit::record(work, event).await?;
        Ok(mail_admins(work, key, |locale| letters::approved(locale, &organisation.name, &terms)).await?)
    })
    .await?;
    let organisation = Organisation::find(act.request, key).await?;
    Ok(ApproveResellerPayload { organisation, ..Default::default() })
}
