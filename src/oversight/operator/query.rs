//! Finding users and organisations.

use std::sync::Arc;

use async_graphql::{Context, Object};
use macros::guarded;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::account::UserAccount;
use super::rules::Beginning;
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::base::random::Random;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::{Request, service};
use crate::organisation::{Organisation, OrganisationCard};
use crate::oversight::audit::{self, Event};
use crate::partners::programme::{self, ResellerRequest, ResellerRequestState};

/// The platform, as those see it who run it.
pub struct Operator(Decision);

impl Guarded for Operator {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// The platform, as those see it who run it.
#[guarded]
#[Object]
impl Operator {
    /// The organisation that runs the platform.
    #[public]
    fn organisation(&self) -> Organisation {
        Organisation(self.0.clone())
    }

    /// Organisations by name, 1,000 at most; search for more letters if there are more.
    #[requires(CLIENT_READ)]
    async fn organisations(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "The beginning of the name, or the whole code.")] search: Option<String>,
        #[graphql(
            desc = "Only those that nobody who may sign in owns: they wait for `recoverOwnership`.",
            default = false
        )]
        without_owner: bool,
    ) -> Result<Option<Connection<OrganisationCard>>> {
        let begins = Beginning::read(search.as_deref())?;
        let found = store::organisations(Request::of(context)?.db(), &begins, without_owner).await?;
        let found = found.into_iter().map(|card| (card.name.to_lowercase(), card.id, Arc::new(card)));
        Ok(Some(paged(found, &page, |card| OrganisationCard::clone(card))))
    }

    /// Requests to become a reseller, the oldest first, 1,000 at most.
    #[requires(RESELLER_MANAGE)]
    async fn reseller_requests(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only those in one of these states. Without it, those that wait.")] states: Option<
            Vec<ResellerRequestState>,
        >,
    ) -> Result<Option<Connection<ResellerRequest>>> {
        let request = Request::of(context)?;
        let states = states.unwrap_or_else(|| vec![ResellerRequestState::Requested]);
        let states: Vec<_> = states.into_iter().map(Into::into).collect();
        let found = programme::store::in_states(request, &states).await?;
        let seen = request.access.look_all(found.iter().map(|row| row.organisation_id)).await?;
        let found = found.into_iter().map(|row| {
            // In the order of the list: digits enough for any moment.
            (format!("{:020}", row.created_at.timestamp_micros()), row.id, row)
        });
        Ok(Some(paged(found, &page, |row| {
            ResellerRequest::new(row, seen.get(&row.organisation_id).unwrap_or(&self.0))
        })))
    }

    /// Users by name, 1,000 at most; search for more letters if there are more. What was searched for stands in the
    /// audit log of the operator.
    #[requires(USER_MANAGE)]
    async fn users(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "The beginning of the name or of the address.")] search: Option<String>,
    ) -> Result<Option<Connection<UserAccount>>> {
        let request = Request::of(context)?;
        let begins = Beginning::read(search.as_deref())?;
        let found = store::users(request.db(), &begins).await?;
        let act = Event::done("operator.users", self.0.row.id, Some(Permission::UserManage))
            .to(id::Type::Organisation.id(self.0.row.id))
            .changing(Json::Null, json!({ "search": begins.text(), "found": found.len() }));
        let random = service::<Random>(context)?;
        request.db().write(async |tx| Ok(audit::record(&request.work(tx), act).await?)).await?;
        let found = found.into_iter().map(|row| (row.name.to_lowercase(), row.id, Arc::new(row)));
        Ok(Some(paged(found, &page, |row| UserAccount::new(row, &self.0))))
    }
}

/// A page of what was found, in the order of its keys.
fn paged<R, T>(
    found: impl Iterator<Item = (String, Uuid, Arc<R>)>,
    page: &PageArguments,
    node: impl Fn(&Arc<R>) -> T,
) -> Connection<T> {
    let mut found: Vec<_> = found.collect();
    found.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let total = Total::known(found.len());
    Connection::new(&slice_sorted(found.into_iter(), page), total, node)
}

/// The root field for those who run the platform.
#[derive(Default)]
pub struct OperatorQuery;

#[guarded]
#[Object]
impl OperatorQuery {
    /// The platform, for those who run it.
    #[finds(CLIENT_READ)]
    async fn operator(&self, context: &Context<'_>) -> Result<Option<Operator>> {
        let seen = store::look(&Request::of(context)?.access).await?;
        seen.filter(|seen| seen.grants.has(Permission::ClientRead))
            .ok_or(Error::NotFound)
            .map(|seen| Some(Operator(seen)))
    }
}
