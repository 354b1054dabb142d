//! The feature.

use std::sync::Arc;

use async_graphql::{Enum, ID};
use entity::feature::{self, Model};
use macros::guarded;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::product::Seen;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// What opens features, if it is held at any customer of their seller.
const OPENING: [Permission; 4] =
    [Permission::SubscriptionRead, Permission::LicenceRead, Permission::AssetRead, Permission::UsageRead];

/// What a feature counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "feature::Kind")]
pub enum FeatureKind {
    /// People, one seat each.
    Seat,
    /// Things.
    Quota,
}

/// Something that products entitle to: a kind of seat or a quota.
#[derive(Clone)]
pub struct Feature {
    row: Arc<Model>,
    seen: Seen,
}

impl Feature {
    /// A feature as the viewer sees it.
    pub const fn new(row: Arc<Model>, seen: Seen) -> Self {
        Self { row, seen }
    }

    /// Its place in lists: by name.
    pub fn place(&self) -> (String, Uuid) {
        (self.row.name_key.clone(), self.row.id)
    }

    /// What it counts.
    pub fn counts(&self) -> feature::Kind {
        self.row.kind
    }

    /// The feature of something that the viewer sees at a customer by this permission.
    pub async fn of_customer(request: &Request, key: Uuid, permission: Permission) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let seller = request.access.look(row.key(|row| row.organisation_id)).await?;
        let seen = seller.map(|seller| Seen::by_holder(&seller, permission));
        Ok(seen.and_then(|seen| row.visible(|row| Self::new(row, seen))))
    }

    /// The row.
    pub fn into_row(self) -> Arc<Model> {
        self.row
    }

    /// The features of a seller, by name.
    pub async fn list(request: &Request, seller: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list(request, seller.id(), page).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), Seen::at(seller))))
    }
}

impl Find for Feature {
    const TYPE: Type = Type::Feature;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let seller = row.key(|row| row.organisation_id);
        let Some(seen) = Seen::anywhere(request, seller, &OPENING).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, seen)))
    }
}

impl Guarded for Feature {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        matches!(side, Side::Organisation).then_some(self.seen.grants())
    }
}

/// Something that products entitle to: a kind of seat or a quota. Features are visible to viewers with
/// `SUBSCRIPTION_READ`, `LICENCE_READ`, `ASSET_READ` or `USAGE_READ` at any organisation.
#[guarded(exists(SUBSCRIPTION_READ, LICENCE_READ, ASSET_READ, USAGE_READ, CATALOGUE_MANAGE))]
impl Feature {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Feature.id(self.row.id)
    }

    /// Its key, unique in the catalogue.
    #[public]
    fn key(&self) -> &str {
        &self.row.key
    }

    /// Its name.
    #[public]
    pub(crate) fn name(&self) -> &str {
        &self.row.name
    }

    /// What it counts.
    #[public]
    fn kind(&self) -> FeatureKind {
        self.row.kind.into()
    }

    /// The family that it belongs to, if any. A person has at most one feature of a family.
    #[public]
    fn family(&self) -> Option<&str> {
        self.row.family.as_deref()
    }
}
