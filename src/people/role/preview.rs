//! What a change of roles would mean: what each user would gain and lose.
//!
//! The role resolver runs twice on the same data: without the change, and with it. So a user who also has a permission
//! by another role or path neither gains nor loses it.

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::access::{Accessible, Grants, Graph, HeldRole, Holding, Holdings, resolve};

/// A change that is previewed, not made.
#[derive(Clone, Debug)]
pub enum Change {
    /// A custom role holds other sets.
    Role(Uuid, Grants),
    /// A membership has other roles.
    Membership(Uuid, Vec<HeldRole>),
}

impl Change {
    /// The holding with the change; `None` if the change does not touch it.
    fn of(&self, holding: &Holding) -> Option<Holding> {
        let Holding::Membership { id, expires_at, lapsed, roles } = holding else { return None };
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
        Some(Holding::Membership { id: *id, expires_at: *expires_at, lapsed: *lapsed, roles })
    }

    /// What a user with these holdings would gain and lose at the organisation; `None` if the change does not touch them.
    fn effect(&self, graph: &Graph, held: &Holdings, at: Uuid, now: DateTimeUtc) -> Option<Effect> {
        let changed = held.get(&at).and_then(|holding| self.of(holding))?;
        let mut would_hold = held.clone();
        would_hold.insert(at, changed);
        let decided = |holdings: &Holdings| resolve(graph, holdings, now).get(&at).copied().unwrap_or_default();
        let (before, after) = (decided(held), decided(&would_hold));
        Some(Effect { gained: after.without(before), lost: before.without(after) })
    }
}

/// What a user would gain and lose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// What the user would gain.
    pub gained: Grants,
    /// What the user would lose.
    pub lost: Grants,
}

/// A user that a change affects.
#[derive(Clone, Debug)]
pub struct Affected {
    /// Key of the user.
    pub id: Uuid,
    /// Name of the user.
    pub name: String,
    /// What the user would gain and lose.
    pub effect: Effect,
}

/// Every user that the change affects, by name. A disabled user holds nothing and is left out.
pub fn affected(everybody: &Accessible, change: &Change, at: Uuid, now: DateTimeUtc) -> Vec<Affected> {
    let graph = everybody.neighbourhood.graph.above(at);
    let mut affected: Vec<Affected> = everybody
        .users
        .iter()
        .filter_map(|(id, held)| {
            let effect = change.effect(&graph, held, at, now)?;
            Some(Affected { id: *id, name: everybody.names.get(id).cloned().unwrap_or_default(), effect })
        })
        .collect();
    affected.sort_unstable_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    affected
}
