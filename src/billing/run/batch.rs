//! What the invoices of a number of organisations need, loaded at once: the number of statements does not depend on the
//! number of organisations.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::{invoice, invoice_line, issuer, pending_charge, product, subscription};
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::rules::{Account, Billed, Costs};
use crate::access;
use crate::base::error::Result;
use crate::billing::charge;
use crate::billing::details::{self, Buyer};
use crate::billing::invoice::store as invoices;
use crate::billing::payer;
use crate::billing::unbilled;
use crate::billing::vat::tables::Tables;
use crate::catalogue::order::store as orders;
use crate::catalogue::product::store as products;
use crate::catalogue::subscription::history::{Step, on_day, steps};
use crate::catalogue::subscription::store as subscriptions;
use crate::organisation::store as organisations;

/// A subscription that may have something to bill.
struct Due {
    row: subscription::Model,
    steps: Vec<Step>,
    since: Date,
}

/// What the invoices of a number of organisations need.
pub struct Batch {
    due: Vec<Due>,
    products: HashMap<Uuid, product::Model>,
    billed: HashMap<Uuid, Vec<Billed>>,
    /// What was billed of the setup of subscriptions that were called off.
    setup: HashMap<Uuid, Vec<Billed>>,
    /// The customer's own numbers for the orders of subscriptions.
    purchase_orders: HashMap<Uuid, String>,
    /// The pending charges of each organisation.
    pub charges: HashMap<Uuid, Vec<pending_charge::Model>>,
    /// Who pays for each organisation.
    pub payers: HashMap<Uuid, Uuid>,
    /// The buyer of each payer; payers without billing details are missing.
    pub buyers: HashMap<Uuid, Buyer>,
    /// The payers that are closed.
    pub closed: HashSet<Uuid>,
    /// What decisions about VAT need.
    pub vat: Tables,
}

impl Batch {
    /// Locks the organisations and loads what is due until the horizon.
    pub async fn load(
        tx: &DatabaseTransaction,
        issuer: &issuer::Model,
        organisations: &[Uuid],
        (today, until, horizon): (Date, Date, Date),
        exchange_rate_days: u64,
    ) -> Result<Self> {
        access::lock_all(tx, organisations).await?;
        let unbilled = unbilled::store::list(tx, organisations, horizon).await?;
        let since: HashMap<Uuid, Date> = unbilled.iter().map(|row| (row.subscription_id, row.since)).collect();
        let ids: Vec<Uuid> = since.keys().copied().collect();
        let loaded = if ids.is_empty() { Vec::new() } else { subscriptions::load_in(tx, &ids).await? };
        let wanted: BTreeSet<Uuid> =
            loaded.iter().flat_map(|(_, changes)| changes.iter().map(|change| change.product_id)).collect();
        let wanted: Vec<Uuid> = wanted.into_iter().collect();
        let products = products::load_in(tx, &wanted).await?.into_iter().map(|row| (row.id, row)).collect();
        let first = unbilled.iter().map(|row| row.since).min();
        let billed = match first {
            // An interval is at most a year long.
            Some(first) => invoices::billed(tx, &ids, first - chrono::Days::new(366)).await?,
            None => Vec::new(),
        };
        let payers = payer::store::ends_of_chains(tx, organisations, today).await?;
        let recipients: BTreeSet<Uuid> = payers.values().copied().collect();
        let recipients: Vec<Uuid> = recipients.into_iter().collect();
        let closed = organisations::closed_of(tx, &recipients).await?;
        let details = details::store::recipients(tx, &recipients).await?;
        let buyers: HashMap<Uuid, Buyer> =
            details.iter().map(|(id, (details, contact))| (*id, Buyer::of(details, contact.as_ref()))).collect();
        let at = (today, exchange_rate_days);
        let vat = Tables::load(tx, issuer, buyers.iter().map(|(id, buyer)| (*id, buyer)), at).await?;
        let mut charges: HashMap<Uuid, Vec<pending_charge::Model>> = HashMap::new();
        for row in charge::store::pending(tx, organisations, until).await? {
            charges.entry(row.organisation_id).or_default().push(row);
        }
        let ordered: HashMap<Uuid, Uuid> = loaded
            .iter()
            .filter_map(|(row, changes)| Some((row.id, changes.iter().find_map(|change| change.order_id)?)))
            .collect();
        let purchase_orders = purchase_orders(tx, &ordered).await?;
        let due = loaded.into_iter().filter_map(|(row, changes)| {
            let since = since.get(&row.id).copied()?;
            Some(Due { steps: steps(&changes), since, row })
        });
        let due: Vec<Due> = due.collect();
        let never_had = |due: &&Due| on_day(&due.steps, due.row.starts_on).is_none_or(|step| step.quantity == 0);
        let called_off: Vec<Uuid> = due.iter().filter(never_had).map(|due| due.row.id).collect();
        let setup = invoices::billed_setup(tx, &called_off).await?;
        let billed = by_subscription(billed);
        let setup = by_subscription(setup);
        Ok(Self { due, products, billed, setup, purchase_orders, charges, payers, buyers, closed, vat })
    }

    /// What the subscriptions of an organisation still cost, each with its currency. One whose sums are too large is an
    /// error with its product.
    pub fn costs(&self, organisation: Uuid, horizon: Date) -> Result<Vec<(Uuid, String, Costs)>, String> {
        let of_it = self.due.iter().filter(|due| due.row.organisation_id == organisation && self.is_charged(due));
        let products = |id| self.products.get(&id);
        of_it
            .map(|due| {
                let billed = self.billed.get(&due.row.id).map_or(&[][..], Vec::as_slice);
                let account = Account { row: &due.row, steps: &due.steps, products: &products, billed };
                let mut costs =
                    account.costs(due.since, horizon).map_err(|error| format!("{}: {error}", due.row.product_name))?;
                let setup = self.setup.get(&due.row.id).into_iter().flatten();
                costs.credits.extend(setup.filter(|line| line.left_minor > 0).map(|line| (*line, line.left_minor)));
                Ok((due.row.id, due.row.currency.clone(), costs))
            })
            .collect()
    }

    /// The customer's own number for what stands on an invoice, if it is one for all (BT-13).
    pub fn purchase_order(&self, lines: &[invoice_line::Model]) -> Option<String> {
        let of = |line: &invoice_line::Model| self.purchase_orders.get(&line.subscription_id?);
        let first = of(lines.first()?)?;
        lines.iter().all(|line| of(line) == Some(first)).then(|| first.clone())
    }

    /// Whether a subscription costs nothing yet, because it is charged from its activation.
    pub fn is_waiting(&self, subscription: Uuid) -> bool {
        self.due.iter().any(|due| due.row.id == subscription && !self.is_charged(due))
    }

    /// A product that is charged from its activation costs nothing before.
    fn is_charged(&self, due: &Due) -> bool {
        let from_activation = self
            .products
            .get(&due.row.product_id)
            .is_some_and(|product| product.bills_from == product::BillsFrom::Activation);
        due.row.state != subscription::State::Pending || !from_activation
    }
}

/// The customer's own numbers for the orders of subscriptions.
async fn purchase_orders(tx: &DatabaseTransaction, ordered: &HashMap<Uuid, Uuid>) -> Result<HashMap<Uuid, String>> {
    let orders: BTreeSet<Uuid> = ordered.values().copied().collect();
    let known = orders::purchase_orders(tx, &Vec::from_iter(orders)).await?;
    Ok(ordered.iter().filter_map(|(subscription, order)| Some((*subscription, known.get(order)?.clone()))).collect())
}

fn by_subscription(rows: Vec<(invoice_line::Model, invoice::State)>) -> HashMap<Uuid, Vec<Billed>> {
    let mut billed: HashMap<Uuid, Vec<Billed>> = HashMap::new();
    for (line, state) in rows {
        if let Some(subscription) = line.subscription_id {
            billed.entry(subscription).or_default().push(Billed {
                line: line.id,
                invoice: line.invoice_id,
                is_draft: state == invoice::State::Draft,
                interval: line.interval_starts_on,
                change: line.change_id,
                counts_minor: line.net_minor - line.reopened_minor,
                left_minor: line.net_minor - line.credited_minor,
            });
        }
    }
    billed
}

/// Whether an issuer can bill at all.
pub fn is_ready(issuer: &issuer::Model) -> bool {
    issuer.iban.is_some() || issuer.bankgiro.is_some()
}
