//! The words for purchases, invoices and payers.

use chrono::{Days, Months, NaiveTime, TimeDelta};
use entity::{
    billing_contact, entitlement, feature, invoice, issuer, organisation, payer, plan_assignment, product, service,
    service_task, subscription, subscription_change,
};
use sea_orm::prelude::Date;
use serde_json::json;
use uuid::Uuid;

use super::super::articles::{ALL, Article, FAMILY};
use super::super::invoicing::{add_line, due_on, number, settle, term};
use super::super::ordering;
use super::super::pricing;
use super::super::rows::{self, Rows};
use super::place::Place;
use super::world::World;
use crate::billing::issuer::rules::blank;
use crate::catalogue::price::rules::months;
use crate::catalogue::subscription::period::committed_until;
use crate::catalogue::task::rules::{Bought, Wish, next};

/// An invoice, by how many days ago it was issued.
#[derive(Clone, Copy)]
pub enum Bill {
    /// Fully paid.
    Paid(u64),
    /// Not paid; overdue after thirty days.
    Unpaid(u64),
    /// Paid in part.
    HalfPaid(u64),
    /// Cancelled. It keeps its number.
    Void(u64),
}

impl World {
    /// Subscribes the organisation to the articles, each with its quantity and a service.
    pub fn buys(&mut self, organisation: Uuid, what: &[(Article, i32)]) {
        let domain = self.domain_of(organisation);
        let currency = self.currency_of(organisation);
        let today = self.now.date_naive();
        for (article, quantity) in what {
            let product = self.product(article);
            let (id, created_at) = self.id();
            let starts_on = created_at.date_naive();
            let term = term(article.interval);
            let subscription = subscription::Model {
                quantity: *quantity,
                term,
                interval: article.interval,
                committed_until: committed_until(starts_on, term, today).unwrap_or(today),
                ..rows::subscription(id, organisation, &product, (article.price_in(&currency), &currency), starts_on)
            };
            self.rows.subscription_changes.push(rows::start(&subscription, created_at));
            self.rows.subscriptions.push(subscription);
            let (service, created_at) = self.id();
            let name = article.label(&domain);
            self.rows.services.push(service::Model {
                subscription_id: Some(id),
                ..rows::service(service, organisation, &name, article.kind, created_at)
            });
        }
    }

    /// Subscribes the organisation to an article whose service is still to be set up.
    pub fn waits_for(&mut self, organisation: Uuid, article: Article) {
        self.buys(organisation, &[(article, 1)]);
        let (today, now, id) = (self.now.date_naive(), self.now, self.random.id(self.now));
        let Rows { subscriptions, subscription_changes, services, service_tasks, .. } = &mut self.rows;
        let (Some(subscription), Some(start), Some(service)) =
            (subscriptions.last_mut(), subscription_changes.last_mut(), services.last_mut())
        else {
            return;
        };
        subscription.state = subscription::State::Pending;
        (subscription.starts_on, subscription.anchor_on) = (today, today);
        subscription.committed_until = today + Months::new(months(article.interval));
        start.effective_on = today;
        service.state = service::State::Pending;
        service.created_at = now;
        service.attributes = json!({ "hostname": service.name }).to_string();
        service_tasks.push(next(service, None, Wish::new(service_task::Kind::Create), &Bought::units(1), id, now));
        let what = (article.setup_in(&subscription.currency), service.attributes.as_str());
        let ids = [self.random.id(now), self.random.id(now)];
        let (order, line) = ordering::order(ids, subscription, what, (1, now));
        start.order_id = Some(order.id);
        self.rows.sales_orders.push(order);
        self.rows.order_lines.push(line);
    }

    /// The organisation lowers its subscription to the article when it renews.
    pub fn lowers(&mut self, organisation: Uuid, article: Article, quantity: i32) {
        let id = self.random.id(self.now);
        let is_it =
            |row: &&subscription::Model| row.organisation_id == organisation && row.product_code == article.code;
        let Some(subscription) = self.rows.subscriptions.iter().find(is_it) else { return };
        self.rows.subscription_changes.push(subscription_change::Model {
            id,
            position: 2,
            kind: subscription_change::Kind::Lower,
            effective_on: subscription.committed_until,
            quantity,
            state: subscription_change::State::Scheduled,
            ..rows::start(subscription, self.now)
        });
    }

    /// The product of an article, which is added when it is first sold.
    fn product(&mut self, article: &Article) -> product::Model {
        if let Some(product) = self.rows.products.iter().find(|row| row.code == article.code) {
            return product.clone();
        }
        let (id, created_at) = self.id();
        // `finish` sets the seller.
        let product = article.product(id, Uuid::nil(), created_at);
        self.rows.products.push(product.clone());
        product
    }

    /// Adds a payer that has accepted to pay for the organisation.
    pub fn pays(&mut self, payer: Uuid, organisation: Uuid, since_days: u64) {
        let (id, created_at) = self.id();
        self.rows.payers.push(payer::Model {
            id,
            organisation_id: organisation,
            payer_id: Some(payer),
            sought_code: None,
            state: payer::State::Active,
            starts_on: self.day(since_days),
            ends_on: None,
            requested_by_id: None,
            answered_by_id: None,
            answered_at: Some(created_at),
            created_at,
        });
    }

    /// Sends the invoices of the organisation to a new contact.
    pub fn contact(&mut self, organisation: Uuid, name: &str, email: &str, place: &Place) {
        let (id, created_at) = self.id();
        self.rows.billing_contacts.push(billing_contact::Model::new(
            (id, organisation),
            (name.to_owned(), collation::sort_key(name)),
            place.address.to_owned(),
            place.country.to_owned(),
            email.to_owned(),
            created_at,
        ));
        if let Some(details) = self.rows.billing_details.iter_mut().find(|row| row.organisation_id == organisation) {
            details.contact_id = Some(id);
        }
    }

    /// Adds invoices for the subscriptions of the organisation.
    pub fn billed(&mut self, organisation: Uuid, bills: &[Bill]) {
        for bill in bills {
            self.bill(organisation, *bill);
        }
    }

    fn bill(&mut self, organisation: Uuid, bill: Bill) {
        let (Bill::Paid(days) | Bill::Unpaid(days) | Bill::HalfPaid(days) | Bill::Void(days)) = bill;
        let issued_on = self.day(days);
        let issued_at = issued_on.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(6);
        let payer = self.rows.payers.iter().find(|row| row.organisation_id == organisation);
        let payer = payer.filter(|payer| payer.starts_on <= issued_on);
        let payer_id = payer.and_then(|payer| payer.payer_id).unwrap_or(organisation);
        let (recipient_name, recipient_address) = self.recipient(payer_id);
        // `finish` sets the issuer and the number.
        let (parties, days) = ((organisation, payer_id, Uuid::nil()), (issued_on, due_on(issued_on)));
        let mut invoice = invoice::Model {
            recipient_name,
            recipient_address,
            ..rows::invoice(self.random.id(issued_at), parties, String::new(), &self.currency_of(organisation), days)
        };
        // The first invoice also has the yearly subscriptions.
        let is_first = !self.rows.invoices.iter().any(|row| row.organisation_id == organisation);
        let subscriptions = self.rows.subscriptions.iter().filter(|row| {
            row.organisation_id == organisation && (is_first || row.interval == subscription::Interval::Month)
        });
        for (position, subscription) in (1..).zip(subscriptions) {
            let line = add_line(&mut invoice, issued_on, self.random.id(issued_at), position, subscription);
            self.rows.invoice_lines.push(line);
        }
        match bill {
            Bill::Paid(_) => {
                invoice.state = invoice::State::Paid;
                invoice.paid_minor = invoice.total_minor;
            }
            Bill::HalfPaid(_) => invoice.paid_minor = invoice.total_minor / 2,
            Bill::Void(_) => {
                invoice.state = invoice::State::Void;
                invoice.credited_minor = invoice.total_minor;
            }
            Bill::Unpaid(_) => {}
        }
        self.rows.invoices.push(invoice);
    }

    /// Gives the organisation the prices for partners.
    pub fn gets_partner_prices(&mut self, organisation: Uuid) {
        let (_, created_at) = self.id();
        // `finish` sets the plan.
        self.rows.plan_assignments.push(plan_assignment::Model {
            organisation_id: organisation,
            starts_on: created_at.date_naive(),
            plan_id: Uuid::nil(),
            created_at,
        });
    }

    /// Adds the price plans of the operator.
    fn price(&mut self, operator: Uuid) {
        for article in ALL {
            self.product(&article);
        }
        for product in &mut self.rows.products {
            product.organisation_id = operator;
        }
        self.entitle(operator);
        let products = self.rows.products.clone();
        for name in [pricing::LIST, pricing::PARTNERS] {
            let (id, created_at) = self.id();
            let plan = pricing::plan(id, operator, name, created_at);
            let prices = pricing::prices(&plan, &products, || self.id());
            self.rows.prices.extend(prices);
            self.rows.price_plans.push(plan);
        }
        let partners = self.rows.price_plans.last().map(|plan| plan.id).unwrap_or_default();
        for assignment in &mut self.rows.plan_assignments {
            assignment.plan_id = partners;
        }
    }

    /// Adds what the products entitle to.
    fn entitle(&mut self, operator: Uuid) {
        for article in ALL {
            let product = self.rows.products.iter().find(|row| row.code == article.code).map(|row| row.id);
            let (Some(product_id), Some((key, name, kind, quantity))) = (product, article.feature) else { continue };
            let Some(id) = self.feature(&article) else { continue };
            self.rows.entitlements.push(entitlement::Model { product_id, feature_id: id, quantity });
            self.rows.features.push(feature::Model {
                id,
                organisation_id: operator,
                key: key.to_owned(),
                name: name.to_owned(),
                name_key: collation::sort_key(name),
                kind,
                family: (kind == feature::Kind::Seat).then(|| FAMILY.to_owned()),
                created_at: self.feature_made(id),
            });
        }
    }

    /// The rows of all stories. Invoices are numbered without gaps, in the order of issue.
    pub fn finish(mut self) -> Rows {
        let operator = self.rows.organisations.iter().find(|row| row.kind == organisation::Kind::Operator);
        let issuer = operator.map(|row| row.id).unwrap_or_default();
        self.price(issuer);
        self.rows.issuers.extend(self.issuer(issuer));
        self.rows.invoices.sort_by_key(|invoice| invoice.issued_on);
        for (count, invoice) in (1..).zip(&mut self.rows.invoices) {
            invoice.issuer_id = issuer;
            invoice.number = Some(number(count));
        }
        let today = self.now.date_naive();
        let rows = &mut self.rows;
        rows.unbilled = settle(&rows.subscriptions, &rows.invoices, &mut rows.invoice_lines, today);
        self.rows
    }

    /// What stands on the invoices of the operator.
    fn issuer(&self, operator: Uuid) -> Option<issuer::Model> {
        let details = self.rows.billing_details.iter().find(|row| row.organisation_id == operator)?;
        Some(issuer::Model {
            organisation_id: operator,
            legal_name: details.legal_name.clone(),
            address: "Storgatan 1".to_owned(),
            post_code: "111 22".to_owned(),
            city: "Stockholm".to_owned(),
            country: "SE".to_owned(),
            registration_no: "556000-0001".to_owned(),
            vat_id: Some("SE556000000101".to_owned()),
            has_f_tax: true,
            currency: "SEK".to_owned(),
            iban: Some("SE4550000000058398257466".to_owned()),
            bic: Some("ESSESESS".to_owned()),
            contact_name: "Accounts".to_owned(),
            telephone: "+46 8 123 45 67".to_owned(),
            email: details.email.clone(),
            ..blank()
        })
    }

    fn day(&self, ago: u64) -> Date {
        self.now.date_naive() - Days::new(ago)
    }

    fn currency_of(&self, organisation: Uuid) -> String {
        let details = self.rows.billing_details.iter().find(|row| row.organisation_id == organisation);
        details.map_or_else(String::new, |details| details.currency.clone())
    }

    /// The name and address on invoices to a payer: its own, or those of its contact.
    fn recipient(&self, payer: Uuid) -> (String, String) {
        let details = self.rows.billing_details.iter().find(|row| row.organisation_id == payer);
        let contact = details
            .and_then(|details| details.contact_id)
            .and_then(|id| self.rows.billing_contacts.iter().find(|row| row.id == id));
        match (contact, details) {
            (Some(contact), _) => (contact.name.clone(), contact.address.clone()),
            (None, Some(details)) => (details.legal_name.clone(), details.address.clone()),
            (None, None) => (String::new(), String::new()),
        }
    }
}
