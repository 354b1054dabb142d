//! The file. Rows keep their place in it, so that errors can name the line.

use std::collections::BTreeMap;

use sea_orm::prelude::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// A whole file.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The features.
    #[serde(default)]
    pub feature: Vec<Spanned<FeatureRow>>,
    /// The products.
    #[serde(default)]
    pub product: Vec<Spanned<ProductRow>>,
    /// The plans.
    #[serde(default)]
    pub plan: Vec<Spanned<PlanRow>>,
    /// The prices.
    #[serde(default)]
    pub price: Vec<Spanned<PriceRow>>,
}

/// A feature.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FeatureRow {
    pub key: String,
    pub name: String,
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
}

/// A product, the codes of the products to which it can be changed, and what it entitles to by the keys of the features.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProductRow {
    pub code: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub kind: String,
    #[serde(default = "pieces")]
    pub unit_code: String,
    #[serde(default = "standard")]
    pub tax_class: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_kind: Option<String>,
    #[serde(default = "order")]
    pub bills_from: String,
    #[serde(default)]
    pub notice_days: i32,
    #[serde(default)]
    pub return_days: i32,
    #[serde(default)]
    pub price_lock_months: i32,
    #[serde(default = "one")]
    pub min_quantity: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_quantity: Option<i32>,
    #[serde(default = "renewal")]
    pub lowers_at: String,
    #[serde(default)]
    pub revenue_key: String,
    #[serde(default = "yes")]
    pub is_commissionable: bool,
    /// Without it, the state stays, and a new product is a draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default)]
    pub upgrades: Vec<String>,
    #[serde(default)]
    pub entitlements: BTreeMap<String, i32>,
}

/// A plan.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PlanRow {
    pub name: String,
    #[serde(default)]
    pub is_default: bool,
}

/// A price, with the name of its plan and the code of its product.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PriceRow {
    pub plan: String,
    pub product: String,
    pub currency: String,
    pub term: String,
    pub interval: String,
    #[serde(default = "one")]
    pub from_quantity: i32,
    pub unit_minor: i64,
    #[serde(default)]
    pub setup_minor: i64,
    pub valid_from: Date,
}

fn pieces() -> String {
    "C62".to_owned()
}

fn standard() -> String {
    "STANDARD".to_owned()
}

fn order() -> String {
    "ORDER".to_owned()
}

fn renewal() -> String {
    "RENEWAL".to_owned()
}

const fn one() -> i32 {
    1
}

const fn yes() -> bool {
    true
}
