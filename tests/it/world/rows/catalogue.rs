//! Rows of the catalogue: products, features, price plans and prices.

use entity::product::State;
use entity::subscription::{Interval, Term};
use entity::{entitlement, feature, plan_assignment, price, price_plan, product, product_upgrade};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Rows, day, db_insert, push, seed};

/// The rows of the catalogue besides its products.
#[derive(Clone, Default)]
pub struct Catalogue {
    upgrades: Vec<product_upgrade::Model>,
    features: Vec<feature::Model>,
    entitlements: Vec<entitlement::Model>,
    plans: Vec<price_plan::Model>,
    prices: Vec<price::Model>,
    assignments: Vec<plan_assignment::Model>,
}

impl Catalogue {
    /// Writes all rows. Their products are there.
    pub async fn db_write(self, db: &impl ConnectionTrait) {
        db_insert(db, self.upgrades).await;
        db_insert(db, self.features).await;
        db_insert(db, self.entitlements).await;
        db_insert(db, self.plans).await;
        db_insert(db, self.prices).await;
        db_insert(db, self.assignments).await;
    }
}

impl Rows {
    /// An offered product with an id of its own.
    pub fn product_with_id(&mut self, id: Uuid, seller: Uuid, code: &str, name: &str) -> &mut product::Model {
        let row = seed::product(id, seller, code, name, self.made());
        push(&mut self.products, row)
    }

    /// A product that is not offered yet.
    pub fn draft(&mut self, seller: Uuid, name: &str) -> Uuid {
        let id = self.product(seller, name);
        self.products.last_mut().unwrap().state = State::Draft;
        id
    }

    /// A subscription to one product can be changed to the other.
    pub fn upgrade(&mut self, from: Uuid, to: Uuid) {
        self.catalogue.upgrades.push(product_upgrade::Model { from_id: from, to_id: to });
    }

    /// A kind of seat.
    pub fn feature(&mut self, id: Option<Uuid>, seller: Uuid, name: &str) -> Uuid {
        let row = feature::Model {
            id: id.unwrap_or_else(|| self.id()),
            organisation_id: seller,
            key: name.to_lowercase().replace(' ', "-"),
            name: name.to_owned(),
            name_key: collation::sort_key(name),
            kind: feature::Kind::Seat,
            family: Some("seats".to_owned()),
            created_at: self.made(),
        };
        push(&mut self.catalogue.features, row).id
    }

    /// Each unit of the product gives one of the feature.
    pub fn entitlement(&mut self, product: Uuid, feature: Uuid) -> &mut entitlement::Model {
        let row = entitlement::Model { product_id: product, feature_id: feature, quantity: 1 };
        push(&mut self.catalogue.entitlements, row)
    }

    /// The feature that was made last.
    pub fn last_feature(&mut self) -> &mut feature::Model {
        self.catalogue.features.last_mut().unwrap()
    }

    /// A price plan.
    pub fn plan(&mut self, id: Option<Uuid>, seller: Uuid, name: &str, is_default: bool) -> Uuid {
        let row = price_plan::Model {
            id: id.unwrap_or_else(|| self.id()),
            organisation_id: seller,
            name: name.to_owned(),
            name_key: collation::sort_key(name),
            is_default,
            created_at: self.made(),
        };
        push(&mut self.catalogue.plans, row).id
    }

    /// A monthly price of one unit in SEK, which has been in force for 90 days.
    pub fn price(&mut self, seller: Uuid, plan: Uuid, product: Uuid, unit_minor: i64) -> &mut price::Model {
        let row = price::Model {
            id: self.id(),
            organisation_id: seller,
            plan_id: plan,
            product_id: product,
            currency: "SEK".to_owned(),
            term: Term::Monthly,
            interval: Interval::Month,
            from_quantity: 1,
            unit_minor,
            setup_minor: 0,
            valid_from: day(-90),
            created_at: self.made(),
        };
        push(&mut self.catalogue.prices, row)
    }

    /// The organisation has the plan, since 30 days.
    pub fn assignment(&mut self, organisation: Uuid, plan: Uuid) {
        let created_at = self.made();
        let row =
            plan_assignment::Model { organisation_id: organisation, starts_on: day(-30), plan_id: plan, created_at };
        self.catalogue.assignments.push(row);
    }
}
