//! Explains who pays for an organisation on a day.

use std::iter::once;

use futures_util::future::join_all;
use macros::public_object;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::agreement::visible_cards;
use super::chain::{self, Link};
use super::object::PayerAgreement;
use super::{sentence, store};
use crate::access::{Card, Decision};
use crate::base::error::Result;
use crate::billing::details::BillingRecipient;
use crate::graphql::act::Find;
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::people::user::User;

/// Who pays for an organisation on a day, and through which agreements.
#[public_object]
pub struct PayerExplanation {
    /// The business day.
    pub on: Date,
    /// The organisation.
    pub organisation: OrganisationCard,
    /// The chain of agreements from the organisation to the one that pays in the end. Empty if it pays for itself.
    pub steps: Vec<PayerStep>,
    /// The organisation that pays in the end; the organisation itself if it has no payer.
    pub payer: OrganisationCard,
    /// Where invoices that are issued on that day go. A contact of the organisation receives them only while the
    /// organisation pays for itself.
    pub recipient: BillingRecipient,
    /// The next change of the organisation that pays in the end; null if none is agreed.
    pub next_change: Option<PayerChange>,
    /// The whole explanation as text.
    pub sentence: String,
}

/// One agreement in the chain of payers.
#[public_object]
pub struct PayerStep {
    /// The organisation that is paid for; null if you may not see it.
    pub organisation: Option<OrganisationCard>,
    /// The organisation that pays (business day); null if you may not see it.
    pub payer: Option<OrganisationCard>,
    /// The agreement. This and the next four fields are null for viewers without `BILLING_READ` at one of its sides.
    pub agreement: Option<PayerAgreement>,
    /// First day on which it pays (business day).
    pub starts_on: Option<Date>,
    /// First day on which it no longer pays (business day); null if no end is set.
    pub ends_on: Option<Date>,
    /// When the payer accepted.
    pub consented_at: Option<DateTimeUtc>,
    /// The person who accepted; null for an API key.
    pub consented_by: Option<User>,
    /// The step as text.
    pub sentence: String,
}

/// A later day from which another organisation pays.
#[public_object]
pub struct PayerChange {
    /// The business day.
    pub on: Date,
    /// The organisation that pays in the end from then on; the organisation itself if it has no payer then. Null if it
    /// pays because of agreements between other organisations, and you may not see it.
    pub payer: Option<OrganisationCard>,
    /// The change as text.
    pub sentence: String,
}

/// Explains who pays for an organisation, for a viewer who reads its billing.
pub async fn explain(request: &Request, at: &Decision, on: Date) -> Result<PayerExplanation> {
    let (id, own) = (at.id(), at.card());
    let links = store::links_above(request, id, on).await?;
    let chain = chain::on(&links, id, on);
    let end = end(&chain, id);
    let change = next_change(&links, id, on);
    // The organisation that pays in the end is on the invoices, so every reader of the billing knows it.
    let mut known = vec![id, end];
    let cards = visible_cards(request, &path(id, &chain), &known).await?;
    let next_change = match change {
        Some((day, then)) => {
            // A change by an agreement of the organisation itself is known too. A change by agreements of others is not.
            if then.first() != chain.first() {
                known.extend(then.last().map(|link| link.payer));
            }
            let payer = visible_cards(request, &path(id, &then), &known).await?.pop().flatten();
            let name = payer.as_ref().map_or(sentence::HIDDEN, |payer| payer.name.as_str());
            let sentence = sentence::of_change(day, &own.name, (!then.is_empty()).then_some(name));
            Some(PayerChange { on: day, payer: payer.map(OrganisationCard::from), sentence })
        }
        None => None,
    };

    let sides = cards.iter().zip(cards.iter().skip(1));
    let steps = chain.iter().zip(sides).map(async |(link, sides)| step(request, link, sides).await);
    let steps = join_all(steps).await.into_iter().collect::<Result<Vec<_>>>()?;
    let payer = cards.last().cloned().flatten().unwrap_or_else(|| own.clone());
    let is_paid_for = end != id;
    let recipient = if is_paid_for {
        BillingRecipient::Organisation(payer.clone().into())
    } else {
        BillingRecipient::own(request, at).await?
    };
    let contact = match &recipient {
        BillingRecipient::Contact(contact) => Some(contact.display_name()),
        BillingRecipient::Organisation(_) => None,
    };
    let today = sentence::of_day(on, &own.name, is_paid_for.then_some(payer.name.as_str()), contact);
    let change = next_change.as_ref().map(|change| change.sentence.as_str());
    let sentences = once(today.as_str()).chain(steps.iter().map(|step| step.sentence.as_str())).chain(change);
    let sentence = sentences.collect::<Vec<_>>().join(" ");
    Ok(PayerExplanation { on, organisation: own.into(), steps, payer: payer.into(), recipient, next_change, sentence })
}

/// The organisation that pays in the end.
fn end(chain: &[Link], organisation: Uuid) -> Uuid {
    chain.last().map_or(organisation, |link| link.payer)
}

/// The organisation, and the payers above it.
fn path(organisation: Uuid, chain: &[Link]) -> Vec<Uuid> {
    once(organisation).chain(chain.iter().map(|link| link.payer)).collect()
}

/// The first later day on which another organisation pays in the end, and the chain of that day.
fn next_change(links: &[Link], organisation: Uuid, on: Date) -> Option<(Date, Vec<Link>)> {
    let now = end(&chain::on(links, organisation, on), organisation);
    chain::changes_after(links, on).into_iter().find_map(|day| {
        let then = chain::on(links, organisation, day);
        (end(&then, organisation) != now).then_some((day, then))
    })
}

async fn step(
    request: &Request,
    link: &Link,
    (organisation, payer): (&Option<Card>, &Option<Card>),
) -> Result<PayerStep> {
    let agreement = PayerAgreement::find(request, link.id).await?;
    let name = |card: &Option<Card>| card.as_ref().map(|card| card.name.clone());
    let since = agreement.as_ref().map(|_| (link.from, link.until));
    let sentence = sentence::of_step(name(organisation).as_deref(), name(payer).as_deref(), since);
    Ok(PayerStep {
        organisation: organisation.clone().map(OrganisationCard::from),
        payer: payer.clone().map(OrganisationCard::from),
        starts_on: since.map(|(from, _)| from),
        ends_on: since.and_then(|(_, until)| until),
        consented_at: agreement.as_ref().and_then(PayerAgreement::consented_at),
        consented_by: agreement.as_ref().and_then(PayerAgreement::consented_by),
        agreement,
        sentence,
    })
}
