//! Paths and misses in words. Pure functions.

use crate::access::{MissReason, Permission};

/// One link of a path. Names are `None` if the asker may not see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A role at an organisation.
    Membership {
        /// The organisation.
        at: Option<String>,
        /// The role, if one of the membership's roles has the permission.
        role: Option<String>,
    },
    /// A key of an organisation.
    Key {
        /// The organisation.
        at: Option<String>,
    },
    /// A partnership.
    Partnership {
        /// The reseller.
        reseller: Option<String>,
        /// The client.
        client: Option<String>,
    },
    /// The operator.
    Operator,
}

fn named(name: Option<&String>) -> &str {
    name.map_or("an organisation that you may not see", String::as_str)
}

/// One link in words.
pub fn of_link(link: &Link) -> String {
    match link {
        Link::Membership { at, role: Some(role) } => format!("has the role {role} at {}", named(at.as_ref())),
        Link::Membership { at, role: None } => format!("is a member of {}", named(at.as_ref())),
        Link::Key { at } => format!("is a key of {}", named(at.as_ref())),
        Link::Partnership { reseller, client } => {
            format!("{} is a partner of {}", named(reseller.as_ref()), named(client.as_ref()))
        }
        Link::Operator => "the operator may act for every organisation".to_owned(),
    }
}

/// A path in words: its links in order.
pub fn of_path(links: &[Link]) -> String {
    let text = links.iter().map(of_link).collect::<Vec<_>>().join("; ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// What blocked a path, in words.
pub fn of_miss(reason: MissReason, permission: Permission, at: Option<&String>) -> String {
    let (at, permission) = (named(at), permission.graphql_name());
    match reason {
        MissReason::NotAMember => format!("Is not a member of {at}, nor of a partner that {at} delegates to."),
        MissReason::RoleLacksPermission => format!("No role held at {at} includes {permission} for this."),
        MissReason::MembershipExpired => format!("The membership at {at} has ended."),
        MissReason::PartnershipLacksPermission => format!("{at} does not delegate {permission} to its partner."),
        MissReason::PermissionNotDelegable => {
            format!("{permission} is only for members; it cannot be delegated to a partner.")
        }
        MissReason::PartnershipExcludesUpstream => {
            format!("{at} delegates to its partner, but not to the resellers above the partner.")
        }
        MissReason::PartnershipPending => format!("The partnership with {at} has not started yet."),
        MissReason::PartnershipEnded => format!("The partnership with {at} was ended."),
        MissReason::PartnershipExpired => format!("The partnership with {at} has reached its end date."),
        MissReason::ResellerMembershipLost => {
            format!("The membership at {at} came through a partner, whose people no longer include this person.")
        }
        MissReason::CustodyLost => {
            format!("The ownership of {at} was only held for an invited owner, and this has ended.")
        }
        MissReason::SecondFactorMissing => {
            format!(
                "{at} requires a second factor of its members. This person has none, and turns it on with \
                 beginSecondFactor."
            )
        }
        MissReason::OrganisationSuspended => format!("{at} is suspended."),
        MissReason::OrganisationClosed => format!("{at} is closed."),
        MissReason::KeyScope => format!("The scopes of the key do not include {permission} for this."),
        MissReason::KeyEnded => "The key was revoked, or has expired.".to_owned(),
        MissReason::UserDisabled => "The user is disabled.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_a_sentence_and_hides_what_is_hidden() {
        let links = [
            Link::Membership { at: Some("Nordhost".to_owned()), role: Some("PARTNER_SUPPORT".to_owned()) },
            Link::Partnership { reseller: Some("Nordhost".to_owned()), client: Some("Fjord".to_owned()) },
        ];
        assert_eq!(of_path(&links), "Has the role PARTNER_SUPPORT at Nordhost; Nordhost is a partner of Fjord.");
        let hidden = [Link::Membership { at: None, role: None }];
        assert_eq!(of_path(&hidden), "Is a member of an organisation that you may not see.");
    }
}
