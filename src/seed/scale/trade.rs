//! Purchases, invoices and payers of an organisation.

use chrono::Months;
use entity::{billing_contact, invoice, payer, service, subscription, subscription_change};
use uuid::Uuid;

use super::super::articles::{ALL, Article};
use super::super::invoicing::{add_line, due_on, number, term};
use super::super::ordering;
use super::super::rows;
use super::dice::month;
use super::maker::Maker;
use crate::catalogue::price::rules::months;

/// The month of the first invoices. All due dates are in the same year.
const FIRST_MONTH: u32 = 3;

/// How much an organisation buys.
#[derive(Clone, Copy)]
pub struct Trade {
    /// Number of services, each with a subscription.
    pub services: usize,
    /// Number of invoices, one a month.
    pub invoices: u32,
    /// Number of the last invoices that are unpaid.
    pub unpaid: u32,
}

impl Maker {
    /// Sends the invoices of the organisation to a new contact.
    pub fn contact(&mut self, organisation: Uuid) {
        let (id, created_at) = self.dice.id();
        let details = self.rows.billing_details.iter_mut().rev().find(|row| row.organisation_id == organisation);
        if let Some(details) = details {
            details.contact_id = Some(id);
            let name = format!("{}, accounts payable", details.legal_name);
            self.rows.billing_contacts.push(billing_contact::Model::new(
                (id, organisation),
                (name.clone(), collation::sort_key(&name)),
                details.address.clone(),
                details.country.clone(),
                format!("payable-{}", details.email),
                created_at,
            ));
        }
    }

    /// Adds a payer.
    pub fn payer(&mut self, payer: Uuid, organisation: Uuid) {
        let (id, created_at) = self.dice.id();
        self.rows.payers.push(payer::Model {
            id,
            organisation_id: organisation,
            payer_id: Some(payer),
            sought_code: None,
            state: payer::State::Active,
            starts_on: month(1),
            ends_on: None,
            requested_by_id: None,
            answered_by_id: None,
            answered_at: Some(created_at),
            created_at,
        });
    }

    /// Adds the purchases and invoices of the organisation. Its payer, if any, must already be in the rows.
    pub fn trade(&mut self, organisation: Uuid, trade: Trade) {
        let bought = self.rows.subscriptions.len();
        let first = self.dice.below(ALL.len());
        for article in ALL.iter().cycle().skip(first).take(trade.services) {
            self.buy(organisation, article);
        }
        if trade.services == 0 {
            return;
        }
        for count in 0..trade.invoices {
            self.bill(organisation, bought, count, count + trade.unpaid < trade.invoices);
        }
    }

    fn buy(&mut self, organisation: Uuid, article: &Article) {
        let (id, created_at) = self.dice.id();
        let quantity = 1 + i32::try_from(self.dice.low(20)).unwrap_or_default();
        let Some(product) = self.products.iter().find(|row| row.code == article.code) else { return };
        let subscription = subscription::Model {
            quantity,
            term: term(article.interval),
            interval: article.interval,
            committed_until: month(12) + Months::new(months(article.interval)),
            ..rows::subscription(id, organisation, product, (article.price_in("SEK"), "SEK"), created_at.date_naive())
        };
        let (service, served_at) = self.dice.id();
        let name = article.label(&format!("o{}.example", self.organisations));
        let is_ready = self.dice.percent(90);
        self.rows.services.push(service::Model {
            subscription_id: Some(id),
            state: if is_ready { service::State::Active } else { service::State::Pending },
            ..rows::service(service, organisation, &name, article.kind, served_at)
        });
        let state = if is_ready { subscription::State::Active } else { subscription::State::Pending };
        let subscription = subscription::Model { state, ..subscription };
        self.orders += 1;
        let ids = [self.dice.id().0, self.dice.id().0];
        let (order, line) = ordering::order(ids, &subscription, (0, "{}"), (self.orders, created_at));
        let start = subscription_change::Model { order_id: Some(order.id), ..rows::start(&subscription, created_at) };
        self.rows.subscription_changes.push(start);
        self.rows.subscriptions.push(subscription);
        self.rows.sales_orders.push(order);
        self.rows.order_lines.push(line);
    }

    /// Bills the subscriptions from `bought` on.
    fn bill(&mut self, organisation: Uuid, bought: usize, count: u32, is_paid: bool) {
        self.invoices += 1;
        let issued_on = month(FIRST_MONTH + count);
        let payer = self.rows.payers.iter().rev().find(|row| row.organisation_id == organisation);
        let payer_id = payer.and_then(|row| row.payer_id).unwrap_or(organisation);
        let details = self.rows.billing_details.iter().rev().find(|row| row.organisation_id == payer_id);
        let (recipient_name, recipient_address) = details.map_or_else(Default::default, |details| {
            let contact = self.rows.billing_contacts.iter().rev().find(|row| Some(row.id) == details.contact_id);
            let name = contact.map_or(&details.legal_name, |contact| &contact.name);
            (name.clone(), details.address.clone())
        });
        let (id, _) = self.dice.id();
        let parties = (organisation, payer_id, self.operator);
        let mut invoice = invoice::Model {
            state: if is_paid { invoice::State::Paid } else { invoice::State::Open },
            recipient_name,
            recipient_address,
            ..rows::invoice(id, parties, number(self.invoices), "SEK", (issued_on, due_on(issued_on)))
        };
        for (position, subscription) in (1..).zip(&self.rows.subscriptions[bought..]) {
            let (id, _) = self.dice.id();
            let line = add_line(&mut invoice, issued_on, id, position, subscription);
            self.rows.invoice_lines.push(line);
        }
        if is_paid {
            invoice.paid_minor = invoice.total_minor;
        }
        self.rows.invoices.push(invoice);
    }
}
