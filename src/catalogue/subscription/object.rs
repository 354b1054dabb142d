//! The subscription.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use entity::{subscription, subscription_change as change};
use macros::guarded;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::change::{ChargeExplanation, SubscriptionChange};
use super::history;
use super::of_record::PartnerOfRecord;
use super::period::{months_of_interval, period_at};
use super::preview::{ChangePreview, PreviewedChange, preview};
use super::store::{self, Criteria, Order};
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::money::Money;
use crate::billing::invoice::store as invoices;
use crate::catalogue::product::Product;
use crate::catalogue::service::Service;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, OrderDirection, PageArguments, Search};
use crate::graphql::request::Request;
use crate::licence::pool::Licence;
use crate::organisation::OrganisationCard;

/// The commitment of a subscription: how long a term is. It renews at the end of each term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "subscription::Term")]
pub enum SubscriptionTerm {
    /// A month.
    Monthly,
    /// A year.
    Annual,
    /// Three years.
    Triennial,
}

/// The time between two invoices of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "subscription::Interval")]
pub enum BillingInterval {
    /// A month.
    Month,
    /// A year.
    Year,
}

/// The state of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "subscription::State")]
pub enum SubscriptionState {
    /// Ordered, but not ready yet.
    Pending,
    /// Renews at the end of each term.
    Active,
    /// Cancelled: it ends at the end of its commitment.
    Cancelled,
    /// No longer in force.
    Ended,
}

/// Which subscriptions to list.
#[derive(InputObject)]
pub struct SubscriptionFilter {
    /// Only subscriptions in this state.
    pub state: Option<SubscriptionState>,
    /// Only subscriptions to the product with this id.
    pub product_id: Option<ID>,
    /// Only subscriptions with this text in the name or the code of the product. Case does not matter.
    pub search: Option<String>,
    /// Only subscriptions that were ordered or changed since this `changeToken`.
    pub changed_since: Option<String>,
}

/// What subscriptions can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SubscriptionOrderField {
    /// The first day.
    StartsOn,
    /// The name of the product, by the root collation of Unicode.
    Name,
    /// The day on which the commitment ends: it renews or ends then.
    RenewsOn,
}

/// The order of subscriptions.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct SubscriptionOrder {
    /// What orders them.
    pub field: SubscriptionOrderField,
    /// The direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub direction: OrderDirection,
}

/// A product that an organisation has bought, with the agreed price.
pub struct Subscription {
    row: Arc<subscription::Model>,
    organisation: Decision,
}

impl Subscription {
    /// A subscription of an organisation.
    pub fn new(row: Arc<subscription::Model>, at: &Decision) -> Self {
        Self { row, organisation: at.clone() }
    }

    /// Its key in the database.
    pub fn key(&self) -> Uuid {
        self.row.id
    }

    /// The organisation that it belongs to.
    pub const fn at(&self) -> &Decision {
        &self.organisation
    }

    /// Its row.
    pub fn row(&self) -> &subscription::Model {
        &self.row
    }

    /// The subscriptions of an organisation; without an order, the oldest first.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        filter: Option<&SubscriptionFilter>,
        order: Option<SubscriptionOrder>,
    ) -> Result<Connection<Self>> {
        let mut criteria = Criteria::default();
        if let Some(SubscriptionFilter { state, product_id, search, changed_since }) = filter {
            criteria.changed_since.clone_from(changed_since);
            criteria.state = state.map(Into::into);
            criteria.product = product_id.as_ref().map(|id| Type::Product.parse(id)).transpose()?;
            criteria.search = Search::read(search.as_deref())?;
        }
        if let Some(SubscriptionOrder { field, direction }) = order {
            criteria.descending = direction == OrderDirection::Desc;
            criteria.order = match field {
                SubscriptionOrderField::StartsOn => Order::Start,
                SubscriptionOrderField::Name => Order::Name,
                SubscriptionOrderField::RenewsOn => Order::Renewal,
            };
        }
        let rows = store::list(request, at.id(), page, criteria).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl Subscription {
    async fn list_changes(
        &self,
        context: &Context<'_>,
        page: &PageArguments,
        state: Option<change::State>,
    ) -> Result<Connection<SubscriptionChange>> {
        let rows = store::list_changes(Request::of(context)?, self.row.id, page, state).await?;
        Ok(rows.connection(|row| SubscriptionChange::new(row, &self.row.currency, &self.organisation)))
    }
}

impl Find for Subscription {
    const TYPE: Type = Type::Subscription;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for Subscription {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A product that an organisation has bought, with the agreed price.
#[guarded(exists(SUBSCRIPTION_READ))]
impl Subscription {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Subscription.id(self.row.id)
    }

    /// Code of the product.
    #[public]
    fn product_code(&self) -> &str {
        &self.row.product_code
    }

    /// Name of the product at the time of the order.
    #[public]
    pub(crate) fn product_name(&self) -> &str {
        &self.row.product_name
    }

    /// The number of units.
    #[public]
    fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// The commitment: how long a term is.
    #[public]
    fn term(&self) -> SubscriptionTerm {
        self.row.term.into()
    }

    /// The time between two invoices.
    #[public]
    fn interval(&self) -> BillingInterval {
        self.row.interval.into()
    }

    /// Agreed price of one unit for one interval.
    #[public]
    fn unit_price(&self) -> Money {
        Money::new(self.row.unit_price_minor, &self.row.currency)
    }

    /// Its state.
    #[public]
    fn state(&self) -> SubscriptionState {
        self.row.state.into()
    }

    /// Its first day.
    #[public]
    fn starts_on(&self) -> Date {
        self.row.starts_on
    }

    /// The day from which its intervals and terms are counted.
    #[public]
    fn anchor_on(&self) -> Date {
        self.row.anchor_on
    }

    /// The first day after the commitment: it renews or ends on this day.
    #[public]
    fn committed_until(&self) -> Date {
        self.row.committed_until
    }

    /// The first day of the next term; null if it does not renew.
    #[public]
    fn renews_on(&self) -> Option<Date> {
        let renews = matches!(self.row.state, subscription::State::Pending | subscription::State::Active);
        renews.then_some(self.row.committed_until)
    }

    /// The first day on which a renewal may change the price; null if each renewal takes the price in force.
    #[public]
    fn price_locked_until(&self) -> Option<Date> {
        self.row.price_locked_until
    }

    /// The product.
    #[public]
    async fn product(&self, context: &Context<'_>) -> Result<Option<Product>> {
        Product::of_purchase(Request::of(context)?, self.row.product_id).await
    }

    /// The partner that earns commission on it today, if its product is commissionable: the one that was set or that
    /// ordered it, or else the one with the oldest partnership. Null if nobody earns.
    #[requires(PARTNERSHIP_READ)]
    async fn partner_of_record(&self, context: &Context<'_>) -> Result<Option<OrganisationCard>> {
        PartnerOfRecord::today(Request::of(context)?, self.organisation.id(), self.row.id).await
    }

    /// The partners that earn commission on it, each from its day on; the newest day first. Empty if the oldest partnership
    /// decides.
    #[requires(PARTNERSHIP_READ)]
    async fn partners_of_record(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<PartnerOfRecord>>> {
        PartnerOfRecord::list(Request::of(context)?, self.row.id, &page).await.map(Some)
    }

    /// The number of units on a day, past or future; 0 before it begins and after it ends.
    #[public]
    async fn quantity_on(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The day. Without it, today.")] day: Option<Date>,
    ) -> Result<Option<i32>> {
        let request = Request::of(context)?;
        let day = day.unwrap_or_else(|| request.today());
        let changes = store::history(request, self.row.id).await?;
        Ok(Some(history::on_day(&history::steps(&changes), day).map_or(0, |step| step.quantity)))
    }

    /// Its changes, the oldest first.
    #[public]
    async fn changes(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<SubscriptionChange>>> {
        self.list_changes(context, &page, None).await.map(Some)
    }

    /// Its changes that take effect on a later day.
    #[public]
    async fn scheduled(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<SubscriptionChange>>> {
        self.list_changes(context, &page, Some(change::State::Scheduled)).await.map(Some)
    }

    /// What a change would do today, and what it would cost. Nothing is changed.
    #[public]
    async fn preview_change(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change.")] change: PreviewedChange,
    ) -> Result<Option<ChangePreview>> {
        preview(Request::of(context)?, &self.row, &self.organisation, &change).await.map(Some)
    }

    /// What it gives the right to today, by the name of the feature; nothing before it has begun and after it has ended.
    #[public]
    async fn licences(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Licence>>> {
        Licence::list_of_subscription(Request::of(context)?, &self.organisation, &self.row, &page).await.map(Some)
    }

    /// The services that it pays for and that the viewer may see, by name: domains need `DOMAIN_READ`, all others
    /// `SERVICE_READ`.
    #[requires(SERVICE_READ, DOMAIN_READ)]
    async fn services(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Service>>> {
        Service::list_of_subscription(Request::of(context)?, &self.organisation, self.row.id, &page).await.map(Some)
    }

    /// What is due for the interval that contains the day, and why. Without VAT.
    #[public]
    async fn charge(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A day of the interval. Without it, today.")] day: Option<Date>,
    ) -> Result<Option<ChargeExplanation>> {
        let request = Request::of(context)?;
        let day = day.unwrap_or_else(|| request.today());
        let changes = store::history(request, self.row.id).await?;
        let interval = period_at(self.row.anchor_on, months_of_interval(self.row.interval), day);
        // Before it begins nothing is due, and the calendar has an end.
        let Some(interval) = interval.filter(|interval| interval.until > self.row.starts_on) else { return Ok(None) };
        let billed = invoices::billed_of(request, self.row.id, interval.starts_on).await?;
        ChargeExplanation::new(&changes, interval, &self.row.currency, billed).map(Some)
    }
}
