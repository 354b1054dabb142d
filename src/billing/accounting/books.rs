//! The vouchers of days: one for each document, payment and refund, and for each use of a balance. Pure functions.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use chrono_tz::Tz;
use entity::accounting_entry::Kind;
use entity::{allocation, credit_note, credit_note_line, credit_note_vat, invoice, invoice_line, invoice_vat};
use entity::{payment, refund};
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::plan::AccountPlan;
use super::posting::{
    Document, Movement, RevenueLine, of_balance_use, of_document, of_payment, of_refund, of_returned_payment,
};
use super::store::{Source, Span};
use super::voucher::{PostingError, Voucher};
use crate::base::calendar::business_day;
use crate::base::message::Message;
use crate::billing::exchange::Rate;
use crate::billing::vat::sums::{Group, GroupSum};

/// What happened on days, as the database has it.
#[derive(Debug, Default)]
pub struct Books {
    /// The issued invoices, with their lines and VAT.
    pub invoices: (Vec<invoice::Model>, Vec<invoice_line::Model>, Vec<invoice_vat::Model>),
    /// The credit notes, with their lines and VAT.
    pub notes: (Vec<credit_note::Model>, Vec<credit_note_line::Model>, Vec<credit_note_vat::Model>),
    /// The invoices that they credit, with the credited lines.
    pub credited: (Vec<invoice::Model>, Vec<invoice_line::Model>),
    /// The payments, what was put of them to invoices on the days, and what of the payments is in a batch already.
    pub payments: (Vec<payment::Model>, Vec<allocation::Model>, HashSet<Source>),
    /// The refunds, and what of them came from credit notes.
    pub refunds: (Vec<refund::Model>, Vec<allocation::Model>),
}

/// The vouchers of books, and what they were made of.
#[derive(Debug, Default)]
pub struct Posted {
    /// The vouchers.
    pub vouchers: Vec<Voucher>,
    /// All that happened, also what changes no account.
    pub sources: Vec<Source>,
}

impl Posted {
    fn add(&mut self, source: Source, number: &str, voucher: Result<Voucher, PostingError>) -> Result<(), Unposted> {
        self.sources.push(source);
        match voucher {
            Ok(voucher) => self.vouchers.push(voucher),
            // A document over nothing changes no account.
            Err(PostingError::Empty) => {}
            Err(error) => return Err(Unposted { number: number.to_owned(), error }),
        }
        Ok(())
    }
}

/// Why there are no vouchers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{number}: {error}")]
pub struct Unposted {
    /// The number of the document or the reference of the payment.
    pub number: String,
    /// What is wrong.
    pub error: PostingError,
}

impl Unposted {
    /// The same for a person.
    pub fn message(&self) -> Message {
        let number = format!("{}: ", self.number);
        self.error.message().after([&number; 3])
    }
}

/// Whether the VAT of an invoice belongs to another member state: it was decided by the country of the buyer.
pub fn is_taxed_abroad(row: &invoice::Model) -> bool {
    let rule: serde_json::Value = serde_json::from_str(&row.vat_rule).unwrap_or_default();
    rule["rule"] == "BUYERS_COUNTRY"
}

fn grouped<K: Eq + Hash, T>(rows: &[T], key: impl Fn(&T) -> K) -> HashMap<K, Vec<&T>> {
    let mut found: HashMap<K, Vec<&T>> = HashMap::new();
    for row in rows {
        found.entry(key(row)).or_default().push(row);
    }
    found
}

fn of<'a, T>(found: &'a HashMap<Uuid, Vec<&'a T>>, id: Uuid) -> &'a [&'a T] {
    found.get(&id).map_or(&[], Vec::as_slice)
}

/// A line of an invoice, as far as accounts depend on it.
fn revenue(line: &invoice_line::Model) -> RevenueLine<'_> {
    let group = Group { category: line.vat_category, basis_points: line.vat_basis_points };
    RevenueLine { revenue_key: &line.revenue_key, group, net_minor: line.net_minor }
}

impl Books {
    /// All vouchers of the days, ordered by day, and documents before money.
    pub fn post(&self, plan: &AccountPlan, span: &Span, zone: Tz) -> Result<Posted, Unposted> {
        let mut posted = Posted::default();
        self.invoices(plan, span, &mut posted)?;
        self.credit_notes(plan, span, &mut posted)?;
        self.payments(plan, span, zone, &mut posted)?;
        self.refunds(plan, span, zone, &mut posted)?;
        // The sort is stable, so the order of kinds stays within a day.
        posted.vouchers.sort_by_key(Voucher::day);
        Ok(posted)
    }

    fn invoices(&self, plan: &AccountPlan, span: &Span, posted: &mut Posted) -> Result<(), Unposted> {
        let (rows, lines, vat) = &self.invoices;
        let lines = grouped(lines, |line| line.invoice_id);
        let vat = grouped(vat, |sum| sum.invoice_id);
        for row in rows {
            let issued_on = row.issued_on.filter(|day| span.has(*day));
            let (Some(number), Some(issued_on)) = (row.number.as_deref(), issued_on) else { continue };
            let sum = |sum: &&invoice_vat::Model| GroupSum {
                group: Group { category: sum.category, basis_points: sum.basis_points },
                base_minor: sum.base_minor,
                vat_minor: sum.vat_minor,
            };
            let document = Document {
                is_credit_note: false,
                number,
                issued_on,
                currency: &row.currency,
                text: &row.recipient_name,
                is_taxed_abroad: is_taxed_abroad(row),
                lines: &of(&lines, row.id).iter().map(|line| revenue(line)).collect::<Vec<_>>(),
                vat: &of(&vat, row.id).iter().map(sum).collect::<Vec<_>>(),
                rate: row.exchange.as_deref().and_then(Rate::read),
                accounting_vat_minor: row.accounting_vat_minor,
            };
            posted.add((Kind::Invoice, row.id), number, of_document(plan, &document))?;
        }
        Ok(())
    }

    fn credit_notes(&self, plan: &AccountPlan, span: &Span, posted: &mut Posted) -> Result<(), Unposted> {
        let (rows, lines, vat) = &self.notes;
        let lines = grouped(lines, |line| line.credit_note_id);
        let vat = grouped(vat, |sum| sum.credit_note_id);
        let invoices: HashMap<Uuid, &invoice::Model> = self.credited.0.iter().map(|row| (row.id, row)).collect();
        let keys: HashMap<Uuid, &str> =
            self.credited.1.iter().map(|line| (line.id, line.revenue_key.as_str())).collect();
        for row in rows.iter().filter(|row| span.has(row.issued_on)) {
            let invoice = invoices.get(&row.invoice_id);
            let revenue = |line: &&credit_note_line::Model| RevenueLine {
                revenue_key: keys.get(&line.invoice_line_id).copied().unwrap_or_default(),
                group: Group { category: line.vat_category, basis_points: line.vat_basis_points },
                net_minor: line.net_minor,
            };
            let sum = |sum: &&credit_note_vat::Model| GroupSum {
                group: Group { category: sum.category, basis_points: sum.basis_points },
                base_minor: sum.base_minor,
                vat_minor: sum.vat_minor,
            };
            let document = Document {
                is_credit_note: true,
                number: &row.number,
                issued_on: row.issued_on,
                currency: &row.currency,
                text: invoice.map_or("", |row| row.recipient_name.as_str()),
                is_taxed_abroad: invoice.is_some_and(|row| is_taxed_abroad(row)),
                lines: &of(&lines, row.id).iter().map(revenue).collect::<Vec<_>>(),
                vat: &of(&vat, row.id).iter().map(sum).collect::<Vec<_>>(),
                rate: invoice.and_then(|row| row.exchange.as_deref()).and_then(Rate::read),
                accounting_vat_minor: row.accounting_vat_minor,
            };
            posted.add((Kind::CreditNote, row.id), &row.number, of_document(plan, &document))?;
        }
        Ok(())
    }

    fn payments(&self, plan: &AccountPlan, span: &Span, zone: Tz, posted: &mut Posted) -> Result<(), Unposted> {
        let (rows, allocations, known) = &self.payments;
        let put = grouped(allocations, |row| row.payment_id.unwrap_or_default());
        let movement = |row: &payment::Model, day, receivable_minor| MovementOf {
            day,
            text: row.paid_by.clone().unwrap_or_else(|| row.text.clone()),
            amount_minor: row.amount_minor,
            receivable_minor,
        };
        for row in rows {
            let recorded_on = business_day(row.created_at, zone);
            let has_recording = span.has(recorded_on) && !known.contains(&(Kind::Payment, row.id));
            let put = of(&put, row.id);
            let is_put = |one: &&&allocation::Model| one.amount_minor > 0 && span.has(one.allocated_on);
            let (at_once, later): (Vec<&&allocation::Model>, Vec<_>) =
                put.iter().filter(is_put).partition(|one| has_recording && one.allocated_on == recorded_on);
            if has_recording {
                let recorded = movement(row, recorded_on, at_once.iter().map(|one| one.amount_minor).sum());
                let voucher = of_payment(plan, &recorded.of(&row.source_key, &row.currency));
                posted.add((Kind::Payment, row.id), &row.source_key, voucher)?;
                posted.sources.extend(at_once.iter().map(|one| (Kind::Allocation, one.id)));
            }
            for later in later {
                let mut used = movement(row, later.allocated_on, 0);
                used.amount_minor = later.amount_minor;
                let voucher = of_balance_use(plan, &used.of(&row.source_key, &row.currency));
                posted.add((Kind::Allocation, later.id), &row.source_key, voucher)?;
            }
            let is_new = |day: &Date| span.has(*day) && !known.contains(&(Kind::Return, row.id));
            if let Some(day) = row.returned_on.filter(is_new) {
                let receivable =
                    -put.iter().filter(|one| one.amount_minor < 0).map(|one| one.amount_minor).sum::<i64>();
                let returned = movement(row, day, receivable);
                let voucher = of_returned_payment(plan, &returned.of(&row.source_key, &row.currency));
                posted.add((Kind::Return, row.id), &row.source_key, voucher)?;
            }
        }
        Ok(())
    }

    fn refunds(&self, plan: &AccountPlan, span: &Span, zone: Tz, posted: &mut Posted) -> Result<(), Unposted> {
        let (rows, allocations) = &self.refunds;
        let from_notes = grouped(allocations, |row| row.refund_id.unwrap_or_default());
        let recorded =
            |row: &refund::Model, at: DateTimeUtc| Some(business_day(at, zone)).filter(|_| row.amount_minor > 0);
        for row in rows {
            let Some(day) = recorded(row, row.created_at).filter(|day| span.has(*day)) else { continue };
            let receivable_minor = of(&from_notes, row.id).iter().map(|one| one.amount_minor).sum();
            let (text, amount_minor) = (row.reference.clone(), row.amount_minor);
            let refund = MovementOf { day, text, amount_minor, receivable_minor };
            let voucher = of_refund(plan, &refund.of(&row.reference, &row.currency));
            posted.add((Kind::Refund, row.id), &row.reference, voucher)?;
        }
        Ok(())
    }
}

/// A movement, before it has its number and currency.
struct MovementOf {
    day: Date,
    text: String,
    amount_minor: i64,
    receivable_minor: i64,
}

impl MovementOf {
    fn of<'a>(&'a self, number: &'a str, currency: &'a str) -> Movement<'a> {
        let Self { day, ref text, amount_minor, receivable_minor } = *self;
        Movement { number, day, currency, text, amount_minor, receivable_minor }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Stockholm;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn put(on: &str, amount_minor: i64) -> allocation::Model {
        allocation::Model {
            id: Uuid::nil(),
            payer_id: Uuid::nil(),
            payment_id: Some(Uuid::nil()),
            credit_note_id: None,
            invoice_id: Some(Uuid::nil()),
            refund_id: None,
            amount_minor,
            allocated_on: day(on),
            created_at: DateTimeUtc::UNIX_EPOCH,
        }
    }

    fn postings(from: &str, until: &str) -> Vec<Vec<(String, i64)>> {
        let row = payment::Model {
            id: Uuid::nil(),
            issuer_id: Uuid::nil(),
            payer_id: None,
            amount_minor: 10_000,
            currency: "SEK".to_owned(),
            received_on: day("2026-03-01"),
            returned_on: Some(day("2026-03-05")),
            return_key: None,
            source_key: "B-1".to_owned(),
            bank_reference: None,
            end_to_end_id: None,
            reference: None,
            text: String::new(),
            paid_by: None,
            state: payment::State::Returned,
            allocated_minor: 0,
            // In Stockholm this is 3 March.
            created_at: "2026-03-02T23:30:00Z".parse().unwrap(),
        };
        let span = Span::new(Uuid::nil(), day(from), day(until));
        let all =
            [put("2026-03-03", 6_000), put("2026-03-04", 3_000), put("2026-03-05", -6_000), put("2026-03-05", -3_000)];
        let on_days = all.into_iter().filter(|one| span.has(one.allocated_on)).collect();
        let books = Books { payments: (vec![row], on_days, HashSet::new()), ..Books::default() };
        let vouchers = books.post(&AccountPlan::bas(), &span, Stockholm).unwrap().vouchers;
        let shown = |voucher: Voucher| {
            voucher.postings().iter().map(|posting| (posting.account.clone(), posting.amount_minor)).collect()
        };
        vouchers.into_iter().map(shown).collect()
    }

    #[test]
    fn a_payment_is_posted_on_each_day_on_which_something_becomes_of_it() {
        let posting = |account: &str, minor: i64| (account.to_owned(), minor);
        let received = vec![posting("1930", 10_000), posting("1510", -6_000), posting("2420", -4_000)];
        let used = vec![posting("2420", 3_000), posting("1510", -3_000)];
        let returned = vec![posting("1930", -10_000), posting("1510", 9_000), posting("2420", 1_000)];
        assert_eq!(postings("2026-03-01", "2026-03-02"), Vec::<Vec<_>>::new());
        assert_eq!(postings("2026-03-03", "2026-03-03"), std::slice::from_ref(&received));
        assert_eq!(postings("2026-03-04", "2026-03-04"), std::slice::from_ref(&used));
        assert_eq!(postings("2026-03-05", "2026-03-05"), std::slice::from_ref(&returned));
        // In whichever spans the days are exported, the vouchers are the same, and the accounts end at zero.
        assert_eq!(postings("2026-03-01", "2026-03-31"), [received, used, returned]);
    }
}
