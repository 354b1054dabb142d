//! Accepting a request to pay.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use uuid::Uuid;

use super::agreement::{self, Outcome};
use super::object::PayerAgreement;
use super::state::Moment;
use super::{letters, rules, store};
use crate::base::error::{Error, Result};
use crate::billing::details;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::people::session;

/// The request to accept.
#[derive(InputObject)]
pub struct AcceptPayerInput {
    /// Id of the request, from `Organisation.requestsToPay`.
    pub agreement_id: ID,
    /// The currency of the organisation's invoices, as ISO 4217. It is required where the payer's own currency is another:
    /// by naming it, the payer accepts it.
    pub currency: Option<String>,
}

/// The new agreement.
#[payload]
pub struct AcceptPayerPayload {
    /// The agreement; null if there is none.
    pub agreement: Option<PayerAgreement>,
}

/// The currencies in which organisations get their invoices; `None` without billing details.
pub async fn currencies<const N: usize>(work: &Work<'_>, organisations: [Uuid; N]) -> Result<[Option<String>; N]> {
    let mut found = [const { None }; N];
    for (currency, organisation) in found.iter_mut().zip(organisations) {
        *currency = details::store::find_details(work.tx, organisation).await?.map(|details| details.currency);
    }
    Ok(found)
}

/// Accepts to pay the invoices of an organisation that are issued from the requested day on, or from today if that day
/// has passed. The current payer pays until then. Both sides get mail. Refused if you would pay for yourselves through
/// others on any day: the message names the circle. Refused too while the invoices are in another currency than the payer's
/// own, until `currency` accepts that. Your own address must be verified.
#[mutation]
#[acts(BILLING_UPDATE at PAYER, on = input.agreement_id)]
async fn accept_payer(act: ActOn<'_, PayerAgreement>, input: AcceptPayerInput) -> Result<AcceptPayerPayload> {
    let request = act.request;
    session::require_verified(request)?;
    let moment = Moment::of(request);
    let (found, payer) = (act.object.row(), act.organisation());
    let obstacle = request
        .transaction(async |work| {
            agreement::lock_both(work, found.organisation_id, payer).await?;
            let at_payer = rules::authorise(&request.access.look_in(work.tx, payer).await?)?;
            let old = store::find_row(work.tx, found.id).await?.ok_or(Error::NotFound)?;
            let organisation = request.access.look_in(work.tx, found.organisation_id).await?;
            rules::require_pending(&old, moment)?;
            rules::require_both_active(&organisation, &at_payer)?;
            let [billed, own] = currencies(work, [found.organisation_id, payer]).await?;
            rules::require_currency(billed.as_deref(), own.as_deref(), input.currency.as_deref())?;
            let agreed = match agreement::agree(work, &old, moment).await? {
                Outcome::Agreed(agreed) => agreed,
                Outcome::Blocked(obstacle) => return Ok(Some(obstacle)),
            };
            store::update(work.tx, &agreed.row).await?;
            agreement::record(work, act.action, Some(&old), &agreed.row).await?;
            let (name, by, day) = (organisation.card().name, request.actor().name(), agreed.row.starts_on);
            letters::send(work, &[found.organisation_id, payer], |locale| {
                letters::agreed(locale, &name, &at_payer.row().name, by, day)
            })
            .await?;
            letters::send_replaced(work, &name, &agreed.replaced).await?;
            Ok(None)
        })
        .await?;
    if let Some(obstacle) = obstacle {
        return Err(agreement::obstacle_error(request, obstacle, found).await?.into());
    }
    let agreement = PayerAgreement::find(request, found.id).await?;
    Ok(AcceptPayerPayload { agreement, ..Default::default() })
}
