//! Ending an agreement about who pays.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use sea_orm::prelude::Date;

use super::object::PayerAgreement;
use super::state::Moment;
use super::{agreement, letters, rules, store};
use crate::base::error::{Error, Result};
use crate::graphql::act::{ActOn, Find};

/// The agreement to end.
#[derive(InputObject)]
pub struct EndPayerInput {
    /// Id of the agreement.
    pub agreement_id: ID,
    /// First day on which the payer no longer pays (business day): today or later. Without it, today.
    pub on: Option<Date>,
}

/// The changed agreement.
#[payload]
pub struct EndPayerPayload {
    /// The agreement; null if it was not ended.
    pub agreement: Option<PayerAgreement>,
}

/// Ends an agreement from a day on. From then on the organisation pays for itself, unless another payer is agreed. Either
/// side can do this, also while it is suspended, and both get mail. Invoices that were issued to the payer stay with it.
#[mutation]
#[acts(BILLING_UPDATE, BILLING_UPDATE at PAYER, on = input.agreement_id)]
async fn end_payer(act: ActOn<'_, PayerAgreement>, input: EndPayerInput) -> Result<EndPayerPayload> {
    let request = act.request;
    let moment = Moment::of(request);
    let on = input.on.unwrap_or(moment.today);
    let found = act.object.row();
    // Refused before the transaction, so that a pending request takes the same statements with and without a payer.
    rules::check_end(found, on, moment)?;
    let sides = [found.organisation_id, rules::payer_or_nobody(found)];
    request
        .transaction(async |work| {
            agreement::lock_both(work, sides[0], sides[1]).await?;
            let organisation = request.access.look_in(work.tx, sides[0]).await?;
            let payer = request.access.look_in(work.tx, sides[1]).await?;
            rules::authorise_either(&organisation, &payer)?;
            let old = store::find_row(work.tx, found.id).await?.ok_or(Error::NotFound)?;
            rules::check_end(&old, on, moment)?;
            store::end(work.tx, old.id, old.starts_on, on).await?;
            let new = store::find_row(work.tx, old.id).await?.ok_or(Error::NotFound)?;
            agreement::record(work, act.action, Some(&old), &new).await?;
            let (organisation, payer) = (organisation.card().name, payer.card().name);
            let by = request.actor().name();
            let letter = |locale| letters::ended(locale, &organisation, &payer, by, on);
            Ok(letters::send(work, &sides, letter).await?)
        })
        .await?;
    let agreement = PayerAgreement::find(request, found.id).await?;
    Ok(EndPayerPayload { agreement, ..Default::default() })
}
