//! Changing a product.

use std::sync::Arc;

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::product::Model;
use macros::{mutation, payload};

use super::kinds::{BillsFrom, LowersAt, ProductKind, TaxClass};
use super::object::Product;
use super::seen::Seen;
use super::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::catalogue::price;
use crate::catalogue::service::ServiceKind;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The changes. Fields that are left out stay the same.
#[derive(Clone, InputObject)]
pub struct UpdateProductInput {
    /// Id of the product.
    pub product_id: ID,
    /// Its name: 1 to 200 characters.
    pub name: Option<String>,
    /// What customers get: up to 2,000 characters.
    pub description: Option<String>,
    /// What kind of thing it is.
    pub kind: Option<ProductKind>,
    /// The unit that is counted: a code of UN/ECE Recommendation 20.
    pub unit_code: Option<String>,
    /// How it is taxed from now on: it counts for what is issued later, also for subscriptions that run. Issued invoices and
    /// what credits them stay as they are.
    pub tax_class: Option<TaxClass>,
    /// The kind of service that an order creates; null if it creates none.
    pub service_kind: MaybeUndefined<ServiceKind>,
    /// From when it is charged. ACTIVATION needs `serviceKind`.
    pub bills_from: Option<BillsFrom>,
    /// How many days before the end of the commitment it must be cancelled: 0 to 1,000.
    pub notice_days: Option<i32>,
    /// For how many days from the purchase it can be returned: 0 to 1,000.
    pub return_days: Option<i32>,
    /// For how many months from the order its renewals keep the price: 0 to 120.
    pub price_lock_months: Option<i32>,
    /// The smallest quantity, at least 1.
    pub min_quantity: Option<i32>,
    /// The largest quantity; null if there is none.
    pub max_quantity: MaybeUndefined<i32>,
    /// When a lower quantity takes effect.
    pub lowers_at: Option<LowersAt>,
    /// The account of the bookkeeping that its revenue goes to: up to 100 characters, empty for the usual one. It counts for
    /// what is issued later.
    pub revenue_key: Option<String>,
    /// Whether partners earn commission on it.
    pub is_commissionable: Option<bool>,
}

impl UpdateProductInput {
    fn apply(self, old: Model) -> Model {
        Model {
            name: self.name.unwrap_or(old.name),
            description: self.description.unwrap_or(old.description),
            kind: self.kind.map_or(old.kind, Into::into),
            unit_code: self.unit_code.unwrap_or(old.unit_code),
            tax_class: self.tax_class.map_or(old.tax_class, Into::into),
            service_kind: match self.service_kind {
                MaybeUndefined::Undefined => old.service_kind,
                MaybeUndefined::Null => None,
                MaybeUndefined::Value(kind) => Some(kind.into()),
            },
            bills_from: self.bills_from.map_or(old.bills_from, Into::into),
            notice_days: self.notice_days.unwrap_or(old.notice_days),
            return_days: self.return_days.unwrap_or(old.return_days),
            price_lock_months: self.price_lock_months.unwrap_or(old.price_lock_months),
            min_quantity: self.min_quantity.unwrap_or(old.min_quantity),
            max_quantity: match self.max_quantity {
                MaybeUndefined::Undefined => old.max_quantity,
                MaybeUndefined::Null => None,
                MaybeUndefined::Value(most) => Some(most),
            },
            lowers_at: self.lowers_at.map_or(old.lowers_at, Into::into),
            revenue_key: self.revenue_key.unwrap_or(old.revenue_key),
            is_commissionable: self.is_commissionable.unwrap_or(old.is_commissionable),
            ..old
        }
    }
}

/// The changed product.
#[payload]
pub struct UpdateProductPayload {
    /// The product; null if it was not changed.
    pub product: Option<Product>,
}

/// Changes a product. Subscriptions keep the name and the price that they were ordered with, and invoices all that they were
/// issued with.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = input.product_id)]
async fn update_product(act: ActOn<'_, Product>, input: UpdateProductInput) -> Result<UpdateProductPayload> {
    let id = Type::Product.parse(&input.product_id)?;
    let product = act
        .locked(async |work, at| {
            let old = store::find_rows(work.tx, at.id(), &[id]).await?.pop().ok_or(Error::NotFound)?;
            let row = rules::checked(input.apply(old.clone()))?;
            if let Some(unit) = price::store::highest_unit(work.tx, id).await? {
                price::rules::check_sum("maxQuantity", unit, row.max_quantity)?;
            }
            store::update(work.tx, row.clone()).await?;
            let event = act.event().to(Type::Product.id(id));
            audit::record(work, event.changing(rules::audit_snapshot(&old), rules::audit_snapshot(&row))).await?;
            Ok(Product::new(Arc::new(row), Seen::at(&at)))
        })
        .await?;
    Ok(UpdateProductPayload { product: Some(product), ..Default::default() })
}
