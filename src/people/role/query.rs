//! Root fields that say what a change of roles would mean.

use async_graphql::{Context, ID, Object};
use macros::guarded;

use super::preview::{Change, RoleChangeEffect, RoleChangePreview, effects};
use super::{rules, store};
use crate::access::Permission;
use crate::base::error::{Error, Result, UserError};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::people::membership::{self, RoleChoice, chosen};

/// Root fields that say what a change of roles would mean.
#[derive(Default)]
pub struct RoleQuery;

#[guarded]
#[Object]
impl RoleQuery {
    /// What `updateRole` would mean for everybody who has the role. Changes nothing, and whoever sees the role may ask.
    #[finds(ROLE_READ)]
    async fn preview_role_change(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the role.")] role_id: ID,
        #[graphql(desc = "All that it would hold at the organisation. Left out, that stays.")] permissions: Option<
            Vec<Permission>,
        >,
        #[graphql(desc = "All that it would hold at the clients of the organisation. Left out, that stays.")]
        client_permissions: Option<Vec<Permission>>,
    ) -> Result<Option<RoleChangePreview>> {
        let request = Request::of(context)?;
        let key = Type::Role.parse(&role_id)?;
        let (held, seen) = store::find(request, key).await?.ok_or(Error::NotFound)?;
        let own = permissions.map_or(held.sets.own, |set| set.into_iter().collect());
        let clients = client_permissions.map_or(held.sets.clients, |set| set.into_iter().collect());
        let sets = rules::sets(own, clients, seen.row.kind).map_err(wrong)?;
        Ok(Some(RoleChangePreview { change: Change::Role(key, sets), seen }))
    }

    /// What `updateMember` would mean for the member. Changes nothing, and whoever sees the member may ask.
    #[finds(MEMBER_READ)]
    async fn preview_member_roles(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the membership.")] membership_id: ID,
        #[graphql(desc = "All roles that the member would have; none, as if it were removed.")] roles: Vec<RoleChoice>,
    ) -> Result<Option<RoleChangeEffect>> {
        let request = Request::of(context)?;
        let key = Type::Membership.parse(&membership_id)?;
        let membership = membership::store::find(request, key).await?.ok_or(Error::NotFound)?;
        let seen = membership.seen().clone();
        let held = if roles.is_empty() {
            Vec::new()
        } else {
            chosen(request, &seen, "roles", &roles).await?.map_err(wrong)?
        };
        let found = effects(request, &Change::Membership(key, held), seen.row.id).await?;
        let effect = found.into_iter().next().map(|(_, effect)| effect).unwrap_or_default();
        Ok(Some(RoleChangeEffect { user: membership.person(), effect, seen }))
    }
}

/// In a query nothing else can be done about it.
fn wrong(error: UserError) -> Error {
    Error::InvalidInput(error.message)
}
