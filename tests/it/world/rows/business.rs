//! Rows of subscriptions, services, invoices and billing.

use chrono::TimeDelta;
use entity::{billing_contact, billing_details, invoice, invoice_line, payer, service, service_task, subscription};
use tenantry::catalogue::task::rules::{Bought, Wish, next};
use uuid::Uuid;

use super::{Rows, day, now, push, seed};

impl Rows {
    pub fn contact(&mut self, organisation: Uuid, name: &str) -> Uuid {
        let row = billing_contact::Model::new(
            (self.id(), organisation),
            (name.to_owned(), collation::sort_key(name)),
            format!("{name}, Storgatan 1"),
            "SE".to_owned(),
            format!("{}@contact.example", name.to_lowercase().replace(' ', ".")),
            self.made(),
        );
        push(&mut self.contacts, row).id
    }

    pub fn details(&mut self, organisation: Uuid, name: &str, contact: Option<Uuid>) {
        self.details.push(billing_details::Model {
            vat_id: Some("SE556677889901".to_owned()),
            contact_id: contact,
            ..billing_details::Model::new(
                organisation,
                format!("{name} AB"),
                format!("{name}, Storgatan 1"),
                "SE".to_owned(),
                format!("{}@invoices.example", name.to_lowercase().replace(' ', ".")),
                "SEK".to_owned(),
            )
        });
    }

    pub fn payer(&mut self, organisation: Uuid, payer: Uuid) -> &mut payer::Model {
        let row = payer::Model {
            id: self.id(),
            organisation_id: organisation,
            payer_id: Some(payer),
            sought_code: None,
            state: payer::State::Active,
            starts_on: day(-90),
            ends_on: None,
            requested_by_id: None,
            answered_by_id: None,
            answered_at: Some(self.made()),
            created_at: self.made(),
        };
        push(&mut self.payers, row)
    }

    /// A pending request to pay from next month on.
    pub fn payer_request(&mut self, organisation: Uuid, payer: Uuid) -> &mut payer::Model {
        let created_at = now() - TimeDelta::days(1) + TimeDelta::seconds(i64::from(self.next));
        let row = self.payer(organisation, payer);
        (row.state, row.starts_on) = (payer::State::Proposed, day(30));
        (row.answered_at, row.created_at) = (None, created_at);
        row
    }

    /// A product that this organisation sells.
    pub fn product(&mut self, seller: Uuid, name: &str) -> Uuid {
        let code = name.to_lowercase().replace(' ', "-");
        let row = seed::product(self.id(), seller, &code, name, self.made());
        push(&mut self.products, row).id
    }

    /// A subscription to a product that the organisation sells to itself.
    pub fn subscription(&mut self, organisation: Uuid, name: &str) -> Uuid {
        self.product(organisation, name);
        let id = self.id();
        let product = self.products.last().unwrap();
        let row = subscription::Model {
            quantity: 3,
            committed_until: day(20),
            ..seed::subscription(id, organisation, product, (12_900, "SEK"), day(-60))
        };
        self.changes.push(seed::start(&row, self.made()));
        push(&mut self.subscriptions, row).id
    }

    pub fn service(&mut self, organisation: Uuid, name: &str, kind: service::Kind) -> Uuid {
        let row = seed::service(self.id(), organisation, name, kind, self.made());
        push(&mut self.services, row).id
    }

    /// A service that a subscription pays for, with two tasks that are done and one that a person of the operator has
    /// claimed a second time.
    pub fn served(&mut self, organisation: Uuid, name: &str, kind: service::Kind, subscription: Uuid) -> [Uuid; 2] {
        use service_task::{Kind, State};
        let service = self.service(organisation, name, kind);
        self.paid_by(subscription);
        for kind in [Kind::Create, Kind::Change] {
            self.task(kind).state = State::Done;
        }
        let error = format!("{name} does not answer");
        let task = self.task(Kind::Change);
        (task.state, task.attempts, task.error) = (State::Claimed, 2, Some(error));
        (task.lease_until, task.not_before) = (Some(now() + TimeDelta::hours(1)), now() + TimeDelta::hours(1));
        [service, task.id]
    }

    /// The subscription pays for the last service.
    pub fn paid_by(&mut self, subscription: Uuid) {
        self.services.last_mut().unwrap().subscription_id = Some(subscription);
    }

    /// A waiting task of the last service.
    pub fn task(&mut self, kind: service_task::Kind) -> &mut service_task::Model {
        let id = self.id();
        let service = self.services.last().unwrap();
        let task = next(service, None, Wish::new(kind), &Bought::units(1), id, self.made());
        push(&mut self.tasks, task)
    }

    /// An open invoice with three lines, overdue by ten days.
    pub fn invoice(&mut self, organisation: Uuid, payer: Uuid, issuer: Uuid, recipient: &str) -> Uuid {
        let id = self.id();
        let number = format!("{}-{}", self.tree, self.next);
        for position in 1..=3 {
            let line = invoice_line::Model {
                period_starts_on: Some(day(-60)),
                period_ends_on: Some(day(-31)),
                ..seed::invoice_line(
                    self.id(),
                    (organisation, id),
                    position,
                    format!("{recipient} line {position}"),
                    (2, 10_000),
                )
            };
            self.lines.push(line);
        }
        let row = invoice::Model {
            net_minor: 60_000,
            vat_minor: 15_000,
            total_minor: 75_000,
            recipient_name: recipient.to_owned(),
            recipient_address: format!("{recipient}, Storgatan 1"),
            ..seed::invoice(id, (organisation, payer, issuer), number, "SEK", (day(-40), day(-10)))
        };
        push(&mut self.invoices, row).id
    }
}
