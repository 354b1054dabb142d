//! What the server does about overdue invoices by itself, once an hour.
//!
//! It may run any number of times, on any number of servers: each batch locks its organisations and looks again. Each
//! invoice has one step a day at most.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::Days;
use entity::product::TaxClass;
use entity::reminder::Kind;
use entity::{invoice, pending_charge, reminder};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::rules::{NextStep, Overdue, Policy, StepKind, Taken, step_due};
use super::suspended::{subscriptions_on, suspend};
use super::{letters, store};
use crate::access;
use crate::base::clock::every;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::billing::details::Buyer;
use crate::billing::invoice::{open_minor, store as invoices};
use crate::billing::{charge, issuer as issuers};
use crate::catalogue::subscription::closing;
use crate::graphql::request::{Request, Work};
use crate::mail::{self, Attached, Letter, Recipient};
use crate::oversight::audit::{self, Event};
use crate::people::membership::mail_admins;

const EVERY: Duration = Duration::from_hours(1);
/// How many invoices one transaction takes.
const AT_ONCE: u64 = 100;

/// The outcome of one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reminded {
    /// Steps that were taken.
    pub steps: usize,
    /// Services that were suspended.
    pub suspended: usize,
    /// Subscriptions that were cancelled.
    pub cancelled: usize,
}

/// Runs one round, for a request of nobody.
pub async fn run(request: &Request) -> Result<Reminded> {
    let mut done = Reminded::default();
    let reader = request.db().reader();
    let Some(issuer) = issuers::store::find_only(reader).await? else { return Ok(done) };
    let policy = Policy::read(&issuer.reminders).map_err(Error::fault)?;
    let Some(first) = policy.steps().first() else { return Ok(done) };
    let today = request.today();
    let Some(due_by) = today.checked_sub_days(Days::new(u64::from(first.after_days))) else { return Ok(done) };
    let mut after = None;
    loop {
        let some = invoices::overdue(reader, issuer.organisation_id, (due_by, today), after, AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(done) };
        after = Some(*last);
        let ids: Vec<Uuid> = some.iter().map(|(_, id, _)| *id).collect();
        let taken = taken(store::of_invoices(reader, &ids).await?);
        let may_be_due = |(due_on, id, _): &&invoices::Overdue| {
            let taken = taken.get(id).map(Vec::as_slice).unwrap_or_default();
            // What is left to pay is looked up under the lock.
            let invoice = Overdue { due_on: *due_on, open_minor: 1, paused_until: None, taken };
            step_due(&policy, &invoice, today).is_some()
        };
        let due: Vec<invoices::Overdue> = some.iter().filter(may_be_due).copied().collect();
        if !due.is_empty() {
            let some = request.transaction(async |work| take_steps(work, &policy, &due).await).await?;
            done.steps += some.steps;
            done.suspended += some.suspended;
            done.cancelled += some.cancelled;
        }
    }
}

/// Runs a round every hour, as long as the server runs.
pub async fn remind_now_and_then(request: impl Fn() -> Request) {
    every(EVERY, async || match run(&request()).await {
        Ok(done) if done == Reminded::default() => {}
        Ok(done) => tracing::info!(done.steps, done.suspended, done.cancelled, "overdue invoices were reminded of"),
        Err(error) => tracing::error!(%error, "the reminders of overdue invoices failed"),
    })
    .await;
}

/// The steps that were taken, by invoice.
fn taken(rows: Vec<reminder::Model>) -> HashMap<Uuid, Vec<Taken>> {
    let mut taken: HashMap<Uuid, Vec<Taken>> = HashMap::new();
    for row in rows {
        let position = usize::try_from(row.position).unwrap_or_default();
        let step = Taken { position, is_fee: row.kind == Kind::Fee, sent_on: row.sent_on };
        taken.entry(row.invoice_id).or_default().push(step);
    }
    taken
}

/// An invoice with its step of today.
struct Due {
    row: invoice::Model,
    open_minor: i64,
    next: NextStep,
    buyer: Buyer,
}

/// Looks again under the locks which of these invoices have a step today.
async fn look_again(work: &Work<'_>, policy: &Policy, due: &[invoices::Overdue]) -> Result<Vec<Due>> {
    let organisations: Vec<Uuid> = due.iter().map(|(_, _, organisation)| *organisation).collect();
    access::lock_all(work.tx, &organisations).await?;
    let ids: Vec<Uuid> = due.iter().map(|(_, id, _)| *id).collect();
    let taken = taken(store::of_invoices(work.tx, &ids).await?);
    let mut found = Vec::new();
    for row in invoices::rows_in(work.tx, &ids).await? {
        let (invoice::State::Open, Some(due_on)) = (row.state, row.due_on) else { continue };
        let open_minor = open_minor(&row);
        let taken = taken.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let overdue = Overdue { due_on, open_minor, paused_until: row.reminders_paused_until, taken };
        if let Some(next) = step_due(policy, &overdue, work.today()) {
            let buyer = serde_json::from_str(&row.buyer).unwrap_or_default();
            found.push(Due { row, open_minor, next, buyer });
        }
    }
    Ok(found)
}

/// Takes the steps of today. The number of statements depends on the number of audit events only.
async fn take_steps(work: &Work<'_>, policy: &Policy, due: &[invoices::Overdue]) -> Result<Reminded> {
    let due = look_again(work, policy, due).await?;
    let charges: BTreeMap<Uuid, pending_charge::Model> =
        due.iter().filter_map(|one| Some((one.row.id, one.charge(work)?))).collect();
    charge::store::add(work.tx, charges.values().cloned().collect()).await?;
    let rows = due.iter().map(|one| one.reminder(work, charges.get(&one.row.id).map(|charge| charge.id)));
    store::add(work.tx, rows.collect()).await?;
    mail::queue(work.tx, work.random, work.now, due.iter().filter_map(Due::mail).collect::<Vec<_>>()).await?;
    for one in due.iter().filter(|one| one.buyer.recipient().is_none()) {
        mail_admins(work, one.row.payer_id, |locale| one.letter(locale)).await?;
    }
    let of_kind = |kind: StepKind| due.iter().filter(move |one| one.next.step.kind == kind).map(|one| one.row.id);
    let suspended = suspend(work, &of_kind(StepKind::Suspend).collect::<Vec<_>>()).await?;
    let ending: Vec<Uuid> = of_kind(StepKind::End).collect();
    let cancelled = if ending.is_empty() {
        0
    } else {
        let subscriptions: Vec<Uuid> = subscriptions_on(work, &ending).await?.into_iter().collect();
        closing::cancel_unpaid(work, &subscriptions).await?
    };
    for one in &due {
        audit::record_by_system(work.tx, work.random, work.now, one.event(work.today())).await?;
    }
    Ok(Reminded { steps: due.len(), suspended, cancelled })
}

impl Due {
    fn letter(&self, locale: Locale) -> Letter {
        letters::overdue(locale, &self.row, self.open_minor, self.next.step.kind)
    }

    fn mail(&self) -> Option<(Recipient, Letter)> {
        let recipient = self.buyer.recipient()?;
        let letter = self.letter(recipient.locale).carrying(self.buyer.attached(Attached::Invoice(self.row.id)));
        Some((recipient, letter))
    }

    /// The charge of a fee.
    fn charge(&self, work: &Work<'_>) -> Option<pending_charge::Model> {
        let StepKind::Fee { amount_minor } = self.next.step.kind else { return None };
        Some(pending_charge::Model {
            id: work.random.id(work.now),
            organisation_id: self.row.organisation_id,
            subscription_id: None,
            product_id: None,
            description: letters::fee(self.buyer.locale(), self.row.number.as_deref().unwrap_or_default()),
            quantity: 1,
            unit_minor: amount_minor,
            currency: self.row.currency.clone(),
            unit_code: "C62".to_owned(),
            // A fee for a late payment is no price of a supply.
            tax_class: TaxClass::Exempt,
            revenue_key: String::new(),
            performed_on: work.today(),
            state: pending_charge::State::Pending,
            created_at: work.now,
        })
    }

    fn reminder(&self, work: &Work<'_>, charge_id: Option<Uuid>) -> reminder::Model {
        let kind = match self.next.step.kind {
            StepKind::Remind => Kind::Remind,
            StepKind::Fee { .. } => Kind::Fee,
            StepKind::Suspend => Kind::Suspend,
            StepKind::End => Kind::End,
        };
        reminder::Model {
            id: work.random.id(work.now),
            organisation_id: self.row.organisation_id,
            invoice_id: self.row.id,
            position: i32::try_from(self.next.position).unwrap_or(i32::MAX),
            kind,
            sent_on: work.today(),
            open_minor: self.open_minor,
            charge_id,
            created_at: work.now,
        }
    }

    fn event(&self, today: Date) -> Event {
        let event = Event::done("remindOfInvoice", self.row.organisation_id, None).to(Type::Invoice.id(self.row.id));
        let after = json!({
            "step": self.next.step.kind.code(),
            "sentOn": today,
            "openMinor": self.open_minor,
            "currency": self.row.currency,
        });
        event.changing(Json::Null, after)
    }
}
