//! How payments and credit notes are put to invoices and refunds: allocations, and the sums that follow from them.

use std::collections::BTreeMap;

use entity::{allocation, credit_note, invoice, payment};
use uuid::Uuid;

use super::store;
use crate::access;
use crate::base::error::{Error, Result};
use crate::billing::commission;
use crate::billing::credit_note::{state_of, store as credit_notes};
use crate::billing::invoice::{open_minor, store as invoices};
use crate::billing::reminder;
use crate::graphql::request::Work;

/// Money that a payer has with the issuer.
pub enum Source<'a> {
    /// A payment.
    Payment(&'a mut payment::Model),
    /// A credit note.
    CreditNote(&'a mut credit_note::Model),
}

impl Source<'_> {
    /// What is left of it, in minor units.
    pub const fn left(&self) -> i64 {
        match self {
            Self::Payment(row) => row.amount_minor - row.allocated_minor,
            Self::CreditNote(row) => row.total_minor - row.allocated_minor,
        }
    }

    const fn take(&mut self, minor: i64) {
        match self {
            Self::Payment(row) => row.allocated_minor += minor,
            Self::CreditNote(row) => row.allocated_minor += minor,
        }
    }

    const fn ids(&self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Payment(row) => (Some(row.id), None),
            Self::CreditNote(row) => (None, Some(row.id)),
        }
    }
}

/// Locks organisations in the one order that all acts keep.
pub async fn lock(work: &Work<'_>, organisations: impl IntoIterator<Item = Uuid>) -> Result<()> {
    let organisations: Vec<Uuid> = organisations.into_iter().collect();
    access::lock_all(work.tx, &organisations).await
}

/// A payment as it is under the locks of its issuer, of its payer or the one that it gets, and of the parties of these
/// invoices.
pub async fn locked(
    work: &Work<'_>,
    payment: Uuid,
    (issuer, payer): (Uuid, Option<Uuid>),
    places: &[invoice::Model],
) -> Result<Option<payment::Model>> {
    let Some(before) = store::find(work.tx, payment).await? else { return Ok(None) };
    let places = places.iter().flat_map(|row| [row.organisation_id, row.payer_id]);
    lock(work, places.chain(before.payer_id).chain(payer).chain([issuer])).await?;
    let row = store::find(work.tx, payment).await?;
    if row.as_ref().is_some_and(|row| row.payer_id != before.payer_id) {
        return Err(Error::Conflict("Somebody else has changed the payment just now. Look again.".to_owned()));
    }
    Ok(row)
}

/// An allocation of today.
fn row(work: &Work<'_>, payer_id: Uuid, source: &Source<'_>, amount_minor: i64) -> allocation::Model {
    let (payment_id, credit_note_id) = source.ids();
    allocation::Model {
        id: work.random.id(work.now),
        payer_id,
        payment_id,
        credit_note_id,
        invoice_id: None,
        refund_id: None,
        amount_minor,
        allocated_on: work.today(),
        created_at: work.now,
    }
}

/// Puts a source to an invoice: at most `most`, what is left of the source, and what is open of the invoice. Returns the
/// amount. The caller writes the changed rows.
pub fn put(
    work: &Work<'_>,
    source: &mut Source<'_>,
    target: &mut invoice::Model,
    most: i64,
    rows: &mut Vec<allocation::Model>,
) -> i64 {
    let amount = most.min(source.left()).min(open_minor(target));
    if amount <= 0 {
        return 0;
    }
    rows.push(allocation::Model { invoice_id: Some(target.id), ..row(work, target.payer_id, source, amount) });
    source.take(amount);
    match source {
        Source::Payment(_) => target.paid_minor += amount,
        Source::CreditNote(_) => target.settled_minor += amount,
    }
    target.state = state_of(target);
    amount
}

/// Puts sources to a refund, the oldest first. Together they have at least the amount.
pub fn pay_back(
    work: &Work<'_>,
    sources: &mut [Source<'_>],
    (payer, refund): (Uuid, Uuid),
    amount: i64,
    rows: &mut Vec<allocation::Model>,
) {
    let mut rest = amount;
    for source in sources {
        let taken = rest.min(source.left());
        if taken > 0 {
            rows.push(allocation::Model { refund_id: Some(refund), ..row(work, payer, source, taken) });
            source.take(taken);
            rest -= taken;
        }
    }
}

/// Writes allocations and the sums that they changed. Services that were suspended because of an invoice run again when it
/// is settled.
pub async fn write(
    work: &Work<'_>,
    rows: Vec<allocation::Model>,
    payments: &[&payment::Model],
    notes: &[&credit_note::Model],
    targets: &[&invoice::Model],
) -> Result<()> {
    store::add_allocations(work.tx, rows.clone()).await?;
    for row in payments {
        store::save(work.tx, row).await?;
    }
    for row in notes {
        credit_notes::allocate(work.tx, row).await?;
    }
    invoices::settle(work.tx, targets).await?;
    commission::earn::settle(work, targets, &rows).await?;
    reminder::resume(work, targets).await
}

/// Takes back what a payment settled: each allocation gets one that takes it back. Returns the invoices that are open
/// again.
pub async fn take_back(work: &Work<'_>, paid: &mut payment::Model) -> Result<Vec<invoice::Model>> {
    let known = store::allocations_of(work.tx, paid.id).await?;
    let mut left: BTreeMap<Uuid, i64> = BTreeMap::new();
    for one in &known {
        if let Some(invoice) = one.invoice_id {
            *left.entry(invoice).or_default() += one.amount_minor;
        }
    }
    left.retain(|_, minor| *minor != 0);
    let ids: Vec<Uuid> = left.keys().copied().collect();
    let mut targets = invoices::rows_in(work.tx, &ids).await?;
    let mut rows = Vec::new();
    for target in &mut targets {
        let minor = left.get(&target.id).copied().unwrap_or_default();
        let source = Source::Payment(paid);
        rows.push(allocation::Model { invoice_id: Some(target.id), ..row(work, target.payer_id, &source, -minor) });
        paid.allocated_minor -= minor;
        target.paid_minor -= minor;
        target.state = state_of(target);
    }
    // What was credited of an invoice settles it first, now that it is open again.
    let mut notes = credit_notes::left_of(work.tx, &ids).await?;
    for note in &mut notes {
        if let Some(target) = targets.iter_mut().find(|target| target.id == note.invoice_id) {
            put(work, &mut Source::CreditNote(note), target, i64::MAX, &mut rows);
        }
    }
    let changed: Vec<&invoice::Model> = targets.iter().collect();
    write(work, rows, &[], &notes.iter().collect::<Vec<_>>(), &changed).await?;
    Ok(targets)
}
