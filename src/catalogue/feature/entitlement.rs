//! What one unit of a product entitles to.

use std::sync::Arc;

use futures_util::future::join_all;
use macros::public_object;
use uuid::Uuid;

use super::object::Feature;
use super::store;
use crate::base::error::Result;
use crate::catalogue::product::Seen;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;

/// What one unit of a product entitles to.
#[public_object]
#[derive(Clone)]
pub struct Entitlement {
    /// The feature.
    pub feature: Feature,
    /// How many of it each unit gives.
    pub quantity: i32,
}

impl Entitlement {
    /// What one unit of a product gives, ordered by the name of the feature.
    pub async fn list(request: &Request, product: Uuid, seen: Seen, page: &PageArguments) -> Result<Connection<Self>> {
        let given = store::entitlements_of(request, product).await?;
        let found = join_all(given.iter().map(async |(feature, quantity)| {
            let row = store::look_up(request, *feature).await?;
            let feature = row.and_then(|row| row.visible(|row| Feature::new(row, seen)));
            Ok(feature.map(|feature| Self { feature, quantity: *quantity }))
        }));
        let found = found.await.into_iter().filter_map(Result::transpose).collect::<Result<Vec<Self>>>()?;
        let mut found: Vec<(String, Uuid, Arc<Self>)> = found
            .into_iter()
            .map(|one| {
                let (key, id) = one.feature.place();
                (key, id, Arc::new(one))
            })
            .collect();
        found.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        let total = Total::known(found.len());
        let slice = slice_sorted(found.into_iter(), page, product)?;
        Ok(Connection::new(&slice, total, |one| one.as_ref().clone()))
    }
}
