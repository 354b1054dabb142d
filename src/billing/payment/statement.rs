//! Recording the file of the bank: each entry that came in becomes a payment, once, and settles the invoice that its
//! reference names. What the bank took back returns the payment that it was.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::BufRead;

use entity::payment::{Model, State};
use entity::{allocation, invoice};
use iso_currency::Currency;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::bank::{self, BankFileError, Limits, Record};
use super::settle::{self, Source, lock, put, take_back};
use super::{matching, store};
use crate::access::Permission;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::random::hash;
use crate::billing::invoice::{open_minor, reference, store as invoices};
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::{self, Event};

/// How many entries one transaction records.
const AT_ONCE: usize = 200;
/// The longest text and name that are kept of an entry, in characters.
const LONGEST: usize = 500;

/// What a file did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
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

/// An entry with what tells it from all others.
type Keyed<'a> = (&'a Record, &'a String);

/// The entries that brought money in, and those by which the bank took money back.
fn sorted<'a>(records: &'a [Record], keys: &'a [String]) -> (Vec<Keyed<'a>>, Vec<Keyed<'a>>) {
    let with_amount = records.iter().zip(keys).filter(|(one, _)| one.amount_minor > 0);
    let (incoming, outgoing): (Vec<_>, Vec<_>) = with_amount.partition(|(one, _)| one.is_credit);
    (incoming, outgoing.into_iter().filter(|(one, _)| one.is_returned || one.is_reversal).collect())
}

/// Records the entries of a file. A file that is recorded again changes nothing. `by` is the permission of the actor, which
/// is checked again in each transaction; without one, the server does it by itself.
pub async fn record(request: &Request, issuer: Uuid, records: &[Record], by: Option<Permission>) -> Result<Recorded> {
    let keys = keys(records);
    let (incoming, returned) = sorted(records, &keys);
    let mut done = Recorded { entries: incoming.len(), ..Recorded::default() };
    for part in incoming.chunks(AT_ONCE) {
        let some = request.transaction(async |work| record_part(work, issuer, part, by).await).await?;
        some.add_to(&mut done);
    }
    for one in returned {
        done.returned += request.transaction(async |work| return_one(work, issuer, one, by).await).await?;
    }
    Ok(done)
}

/// What recording a file would do.
pub async fn preview(request: &Request, issuer: Uuid, records: &[Record]) -> Result<Recorded> {
    let reader = request.db().reader();
    let keys = keys(records);
    let (incoming, returned) = sorted(records, &keys);
    let mut done = Recorded { entries: incoming.len(), ..Recorded::default() };
    let mut targets: BTreeMap<Uuid, invoice::Model> = BTreeMap::new();
    for part in incoming.chunks(AT_ONCE) {
        let (rows, known) = new_rows(request, reader, issuer, part).await?;
        (done.known, done.new) = (done.known + known, done.new + rows.len());
        let named = rows.iter().flat_map(references).collect();
        for row in invoices::by_references(reader, issuer, named).await? {
            targets.entry(row.id).or_insert(row);
        }
        for row in rows {
            let Some(target) = meant(targets.values(), &row).and_then(|id| targets.get_mut(&id)) else { continue };
            target.paid_minor += row.amount_minor.min(open_minor(target));
            done.matched += 1;
        }
    }
    for (record, key) in returned {
        let is_known = store::is_returned(reader, issuer, key).await?;
        done.returned += usize::from(!is_known && find_returned(reader, issuer, record).await?.is_some());
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
            hash(&facts)
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

fn row(request: &Request, issuer_id: Uuid, record: &Record, key: &str) -> Model {
    Model {
        id: request.random.id(request.now()),
        issuer_id,
        payer_id: None,
        amount_minor: record.amount_minor,
        currency: record.currency.clone(),
        received_on: record.booked_on,
        returned_on: None,
        source_key: key.to_owned(),
        return_key: None,
        reference: record.references.first().map(|text| short(text)),
        text: short(&record.texts.join("\n")),
        paid_by: record.other_name.as_deref().map(short),
        state: State::Unmatched,
        allocated_minor: 0,
        created_at: request.now(),
    }
}

/// The payments of the entries that are not recorded yet, and how many are.
async fn new_rows(
    request: &Request,
    db: &impl ConnectionTrait,
    issuer: Uuid,
    part: &[Keyed<'_>],
) -> Result<(Vec<Model>, usize)> {
    let wanted: Vec<String> = part.iter().map(|(_, key)| (*key).clone()).collect();
    let known: HashSet<String> = store::known_keys(db, issuer, &wanted).await?.into_iter().collect();
    let new = part.iter().filter(|(_, key)| !known.contains(*key));
    Ok((new.map(|(record, key)| row(request, issuer, record, key)).collect(), known.len()))
}

/// The open invoice that a payment is certainly for: it names exactly one, in its currency. A person decides between
/// several.
fn meant<'a>(targets: impl IntoIterator<Item = &'a invoice::Model>, row: &Model) -> Option<Uuid> {
    let named = references(row);
    let is_named = |target: &&invoice::Model| {
        target.payment_reference.as_ref().is_some_and(|reference| named.contains(reference))
            && target.currency == row.currency
            && open_minor(target) > 0
    };
    let mut candidates = targets.into_iter().filter(is_named);
    match (candidates.next(), candidates.next()) {
        (Some(one), None) => Some(one.id),
        _ => None,
    }
}

async fn record_part(work: &Work<'_>, issuer: Uuid, part: &[Keyed<'_>], by: Option<Permission>) -> Result<Recorded> {
    let named = part.iter().flat_map(|(record, key)| references(&row(work.request, issuer, record, key)));
    let found = invoices::by_references(work.tx, issuer, named.collect()).await?;
    let places = found.iter().flat_map(|row| [row.organisation_id, row.payer_id]);
    lock(work, places.chain([issuer])).await?;
    if let Some(permission) = by {
        work.request.access.authorise_in(work.tx, issuer, permission).await?;
    }
    let (mut rows, known) = new_rows(work.request, work.tx, issuer, part).await?;
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let mut targets: BTreeMap<Uuid, invoice::Model> =
        invoices::rows_in(work.tx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut allocations: Vec<allocation::Model> = Vec::new();
    let mut changed: BTreeSet<Uuid> = BTreeSet::new();
    for row in &mut rows {
        let Some(target) = meant(targets.values(), row).and_then(|id| targets.get_mut(&id)) else { continue };
        row.payer_id = Some(target.payer_id);
        row.state = State::Matched;
        put(work, &mut Source::Payment(row), target, i64::MAX, &mut allocations);
        changed.insert(target.id);
    }
    let matched = rows.iter().filter(|row| row.state == State::Matched).count();
    let done = Recorded { new: rows.len(), matched, known, ..Recorded::default() };
    store::add(work.tx, rows).await?;
    let targets: Vec<&invoice::Model> = targets.values().filter(|row| changed.contains(&row.id)).collect();
    settle::write(work, allocations, &[], &[], &targets).await?;
    if done.new > 0 {
        let event = Event::done("recordBankStatement", issuer, by);
        let after = json!({ "payments": done.new, "matched": done.matched });
        note(work, event.changing(Json::Null, after), by).await?;
    }
    Ok(done)
}

async fn note(work: &Work<'_>, event: Event, by: Option<Permission>) -> Result<()> {
    match by {
        Some(_) => audit::record(work, event).await?,
        None => audit::record_by_system(work.tx, work.random, work.now, event).await?,
    }
    Ok(())
}

/// The letters and digits of a reference: banks put spaces where they like.
fn plain(reference: &str) -> String {
    reference.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_uppercase()
}

/// The payment that the bank took back: the newest one of this amount that names the same reference, or that
/// has the same reference of the bank.
async fn find_returned(db: &impl ConnectionTrait, issuer: Uuid, record: &Record) -> Result<Option<Uuid>> {
    let facts = (record.amount_minor, record.currency.as_str(), record.booked_on);
    let found = store::returnable(db, issuer, facts).await?;
    let named: Vec<String> = record.references.iter().map(|text| plain(text)).filter(|text| !text.is_empty()).collect();
    let same_entry = record.bank_reference.as_ref().map(|bank| format!("{}/{bank}/", record.account));
    let is_meant = |row: &&Model| {
        let same_reference = row.reference.as_ref().is_some_and(|reference| named.contains(&plain(reference)));
        same_reference || same_entry.as_ref().is_some_and(|entry| row.source_key.starts_with(entry))
    };
    Ok(found.iter().find(is_meant).map(|row| row.id))
}

async fn return_one(work: &Work<'_>, issuer: Uuid, (record, key): Keyed<'_>, by: Option<Permission>) -> Result<usize> {
    let Some(id) = find_returned(work.tx, issuer, record).await? else { return Ok(0) };
    if !give_back(work, issuer, id, Some(key)).await? {
        return Ok(0);
    }
    if let Some(permission) = by {
        work.request.access.authorise_in(work.tx, issuer, permission).await?;
    }
    let event = Event::done("returnPayment", issuer, by).to(Type::Payment.id(id));
    note(work, event.changing(Json::Null, json!({ "state": "Returned", "reason": record.return_reason })), by).await?;
    Ok(1)
}

/// Takes a payment back under the locks that this needs, because of an entry of a bank statement if there is one. Returns
/// whether that is new.
pub async fn give_back(work: &Work<'_>, issuer: Uuid, id: Uuid, entry: Option<&String>) -> Result<bool> {
    let known = store::allocations_of(work.tx, id).await?;
    let ids: Vec<Uuid> = known.iter().filter_map(|row| row.invoice_id).collect();
    let places = invoices::rows_in(work.tx, &ids).await?;
    lock(work, places.iter().flat_map(|row| [row.organisation_id, row.payer_id]).chain([issuer])).await?;
    if let Some(key) = entry
        && store::is_returned(work.tx, issuer, key).await?
    {
        return Ok(false);
    }
    let Some(mut paid) = store::find(work.tx, id).await? else { return Ok(false) };
    if paid.state == State::Returned {
        return Ok(false);
    }
    take_back(work, &mut paid).await?;
    paid.state = State::Returned;
    paid.return_key = entry.cloned();
    paid.returned_on = Some(work.today());
    store::save(work.tx, &paid).await?;
    Ok(true)
}

/// The invoice that a payment names by exactly one reference with valid check digits, in its currency.
pub async fn named(request: &Request, issuer: Uuid, row: &Model) -> Result<Option<Uuid>> {
    let found = invoices::by_references(request.db().reader(), issuer, references(row)).await?;
    Ok(meant(&found, row))
}

/// The references with valid check digits that a payment names, as invoices have them.
fn references(row: &Model) -> Vec<String> {
    let (references, texts) = (Vec::from_iter(row.reference.clone()), vec![row.text.clone()]);
    let found = matching::candidates(&references, &texts);
    found.iter().filter_map(|one| reference::make(one.kind, &one.number).ok()).collect()
}
