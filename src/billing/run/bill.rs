//! How a number of organisations are billed in one transaction: invoices and credit notes with their numbers, all or
//! nothing for each organisation. What cannot be billed is a problem that the run tells, and the others are billed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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
use crate::billing::invoice::{self, Composed, Item, Parties, Source, Unmade, compose, issuing};
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
#[derive(Clone, Debug, Default)]
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
    let days = work.request.config.billing.exchange_rate_days;
    let batch = Batch::load(work.tx, issuer, organisations, (today, until, horizon), days).await?;
    let mut done = Done::default();
    let mut planned = Vec::new();
    for organisation in organisations {
        match plan(work, run, issuer, &batch, *organisation, horizon) {
            Ok(plan) => planned.push((*organisation, plan)),
            Err(message) => done.problems.push(Problem { organisation: *organisation, message }),
        }
    }
    let credited: BTreeSet<Uuid> =
        planned.iter().flat_map(|(_, plan)| plan.credits.iter().map(|(line, _)| line.invoice)).collect();
    let credited: Vec<Uuid> = credited.into_iter().collect();
    let credited =
        if credited.is_empty() { HashMap::new() } else { invoice::store::load_in(work.tx, &credited).await? };
    let mut credited: BTreeMap<Uuid, Composed> = credited.into_iter().collect();
    let (mut plans, mut prepared) = (Vec::new(), Vec::new());
    for (organisation, plan) in planned {
        match credit_note::prepare(&mut credited, notes(&plan.credits)) {
            Ok(of_it) => {
                prepared.extend(of_it);
                plans.push(plan);
            }
            Err(error) => done.problems.push(Problem { organisation, message: error.to_string() }),
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
    done.credit_notes = prepared.len();
    if run.mode == Mode::Try {
        return Ok(done);
    }
    let (mut since, mut finished, mut charges) = (Vec::new(), Vec::new(), Vec::new());
    let mut invoices = Vec::new();
    for plan in plans {
        since.extend(plan.since);
        finished.extend(plan.finished);
        charges.extend(plan.charges);
        invoices.extend(plan.invoices);
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
    let reason = "Correction after a change of the subscription.";
    credit_note::issue_all(work, issuer, prepared, reason, Some(run.id)).await?;
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
    let charges = batch.charges.get(&organisation).into_iter().flatten();
    for row in charges.filter(|row| !row.subscription_id.is_some_and(|id| batch.is_waiting(id))) {
        items.entry(row.currency.clone()).or_default().push(item_of(row)?);
    }
    items.retain(|_, items| !items.is_empty());
    if items.is_empty() {
        return Ok(plan);
    }
    let payer = batch.payers.get(&organisation).copied().unwrap_or(organisation);
    if payer != organisation && batch.closed.contains(&payer) {
        return Err("Its payer is closed. End the agreement with endPayer, or find another payer.".to_owned());
    }
    let Some(buyer) = batch.buyers.get(&payer) else {
        let message = if payer == organisation {
            "It has no billing details. Fill them in with updateBillingDetails."
        } else {
            "Its payer has no billing details. Fill them in with updateBillingDetails."
        };
        return Err(message.to_owned());
    };
    let exchange = |from: &str| batch.vat.exchange(from);
    let parties = Parties { organisation, payer, issuer, buyer, exchange: &exchange };
    for (currency, items) in items {
        let net: i128 = items.iter().map(|item| i128::from(item.net_minor)).sum();
        let items = if net > 0 { items } else { without_discounts(items) };
        let composed = |items: Vec<Item>| {
            let treat = |class| batch.vat.treatment(issuer, (payer, buyer), class);
            compose(&parties, &currency, items, treat, || work.random.id(work.now), work.now)
        };
        let made = match composed(items.clone()) {
            Err(Unmade::NegativeVat) => composed(without_discounts(items)),
            made => made,
        };
        let mut composed = made.map_err(|error| error.to_string())?;
        if composed.lines.is_empty() {
            continue;
        }
        plan.charges.extend(composed.lines.iter().filter_map(|line| line.charge_id));
        composed.invoice.run_id = Some(run.id);
        composed.invoice.purchase_order = batch.purchase_order(&composed.lines);
        plan.invoices.push(composed);
    }
    Ok(plan)
}

/// Discounts that are larger than the rest wait for a larger invoice.
fn without_discounts(items: Vec<Item>) -> Vec<Item> {
    items.into_iter().filter(|item| item.net_minor > 0 || !matches!(item.source, Source::Charge { .. })).collect()
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
        source: Source::Charge { charge: row.id, subscription: row.subscription_id },
        product: row.product_id.map(|id| (id, String::new())),
        revenue_key: row.revenue_key.clone(),
        tax_class: row.tax_class,
        unit_code: row.unit_code.clone(),
        is_commissionable: false,
    })
}
