//! Issuing credit notes: numbered, allocated to their invoices, recorded and mailed.

use std::collections::{BTreeMap, HashMap};

use entity::invoice::State;
use entity::number_series::Kind as Series;
use entity::{allocation, credit_note, credit_note_line, credit_note_vat, invoice, issuer, pending_charge};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::rules::{Credit, CreditError, CreditedLine, InvoicedLine, correct};
use super::store::{self, Note};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::money::round_div;
use crate::billing::charge;
use crate::billing::commission;
use crate::billing::details::Buyer;
use crate::billing::invoice::{Composed, letters, open_minor, store as invoices};
use crate::billing::reminder;
use crate::billing::series;
use crate::billing::vat::sums::Group;
use crate::graphql::request::Work;
use crate::mail::{self, Attached};
use crate::oversight::audit::{self, Event};

/// What a credit note is to take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The invoice.
    pub invoice: Uuid,
    /// Lines of it with amounts in minor units.
    pub lines: Vec<(Uuid, i64)>,
}

/// Why a credit note is issued.
pub struct Why<'a> {
    /// The reason that stands on it.
    pub reason: &'a str,
    /// The billing run, if one issues it.
    pub run: Option<Uuid>,
    /// Whether what it takes back counts as not billed. Otherwise it is a present.
    pub reopens: bool,
}

/// A credit note that can be issued.
pub struct Prepared {
    of_it: Composed,
    taken: Credit,
}

/// What credit notes of the server itself take back. `found` are the invoices, as the transaction sees them under the locks
/// of their organisations. A discount that would be more than what is left of its invoice is taken back too: it is charged
/// again, on the next invoice.
pub fn prepare(found: &mut BTreeMap<Uuid, Composed>, wanted: Vec<Wanted>) -> Result<Vec<Prepared>, CreditError> {
    let prepare = |one: Wanted| {
        let of_it = found.remove(&one.invoice).ok_or(CreditError::Empty)?;
        let amounts: HashMap<Uuid, i64> = one.lines.into_iter().collect();
        let of_lines = of_it.lines.iter().enumerate();
        let amounts = of_lines.filter_map(|(place, line)| Some((place, *amounts.get(&line.id)?))).collect();
        let taken = correct(&invoiced(&of_it), amounts)?;
        Ok(Prepared { of_it, taken })
    };
    wanted.into_iter().map(prepare).collect()
}

/// Issues credit notes of the server itself. The caller has locked the organisations.
pub async fn issue_all(
    work: &Work<'_>,
    issuer: &issuer::Model,
    prepared: Vec<Prepared>,
    reason: &str,
    run: Option<Uuid>,
) -> Result<()> {
    for Prepared { mut of_it, taken } in prepared {
        let note = write(work, issuer, &mut of_it, &taken, &Why { reason, run, reopens: true }).await?;
        let event = Event::done("creditInvoice", note.organisation_id, None).to(Type::CreditNote.id(note.id));
        let event = event.changing(Json::Null, audit_snapshot(&note));
        audit::record_by_system(work.tx, work.random, work.now, event).await?;
    }
    Ok(())
}

/// The lines of an invoice as the rules see them.
pub fn invoiced(one: &Composed) -> Vec<InvoicedLine> {
    let line = |line: &entity::invoice_line::Model| InvoicedLine {
        group: Group { category: line.vat_category, basis_points: line.vat_basis_points },
        net_minor: line.net_minor,
        credited_minor: line.credited_minor,
    };
    one.lines.iter().map(line).collect()
}

/// The error of a request that the rules refuse.
pub fn refused(field: &str, error: CreditError) -> UserError {
    let code = match error {
        CreditError::OverCredit { .. } | CreditError::DiscountLeft { .. } | CreditError::Empty => {
            UserErrorCode::OverCredit
        }
        _ => UserErrorCode::InvalidInput,
    };
    UserError::at(field, code, error.message())
}

/// Writes a credit note with what follows from it: the invoice is settled as far as it is open, and the buyer gets a mail.
pub async fn write(
    work: &Work<'_>,
    issuer: &issuer::Model,
    of_it: &mut Composed,
    taken: &Credit,
    why: &Why<'_>,
) -> Result<credit_note::Model> {
    let today = work.today();
    let numbers = series::store::take(work.tx, issuer.organisation_id, Series::CreditNote, today, 1).await?;
    let numbers = numbers.map_err(|none| UserError::general(UserErrorCode::InvalidInput, none.message()))?;
    let id = work.random.id(work.now);
    let accounting_vat_minor = accounting_vat(of_it, taken.totals.vat_minor);
    let invoice = &mut of_it.invoice;
    let settles = open_minor(invoice).min(taken.totals.total_minor);
    let row = credit_note::Model {
        id,
        organisation_id: invoice.organisation_id,
        issuer_id: invoice.issuer_id,
        payer_id: invoice.payer_id,
        invoice_id: invoice.id,
        number: numbers.into_iter().next().unwrap_or_default(),
        currency: invoice.currency.clone(),
        net_minor: taken.totals.net_minor,
        vat_minor: taken.totals.vat_minor,
        total_minor: taken.totals.total_minor,
        allocated_minor: settles,
        reason: why.reason.to_owned(),
        issued_on: today,
        accounting_currency: invoice.accounting_currency.clone(),
        accounting_vat_minor,
        needs_documents: true,
        run_id: why.run,
        created_at: work.now,
    };
    invoice.credited_minor += taken.totals.total_minor;
    invoice.settled_minor += settles;
    invoice.state = state_of(invoice);
    let lines = taken.lines.iter().zip(1..).map(|(credited, position)| {
        let line = &mut of_it.lines[credited.line];
        line.credited_minor += credited.net_minor;
        if why.reopens {
            line.reopened_minor += credited.net_minor;
        }
        credit_note_line::Model {
            id: work.random.id(work.now),
            organisation_id: row.organisation_id,
            credit_note_id: id,
            invoice_line_id: line.id,
            position,
            description: line.description.clone(),
            net_minor: credited.net_minor,
            vat_category: line.vat_category,
            vat_basis_points: line.vat_basis_points,
        }
    });
    let lines: Vec<_> = lines.collect();
    let vat = taken.totals.groups.iter().map(|sum| credit_note_vat::Model {
        credit_note_id: id,
        category: sum.group.category,
        basis_points: sum.group.basis_points,
        base_minor: sum.base_minor,
        vat_minor: sum.vat_minor,
    });
    let allocated = (settles > 0).then(|| allocation::Model {
        id: work.random.id(work.now),
        payer_id: row.payer_id,
        payment_id: None,
        credit_note_id: Some(id),
        invoice_id: Some(row.invoice_id),
        refund_id: None,
        amount_minor: settles,
        allocated_on: today,
        created_at: work.now,
    });
    let note = Note { row: row.clone(), lines, vat: vat.collect(), allocated };
    store::create(work.tx, note).await?;
    if why.reopens {
        let again = taken.lines.iter().filter_map(|credited| charged_again(work, of_it, credited, why.run));
        charge::store::add(work.tx, again.collect()).await?;
    }
    invoices::settle(work.tx, &[&of_it.invoice]).await?;
    reminder::resume(work, &[&of_it.invoice]).await?;
    for credited in &taken.lines {
        let line = &of_it.lines[credited.line];
        invoices::credit_line(work.tx, line).await?;
    }
    commission::earn::take_back(work, of_it, id).await?;
    send(work, &of_it.invoice, &row).await?;
    Ok(row)
}

/// What is charged again of a line that billed a charge: the next invoice takes it.
fn charged_again(
    work: &Work<'_>,
    of_it: &Composed,
    credited: &CreditedLine,
    run: Option<Uuid>,
) -> Option<pending_charge::Model> {
    let line = &of_it.lines[credited.line];
    // What a run takes back of a charge itself is not due any more: only discounts wait for another invoice.
    let is_due = line.charge_id.is_some() && (run.is_none() || credited.net_minor < 0);
    if !is_due {
        return None;
    }
    let is_whole = credited.net_minor == line.net_minor;
    let part = if credited.net_minor < 0 { -1 } else { 1 };
    Some(pending_charge::Model {
        id: work.random.id(work.now),
        organisation_id: line.organisation_id,
        subscription_id: line.subscription_id,
        product_id: line.product_id,
        description: line.description.clone(),
        quantity: if is_whole { line.quantity } else { part },
        unit_minor: if is_whole { line.unit_minor } else { credited.net_minor.saturating_abs() },
        currency: of_it.invoice.currency.clone(),
        unit_code: line.unit_code.clone(),
        tax_class: line.tax_class,
        revenue_key: line.revenue_key.clone(),
        performed_on: line.period_starts_on.unwrap_or_else(|| work.today()),
        state: pending_charge::State::Pending,
        created_at: work.now,
    })
}

/// The part of the VAT of an invoice in the currency of the accounting that a credit note takes back. The parts of all credit
/// notes add up to the whole.
fn accounting_vat(of_it: &Composed, vat_minor: i64) -> Option<i64> {
    let whole = of_it.invoice.accounting_vat_minor?;
    let net: i128 = of_it.lines.iter().map(|line| i128::from(line.credited_minor)).sum();
    let before = i128::from(of_it.invoice.credited_minor) - net;
    let all = i128::from(of_it.invoice.vat_minor).max(1);
    let until = |vat: i128| round_div(i128::from(whole) * vat, all);
    i64::try_from(until(before + i128::from(vat_minor)) - until(before)).ok()
}

/// The state of an issued invoice with these sums.
pub const fn state_of(row: &invoice::Model) -> State {
    if open_minor(row) > 0 {
        State::Open
    } else if row.credited_minor > 0 && row.credited_minor == row.total_minor {
        State::Void
    } else {
        State::Paid
    }
}

async fn send(work: &Work<'_>, invoice: &invoice::Model, row: &credit_note::Model) -> Result<()> {
    let Ok(buyer) = serde_json::from_str::<Buyer>(&invoice.buyer) else { return Ok(()) };
    let Some(recipient) = buyer.recipient() else { return Ok(()) };
    let letter = letters::credited(recipient.locale, row, invoice.number.as_deref().unwrap_or_default());
    let letter = letter.carrying(buyer.attached(Attached::CreditNote(row.id)));
    Ok(mail::queue(work.tx, work.random, work.now, [(recipient, letter)]).await?)
}

/// A credit note as the audit log keeps it.
pub fn audit_snapshot(row: &credit_note::Model) -> Json {
    json!({ "number": row.number, "totalMinor": row.total_minor, "currency": row.currency, "reason": row.reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::rows;

    #[test]
    fn an_invoice_is_open_while_something_is_to_be_paid_and_void_when_all_is_credited() {
        let day = "2026-03-31".parse().unwrap();
        let mut row = rows::invoice(Uuid::nil(), Default::default(), "1".to_owned(), "SEK", (day, day));
        row.total_minor = 100;
        for (paid, settled, credited, state) in [
            (0, 0, 0, State::Open),
            (99, 0, 0, State::Open),
            (100, 0, 0, State::Paid),
            (60, 40, 40, State::Paid),
            (0, 100, 100, State::Void),
            (100, 0, 100, State::Void),
            (0, 50, 100, State::Open),
        ] {
            (row.paid_minor, row.settled_minor, row.credited_minor) = (paid, settled, credited);
            assert_eq!(state_of(&row), state, "{paid} {settled} {credited}");
        }
    }
}
