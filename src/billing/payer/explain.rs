//! Why an organisation is paid for by whom, on a day.

use async_graphql::SimpleObject;
use futures_util::future::join_all;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::agreeing::cards;
use super::chain::{self, Link};
use super::object::PayerAgreement;
use super::rules::Moment;
use super::{sentence, store};
use crate::access::{Decision, directive};
use crate::base::error::Result;
use crate::billing::details::{self, BillingRecipient};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::people::user::User;

/// Who pays for an organisation on a day, and through whom.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct PayerExplanation {
    /// The day (UTC).
    pub on: Date,
    /// The organisation.
    pub organisation: OrganisationCard,
    /// The agreements that lead from the organisation to who pays in the end, its own first. None if it pays for itself.
    pub steps: Vec<PayerStep>,
    /// Who pays in the end: the organisation itself, if nobody pays for it.
    pub payer: OrganisationCard,
    /// Where invoices that are issued on that day go. A contact of the organisation receives them only while it pays for
    /// itself.
    pub recipient: BillingRecipient,
    /// The next day on which somebody else pays; null if none is agreed.
    pub next_change: Option<PayerChange>,
    /// All of it in words.
    pub sentence: String,
}

/// One organisation pays for another.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct PayerStep {
    /// Who is paid for; null if you may not see it.
    pub organisation: Option<OrganisationCard>,
    /// Who pays; null if you may not see it.
    pub payer: Option<OrganisationCard>,
    /// The agreement; null, like the fields below, for who reads the billing of neither side.
    pub agreement: Option<PayerAgreement>,
    /// Since when.
    pub starts_on: Option<Date>,
    /// First day on which it no longer pays; null if no end is known.
    pub ends_on: Option<Date>,
    /// When the payer consented.
    pub consented_at: Option<DateTimeUtc>,
    /// Who consented; null for an API key.
    pub consented_by: Option<User>,
    /// The step in words.
    pub sentence: String,
}

/// Somebody else pays from a day on.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct PayerChange {
    /// The day (UTC).
    pub on: Date,
    /// Who pays in the end from then on: the organisation itself, if nobody pays for it. Null if it will pay by what
    /// others have agreed, and you may not see it.
    pub payer: Option<OrganisationCard>,
    /// The same in words.
    pub sentence: String,
}

/// Explains who pays for an organisation whose billing the viewer reads.
pub async fn explain(request: &Request, seen: &Decision, on: Date, moment: Moment) -> Result<PayerExplanation> {
    let links = chain::store::above(request, seen.row.id, on).await?;
    let chain = chain::on(&links, seen.row.id, on);
    let own = OrganisationCard::from(&*seen.row);
    let end = end(&chain, seen.row.id);
    let change = next_change(&links, seen.row.id, on);
    // The organisation that pays in the end stands on the invoices, so it is known to who reads the billing.
    let mut known = vec![seen.row.id, end];
    let shown = cards(request, &path(seen.row.id, &chain), &known).await?;
    let next_change = match change {
        Some((day, then)) => {
            // So is who will pay by an agreement of its own. What others have agreed for later is theirs until then.
            if then.first() != chain.first() {
                known.extend(then.last().map(|link| link.payer));
            }
            let payer = cards(request, &path(seen.row.id, &then), &known).await?.pop().flatten();
            let name = payer.as_ref().map_or(sentence::HIDDEN, |payer| payer.name.as_str());
            let sentence = sentence::of_change(day, &own.name, (!then.is_empty()).then_some(name));
            Some(PayerChange { on: day, payer, sentence })
        }
        None => None,
    };

    let steps = chain.iter().zip(shown.iter().zip(shown.iter().skip(1)));
    let steps =
        steps.map(async |(link, (organisation, payer))| step(request, link, (organisation, payer), moment).await);
    let steps = join_all(steps).await.into_iter().collect::<Result<Vec<_>>>()?;
    let payer = shown.last().cloned().flatten().unwrap_or_else(|| own.clone());
    let is_paid_for = end != seen.row.id;
    let recipient = if is_paid_for {
        BillingRecipient::Organisation(payer.clone())
    } else {
        details::store::own_recipient(request, seen).await?
    };
    let contact = match &recipient {
        BillingRecipient::Contact(contact) => Some(contact.model().name.clone()),
        BillingRecipient::Organisation(_) => None,
    };
    let mut text = sentence::of_day(on, &own.name, is_paid_for.then_some(payer.name.as_str()), contact.as_deref());
    for step in &steps {
        text = format!("{text} {}", step.sentence);
    }
    if let Some(change) = &next_change {
        text = format!("{text} {}", change.sentence);
    }
    Ok(PayerExplanation { on, organisation: own, steps, payer, recipient, next_change, sentence: text })
}

fn end(chain: &[Link], organisation: Uuid) -> Uuid {
    chain.last().map_or(organisation, |link| link.payer)
}

/// The organisation, and who pays for it, one for the other.
fn path(organisation: Uuid, chain: &[Link]) -> Vec<Uuid> {
    std::iter::once(organisation).chain(chain.iter().map(|link| link.payer)).collect()
}

/// The first later day on which somebody else pays in the end, and the agreements that lead there.
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
    (organisation, payer): (&Option<OrganisationCard>, &Option<OrganisationCard>),
    moment: Moment,
) -> Result<PayerStep> {
    let agreement = store::find(request, link.id, moment).await?;
    let name = |card: &Option<OrganisationCard>| card.as_ref().map(|card| card.name.clone());
    let since = agreement.as_ref().map(|_| (link.from, link.until));
    let sentence = sentence::of_step(name(organisation).as_deref(), name(payer).as_deref(), since);
    Ok(PayerStep {
        organisation: organisation.clone(),
        payer: payer.clone(),
        starts_on: since.map(|(from, _)| from),
        ends_on: since.and_then(|(_, until)| until),
        consented_at: agreement.as_ref().and_then(PayerAgreement::consented_at),
        consented_by: agreement.as_ref().and_then(PayerAgreement::consented_by),
        agreement,
        sentence,
    })
}
