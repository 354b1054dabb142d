//! Writing the catalogue to a file.

use sea_orm::ActiveEnum;
use toml::Spanned;

use super::format::{FeatureRow, File, PlanRow, PriceRow, ProductRow};
use super::stored::Stored;
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::catalogue::price::rules::order;
use crate::organisation;

/// The text of a file with the whole catalogue of the operator.
pub async fn export(db: &Db) -> Result<String> {
    let stored = db
        .write(async |tx| match organisation::store::find_operator(tx).await? {
            Some(operator) => Ok(Stored::load(tx, operator).await?),
            None => Ok(Stored::default()),
        })
        .await?;
    toml::to_string_pretty(&file(&stored)).map_err(Error::fault)
}

fn file(stored: &Stored) -> File {
    let product = |row: &entity::product::Model| ProductRow {
        code: row.code.clone(),
        name: row.name.clone(),
        description: row.description.clone(),
        kind: row.kind.to_value(),
        unit_code: row.unit_code.clone(),
        tax_class: row.tax_class.to_value(),
        service_kind: row.service_kind.map(|kind| kind.to_value()),
        bills_from: row.bills_from.to_value(),
        notice_days: row.notice_days,
        return_days: row.return_days,
        price_lock_months: row.price_lock_months,
        min_quantity: row.min_quantity,
        max_quantity: row.max_quantity,
        lowers_at: row.lowers_at.to_value(),
        revenue_key: row.revenue_key.clone(),
        is_commissionable: row.is_commissionable,
        state: Some(row.state.to_value()),
        upgrades: stored.upgrades_of(row.id),
        entitlements: stored.entitlements_of(row.id),
    };
    let feature = |row: &entity::feature::Model| FeatureRow {
        key: row.key.clone(),
        name: row.name.clone(),
        kind: row.kind.to_value(),
        family: row.family.clone(),
    };
    let plan = |row: &entity::price_plan::Model| PlanRow { name: row.name.clone(), is_default: row.is_default };
    File {
        feature: spanned(stored.features.iter().map(feature)),
        product: spanned(stored.products.iter().map(product)),
        plan: spanned(stored.plans.iter().map(plan)),
        price: spanned(prices(stored)),
    }
}

/// The prices by plan, product, and what they are for.
fn prices(stored: &Stored) -> impl Iterator<Item = PriceRow> {
    let mut rows: Vec<_> = stored
        .prices
        .iter()
        .filter_map(|row| {
            let plan = stored.plans.iter().position(|plan| plan.id == row.plan_id)?;
            let product = stored.products.iter().position(|product| product.id == row.product_id)?;
            Some((plan, product, row))
        })
        .collect();
    rows.sort_by(|(plan, product, row), (other_plan, other_product, other)| {
        (plan, product, order(row)).cmp(&(other_plan, other_product, order(other)))
    });
    rows.into_iter().map(|(plan, product, row)| PriceRow {
        plan: stored.plans[plan].name.clone(),
        product: stored.products[product].code.clone(),
        currency: row.currency.clone(),
        term: row.term.to_value(),
        interval: row.interval.to_value(),
        from_quantity: row.from_quantity,
        unit_minor: row.unit_minor,
        setup_minor: row.setup_minor,
        valid_from: row.valid_from,
    })
}

/// Rows without a place in a file.
fn spanned<T>(rows: impl Iterator<Item = T>) -> Vec<Spanned<T>> {
    rows.map(|row| Spanned::new(0..0, row)).collect()
}
