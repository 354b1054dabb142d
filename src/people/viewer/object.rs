//! The person or API key that sends the request.

use std::sync::Arc;

use async_graphql::Context;
use macros::guarded;
use uuid::Uuid;

use crate::access::{Actor, Authorised, Permission};
use crate::base::error::{Error, Result};
use crate::base::locale::Locale;
use crate::graphql::page::{Connection, Page, PageArguments, Search, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::Organisation;
use crate::partners::proposal::PartnershipProposal;
use crate::people::access_request::AccessRequest;
use crate::people::invitation::Invitation;
use crate::people::membership::{self, Membership};
use crate::people::ownership::OwnershipTransfer;
use crate::people::session::{self, Session};
use crate::people::sign_in::LogInAttempt;
use crate::people::user::{self as users, SecondFactor, User};

/// The person or the API key that sends the request.
pub struct Viewer(pub(super) Actor);

/// The person or the API key that sends the request.
#[guarded]
impl Viewer {
    /// The person; null for an API key.
    #[public]
    fn user(&self) -> Option<User> {
        match &self.0 {
            Actor::User(user) => Some(User { id: user.id, name: user.name.clone() }),
            _ => None,
        }
    }

    /// The name of the person or the key.
    #[public]
    fn name(&self) -> &str {
        match &self.0 {
            Actor::User(user) => &user.name,
            Actor::ApiKey(key) => &key.name,
            Actor::Anonymous => "",
        }
    }

    /// The person's e-mail address; null for an API key.
    #[public]
    fn email(&self) -> Option<&str> {
        match &self.0 {
            Actor::User(user) => Some(&user.email),
            _ => None,
        }
    }

    /// Whether the person has verified the e-mail address; null for an API key.
    #[public]
    fn email_verified(&self) -> Option<bool> {
        match &self.0 {
            Actor::User(user) => Some(user.is_verified),
            _ => None,
        }
    }

    /// The language in which the person gets mail; null for an API key.
    #[public]
    async fn locale(&self, context: &Context<'_>) -> Result<Option<Locale>> {
        let Actor::User(user) = &self.0 else { return Ok(None) };
        Ok(Some(users::store::load(Request::of(context)?.db(), user.id).await?.locale.into()))
    }

    /// Where the person gets a copy of everything that is stored about them, as lines of JSON. Send the access token with
    /// the request. Null for an API key.
    #[public]
    fn export(&self, context: &Context<'_>) -> Result<Option<String>> {
        let Actor::User(_) = &self.0 else { return Ok(None) };
        let base = &Request::of(context)?.config.public_url;
        Ok(Some(format!("{}/viewer/export.ndjson", base.trim_end_matches('/'))))
    }

    /// The second factor of the person; null for an API key.
    #[public]
    async fn second_factor(&self, context: &Context<'_>) -> Result<Option<SecondFactor>> {
        let Actor::User(user) = &self.0 else { return Ok(None) };
        SecondFactor::load(Request::of(context)?, user.id).await.map(Some)
    }

    /// The sessions of the person, the newest first; null for an API key.
    #[public]
    async fn sessions(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Also list the sessions that ended within the last 90 days.", default = false)]
        include_ended: bool,
    ) -> Result<Option<Connection<Session>>> {
        let Actor::User(user) = &self.0 else { return Ok(None) };
        Session::list(Request::of(context)?, user, &page, include_ended).await.map(Some)
    }

    /// The attempts to log in to the person's account within the last 90 days, successful or not, the newest first; null
    /// for an API key.
    #[public]
    async fn log_ins(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<LogInAttempt>>> {
        let Actor::User(user) = &self.0 else { return Ok(None) };
        LogInAttempt::list(Request::of(context)?, user.id, &page).await.map(Some)
    }

    /// The organisation in which the viewer works: the one in the header `X-Organisation`, or the one chosen with
    /// `switchOrganisation`. Null if none is chosen.
    #[public]
    async fn active_organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        Ok(session::active_organisation(Request::of(context)?).await?.as_ref().and_then(Organisation::of))
    }

    /// The viewer's memberships, in the order of joining, including expired ones. Empty for an API key.
    #[public]
    async fn memberships(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "A part of the name of the organisation. Case does not matter.")] search: Option<String>,
        #[graphql(
            desc = "False leaves out memberships that hold ownership for a reseller until the invited owner accepts. True \
                    lists only those. Without it, all."
        )]
        custody: Option<bool>,
    ) -> Result<Option<Connection<Membership>>> {
        let request = Request::of(context)?;
        let search = Search::read(search.as_deref())?;
        let members = match &self.0 {
            Actor::User(user) => membership::store::list_of_user(request, user.id, &page, &search, custody).await?,
            _ => Page { slice: Arc::default(), total: Total::known(0) },
        };
        let decisions = request.access.look_all(members.rows().map(|member| member.organisation_id)).await?;
        Ok(Some(members.try_connection(|member| {
            let at = decisions
                .get(&member.organisation_id)
                .ok_or_else(|| Error::fault("a membership without an organisation"))?;
            Ok(Membership::new(request, member, at))
        })?))
    }

    /// The open invitations to the viewer's address, the oldest first: 200 at most. Empty until the address is verified.
    /// `acceptInvitation` and `declineInvitation` take their ids.
    #[public]
    async fn invitations(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Invitation>>> {
        Invitation::list_open(Request::of(context)?, &page).await.map(Some)
    }

    /// The organisations that others offer to hand over to the viewer, the oldest first. Empty until the address is
    /// verified.
    #[public]
    async fn ownership_offers(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<OwnershipTransfer>>> {
        OwnershipTransfer::list_offers(Request::of(context)?, &page).await.map(Some)
    }

    /// What the person asked for by `requestAccess`, the newest first; null for an API key.
    #[public]
    async fn access_requests(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<AccessRequest>>> {
        if !matches!(self.0, Actor::User(_)) {
            return Ok(None);
        }
        AccessRequest::list_own(Request::of(context)?, &page).await.map(Some)
    }

    /// The partnerships that others propose to the viewer's address, the oldest first. Empty until it is verified.
    #[public]
    async fn partnership_offers(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<PartnershipProposal>>> {
        PartnershipProposal::list_offers(Request::of(context)?, &page).await.map(Some)
    }

    /// Every organisation where the viewer holds the permission, in any way, sorted by name. The time it takes grows
    /// with the number of organisations that the viewer reaches.
    #[public]
    async fn organisations(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "The permission that the viewer holds there; ORGANISATION_READ by default.")]
        permission: Option<Permission>,
        #[graphql(desc = "A part of the name. Case does not matter.")] search: Option<String>,
    ) -> Result<Option<Connection<Organisation>>> {
        let search = Search::read(search.as_deref())?;
        let permission = permission.unwrap_or(Permission::OrganisationRead);
        let reachable = Request::of(context)?.access.reachable().await?;
        let held = reachable.values().filter_map(|decision| decision.authorise(permission).ok());
        let found = held.filter(|at| search.finds(&at.row().name));
        let mut items: Vec<_> = found.map(|at| (collation::sort_key(&at.row().name), at.id(), Arc::new(at))).collect();
        items.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let total = Total::known(items.len());
        let organisation = |at: &Arc<Authorised>| Authorised::clone(at).into();
        Ok(Some(Connection::new(&slice_sorted(items.into_iter(), &page, Uuid::nil())?, total, organisation)))
    }
}
