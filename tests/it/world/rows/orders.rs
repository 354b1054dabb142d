//! Rows of orders, and of the histories of subscriptions.

use chrono::Days;
use entity::{order_line, partner_of_record, sales_order, subscription, subscription_change};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Rows, day, db_insert};

/// The rows of orders.
#[derive(Clone, Default)]
pub struct OrderRows {
    orders: Vec<sales_order::Model>,
    lines: Vec<order_line::Model>,
    of_record: Vec<partner_of_record::Model>,
}

impl OrderRows {
    /// Writes all rows. Their subscriptions are there.
    pub async fn db_write(self, db: &impl ConnectionTrait) {
        db_insert(db, self.orders).await;
        db_insert(db, self.lines).await;
        db_insert(db, self.of_record).await;
    }
}

impl Rows {
    fn bought(&self, subscription: Uuid) -> subscription::Model {
        self.subscriptions.iter().find(|row| row.id == subscription).unwrap().clone()
    }

    /// An order of these subscriptions. Nobody earns on them.
    pub fn order(&mut self, organisation: Uuid, subscriptions: &[Uuid]) -> Uuid {
        let id = self.id();
        let order = sales_order::Model {
            id,
            organisation_id: organisation,
            number: format!("{}-{}", self.tree, self.next),
            search_text: format!("{}-{} po {}", self.tree, self.next, self.next),
            state: sales_order::State::Completed,
            currency: "SEK".to_owned(),
            total_minor: 40_000,
            purchase_order: Some(format!("PO {}", self.next)),
            placed_by_id: None,
            placed_by_key_id: None,
            partnership_id: None,
            created_at: self.made(),
        };
        self.sold.orders.push(order);
        for (subscription, position) in subscriptions.iter().zip(1..) {
            let bought = self.bought(*subscription);
            let line = order_line::Model {
                id: self.id(),
                organisation_id: organisation,
                order_id: id,
                subscription_id: bought.id,
                product_id: bought.product_id,
                position,
                quantity: bought.quantity,
                term: bought.term,
                interval: bought.interval,
                unit_minor: bought.unit_price_minor,
                setup_minor: 0,
                attributes: "{}".to_owned(),
            };
            self.sold.lines.push(line);
        }
        id
    }

    /// Nobody earned on the subscription on its first two days; since then, this partnership does.
    pub fn of_record(&mut self, subscription: Uuid, partnership: Option<Uuid>) {
        let bought = self.bought(subscription);
        for (after, partnership_id) in [(0, None), (1, None), (2, partnership)] {
            let row = partner_of_record::Model {
                id: self.id(),
                organisation_id: bought.organisation_id,
                subscription_id: bought.id,
                starts_on: bought.starts_on + Days::new(after),
                partnership_id,
                created_at: self.made(),
            };
            self.sold.of_record.push(row);
        }
    }

    /// Three lowerings of the subscription, which all wait for its renewal.
    pub fn scheduled(&mut self, subscription: Uuid) -> [Uuid; 3] {
        let bought = self.bought(subscription);
        let start = self.changes.iter().find(|row| row.subscription_id == subscription).unwrap().clone();
        [2, 3, 4].map(|position| {
            let id = self.id();
            self.changes.push(subscription_change::Model {
                id,
                position,
                kind: subscription_change::Kind::Lower,
                effective_on: day(20),
                quantity: bought.quantity - 1,
                state: subscription_change::State::Scheduled,
                created_at: self.made(),
                ..start.clone()
            });
            id
        })
    }
}
