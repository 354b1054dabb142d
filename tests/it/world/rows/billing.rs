//! Rows of what follows from an invoice: VAT, credit notes, payments, reminders, and of what comes before it: charges and
//! runs.

use entity::{
    accounting_batch, allocation, billing_run, commission_line, commission_rate, commission_statement, credit_note,
    credit_note_line, credit_note_vat, document, exchange_rate, invoice, invoice_line, invoice_vat, issuer, payment,
    pending_charge, product, refund, reminder,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Rows, day, db_insert, now};

/// The rows of billing.
#[derive(Clone, Default)]
pub struct BillingRows {
    vat: Vec<invoice_vat::Model>,
    charges: Vec<pending_charge::Model>,
    runs: Vec<billing_run::Model>,
    notes: Vec<credit_note::Model>,
    note_lines: Vec<credit_note_line::Model>,
    note_vat: Vec<credit_note_vat::Model>,
    payments: Vec<payment::Model>,
    allocations: Vec<allocation::Model>,
    reminders: Vec<reminder::Model>,
    issuers: Vec<issuer::Model>,
    exchange: Vec<exchange_rate::Model>,
    refunds: Vec<refund::Model>,
    documents: Vec<document::Model>,
    rates: Vec<commission_rate::Model>,
    statements: Vec<commission_statement::Model>,
    earned: Vec<commission_line::Model>,
    batches: Vec<accounting_batch::Model>,
}

impl BillingRows {
    /// Writes all rows. Their invoices are there.
    pub async fn db_write(self, db: &impl ConnectionTrait) {
        db_insert(db, self.vat).await;
        db_insert(db, self.charges).await;
        db_insert(db, self.runs).await;
        db_insert(db, self.notes).await;
        db_insert(db, self.note_lines).await;
        db_insert(db, self.note_vat).await;
        db_insert(db, self.payments).await;
        db_insert(db, self.allocations).await;
        db_insert(db, self.reminders).await;
        db_insert(db, self.issuers).await;
        db_insert(db, self.exchange).await;
        db_insert(db, self.refunds).await;
        db_insert(db, self.documents).await;
        db_insert(db, self.rates).await;
        db_insert(db, self.statements).await;
        db_insert(db, self.earned).await;
        db_insert(db, self.batches).await;
    }
}

impl Rows {
    /// The VAT of an invoice of `Rows::invoice`.
    pub fn vat_of(&mut self, invoice_id: Uuid) {
        self.billed.vat.push(invoice_vat::Model {
            invoice_id,
            category: invoice_line::VatCategory::Standard,
            basis_points: 2_500,
            base_minor: 60_000,
            vat_minor: 15_000,
            exemption: None,
        });
    }

    /// The organisation that an invoice is for.
    pub fn organisation_of(&self, invoice: Uuid) -> Uuid {
        self.invoiced(invoice).organisation_id
    }

    /// The invoice that was written last.
    pub fn last_invoice(&self) -> Uuid {
        self.invoices.last().unwrap().id
    }

    fn invoiced(&self, id: Uuid) -> invoice::Model {
        self.invoices.iter().find(|row| row.id == id).unwrap().clone()
    }

    /// What stands on the invoices of an organisation about itself, and rates to the currency of its accounting.
    pub fn issuer(&mut self, organisation_id: Uuid, name: &str) {
        for number in 1..=3 {
            let row = exchange_rate::Model {
                id: self.id(),
                issuer_id: organisation_id,
                day: day(-number),
                from_currency: "EUR".to_owned(),
                to_currency: "SEK".to_owned(),
                billionths: 11_234_500_000,
                source: "ECB".to_owned(),
                created_at: self.made(),
            };
            self.billed.exchange.push(row);
        }
        self.billed.issuers.push(issuer::Model {
            organisation_id,
            legal_name: name.to_owned(),
            country: "SE".to_owned(),
            currency: "SEK".to_owned(),
            iban: Some("SE4550000000058398257466".to_owned()),
            ..tenantry::billing::issuer::rules::blank()
        });
    }

    /// A refund that nothing was put to.
    pub fn refund(&mut self, issuer_id: Uuid, payer_id: Uuid) {
        let row = refund::Model {
            id: self.id(),
            issuer_id,
            payer_id,
            amount_minor: 100,
            currency: "SEK".to_owned(),
            paid_on: day(-1),
            reference: String::new(),
            created_at: self.made(),
        };
        self.billed.refunds.push(row);
    }

    /// Three documents of an invoice, or of a credit note of it.
    pub fn documents(&mut self, organisation_id: Uuid, (invoice_id, credit_note_id): (Option<Uuid>, Option<Uuid>)) {
        for kind in [document::Kind::Pdf, document::Kind::Ubl, document::Kind::Cii] {
            let row = document::Model {
                id: self.id(),
                organisation_id,
                invoice_id,
                credit_note_id,
                kind,
                sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
                bytes: Vec::new(),
                created_at: self.made(),
            };
            self.billed.documents.push(row);
        }
    }

    /// A payment of which nobody knows who made it.
    pub fn unmatched(&mut self, issuer_id: Uuid) {
        let id = self.id();
        self.billed.payments.push(payment::Model {
            id,
            issuer_id,
            payer_id: None,
            amount_minor: 12_345,
            currency: "SEK".to_owned(),
            received_on: day(-45),
            returned_on: None,
            source_key: format!("bank {}-{}", self.tree, self.next),
            bank_reference: None,
            end_to_end_id: None,
            return_key: None,
            reference: None,
            text: String::new(),
            paid_by: None,
            state: payment::State::Unmatched,
            allocated_minor: 0,
            created_at: self.made(),
        });
    }

    /// A pending charge.
    pub fn charge(&mut self, organisation: Uuid, description: &str) -> Uuid {
        let id = self.id();
        self.billed.charges.push(pending_charge::Model {
            id,
            organisation_id: organisation,
            subscription_id: None,
            product_id: None,
            description: description.to_owned(),
            quantity: 2,
            unit_minor: 5_000,
            currency: "SEK".to_owned(),
            unit_code: "HUR".to_owned(),
            tax_class: product::TaxClass::Standard,
            revenue_key: String::new(),
            performed_on: day(-3),
            state: pending_charge::State::Pending,
            created_at: self.made(),
        });
        id
    }

    /// A billing run that is done.
    pub fn run(&mut self, issuer: Uuid) -> Uuid {
        let id = self.id();
        self.billed.runs.push(billing_run::Model {
            id,
            issuer_id: issuer,
            until_on: day(-40),
            state: billing_run::State::Done,
            mode: billing_run::Mode::Issue,
            invoices: 3,
            credit_notes: 0,
            left_out: 1,
            sums: "{\"SEK\":60000}".to_owned(),
            problems: format!("[{{\"organisation\":\"{issuer}\",\"message\":\"It has no billing details.\"}}]"),
            is_confirmed: false,
            reached_id: None,
            lease_until: now(),
            created_at: self.made(),
            finished_at: Some(now()),
        });
        id
    }

    /// A credit note that takes ten crowns off each of the three lines of an invoice. It is not put to anything.
    pub fn credit_note(&mut self, of: Uuid) -> Uuid {
        let (id, invoice) = (self.id(), self.invoiced(of));
        let lines: Vec<invoice_line::Model> = self.lines.iter().filter(|row| row.invoice_id == of).cloned().collect();
        self.billed.notes.push(credit_note::Model {
            id,
            organisation_id: invoice.organisation_id,
            issuer_id: invoice.issuer_id,
            payer_id: invoice.payer_id,
            invoice_id: of,
            number: format!("CN{}-{}", self.tree, self.next),
            currency: invoice.currency,
            net_minor: 3_000,
            vat_minor: 750,
            total_minor: 3_750,
            allocated_minor: 0,
            reason: format!("{} was too much", invoice.recipient_name),
            issued_on: day(-5),
            accounting_currency: None,
            accounting_vat_minor: None,
            needs_documents: false,
            run_id: None,
            created_at: self.made(),
        });
        for line in lines {
            let note_line = credit_note_line::Model {
                id: self.id(),
                organisation_id: line.organisation_id,
                credit_note_id: id,
                invoice_line_id: line.id,
                position: line.position,
                description: line.description,
                net_minor: 1_000,
                vat_category: line.vat_category,
                vat_basis_points: line.vat_basis_points,
            };
            self.billed.note_lines.push(note_line);
        }
        self.billed.note_vat.push(credit_note_vat::Model {
            credit_note_id: id,
            category: invoice_line::VatCategory::Standard,
            basis_points: 2_500,
            base_minor: 3_000,
            vat_minor: 750,
        });
        id
    }

    /// A payment of a hundred crowns, of which three times ten went to the invoice.
    pub fn payment(&mut self, of: Uuid, text: &str) -> Uuid {
        let (id, invoice) = (self.id(), self.invoiced(of));
        self.billed.payments.push(payment::Model {
            id,
            issuer_id: invoice.issuer_id,
            payer_id: Some(invoice.payer_id),
            amount_minor: 10_000,
            currency: invoice.currency,
            received_on: day(-2),
            returned_on: None,
            source_key: format!("bank {}-{}", self.tree, self.next),
            bank_reference: None,
            end_to_end_id: None,
            return_key: None,
            reference: invoice.number,
            text: text.to_owned(),
            paid_by: Some(text.to_owned()),
            state: payment::State::Matched,
            allocated_minor: 3_000,
            created_at: self.made(),
        });
        for _ in 0..3 {
            let put = allocation::Model {
                id: self.id(),
                payer_id: invoice.payer_id,
                payment_id: Some(id),
                credit_note_id: None,
                invoice_id: Some(of),
                refund_id: None,
                amount_minor: 1_000,
                allocated_on: day(-2),
                created_at: self.made(),
            };
            self.billed.allocations.push(put);
        }
        id
    }

    /// Three reminders of an invoice, on three days.
    pub fn reminders(&mut self, of: Uuid) {
        let invoice = self.invoiced(of);
        for position in 1..=3 {
            let row = reminder::Model {
                id: self.id(),
                organisation_id: invoice.organisation_id,
                invoice_id: of,
                position,
                kind: reminder::Kind::Remind,
                sent_on: day(i64::from(position) - 9),
                open_minor: 75_000,
                charge_id: None,
                created_at: self.made(),
            };
            self.billed.reminders.push(row);
        }
    }

    /// A rate of a reseller.
    pub fn rate(&mut self, reseller_id: Uuid, basis_points: i32) -> Uuid {
        let id = self.id();
        self.billed.rates.push(commission_rate::Model {
            id,
            reseller_id,
            partnership_id: None,
            product_id: None,
            basis_points,
            valid_from: day(-100),
            created_at: self.made(),
        });
        id
    }

    /// A statement of a reseller for the month that was so many months ago, with three lines, and a line that has no
    /// statement yet. All are about the first client of the reseller and the first line of an invoice.
    pub fn statement(&mut self, reseller_id: Uuid, invoice: Uuid, months: u32, description: &str) -> Uuid {
        use chrono::{Datelike, Months};
        let id = self.id();
        let month = day(0).with_day(1).unwrap() - Months::new(months);
        self.billed.statements.push(commission_statement::Model {
            id,
            reseller_id,
            month,
            currency: "SEK".to_owned(),
            opening_minor: 0,
            total_minor: 3_000,
            payout_minor: 3_000,
            state: commission_statement::State::Closed,
            closed_at: now(),
            paid_on: None,
            payout_reference: None,
        });
        let partnership = self.partnerships.iter().find(|row| row.reseller_id == reseller_id).unwrap().clone();
        let invoice_line_id = self.lines.iter().find(|row| row.invoice_id == invoice).unwrap().id;
        for statement_id in [Some(id), Some(id), Some(id), None] {
            let line = commission_line::Model {
                id: self.id(),
                reseller_id,
                client_id: partnership.client_id,
                partnership_id: partnership.id,
                invoice_line_id,
                credit_note_id: None,
                allocation_id: None,
                product_id: None,
                description: description.to_owned(),
                period_starts_on: Some(day(-60)),
                period_ends_on: Some(day(-31)),
                currency: "SEK".to_owned(),
                base_minor: 10_000,
                basis_points: 1_000,
                lower_basis_points: 0,
                tier: 0,
                amount_minor: 1_000,
                month: if statement_id.is_some() { month } else { day(0).with_day(1).unwrap() },
                statement_id,
                created_at: self.made(),
            };
            self.billed.earned.push(line);
        }
        id
    }

    /// A file for the bookkeeping, of one day so many days ago.
    pub fn batch(&mut self, issuer_id: Uuid, days: i64) -> Uuid {
        let id = self.id();
        self.billed.batches.push(accounting_batch::Model {
            id,
            issuer_id,
            format: accounting_batch::Format::Ndjson,
            from_on: day(-days),
            until_on: day(-days),
            vouchers: 0,
            sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
            bytes: Vec::new(),
            created_at: self.made(),
        });
        id
    }
}
