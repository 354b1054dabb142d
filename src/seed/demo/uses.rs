//! The words for assets: the data loggers of a story.

use entity::{asset, licence_pool};
use uuid::Uuid;

use super::super::articles::DEVICES;
use super::world::World;
use crate::licence::asset::rules::Described;

impl World {
    /// The organisation uses data loggers at these places. It has bought enough of them.
    pub fn uses_loggers(&mut self, organisation: Uuid, places: &[&str]) {
        let Some(feature_id) = self.feature(&DEVICES) else { return };
        let (pool, _) = self.id();
        self.rows.licence_pools.push(licence_pool::Model {
            id: pool,
            organisation_id: organisation,
            feature_id,
            used: i64::try_from(places.len()).unwrap_or_default(),
        });
        for (place, number) in places.iter().zip(1..) {
            let (id, created_at) = self.id();
            let described = Described {
                name: (*place).to_owned(),
                kind: "Data logger".to_owned(),
                external_id: Some(format!("SN-{number:04}")),
            };
            self.rows.assets.push(asset::Model {
                id,
                organisation_id: organisation,
                licence_pool_id: pool,
                feature_id,
                name_key: collation::sort_key(&described.name),
                search_text: described.search_text(),
                name: described.name,
                kind: described.kind,
                external_id: described.external_id,
                state: asset::State::Active,
                created_at,
                deleted_at: None,
            });
        }
    }
}
