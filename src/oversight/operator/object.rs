//! The operator: the platform as its staff see it.

use std::sync::Arc;

use async_graphql::{Context, ID, OutputType};
use entity::service_task::State as TaskState;
use macros::guarded;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::account::UserAccount;
use super::billing::OperatorBilling;
use super::store;
use crate::access::{Authorised, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::feature::Feature;
use crate::catalogue::plan::PricePlan;
use crate::catalogue::product::{Product, ProductFilter};
use crate::catalogue::task::{self, ServiceTask, ServiceTaskFilter};
use crate::graphql::act::Target;
use crate::graphql::page::{Connection, PageArguments, Search, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::licence::assignment::LicenceToSetUp;
use crate::organisation::{Organisation, OrganisationCard};
use crate::oversight::audit::{self, Event};
use crate::partners::programme::{self, ResellerRequest, ResellerRequestState};

/// The platform as its staff see it.
pub struct Operator(pub(super) Authorised);

impl Guarded for Operator {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// There is only one operator, so mutations on it need no key.
impl Target for Operator {
    type Key = ();

    async fn locate(request: &Request, (): &()) -> Result<Option<Self>> {
        let decision = store::find_operator(&request.access).await?;
        Ok(decision.and_then(|decision| decision.authorise(Permission::OrganisationRead).ok()).map(Self))
    }
}

/// The platform as its staff see it.
#[guarded]
impl Operator {
    /// The organisation that runs the platform.
    #[public]
    fn organisation(&self) -> Organisation {
        self.0.clone().into()
    }

    /// Organisations, ordered by name. More than 1,000 matches are an error: search for more letters.
    #[requires(CLIENT_READ)]
    async fn organisations(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "A part of the name, or the whole code. Case does not matter.")] search: Option<String>,
        #[graphql(
            desc = "Only organisations without an owner who can sign in. `recoverOwnership` is for those.",
            default = false
        )]
        without_owner: bool,
    ) -> Result<Option<Connection<OrganisationCard>>> {
        let search = Search::read(search.as_deref())?;
        let found = store::organisations(Request::of(context)?.db(), &search, without_owner).await?;
        let found = found.into_iter().map(|card| (collation::sort_key(&card.name), card.id, Arc::new(card)));
        paged(found, &page, self.0.id(), |card| OrganisationCard::from(card.as_ref().clone())).map(Some)
    }

    /// Requests to become a reseller, the oldest first: 1,000 at most.
    #[requires(RESELLER_MANAGE)]
    async fn reseller_requests(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only requests in one of these states. Without it, pending ones.")] states: Option<
            Vec<ResellerRequestState>,
        >,
    ) -> Result<Option<Connection<ResellerRequest>>> {
        let request = Request::of(context)?;
        let states = states.unwrap_or_else(|| vec![ResellerRequestState::Requested]);
        let states: Vec<_> = states.into_iter().map(Into::into).collect();
        let found = programme::store::in_states(request, &states).await?;
        let decisions = request.access.look_all(found.iter().map(|row| row.organisation_id)).await?;
        let found = found.into_iter().map(|row| {
            // Keys are compared as text, so the time gets leading zeros.
            (format!("{:020}", row.created_at.timestamp_micros()), row.id, row)
        });
        paged(found, &page, self.0.id(), |row| {
            ResellerRequest::new(row, decisions.get(&row.organisation_id).unwrap_or(&self.0))
        })
        .map(Some)
    }

    /// Tasks of services, those that hang first: those that have failed, then the oldest. 1,000 at most.
    #[requires(SERVICE_PROVISION)]
    async fn service_tasks(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which tasks. Without it, those that are not done.")] filter: Option<ServiceTaskFilter>,
    ) -> Result<Option<Connection<ServiceTask>>> {
        let request = Request::of(context)?;
        let (states, kind) = ServiceTaskFilter::criteria(filter);
        let found = task::store::urgent(request.db(), &states, kind).await?;
        let decisions = request.access.look_all(found.iter().map(|row| row.model.organisation_id)).await?;
        let found = found.into_iter().map(|row| {
            let model = &row.model;
            // Keys are compared as text, so the time gets leading zeros.
            let place = u8::from(model.state != TaskState::Failed);
            (format!("{place}{:020}", model.created_at.timestamp_micros()), model.id, Arc::new(row))
        });
        paged(found, &page, self.0.id(), |row| {
            let at = decisions.get(&row.model.organisation_id).unwrap_or(&self.0);
            ServiceTask::new(Arc::clone(row), at)
        })
        .map(Some)
    }

    /// The products of the catalogue, by name, including drafts and retired ones.
    #[requires(CATALOGUE_MANAGE)]
    async fn products(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which products.")] filter: Option<ProductFilter>,
    ) -> Result<Option<Connection<Product>>> {
        Product::list(Request::of(context)?, &self.0, &page, filter.as_ref()).await.map(Some)
    }

    /// The features that products can entitle to, by name.
    #[requires(CATALOGUE_MANAGE)]
    async fn features(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Feature>>> {
        Feature::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The price plans, by name.
    #[requires(CATALOGUE_MANAGE)]
    async fn price_plans(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<PricePlan>>> {
        PricePlan::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// Licences that an outside system has to set up or to remove, the oldest first. `confirmLicences` reports the outcome.
    #[requires(SERVICE_PROVISION)]
    async fn licences_to_set_up(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only those of the feature with this id.")] feature_id: Option<ID>,
        #[graphql(desc = "Only those behind this assignment.")] after_id: Option<ID>,
        #[graphql(desc = "How many: 1 to 500.", default = 100)] first: i32,
    ) -> Result<Option<Vec<LicenceToSetUp>>> {
        LicenceToSetUp::list(Request::of(context)?, feature_id.as_ref(), after_id.as_ref(), first).await.map(Some)
    }

    #[flattened]
    fn billing(&self) -> OperatorBilling {
        OperatorBilling(self.0.clone())
    }

    /// Users, ordered by name. More than 1,000 matches are an error: search for more letters. Each search is recorded
    /// in the operator's audit log.
    #[requires(USER_MANAGE)]
    async fn users(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "A part of the name or of the email address. Case does not matter.")] search: Option<String>,
    ) -> Result<Option<Connection<UserAccount>>> {
        let request = Request::of(context)?;
        let search = Search::read(search.as_deref())?;
        let found = store::users(request.db(), &search).await?;
        let event = Event::done("operator.users", self.0.id(), Some(Permission::UserManage))
            .to(Type::Organisation.id(self.0.id()))
            .changing(Json::Null, json!({ "search": search.text(), "found": found.len() }));
        request.db().write(async |tx| Ok(audit::record(&request.work(tx), event).await?)).await?;
        let found = found.into_iter().map(|row| (collation::sort_key(&row.name), row.id, Arc::new(row)));
        paged(found, &page, self.0.id(), |row| UserAccount::new(row, &self.0)).map(Some)
    }
}

/// A page of rows, ordered by their keys.
pub(super) fn paged<R, T>(
    found: impl Iterator<Item = (String, Uuid, Arc<R>)>,
    page: &PageArguments,
    operator: Uuid,
    node: impl Fn(&Arc<R>) -> T,
) -> Result<Connection<T>> {
    let mut found: Vec<_> = found.collect();
    found.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let total = Total::known(found.len());
    Ok(Connection::new(&slice_sorted(found.into_iter(), page, operator)?, total, node))
}
