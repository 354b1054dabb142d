//! Recording the file of the bank: each entry that came in becomes a payment, once, and settles the invoice that its
//! reference names. What the bank took back returns the payment that it was.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;

use entity::payment::{Model, State};
use entity::{allocation, invoice};
use iso_currency::Currency;
use ring::digest::{SHA256, digest};
use serde_json::json;
use uuid::Uuid;

use super::bank::{self, BankFileError, Limits, Record};
use super::settle::{Source, lock, open, put, take_back};
use super::{matching, store};
use crate::base::error::Result;
use crate::billing::invoice::reference;
use crate::billing::invoice::store as invoices;
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::{self, Event};

/// How many entries one transaction records.
const AT_ONCE: usize = 200;
/// The longest text and name that are kept of an entry, in characters.
const LONGEST: usize = 500;

/// What a file did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Booked entries in the file that brought money in.
    pub entries: usize,
    /// Payments that are new.
    pub new: usize,
    /// New payments that settled an invoice, wholly or in part.
    pub matched: usize,
    /// Payments that were taken back.
    pub returned: usize,
    /// Entries that were recorded before.
    pub known: usize,
}

/// Reads a file as a whole. Nothing is recorded of a file with a fault.
pub fn read(source: impl BufRead) -> Result<Vec<Record>, BankFileError> {
    let mut records = Vec::new();
    let exponent = |code: &str| Currency::from_code(code)?.exponent().map(u32::from);
    bank::read(source, Limits::default(), exponent, |record| records.push(record))?;
    Ok(records)
}

/// Records the entries of a file. A file that is recorded again changes nothing. The caller has authorised it.
pub async fn record(request: &Request, issuer: Uuid, records: &[Record]) -> Result<Recorded> {
    let mut done = Recorded::default();
    let keys = keys(records);
    let with_keys: Vec<(&Record, &String)> = records.iter().zip(&keys).collect();
    let (incoming, outgoing): (Vec<_>, Vec<_>) =
        with_keys.into_iter().filter(|(one, _)| one.amount_minor > 0).partition(|(one, _)| one.is_credit);
    done.entries = incoming.len();
    for part in incoming.chunks(AT_ONCE) {
        request.transaction(async |work| record_part(work, issuer, part).await).await?.add_to(&mut done);
    }
    for (one, _) in outgoing.into_iter().filter(|(one, _)| one.is_returned || one.is_reversal) {
        done.returned += request.transaction(async |work| return_one(work, issuer, one).await).await?;
    }
    Ok(done)
}

impl Recorded {
    fn add_to(self, all: &mut Self) {
        all.new += self.new;
        all.matched += self.matched;
        all.known += self.known;
    }
}

/// What tells each record from all others: the account with the bank's reference, or else with what the entry says, and
/// how often that came before in the file.
fn keys(records: &[Record]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let key = |record: &Record| {
        let what = record.bank_reference.clone().unwrap_or_else(|| {
            let facts = format!(
                "{} {} {} {:?} {:?} {:?}",
                record.booked_on,
                record.amount_minor,
                record.currency,
                record.references,
                record.texts,
                record.other_name
            );
            digest(&SHA256, facts.as_bytes()).as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
        });
        let base = format!("{}/{what}/{}", record.account, if record.is_credit { "C" } else { "D" });
        let count = seen.entry(base.clone()).or_default();
        *count += 1;
        format!("{base}/{count}")
    };
    records.iter().map(key).collect()
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

fn row(work: &Work<'_>, issuer_id: Uuid, record: &Record, key: &str) -> Model {
    Model {
        id: work.random.id(work.now),
        issuer_id,
        payer_id: None,
        amount_minor: record.amount_minor,
        currency: record.currency.clone(),
        received_on: record.booked_on,
        returned_on: None,
        source_key: key.to_owned(),
        reference: record.references.first().map(|text| short(text)),
        text: short(&record.texts.join("\n")),
        paid_by: record.other_name.as_deref().map(short),
        state: State::Unmatched,
        allocated_minor: 0,
        created_at: work.now,
    }
}

async fn record_part(work: &Work<'_>, issuer: Uuid, part: &[(&Record, &String)]) -> Result<Recorded> {
    let mut done = Recorded::default();
    let wanted: Vec<String> = part.iter().map(|(_, key)| (*key).clone()).collect();
    let known: HashSet<String> = store::known_keys(work.tx, issuer, &wanted).await?.into_iter().collect();
    done.known = known.len();
    let new = part.iter().filter(|(_, key)| !known.contains(*key));
    let mut rows: Vec<Model> = new.map(|(record, key)| row(work, issuer, record, key)).collect();
    let named: Vec<Vec<String>> = rows.iter().map(references).collect();
    let found = invoices::by_references(work.tx, issuer, named.iter().flatten().cloned().collect()).await?;
    let places: Vec<Uuid> = found.iter().flat_map(|row| [row.organisation_id, row.payer_id]).collect();
    lock(work, places.into_iter().chain([issuer])).await?;
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let mut targets: BTreeMap<Uuid, invoice::Model> =
        invoices::rows_in(work.tx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut allocations: Vec<allocation::Model> = Vec::new();
    for (row, references) in rows.iter_mut().zip(&named) {
        let meant = |target: &&invoice::Model| {
            target.payment_reference.as_ref().is_some_and(|reference| references.contains(reference))
                && target.currency == row.currency
                && open(target) > 0
        };
        let mut candidates = targets.values().filter(meant).map(|target| target.id);
        // Only one reference is certain. A person decides between several.
        let (Some(id), None) = (candidates.next(), candidates.next()) else { continue };
        if let Some(target) = targets.get_mut(&id) {
            row.payer_id = Some(target.payer_id);
            row.state = State::Matched;
            put(work, &mut Source::Payment(row), target, i64::MAX, &mut allocations);
            done.matched += 1;
        }
    }
    done.new = rows.len();
    store::add(work.tx, rows).await?;
    store::add_allocations(work.tx, allocations).await?;
    for target in targets.values() {
        invoices::settle(work.tx, target).await?;
    }
    if done.new > 0 {
        let event = Event::done("recordBankStatement", issuer, None);
        let event = event.changing(serde_json::Value::Null, json!({ "payments": done.new, "matched": done.matched }));
        audit::record(work, event).await?;
    }
    Ok(done)
}

/// Takes back the payment that the bank took back: the newest one of this amount from the same account that names the same
/// reference.
async fn return_one(work: &Work<'_>, issuer: Uuid, record: &Record) -> Result<usize> {
    let found = store::returnable(work.tx, issuer, record.amount_minor, &record.currency).await?;
    let is_meant = |row: &&Model| {
        let same_reference = record.references.iter().any(|reference| row.reference.as_ref() == Some(reference));
        let same_bank = record.bank_reference.as_ref().is_some_and(|bank| row.source_key.contains(bank.as_str()));
        same_reference || same_bank
    };
    let Some(id) = found.iter().find(is_meant).map(|row| row.id) else { return Ok(0) };
    give_back(work, issuer, id).await?;
    Ok(1)
}

/// Takes a payment back under the locks that this needs.
pub async fn give_back(work: &Work<'_>, issuer: Uuid, id: Uuid) -> Result<()> {
    let known = store::allocations_of(work.tx, id).await?;
    let ids: Vec<Uuid> = known.iter().filter_map(|row| row.invoice_id).collect();
    let places = invoices::rows_in(work.tx, &ids).await?;
    lock(work, places.iter().flat_map(|row| [row.organisation_id, row.payer_id]).chain([issuer])).await?;
    let Some(mut paid) = store::find(work.tx, id).await? else { return Ok(()) };
    if paid.state == State::Returned {
        return Ok(());
    }
    take_back(work, &mut paid).await?;
    paid.state = State::Returned;
    paid.returned_on = Some(work.today());
    store::save(work.tx, &paid).await?;
    Ok(())
}

/// The invoice that a payment names by exactly one reference with valid check digits, in its currency.
pub async fn named(request: &Request, issuer: Uuid, row: &Model) -> Result<Option<Uuid>> {
    let found = invoices::by_references(request.db().reader(), issuer, references(row)).await?;
    let mut open = found.into_iter().filter(|one| one.currency == row.currency && open(one) > 0);
    Ok(match (open.next(), open.next()) {
        (Some(one), None) => Some(one.id),
        _ => None,
    })
}

/// The references with valid check digits that a payment names, as invoices have them.
fn references(row: &Model) -> Vec<String> {
    let (references, texts) = (Vec::from_iter(row.reference.clone()), vec![row.text.clone()]);
    let found = matching::candidates(&references, &texts);
    found.iter().filter_map(|one| reference::make(one.kind, &one.number).ok()).collect()
}
