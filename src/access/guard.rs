//! The check at the head of every resolver. `#[guarded]` writes the calls.

use async_graphql::Context;
use uuid::Uuid;

use super::actor::Actor;
use super::directive::Side;
use super::permission::Permission;
use super::refusals::note_refusal;
use super::set::Grants;
use crate::base::error::{Error, Result};

/// One permission at one side of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The permission.
    pub permission: Permission,
    /// Where it is tested.
    pub side: Side,
}

/// The grants of the viewer at one organisation that an object belongs to.
#[derive(Clone, Copy, Debug)]
pub struct GrantsAt {
    /// The organisation.
    pub organisation: Uuid,
    /// What the viewer may do there.
    pub grants: Grants,
}

/// An object that carries the viewer's grants from its construction.
pub trait Guarded {
    /// The seat at the side; `None` if the object has no such side, which refuses.
    fn grants_at(&self, side: Side) -> Option<GrantsAt>;
}

/// An object that exists only for those who hold one of its rules.
pub trait Exists: Guarded {
    /// Any one of these suffices.
    const RULES: &'static [Rule];

    /// The object, if it is there for the viewer.
    fn if_visible(self) -> Option<Self>
    where
        Self: Sized,
    {
        check(&self, Self::RULES).is_ok().then_some(self)
    }
}

/// Tests the rules: in memory, no statement, no await.
pub fn check(object: &impl Guarded, rules: &[Rule]) -> Result<()> {
    let held = |rule: &Rule| object.grants_at(rule.side).is_some_and(|seat| seat.grants.has(rule.permission));
    if rules.iter().any(held) { Ok(()) } else { Err(refusal(object, rules)) }
}

#[cold]
fn refusal(object: &impl Guarded, rules: &[Rule]) -> Error {
    // Named is the first rule at an organisation that the viewer may know of.
    rules
        .iter()
        .find_map(|rule| {
            let seat = object.grants_at(rule.side)?;
            let known = seat.grants.has(Permission::OrganisationRead);
            known.then_some(Error::Forbidden { permission: rule.permission, organisation: seat.organisation })
        })
        .unwrap_or(Error::NotFound)
}

/// Refuses who is not signed in.
pub fn authenticated(context: &Context<'_>) -> Result<()> {
    match context.data_opt::<Actor>() {
        Some(Actor::User(_) | Actor::ApiKey(_)) => Ok(()),
        _ => Err(Error::sign_in()),
    }
}

/// Adds the error at the path of the field; the field itself becomes null and its siblings stay.
pub fn report(context: &Context<'_>, error: Error) {
    match &error {
        Error::Forbidden { permission, .. } => note_refusal(context, error.code(), Some(*permission)),
        Error::NotFound => note_refusal(context, error.code(), None),
        _ => {}
    }
    let error = error.into_graphql().into_server_error(context.item.pos);
    context.add_error(context.set_error_path(error));
}
