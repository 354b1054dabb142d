//! The catalogue as it is in the database.

use std::collections::BTreeMap;

use entity::{entitlement, feature, price, price_plan, product, product_upgrade};
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use crate::catalogue::{feature as features, plan as plans, price as prices, product as products};

/// Everything in the catalogue of a seller.
#[derive(Debug, Default)]
pub struct Stored {
    /// The features, by key.
    pub features: Vec<feature::Model>,
    /// The products, by code.
    pub products: Vec<product::Model>,
    /// The allowed changes of product.
    pub upgrades: Vec<product_upgrade::Model>,
    /// What the products entitle to.
    pub entitlements: Vec<entitlement::Model>,
    /// The plans, by name.
    pub plans: Vec<price_plan::Model>,
    /// The prices, in the order in which they were added.
    pub prices: Vec<price::Model>,
}

impl Stored {
    /// Reads it.
    pub async fn load(tx: &DatabaseTransaction, seller: Uuid) -> Result<Self, DbErr> {
        let products = products::store::all_in(tx, seller).await?;
        let ids: Vec<Uuid> = products.iter().map(|row| row.id).collect();
        let (mut upgrades, mut entitlements) = (Vec::new(), Vec::new());
        for some in ids.chunks(500) {
            upgrades.extend(products::store::upgrades_in(tx, some).await?);
            entitlements.extend(features::store::entitlements_in(tx, some).await?);
        }
        Ok(Self {
            features: features::store::all_in(tx, seller).await?,
            products,
            upgrades,
            entitlements,
            plans: plans::store::all_in(tx, seller).await?,
            prices: prices::store::all_in(tx, seller).await?,
        })
    }

    /// The codes of the products to which one can be changed, in order.
    pub fn upgrades_of(&self, product: Uuid) -> Vec<String> {
        let of_it = self.upgrades.iter().filter(|row| row.from_id == product);
        let code = |id: Uuid| Some(self.products.iter().find(|row| row.id == id)?.code.clone());
        let mut codes: Vec<String> = of_it.filter_map(|row| code(row.to_id)).collect();
        codes.sort();
        codes
    }

    /// What a product entitles to, by the keys of the features.
    pub fn entitlements_of(&self, product: Uuid) -> BTreeMap<String, i32> {
        let of_it = self.entitlements.iter().filter(|row| row.product_id == product);
        let key = |id: Uuid| Some(self.features.iter().find(|row| row.id == id)?.key.clone());
        of_it.filter_map(|row| Some((key(row.feature_id)?, row.quantity))).collect()
    }
}
