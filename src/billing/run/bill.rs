//! How a number of organisations are billed in one transaction: invoices and credit notes with their numbers, all or
//! nothing for each organisation. What cannot be billed is a problem that the run tells, and the others are billed.

use std::collections::BTreeMap;

use entity::billing_run::{self, Mode};
use entity::number_series::Kind as Series;
use entity::{issuer, pending_charge, unbilled_subscription};
use sea_orm::prelude::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::batch::Batch;
use super::rules::{Billed, Costs};
use crate::base::error::Result;
use crate::billing::charge;
use crate::billing::commission;
use crate::billing::credit_note::{self, Wanted};
use crate::billing::invoice::{self, Composed, Item, Parties, Source, compose, issuing};
use crate::billing::issuer::rules::horizon;
use crate::billing::series;
use crate::billing::unbilled;
use crate::graphql::request::Work;

/// A run that bills less than this in a currency never stops for a look, in minor units.
pub const SMALL: i128 = 100_000;

/// Why an organisation was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The organisation.
    pub organisation: Uuid,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

/// What was done for a number of organisations.
#[derive(Debug, Default)]
pub struct Done {
    /// How many invoices were made.
    pub invoices: usize,
    /// How many credit notes were issued.
    pub credit_notes: usize,
    /// What was invoiced before VAT, by currency, in minor units.
    pub sums: BTreeMap<String, i128>,
    /// Who was left out.
    pub problems: Vec<Problem>,
    /// Whether nothing was done because it is more than the run may invoice.
    pub stops: bool,
}

/// What one organisation gets.
#[derive(Default)]
struct Plan {
    invoices: Vec<Composed>,
    credits: Vec<(Billed, i64)>,
    since: Vec<unbilled_subscription::Model>,
    finished: Vec<Uuid>,
    charges: Vec<Uuid>,
}

/// Bills organisations for a run, unless that is more than the limits of its currencies, in minor units.
pub async fn bill(
    work: &Work<'_>,
    run: &billing_run::Model,
    issuer: &issuer::Model,
    organisations: &[Uuid],
    limits: Option<&BTreeMap<String, i128>>,
) -> Result<Done> {
    let (today, until) = (work.today(), run.until_on);
    let horizon = horizon(issuer, until);
    let batch = Batch::load(work.tx, organisations, (today, until, horizon)).await?;
    let mut done = Done::default();
    let mut plans = Vec::new();
    for organisation in organisations {
        match plan(work, run, issuer, &batch, *organisation, horizon) {
            Ok(plan) => plans.push(plan),
            Err(message) => done.problems.push(Problem { organisation: *organisation, message }),
        }
    }
    for composed in plans.iter().flat_map(|plan| &plan.invoices) {
        *done.sums.entry(composed.invoice.currency.clone()).or_default() += i128::from(composed.invoice.net_minor);
    }
    let may = |currency: &String| limits.map(|limits| limits.get(currency).copied().unwrap_or(SMALL));
    if done.sums.iter().any(|(currency, minor)| may(currency).is_some_and(|most| *minor > most)) {
        return Ok(Done { stops: true, ..Done::default() });
    }
    done.invoices = plans.iter().map(|plan| plan.invoices.len()).sum();
    if run.mode == Mode::Try {
        done.credit_notes = plans.iter().map(|plan| notes(&plan.credits).len()).sum();
        return Ok(done);
    }
    let (mut since, mut finished, mut charges) = (Vec::new(), Vec::new(), Vec::new());
    let (mut invoices, mut credits) = (Vec::new(), Vec::new());
    for plan in plans {
        since.extend(plan.since);
        finished.extend(plan.finished);
        charges.extend(plan.charges);
        invoices.extend(plan.invoices);
        credits.extend(plan.credits);
    }
    if run.mode == Mode::Issue && !invoices.is_empty() {
        let numbers =
            series::store::take(work.tx, issuer.organisation_id, Series::Invoice, today, invoices.len()).await?;
        let numbers = match numbers {
            Ok(numbers) => numbers,
            Err(none) => return Ok(refused(organisations, &none.to_string())),
        };
        for (composed, number) in invoices.iter_mut().zip(numbers) {
            issuing::number(&mut composed.invoice, issuer, number, today);
        }
    }
    invoice::store::create(work.tx, &invoices).await?;
    charge::store::set_state(work.tx, charges, pending_charge::State::Billed).await?;
    unbilled::store::move_on(work.tx, since).await?;
    unbilled::store::finish(work.tx, finished).await?;
    if run.mode == Mode::Issue {
        issuing::announce(work, &invoices).await?;
        commission::earn::earn(work, &invoices).await?;
    }
    let wanted = notes(&credits);
    if !wanted.is_empty() {
        let reason = "Correction after a change of the subscription.";
        done.credit_notes = credit_note::issue_all(work, issuer, wanted, reason, Some(run.id)).await?;
    }
    Ok(done)
}

fn refused(organisations: &[Uuid], message: &str) -> Done {
    let problem = |organisation: &Uuid| Problem { organisation: *organisation, message: message.to_owned() };
    Done { problems: organisations.iter().map(problem).collect(), ..Default::default() }
}

/// The credit notes, one for each invoice, with what each takes back of its lines.
fn notes(credits: &[(Billed, i64)]) -> Vec<Wanted> {
    let mut notes: BTreeMap<Uuid, Vec<(Uuid, i64)>> = BTreeMap::new();
    for (line, minor) in credits {
        notes.entry(line.invoice).or_default().push((line.line, *minor));
    }
    notes.into_iter().map(|(invoice, lines)| Wanted { invoice, lines }).collect()
}

/// What an organisation gets, or why it is left out.
fn plan(
    work: &Work<'_>,
    run: &billing_run::Model,
    issuer: &issuer::Model,
    batch: &Batch,
    organisation: Uuid,
    horizon: Date,
) -> Result<Plan, String> {
    let mut plan = Plan::default();
    let mut items: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for (subscription_id, currency, costs) in batch.costs(organisation, horizon)? {
        let Costs { items: of_it, credits, since } = costs;
        if credits.iter().any(|(line, _)| line.is_draft) {
            return Err("A draft has too much on it. Issue it or discard it first.".to_owned());
        }
        plan.credits.extend(credits);
        match since {
            Some(since) => {
                plan.since.push(unbilled_subscription::Model { subscription_id, organisation_id: organisation, since });
            }
            None => plan.finished.push(subscription_id),
        }
        items.entry(currency).or_default().extend(of_it);
    }
    for row in batch.charges.get(&organisation).into_iter().flatten() {
        items.entry(row.currency.clone()).or_default().push(item_of(row)?);
    }
    items.retain(|_, items| !items.is_empty());
    if items.is_empty() {
        return Ok(plan);
    }
    let payer = batch.payers.get(&organisation).copied().unwrap_or(organisation);
    let Some(buyer) = batch.buyers.get(&payer) else {
        let message = if payer == organisation {
            "It has no billing details. Fill them in with updateBillingDetails."
        } else {
            "Its payer has no billing details. Fill them in with updateBillingDetails."
        };
        return Err(message.to_owned());
    };
    let parties = Parties { organisation, payer, issuer, buyer };
    for (currency, items) in items {
        let net: i128 = items.iter().map(|item| i128::from(item.net_minor)).sum();
        let items = if net > 0 { items } else { without_discounts(items) };
        if items.is_empty() {
            continue;
        }
        plan.charges.extend(items.iter().filter_map(|item| match item.source {
            Source::Charge(id) => Some(id),
            Source::Interval { .. } => None,
        }));
        let treat = |class| batch.vat.treatment(issuer, (payer, buyer), class);
        let ids = || work.random.id(work.now);
        let mut composed =
            compose(&parties, &currency, items, treat, ids, work.now).map_err(|error| error.to_string())?;
        composed.invoice.run_id = Some(run.id);
        plan.invoices.push(composed);
    }
    Ok(plan)
}

/// Discounts that are larger than the rest wait for a larger invoice.
fn without_discounts(items: Vec<Item>) -> Vec<Item> {
    items.into_iter().filter(|item| item.net_minor > 0 || !matches!(item.source, Source::Charge(_))).collect()
}

/// The item of a charge.
fn item_of(row: &pending_charge::Model) -> Result<Item, String> {
    let net_minor = row.unit_minor.checked_mul(i64::from(row.quantity));
    Ok(Item {
        description: row.description.clone(),
        quantity: row.quantity,
        unit_minor: row.unit_minor,
        net_minor: net_minor.ok_or_else(|| format!("{}: the amount is too large.", row.description))?,
        days: None,
        period: Some((row.performed_on, row.performed_on)),
        source: Source::Charge(row.id),
        product: row.product_id.map(|id| (id, String::new())),
        revenue_key: row.revenue_key.clone(),
        tax_class: row.tax_class,
        unit_code: row.unit_code.clone(),
        is_commissionable: false,
    })
}
