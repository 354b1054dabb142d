//! Where a session may work, and why a log-in is refused.

use crate::access::{Grants, OrganisationState, Permission, PermissionSet};
use crate::base::error::{UserError, UserErrorCode};

/// Why a session may not work in the organisation; `None` if it may.
///
/// A direct member always may. A person who comes through a partnership needs a permission that changes something: a
/// partner who only reads cannot switch in.
pub fn obstacle(state: OrganisationState, grants: Grants, is_direct_member: bool) -> Option<&'static str> {
    if state == OrganisationState::Closed {
        return Some("This organisation is closed, so nobody can work in it.");
    }
    if is_direct_member || may_change_something(grants) {
        return None;
    }
    Some("You have access only through a partner and may only read. The client decides what its partner may change.")
}

/// Whether the grants have a permission that changes something.
pub fn may_change_something(grants: Grants) -> bool {
    !grants.own.without(PermissionSet::READS).is_empty()
}

/// The permission that lets a session work there: one that changes something, if there is one.
pub fn needed(grants: Grants) -> Permission {
    let changing = grants.own.without(PermissionSet::READS);
    changing.iter().next().unwrap_or(Permission::OrganisationRead)
}

/// The error for a log-in that fails. It does not say why.
pub fn wrong_credentials() -> UserError {
    let message = "The address or the password is wrong, or the account is disabled.";
    UserError::general(UserErrorCode::WrongCredentials, message)
}

/// The error if a second factor is on and no code was given.
pub fn code_required() -> UserError {
    let message = "Also give a code from your authenticator app, or a recovery code.";
    UserError::at("code", UserErrorCode::CodeRequired, message)
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
