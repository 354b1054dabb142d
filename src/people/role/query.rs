//! Root fields that preview a change of roles.

use async_graphql::{Context, ID};
use macros::guarded;

use super::choice::{RoleChoice, find_chosen};
use super::object::{Role, RoleChangeEffect, RoleChangePreview};
use super::preview::{Change, affected};
use super::rules;
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::request::Request;
use crate::people::membership::Membership;

/// Root fields that preview a change of roles.
#[derive(Default)]
pub struct RoleQuery;

#[guarded]
impl RoleQuery {
    /// What `updateRole` would mean for everybody who has the role. Changes nothing. Open to every viewer of the role.
    #[finds(ROLE_READ)]
    async fn preview_role_change(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the role.")] role_id: ID,
        #[graphql(desc = "Everything that it would hold at the organisation. Left out, that stays.")]
        permissions: Option<Vec<Permission>>,
        #[graphql(desc = "Everything that it would hold at the clients of the organisation. Left out, that stays.")]
        client_permissions: Option<Vec<Permission>>,
    ) -> Result<Option<RoleChangePreview>> {
        let request = Request::of(context)?;
        let key = Type::Role.parse(&role_id)?;
        let role = Role::find(request, key).await?.ok_or(Error::NotFound)?;
        let (sets, decision) = (role.held().sets, role.decision()?.clone());
        let own = permissions.map_or(sets.own, |set| set.into_iter().collect());
        let clients = client_permissions.map_or(sets.clients, |set| set.into_iter().collect());
        let sets = rules::sets(own, clients, decision.card().kind)?;
        Ok(Some(RoleChangePreview { change: Change::Role(key, sets), decision }))
    }

    /// What `updateMember` would mean for the member. Changes nothing. Open to every viewer of the member.
    #[finds(MEMBER_READ)]
    async fn preview_member_roles(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the membership.")] membership_id: ID,
        #[graphql(desc = "All roles that the member would have. An empty list means removal.")] roles: Vec<RoleChoice>,
    ) -> Result<Option<RoleChangeEffect>> {
        let request = Request::of(context)?;
        let key = Type::Membership.parse(&membership_id)?;
        let membership = Membership::find(request, key).await?.ok_or(Error::NotFound)?;
        let decision = membership.decision().clone();
        let held = if roles.is_empty() { Vec::new() } else { find_chosen(request, &decision, "roles", &roles).await? };
        let everybody = request.access.everybody(decision.id()).await?;
        let change = Change::Membership(key, held);
        let affected = affected(&everybody, &change, decision.id(), request.now());
        let effect = affected.first().map(|affected| affected.effect).unwrap_or_default();
        Ok(Some(RoleChangeEffect { user: membership.person(), effect, decision }))
    }
}
