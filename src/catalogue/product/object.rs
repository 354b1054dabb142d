//! The product, and which products a viewer sees.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject};
use entity::product::{Model, State};
use futures_util::future::join_all;
use macros::guarded;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::kinds::{BillsFrom, LowersAt, ProductKind, ProductState, TaxClass};
use super::seen::Seen;
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::feature::Entitlement;
use crate::catalogue::price::Price;
use crate::catalogue::service::ServiceKind;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Search, Total, slice_sorted};
use crate::graphql::request::Request;

/// Which products to list.
#[derive(InputObject)]
pub struct ProductFilter {
    /// Only products in this state.
    pub state: Option<ProductState>,
    /// Only products whose name or code contains this text. Case does not matter.
    pub search: Option<String>,
}

/// Something that the operator sells.
#[derive(Clone)]
pub struct Product {
    row: Arc<Model>,
    seen: Seen,
}

impl Product {
    /// A product as the viewer sees it.
    pub const fn new(row: Arc<Model>, seen: Seen) -> Self {
        Self { row, seen }
    }

    /// The product of something that the viewer sees at a customer.
    pub async fn of_purchase(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::find(request, key).await? else { return Ok(None) };
        let seller = request.access.look(row.organisation_id).await?;
        Ok(seller.map(|seller| Self::new(row, Seen::by_reader(&seller))))
    }

    /// All products of the seller, by name.
    pub async fn list(
        request: &Request,
        seller: &Decision,
        page: &PageArguments,
        filter: Option<&ProductFilter>,
    ) -> Result<Connection<Self>> {
        let search = Search::read(filter.and_then(|filter| filter.search.as_deref()))?;
        let state: Option<State> = filter.and_then(|filter| filter.state).map(Into::into);
        let rows = store::all_of(request, seller.id()).await?;
        let is_wanted = |row: &Model| {
            state.is_none_or(|state| row.state == state) && (search.finds(&row.name) || search.finds(&row.code))
        };
        let found: Vec<Arc<Model>> = rows.iter().filter(|row| is_wanted(row)).cloned().collect();
        Self::paged(found, page, seller.id(), Seen::at(seller))
    }

    /// A page of products that are ordered by name.
    fn paged(found: Vec<Arc<Model>>, page: &PageArguments, parent: Uuid, seen: Seen) -> Result<Connection<Self>> {
        let total = Total::known(found.len());
        let found = found.into_iter().map(|row| (row.name_key.clone(), row.id, row));
        let slice = slice_sorted(found, page, parent)?;
        Ok(Connection::new(&slice, total, |row| Self::new(Arc::clone(row), seen)))
    }
}

impl Find for Product {
    const TYPE: Type = Type::Product;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let (seller, opening) = (row.key(|row| row.organisation_id), [Permission::SubscriptionRead]);
        let Some(seen) = Seen::anywhere(request, seller, &opening).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, seen)))
    }
}

impl Guarded for Product {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let seen = if self.row.state == State::Draft { self.seen.unpublished() } else { self.seen };
        matches!(side, Side::Organisation).then_some(seen.grants())
    }
}

/// Something that the operator sells. Products that are offered, or were, are visible to viewers with
/// `SUBSCRIPTION_READ` at any organisation. Drafts need `CATALOGUE_MANAGE` at the operator.
#[guarded(exists(SUBSCRIPTION_READ, CATALOGUE_MANAGE))]
impl Product {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Product.id(self.row.id)
    }

    /// Its code, unique in the catalogue.
    #[public]
    fn code(&self) -> &str {
        &self.row.code
    }

    /// Its name.
    #[public]
    pub(crate) fn name(&self) -> &str {
        &self.row.name
    }

    /// What customers get; can be empty.
    #[public]
    fn description(&self) -> &str {
        &self.row.description
    }

    /// What kind of thing it is.
    #[public]
    fn kind(&self) -> ProductKind {
        self.row.kind.into()
    }

    /// The unit that is counted: a code of UN/ECE Recommendation 20, for example C62 for pieces.
    #[public]
    fn unit_code(&self) -> &str {
        &self.row.unit_code
    }

    /// How it is taxed.
    #[public]
    fn tax_class(&self) -> TaxClass {
        self.row.tax_class.into()
    }

    /// The kind of service that an order creates; null if it creates none.
    #[public]
    fn service_kind(&self) -> Option<ServiceKind> {
        self.row.service_kind.map(Into::into)
    }

    /// From when it is charged.
    #[public]
    fn bills_from(&self) -> BillsFrom {
        self.row.bills_from.into()
    }

    /// How many days before the end of the commitment it must be cancelled.
    #[public]
    fn notice_days(&self) -> i32 {
        self.row.notice_days
    }

    /// For how many days from the purchase it can be returned.
    #[public]
    fn return_days(&self) -> i32 {
        self.row.return_days
    }

    /// For how many months from the order its renewals keep the price; 0 if each renewal takes the price in force.
    #[public]
    fn price_lock_months(&self) -> i32 {
        self.row.price_lock_months
    }

    /// The smallest quantity.
    #[public]
    fn min_quantity(&self) -> i32 {
        self.row.min_quantity
    }

    /// The largest quantity; null if there is none.
    #[public]
    fn max_quantity(&self) -> Option<i32> {
        self.row.max_quantity
    }

    /// When a lower quantity takes effect.
    #[public]
    fn lowers_at(&self) -> LowersAt {
        self.row.lowers_at.into()
    }

    /// Whether partners earn commission on it.
    #[public]
    fn is_commissionable(&self) -> bool {
        self.row.is_commissionable
    }

    /// Its state.
    #[public]
    fn state(&self) -> ProductState {
        self.row.state.into()
    }

    /// The account of the bookkeeping that its revenue goes to; empty for the usual one.
    #[requires(CATALOGUE_MANAGE)]
    fn revenue_key(&self) -> Option<&str> {
        Some(&self.row.revenue_key)
    }

    /// What one unit entitles to, ordered by the name of the feature.
    #[public]
    async fn entitlements(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<Entitlement>>> {
        Entitlement::list(Request::of(context)?, self.row.id, self.seen, &page).await.map(Some)
    }

    /// The products to which a subscription can be changed in mid-term, by name. Viewers without `CATALOGUE_MANAGE` see
    /// those that are offered.
    #[public]
    async fn upgrades(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Self>>> {
        let request = Request::of(context)?;
        let upgrades = store::upgrades_of(request, self.row.id).await?;
        let looked = join_all(upgrades.iter().map(async |id| {
            let row = store::look_up(request, *id).await?;
            Ok(row.and_then(|row| row.visible(|row| Self::new(row, self.seen))))
        }));
        let found = looked.await.into_iter().filter_map(Result::transpose).collect::<Result<Vec<Self>>>()?;
        let is_shown = |product: &Self| self.seen.is_managed() || product.row.state == State::Offered;
        let mut rows: Vec<_> = found.into_iter().filter(is_shown).map(|product| product.row).collect();
        rows.sort_by(|one, other| (&one.name_key, one.id).cmp(&(&other.name_key, other.id)));
        Self::paged(rows, &page, self.row.id, self.seen).map(Some)
    }

    /// Its prices in all plans: past, present and future. They are ordered by commitment, interval, currency, quantity and
    /// first day.
    #[requires(CATALOGUE_MANAGE)]
    async fn prices(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only prices that are in force on this day.")] on: Option<Date>,
        #[graphql(desc = "Only prices in this currency, as ISO 4217.")] currency: Option<String>,
    ) -> Result<Option<Connection<Price>>> {
        let request = Request::of(context)?;
        let Some(seller) = request.access.look(self.row.organisation_id).await? else { return Ok(None) };
        Price::list_of_product(request, &seller, self.row.id, &page, on, currency.as_deref()).await.map(Some)
    }
}
