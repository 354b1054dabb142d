//! Sets of permissions, and the pair of sets that an actor holds at an organisation.

use std::ops::{BitAnd, BitOr, BitOrAssign};

use serde::{Deserialize, Serialize};

use super::permission::Permission;

/// A set of permissions, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// Nothing.
    pub const EMPTY: Self = Self(0);
    /// Everything that a client may delegate to a reseller.
    pub const DELEGABLE: Self = Self::all_where(Rule::Delegable);
    /// Everything that only roles of the operator may hold.
    pub const PLATFORM: Self = Self::all_where(Rule::Platform);
    /// All reads.
    pub const READS: Self = Self::all_where(Rule::Read);
    /// Everything except what only roles of the operator may hold.
    pub const ORDINARY: Self = Self::all_where(Rule::Ordinary);
    /// All reads except what only roles of the operator may hold.
    pub const ORDINARY_READS: Self = Self(Self::READS.0 & Self::ORDINARY.0);
    /// Everything.
    pub const ALL: Self = Self(Self::ORDINARY.0 | Self::PLATFORM.0);

    const fn all_where(rule: Rule) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < Permission::ALL.len() {
            let permission = Permission::ALL[index];
            let wanted = match rule {
                Rule::Delegable => permission.is_delegable(),
                Rule::Platform => permission.is_platform(),
                Rule::Read => permission.is_read(),
                Rule::Ordinary => !permission.is_platform(),
            };
            if wanted {
                bits |= permission.bit();
            }
            index += 1;
        }
        Self(bits)
    }

    /// The given permissions and everything they imply.
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < permissions.len() {
            let mut next = Some(permissions[index]);
            while let Some(permission) = next {
                bits |= permission.bit();
                next = permission.implies();
            }
            index += 1;
        }
        Self(bits)
    }

    /// The set with everything it implies. Applied once, when a set is written.
    pub fn closed(self) -> Self {
        let held: Vec<Permission> = self.iter().collect();
        Self::of(&held)
    }

    /// Reads a stored set. Unknown bits are dropped.
    pub const fn from_stored(bits: i64) -> Self {
        Self(bits.cast_unsigned() & Self::ALL.0)
    }

    /// The stored form.
    pub const fn to_stored(self) -> i64 {
        self.0.cast_signed()
    }

    /// Whether it holds the permission.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether it holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it holds everything that the other holds.
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// The permissions of this set that are not in the other.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The union, for use in constants.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The permissions in it, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }
}

/// What `all_where` selects.
enum Rule {
    Delegable,
    Platform,
    Read,
    Ordinary,
}

impl BitAnd for PermissionSet {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for PermissionSet {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for PermissionSet {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

/// What one actor may do at one organisation: the decision itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// At the organisation.
    pub own: PermissionSet,
    /// At its clients, as far as their partnerships let it through.
    pub clients: PermissionSet,
}

impl Grants {
    /// No permission at all.
    pub const NONE: Self = Self { own: PermissionSet::EMPTY, clients: PermissionSet::EMPTY };

    /// The grants of a member who may only see the organisation.
    #[must_use]
    pub fn for_seeing_only(self) -> Self {
        Self { own: self.own & PermissionSet::of(&[Permission::OrganisationRead]), clients: PermissionSet::EMPTY }
    }

    /// The grants that are not in the others, for each half.
    pub const fn without(self, others: Self) -> Self {
        Self { own: self.own.without(others.own), clients: self.clients.without(others.clients) }
    }

    /// The union of each half.
    pub const fn union(self, others: Self) -> Self {
        Self { own: self.own.union(others.own), clients: self.clients.union(others.clients) }
    }

    /// Whether nothing is held.
    pub const fn is_empty(self) -> bool {
        self.own.is_empty() && self.clients.is_empty()
    }

    /// Whether any permission in it is reserved for members.
    pub fn is_powerful(self) -> bool {
        !(self.own | self.clients).without(PermissionSet::DELEGABLE).is_empty()
    }

    /// Whether the permission is held at the organisation.
    pub const fn has(self, permission: Permission) -> bool {
        self.own.has(permission)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_closed() -> impl Strategy<Value = PermissionSet> {
        any::<i64>().prop_map(|bits| PermissionSet::from_stored(bits).closed())
    }

    proptest! {
        #[test]
        fn union_and_intersection_of_closed_sets_are_closed(a in any_closed(), b in any_closed()) {
            prop_assert_eq!((a | b).closed(), a | b);
            prop_assert_eq!((a & b).closed(), a & b);
        }

        #[test]
        fn stored_form_comes_back(a in any_closed()) {
            prop_assert_eq!(PermissionSet::from_stored(a.to_stored()), a);
        }
    }
}
