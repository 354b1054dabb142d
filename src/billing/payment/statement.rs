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
use crate::billing::reminder;
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::{self, Event};

/// How many entries one transaction records.
const AT_ONCE: usize = 200;
/// The longest text and name that are kept of an entry, in characters.
const LONGEST: usize = 500;

/// What a file did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// Booked entries in the file that brought money in.
    pub entries: usize,
    /// Payments that are new.
    pub new: usize,
    /// New payments that settled an invoice, wholly or in part.
    pub matched: usize,
    /// Payments that were taken back.
    pub returned: usize,
    /// Entries by which the bank took money back that fit no payment. A person looks for it, and uses `returnPayment`.
    pub unknown_returns: usize,
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
        match request.transaction(async |work| return_one(work, issuer, one, by).await).await? {
            Return::Done => done.returned += 1,
            Return::Known => {}
            Return::Unknown => done.unknown_returns += 1,
        }
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
        let named = rows.iter().flat_map(|(row, _)| references(row)).collect::<Vec<_>>();
        for row in invoices::by_references(reader, issuer, &named).await? {
            targets.entry(row.id).or_insert(row);
        }
        for row in rows.into_iter().filter(|(_, record)| record.transactions == 1).map(|(row, _)| row) {
            let Some(target) = meant(targets.values(), &row).and_then(|id| targets.get_mut(&id)) else { continue };
            target.paid_minor += row.amount_minor.min(open_minor(target));
            done.matched += 1;
        }
    }
    for (record, key) in returned {
        if store::is_returned(reader, issuer, key).await? {
            continue;
        }
        match find_returned(reader, issuer, record).await? {
            Some((_, State::Returned)) => {}
            Some(_) => done.returned += 1,
            None => done.unknown_returns += 1,
        }
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

/// What tells each record from all others: account, day, amount and direction with the bank's reference, or else with what
/// the entry says, and how often that came before in the file.
fn keys(records: &[Record]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let key = |record: &Record| {
        let what = record.bank_reference.clone().unwrap_or_else(|| {
            let said = (&record.references, &record.texts, &record.end_to_end_id);
            format!("{said:?} {:?} {:?} {:?}", record.other_name, record.other_account, record.value_on)
        });
        let direction = if record.is_credit { "C" } else { "D" };
        let (day, minor, currency) = (record.booked_on, record.amount_minor, &record.currency);
        let base = hash(&format!("{} {day} {minor} {currency} {direction} {what}", record.account));
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
        bank_reference: record.bank_reference.as_deref().map(short),
        end_to_end_id: record.end_to_end_id.as_deref().map(short),
        return_key: None,
        reference: (!record.references.is_empty()).then(|| short(&record.references.join("\n"))),
        text: short(&record.texts.join("\n")),
        paid_by: record.other_name.as_deref().map(short),
        state: State::Unmatched,
        allocated_minor: 0,
        created_at: request.now(),
    }
}

/// The payments of the entries that are not recorded yet, and how many are.
async fn new_rows<'a>(
    request: &Request,
    db: &impl ConnectionTrait,
    issuer: Uuid,
    part: &[Keyed<'a>],
) -> Result<(Vec<(Model, &'a Record)>, usize)> {
    let wanted: Vec<String> = part.iter().map(|(_, key)| (*key).clone()).collect();
    let known: HashSet<String> = store::known_keys(db, issuer, &wanted).await?.into_iter().collect();
    let new = part.iter().filter(|(_, key)| !known.contains(*key));
    Ok((new.map(|(record, key)| (row(request, issuer, record, key), *record)).collect(), known.len()))
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
    let found = invoices::by_references(work.tx, issuer, &named.collect::<Vec<_>>()).await?;
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
    for (row, _) in rows.iter_mut().filter(|(_, record)| record.transactions == 1) {
        let Some(target) = meant(targets.values(), row).and_then(|id| targets.get_mut(&id)) else { continue };
        row.payer_id = Some(target.payer_id);
        row.state = State::Matched;
        put(work, &mut Source::Payment(row), target, i64::MAX, &mut allocations);
        changed.insert(target.id);
    }
    let rows: Vec<Model> = rows.into_iter().map(|(row, _)| row).collect();
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

/// The payment that the bank took back, with its state: the newest one of this amount that has the same reference of the bank
/// or of the payer, or that names the same reference. One that a person has taken back comes first: it is the same.
async fn find_returned(db: &impl ConnectionTrait, issuer: Uuid, record: &Record) -> Result<Option<(Uuid, State)>> {
    let facts = (record.amount_minor, record.currency.as_str(), record.booked_on);
    let found = store::returnable(db, issuer, facts).await?;
    let named: Vec<String> = record.references.iter().map(|text| plain(text)).filter(|text| !text.is_empty()).collect();
    let is_meant = |row: &&store::Returnable| {
        let is_same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let mut said = row.reference.iter().flat_map(|text| text.lines());
        let text = plain(&row.text);
        is_same(&row.bank_reference, &record.bank_reference)
            || is_same(&row.end_to_end_id, &record.end_to_end_id)
            || said.any(|reference| named.contains(&plain(reference)))
            || named.iter().any(|reference| text.contains(reference))
    };
    let meant: Vec<&store::Returnable> = found.iter().filter(is_meant).collect();
    let by_hand = meant.iter().find(|row| row.state == State::Returned);
    Ok(by_hand.or_else(|| meant.first()).map(|row| (row.id, row.state)))
}

/// What an entry that took money back did.
enum Return {
    /// It returned a payment.
    Done,
    /// The payment was returned before.
    Known,
    /// It fits no payment.
    Unknown,
}

async fn return_one(work: &Work<'_>, issuer: Uuid, (record, key): Keyed<'_>, by: Option<Permission>) -> Result<Return> {
    if store::is_returned(work.tx, issuer, key).await? {
        return Ok(Return::Known);
    }
    let Some((id, _)) = find_returned(work.tx, issuer, record).await? else { return Ok(Return::Unknown) };
    let is_new = give_back(work, issuer, id, Some(key)).await?;
    if let Some(permission) = by {
        work.request.access.authorise_in(work.tx, issuer, permission).await?;
    }
    if !is_new {
        return Ok(Return::Known);
    }
    let event = Event::done("returnPayment", issuer, by).to(Type::Payment.id(id));
    note(work, event.changing(Json::Null, json!({ "state": "Returned", "reason": record.return_reason })), by).await?;
    Ok(Return::Done)
}

/// Takes a payment back under the locks that this needs, because of an entry of a bank statement if there is one. Services
/// that the invoices had suspended are suspended again. Returns whether that is new.
pub async fn give_back(work: &Work<'_>, issuer: Uuid, id: Uuid, entry: Option<&String>) -> Result<bool> {
    let known = store::allocations_of(work.tx, id).await?;
    let ids: Vec<Uuid> = known.iter().filter_map(|row| row.invoice_id).collect();
    let places = invoices::rows_in(work.tx, &ids).await?;
    let Some(mut paid) = settle::locked(work, id, (issuer, None), &places).await? else { return Ok(false) };
    if let Some(key) = entry
        && store::is_returned(work.tx, issuer, key).await?
    {
        return Ok(false);
    }
    if paid.state == State::Returned {
        if paid.return_key.is_none() && entry.is_some() {
            paid.return_key = entry.cloned();
            store::save(work.tx, &paid).await?;
        }
        return Ok(false);
    }
    let reopened = take_back(work, &mut paid).await?;
    paid.state = State::Returned;
    paid.return_key = entry.cloned();
    paid.returned_on = Some(work.today());
    store::save(work.tx, &paid).await?;
    reminder::suspend_again(work, &reopened).await?;
    Ok(true)
}

/// The invoice that a payment names by exactly one reference with valid check digits, in its currency.
pub async fn named(request: &Request, issuer: Uuid, row: &Model) -> Result<Option<Uuid>> {
    let found = invoices::by_references(request.db().reader(), issuer, &references(row)).await?;
    Ok(meant(&found, row))
}

/// The references with valid check digits that a payment names, as invoices have them.
fn references(row: &Model) -> Vec<String> {
    let found = matching::candidates(&matching::references_of(row), std::slice::from_ref(&row.text));
    found.iter().filter_map(|one| reference::make(one.kind, &one.number).ok()).collect()
}
