//! The asset.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use entity::asset::{self, Model, State};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules;
use super::store::{self, Criteria, Order};
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::feature::Feature;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, OrderDirection, PageArguments, Search};
use crate::graphql::request::Request;

/// The state of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "asset::State")]
pub enum AssetState {
    /// It is in use, and the quota counts it.
    Active,
    /// It was deleted, and the quota no longer counts it.
    Deleted,
}

/// Which assets to list.
#[derive(InputObject)]
pub struct AssetFilter {
    /// Only assets that are counted by the feature with this id.
    pub feature_id: Option<ID>,
    /// Only assets in this state.
    pub state: Option<AssetState>,
    /// Only assets of exactly this kind.
    pub kind: Option<String>,
    /// Only assets with this text in the name, the kind or the external id. Case does not matter.
    pub search: Option<String>,
}

/// What assets can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AssetOrderField {
    /// The name, by the root collation of Unicode.
    Name,
    /// The moment of their creation.
    CreatedAt,
}

/// The order of assets.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct AssetOrder {
    /// What orders them.
    pub field: AssetOrderField,
    /// The direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub direction: OrderDirection,
}

/// A thing that a quota counts, for example a data logger.
#[derive(Clone)]
pub struct Asset {
    row: Arc<Model>,
    organisation: Decision,
}

impl Asset {
    /// An asset of an organisation.
    pub fn new(row: Arc<Model>, at: &Decision) -> Self {
        Self { row, organisation: at.clone() }
    }

    /// Its key in the database.
    pub(super) fn key(&self) -> Uuid {
        self.row.id
    }

    /// The assets of an organisation; without an order, by name.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        filter: Option<&AssetFilter>,
        order: Option<AssetOrder>,
    ) -> Result<Connection<Self>> {
        let mut criteria = Criteria::default();
        if let Some(AssetFilter { feature_id, state, kind, search }) = filter {
            criteria.feature = feature_id.as_ref().map(|id| Type::Feature.parse(id)).transpose()?;
            criteria.state = state.map(Into::into);
            criteria.kind = kind.as_deref().map(rules::kind_of).transpose()?;
            criteria.search = Search::read(search.as_deref())?;
        }
        if let Some(AssetOrder { field, direction }) = order {
            criteria.descending = direction == OrderDirection::Desc;
            criteria.order = match field {
                AssetOrderField::Name => Order::Name,
                AssetOrderField::CreatedAt => Order::Creation,
            };
        }
        let rows = store::list_of(request, at.id(), page, criteria).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }

    /// The assets that a pool of the organisation counts, by name.
    pub async fn list_of_pool(
        request: &Request,
        at: &Decision,
        pool: Uuid,
        page: &PageArguments,
    ) -> Result<Connection<Self>> {
        let rows = store::list_of_pool(request, pool, page).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl AsRef<Decision> for Asset {
    fn as_ref(&self) -> &Decision {
        &self.organisation
    }
}

impl Find for Asset {
    const TYPE: Type = Type::Asset;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for Asset {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A thing that a quota counts, for example a data logger.
#[guarded(exists(ASSET_READ))]
impl Asset {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Asset.id(self.row.id)
    }

    /// Its name.
    #[public]
    pub(crate) fn name(&self) -> &str {
        &self.row.name
    }

    /// What kind of thing it is, in the words of the organisation.
    #[public]
    fn kind(&self) -> &str {
        &self.row.kind
    }

    /// Its id in another system, if it has one. Unique in the organisation among the assets that are not deleted.
    #[public]
    fn external_id(&self) -> Option<&str> {
        self.row.external_id.as_deref()
    }

    /// Its state.
    #[public]
    fn state(&self) -> AssetState {
        self.row.state.into()
    }

    /// The feature whose quota counts it.
    #[public]
    async fn feature(&self, context: &Context<'_>) -> Result<Option<Feature>> {
        Feature::of_customer(Request::of(context)?, self.row.feature_id, Permission::AssetRead).await
    }

    /// When it was created.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When it was deleted; null if it was not.
    #[public]
    fn deleted_at(&self) -> Option<DateTimeUtc> {
        self.row.deleted_at
    }
}

impl Asset {
    /// Whether it counts.
    pub fn is_active(&self) -> bool {
        self.row.state == State::Active
    }
}
