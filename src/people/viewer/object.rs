//! Who asks.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use crate::access::{Actor, Decision, Exists, Permission, directive};
use crate::base::error::Result;
use crate::base::id;
use crate::base::locale::Locale;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::Organisation;
use crate::partners::proposal::PartnershipOffer;
use crate::people::membership::{self, Role};
use crate::people::ownership::OwnershipOffer;
use crate::people::session::{self, Session};
use crate::people::user::{self as users, SecondFactor, User};

/// Who asks: a person in a session, or an API key.
pub struct Viewer(pub(super) Actor);

/// A membership of the viewer.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ViewerMembership {
    /// Opaque id of the membership.
    id: ID,
    /// The organisation; null while the membership gives nothing, because it has ended.
    organisation: Option<Organisation>,
    /// The roles.
    roles: Vec<Role>,
    /// Since when.
    joined_at: DateTimeUtc,
    /// When it ends by itself, if ever.
    expires_at: Option<DateTimeUtc>,
}

/// Who asks: a person in a session, or an API key.
#[guarded]
#[Object]
impl Viewer {
    /// The person; null for an API key.
    #[public]
    fn user(&self) -> Option<User> {
        match &self.0 {
            Actor::User(user) => Some(User { id: user.id, name: user.name.clone() }),
            _ => None,
        }
    }

    /// The name of the person or of the key.
    #[public]
    fn name(&self) -> &str {
        match &self.0 {
            Actor::User(user) => &user.name,
            Actor::ApiKey(key) => &key.name,
            Actor::Anonymous => "",
        }
    }

    /// The person's address; null for an API key.
    #[public]
    fn email(&self) -> Option<&str> {
        match &self.0 {
            Actor::User(user) => Some(&user.email),
            _ => None,
        }
    }

    /// Whether the person has proved to own the address; null for an API key.
    #[public]
    fn email_verified(&self) -> Option<bool> {
        match &self.0 {
            Actor::User(user) => Some(user.is_verified),
            _ => None,
        }
    }

    /// The language of mail to the person; null for an API key.
    #[public]
    async fn locale(&self, context: &Context<'_>) -> Result<Option<Locale>> {
        let Actor::User(user) = &self.0 else { return Ok(None) };
        Ok(Some(users::store::load(Request::of(context)?.db(), user.id).await?.locale.into()))
    }

    /// The second factor of the person; null for an API key.
    #[public]
    async fn second_factor(&self, context: &Context<'_>) -> Result<Option<SecondFactor>> {
        let Actor::User(user) = &self.0 else { return Ok(None) };
        SecondFactor::load(Request::of(context)?, user.id).await.map(Some)
    }

    /// The open sessions of the person, the newest first; null for an API key.
    #[public]
    async fn sessions(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Session>>> {
        let Actor::User(user) = &self.0 else { return Ok(None) };
        session::store::list(Request::of(context)?, user, &page).await.map(Some)
    }

    /// The organisation in which the viewer works: the one named by the header `X-Organisation`, or the one that the
    /// session has switched to. Null before one is chosen.
    #[public]
    async fn active_organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        session::active_organisation(Request::of(context)?).await
    }

    /// The organisations that the viewer is a member of, in the order of joining.
    #[public]
    async fn memberships(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<ViewerMembership>>> {
        let request = Request::of(context)?;
        let (slice, total) = match &self.0 {
            Actor::User(user) => membership::store::list_of_user(request, user.id, &page).await?,
            _ => (Arc::default(), Total::known(0)),
        };
        let seen = request.access.look_all(slice.items.iter().map(|(_, member)| member.organisation_id)).await?;
        Ok(Some(Connection::new(&slice, total, |member| {
            let at = seen.get(&member.organisation_id);
            ViewerMembership {
                id: id::Type::Membership.id(member.id),
                organisation: at.and_then(|seen| Organisation(seen.clone()).if_visible()),
                roles: at.map_or_else(Vec::new, |seen| {
                    member.roles.iter().map(|held| Role::new(held.clone(), seen.clone())).collect()
                }),
                joined_at: member.created_at,
                expires_at: member.expires_at,
            }
        })))
    }

    /// The organisations that somebody wants to hand to the viewer, the oldest first. Empty before the address is proved.
    #[public]
    async fn ownership_offers(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<OwnershipOffer>>> {
        OwnershipOffer::list(Request::of(context)?, &page).await.map(Some)
    }

    /// The partnerships that somebody proposes to the viewer's address, the oldest first. Empty before it is proved.
    #[public]
    async fn partnership_offers(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<PartnershipOffer>>> {
        PartnershipOffer::list(context, &page).await.map(Some)
    }

    /// Every organisation where the viewer holds the permission, by whatever path, by name. Takes time linear in what
    /// the viewer reaches.
    #[public]
    async fn organisations(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "What the viewer may do there; ORGANISATION_READ if not given.")] permission: Option<
            Permission,
        >,
    ) -> Result<Option<Connection<Organisation>>> {
        let permission = permission.unwrap_or(Permission::OrganisationRead);
        let mut reached: Vec<Decision> = Request::of(context)?.access.reachable().await?.values().cloned().collect();
        reached.retain(|seen| seen.grants.has(permission));
        reached.sort_unstable_by(|a, b| (&a.row.name, a.row.id).cmp(&(&b.row.name, b.row.id)));
        let total = Total::known(reached.len());
        let items = reached.into_iter().map(|seen| (seen.row.name.clone(), seen.row.id, Arc::new(seen)));
        Ok(Some(Connection::new(&slice_sorted(items, &page), total, |seen| Organisation(Decision::clone(seen)))))
    }
}
