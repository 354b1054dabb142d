//! What a change of roles would mean: who would gain and lose what.
//!
//! Decided by the same pure function, from the same data, as what people may do: once as it is, once as it would be. So
//! who has something by another role or by another way gains and loses nothing of it.

use std::sync::Arc;

use async_graphql::{Context, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::access::{
    Decision, Grants, GrantsAt, Graph, Guarded, HeldRole, Holding, Holdings, PermissionSet, Side, resolve,
};
use crate::base::error::Result;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::people::user::User;

/// What is changed in thought.
#[derive(Clone, Debug)]
pub enum Change {
    /// A custom role holds other sets.
    Role(Uuid, Grants),
    /// A membership has other roles.
    Membership(Uuid, Vec<HeldRole>),
}

impl Change {
    /// The holding with the change; `None` if it has nothing to do with it.
    fn of(&self, holding: &Holding) -> Option<Holding> {
        let Holding::Membership { id, expires_at, loss, roles } = holding else { return None };
        let roles = match self {
            Self::Role(role, sets) => {
                if !roles.iter().any(|held| held.role.key() == Some(*role)) {
                    return None;
                }
                let changed = roles
                    .iter()
                    .cloned()
                    .map(|held| if held.role.key() == Some(*role) { HeldRole { sets: *sets, ..held } } else { held });
                changed.collect()
            }
            Self::Membership(membership, new) => {
                if membership != id {
                    return None;
                }
                new.clone()
            }
        };
        Some(Holding::Membership { id: *id, expires_at: *expires_at, loss: *loss, roles })
    }

    /// What somebody with these holdings gains and loses at the organisation; `None` if the change does not touch them.
    fn effect(&self, graph: &Graph, held: &Holdings, at: Uuid, now: DateTimeUtc) -> Option<Effect> {
        let changed = held.get(&at).and_then(|holding| self.of(holding))?;
        let mut would_hold = held.clone();
        would_hold.insert(at, changed);
        let decided = |holdings: &Holdings| resolve(graph, holdings, now).get(&at).copied().unwrap_or_default();
        let (before, after) = (decided(held), decided(&would_hold));
        Some(Effect { gained: after.without(before), lost: before.without(after) })
    }
}

/// What somebody gains and loses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    gained: Grants,
    lost: Grants,
}

/// What the change of a role would mean.
pub struct RoleChangePreview {
    pub(super) change: Change,
    pub(super) seen: Decision,
}

impl Guarded for RoleChangePreview {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

/// What the change of a role would mean.
#[guarded]
#[Object]
impl RoleChangePreview {
    /// Everybody who has the role, by name, with what each would gain and lose: nothing, for whoever has it by another
    /// role or by another way. Takes time linear in the members.
    #[requires(MEMBER_READ)]
    async fn effects(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<RoleChangeEffect>>> {
        let all = effects(Request::of(context)?, &self.change, self.seen.row.id).await?;
        let total = Total::known(all.len());
        let items = all.into_iter().map(|(user, effect)| (user.name.clone(), user.id, Arc::new((user, effect))));
        Ok(Some(Connection::new(&slice_sorted(items, &page), total, |item| RoleChangeEffect {
            user: item.0.clone(),
            effect: item.1,
            seen: self.seen.clone(),
        })))
    }
}

/// What somebody would gain and lose.
pub struct RoleChangeEffect {
    pub(super) user: User,
    pub(super) effect: Effect,
    pub(super) seen: Decision,
}

impl Guarded for RoleChangeEffect {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

/// What somebody would gain and lose.
#[guarded]
#[Object]
impl RoleChangeEffect {
    /// Who.
    #[public]
    fn user(&self) -> &User {
        &self.user
    }

    /// What the person could do at the organisation that is not possible now.
    #[requires(ROLE_READ)]
    fn gained(&self) -> Option<PermissionSet> {
        Some(self.effect.gained.own)
    }

    /// What the person could no longer do at the organisation.
    #[requires(ROLE_READ)]
    fn lost(&self) -> Option<PermissionSet> {
        Some(self.effect.lost.own)
    }

    /// What the person could do at the clients of the organisation, as far as they let it through.
    #[requires(ROLE_READ)]
    fn gained_at_clients(&self) -> Option<PermissionSet> {
        Some(self.effect.gained.clients)
    }

    /// What the person could no longer do at the clients of the organisation.
    #[requires(ROLE_READ)]
    fn lost_at_clients(&self) -> Option<PermissionSet> {
        Some(self.effect.lost.clients)
    }
}

/// Everybody whom the change touches, by name. A disabled user holds nothing, and is not among them.
pub async fn effects(request: &Request, change: &Change, at: Uuid) -> Result<Vec<(User, Effect)>> {
    let everybody = request.access.everybody(at).await?;
    let graph = everybody.neighbourhood.graph.above(at);
    let mut found: Vec<(User, Effect)> = everybody
        .users
        .iter()
        .filter_map(|(id, held)| {
            let effect = change.effect(&graph, held, at, request.now())?;
            Some((User { id: *id, name: everybody.names.get(id).cloned().unwrap_or_default() }, effect))
        })
        .collect();
    found.sort_unstable_by(|a, b| (&a.0.name, a.0.id).cmp(&(&b.0.name, b.0.id)));
    Ok(found)
}
