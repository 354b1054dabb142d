//! What may stand in a custom role.

use crate::access::{BuiltinRole, Grants, Kind, Permission, PermissionSet};
use crate::base::error::{UserError, UserErrorCode};

/// Custom roles of one organisation at most.
pub const MOST: usize = 200;

/// The sets of a role as they were given, each with all that it implies; or what may not stand in it.
pub fn sets(own: PermissionSet, clients: PermissionSet, kind: Kind) -> Result<Grants, UserError> {
    for (field, set) in [("permissions", own), ("clientPermissions", clients)] {
        let platform: Vec<String> = (set & PermissionSet::PLATFORM).iter().map(Permission::text).collect();
        if kind != Kind::Operator && !platform.is_empty() {
            let message = format!("Only roles of the operator hold these: {}.", platform.join(", "));
            return Err(UserError::at(field, UserErrorCode::InvalidInput, message));
        }
    }
    Ok(Grants { own: own.closed(), clients: clients.closed() })
}

/// Refuses a name that is taken, or looks as if it were. `others` are those of the other custom roles.
pub fn free_name<'a>(name: &str, others: impl IntoIterator<Item = &'a str>) -> Result<(), UserError> {
    let folded = |name: &str| name.to_lowercase().replace(['-', '_'], " ");
    if BuiltinRole::ALL.iter().any(|role| folded(role.name()) == folded(name)) {
        let message = "This is the name of a built-in role. Choose another.";
        return Err(UserError::at("name", UserErrorCode::BuiltInRole, message));
    }
    if others.into_iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
        let message = "The organisation has a role of this name. Choose another.";
        return Err(UserError::at("name", UserErrorCode::Duplicate, message));
    }
    Ok(())
}

/// Refuses who does not hold all of the sets.
pub fn holds(held: Grants, sets: Grants, opening: &str) -> Result<(), UserError> {
    let missing = sets.without(held);
    let field = if missing.own.is_empty() { "clientPermissions" } else { "permissions" };
    if missing.is_empty() { Ok(()) } else { Err(UserError::lacking(field, opening, missing)) }
}

/// Who has a role, in a sentence: so many names, and how many more there are.
pub fn held_by(names: &[String], members: u64, invitations: u64) -> String {
    let mut parts = Vec::new();
    let plural = |count: u64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    if members > 0 {
        let who = if names.is_empty() { String::new() } else { format!(" ({})", listed(names, members)) };
        parts.push(format!("{}{who}", plural(members, "member")));
    }
    if invitations > 0 {
        parts.push(plural(invitations, "open invitation"));
    }
    format!("It is held by {}. Give them another role first.", parts.join(" and "))
}

fn listed(names: &[String], of: u64) -> String {
    let more = of.saturating_sub(names.len() as u64);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_closed_and_platform_permissions_stay_with_the_operator() {
        let pay: PermissionSet = [Permission::InvoicePay].into_iter().collect();
        let read = sets(pay, PermissionSet::EMPTY, Kind::Company).unwrap();
        assert_eq!(read.own, PermissionSet::of(&[Permission::InvoicePay]));
        assert!(read.own.has(Permission::InvoiceRead) && read.clients.is_empty());
        let suspend: PermissionSet = [Permission::OrganisationSuspend].into_iter().collect();
        assert!(sets(suspend, PermissionSet::EMPTY, Kind::Operator).is_ok());
        let error = sets(PermissionSet::EMPTY, suspend, Kind::Reseller).unwrap_err();
        assert_eq!(error.field.unwrap(), ["input", "clientPermissions"]);
    }

    #[test]
    fn a_name_is_free_unless_something_is_called_so() {
        assert!(free_name("Editors", ["Readers"]).is_ok());
        assert_eq!(free_name("readers", ["Readers"]).unwrap_err().code, UserErrorCode::Duplicate);
        for name in ["OWNER", "Owner", "Partner manager", "partner_support"] {
            assert_eq!(free_name(name, []).unwrap_err().code, UserErrorCode::BuiltInRole, "{name}");
        }
    }

    #[test]
    fn the_holders_are_named_as_far_as_they_may_be() {
        let names = ["Ada".to_owned(), "Bo".to_owned()];
        let text = |names: &[String], members, invitations| held_by(names, members, invitations);
        assert_eq!(text(&names, 2, 0), "It is held by 2 members (Ada, Bo). Give them another role first.");
        assert_eq!(
            text(&names, 5, 1),
            "It is held by 5 members (Ada, Bo and 3 more) and 1 open invitation. Give them another role first."
        );
        assert_eq!(text(&[], 1, 0), "It is held by 1 member. Give them another role first.");
        assert_eq!(text(&[], 0, 2), "It is held by 2 open invitations. Give them another role first.");
    }
}
