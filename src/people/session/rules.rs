//! In which organisation a session may work.

use crate::access::{Grants, OrganisationState, Permission, PermissionSet};

/// Why one may not work there; `None` if one may.
///
/// A direct member may always. Who comes through a partnership may if it lets anything through that is not a read: a
/// partner who only sees the data cannot switch in.
pub fn obstacle(state: OrganisationState, grants: Grants, is_direct_member: bool) -> Option<&'static str> {
    if state == OrganisationState::Closed {
        return Some("This organisation is closed; nobody works in it.");
    }
    if is_direct_member || may_change_something(grants) {
        return None;
    }
    Some("You come here through a partner and may only read. Its client decides what the partner may change.")
}

/// Whether anything is held that is not a read.
pub fn may_change_something(grants: Grants) -> bool {
    !grants.own.without(PermissionSet::READS).is_empty()
}

/// The permission by which one comes to work there: one that changes something, where any such is held.
pub fn needed(grants: Grants) -> Permission {
    let changing = grants.own.without(PermissionSet::READS);
    changing.iter().next().unwrap_or(Permission::OrganisationRead)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(permissions: &[Permission]) -> Grants {
        Grants { own: PermissionSet::of(permissions), clients: PermissionSet::ALL }
    }

    #[test]
    fn a_partner_switches_in_only_with_something_to_change() {
        use OrganisationState::{Active, Closed, Suspended};
        let reads = grants(&[Permission::MemberRead, Permission::InvoiceRead]);
        let writes = grants(&[Permission::ServiceManage]);
        assert!(obstacle(Active, reads, false).is_some());
        assert_eq!(obstacle(Active, writes, false), None);
        assert_eq!(obstacle(Active, reads, true), None);
        assert_eq!(obstacle(Suspended, reads, true), None);
        assert!(obstacle(Closed, writes, true).is_some());
    }
}
