//! Rows of pools and assets.

use entity::feature::Kind;
use entity::{asset, licence_pool};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Rows, db_insert};

/// The rows of pools and assets.
#[derive(Clone, Default)]
pub struct LicenceRows {
    pools: Vec<licence_pool::Model>,
    assets: Vec<asset::Model>,
}

impl LicenceRows {
    /// Writes all rows. Their features are there.
    pub async fn db_write(self, db: &impl ConnectionTrait) {
        db_insert(db, self.pools).await;
        db_insert(db, self.assets).await;
    }
}

impl Rows {
    /// A feature that counts things.
    pub fn quota(&mut self, id: Option<Uuid>, seller: Uuid, name: &str) -> Uuid {
        let id = self.feature(id, seller, name);
        let row = self.last_feature();
        (row.kind, row.family) = (Kind::Quota, None);
        id
    }

    /// Each unit that the subscription is to gives ten of the feature.
    pub fn licence(&mut self, subscription: Uuid, feature: Uuid) {
        let product = self.subscriptions.iter().find(|row| row.id == subscription).unwrap().product_id;
        self.entitlement(product, feature).quantity = 10;
    }

    /// The pool of the organisation for the feature, of which so many are used.
    pub fn used_pool(&mut self, organisation: Uuid, feature: Uuid, used: i64) {
        let row = licence_pool::Model { id: self.id(), organisation_id: organisation, feature_id: feature, used };
        self.licences.pools.push(row);
    }

    /// The pool of the organisation for the feature, and assets with these names that it counts.
    pub fn pool(&mut self, organisation: Uuid, feature: Uuid, names: &[&str]) -> Vec<Uuid> {
        let pool = self.id();
        let used = i64::try_from(names.len()).unwrap();
        let row = licence_pool::Model { id: pool, organisation_id: organisation, feature_id: feature, used };
        self.licences.pools.push(row);
        let mut made = Vec::new();
        for name in names {
            let id = self.id();
            let external = format!("SN {}", id.simple());
            self.licences.assets.push(asset::Model {
                id,
                organisation_id: organisation,
                licence_pool_id: pool,
                feature_id: feature,
                name: (*name).to_owned(),
                name_key: collation::sort_key(name),
                search_text: collation::fold(&format!("{name} {name} kind {external}")),
                kind: format!("{name} kind"),
                external_id: Some(external),
                state: asset::State::Active,
                created_at: self.made(),
                deleted_at: None,
            });
            made.push(id);
        }
        made
    }
}
