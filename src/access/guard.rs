//! The check at the start of every resolver. `#[guarded]` generates the calls.

use async_graphql::Enum;
use uuid::Uuid;

use super::permission::Permission;
use super::set::Grants;
use crate::base::error::{Error, Result};

/// The side of an object at which a permission is needed. An object between several organisations has several sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum Side {
    /// The organisation that the object belongs to or is for.
    Organisation,
    /// The client of a partnership.
    Client,
    /// The reseller of a partnership.
    Reseller,
    /// The organisation that pays or is asked to pay.
    Payer,
}

impl Side {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Organisation, Self::Client, Self::Reseller, Self::Payer];
}

/// One permission at one side of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The permission.
    pub permission: Permission,
    /// Where it is needed.
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

/// An object that carries the viewer's grants from its construction on.
pub trait Guarded {
    /// The viewer's grants at the side. Without such a side it is `None`, and the check fails.
    fn grants_at(&self, side: Side) -> Option<GrantsAt>;

    /// Whether the object is the viewer's own in person: their membership, their session, an offer to their address.
    /// It counts only where a rule says `OWN`.
    fn is_own(&self) -> bool {
        false
    }
}

/// An object that exists only for viewers who meet one of its rules.
pub trait Exists: Guarded {
    /// One of these is enough.
    const RULES: &'static [Rule];
    /// Whether it exists for the person whose own it is, whatever they hold.
    const OWN: bool = false;

    /// The object, if it exists for the viewer.
    fn if_visible(self) -> Option<Self>
    where
        Self: Sized,
    {
        let is_visible = (Self::OWN && self.is_own()) || check(&self, Self::RULES).is_ok();
        is_visible.then_some(self)
    }
}

/// Checks that the viewer meets one of the rules. It runs in memory, without statements.
pub fn check(object: &impl Guarded, rules: &[Rule]) -> Result<()> {
    require_one(object, rules).map(drop)
}

/// The same, for what the person whose own the object is needs no permission for.
pub fn check_unless_own(object: &impl Guarded, rules: &[Rule]) -> Result<()> {
    if object.is_own() { Ok(()) } else { check(object, rules) }
}

/// The first rule that the viewer meets, and the organisation at which it was checked.
pub fn require_one(object: &impl Guarded, rules: &[Rule]) -> Result<(Rule, Uuid)> {
    let met = rules.iter().find_map(|rule| {
        let at = object.grants_at(rule.side)?;
        at.grants.has(rule.permission).then_some((*rule, at.organisation))
    });
    met.ok_or_else(|| refusal(object, rules))
}

#[cold]
fn refusal(object: &impl Guarded, rules: &[Rule]) -> Error {
    // The error names the first rule at an organisation that the viewer can see.
    rules
        .iter()
        .find_map(|rule| {
            let at = object.grants_at(rule.side)?;
            let known = at.grants.has(Permission::OrganisationRead);
            known.then_some(Error::Forbidden { permission: rule.permission, organisation: at.organisation })
        })
        .unwrap_or(Error::NotFound)
}
