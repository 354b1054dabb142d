//! The built-in roles and the delegation presets. Each is built from smaller sets, so that the lists stay consistent.

use async_graphql::Enum;
use uuid::Uuid;

#[cfg_attr(
    not(test),
    expect(clippy::enum_glob_use, reason = "a table of permissions reads better without their type's name")
)]
use super::permission::Permission::{self, *};
use super::set::{Grants, PermissionSet};

/// Where the keys of built-in roles begin.
const ORDINARY_KEYS: u128 = 1;
/// Where the keys begin of those that hold other permissions at the operator.
const OPERATOR_KEYS: u128 = 101;

// The place of a role in this list is a part of its public id, so new roles go to the end.
/// A role that exists at every organisation without being defined there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum BuiltinRole {
    /// Everything, including ownership transfer and closing.
    Owner,
    /// Everything except ownership transfer and closing.
    Admin,
    /// Billing details and invoices, including payment.
    Billing,
    /// Reads invoices, nothing else.
    Invoices,
    /// Reads and manages domains, nothing else.
    Domains,
    /// Services, domains, assets, licences and the directory.
    Technical,
    /// Reads everything, changes nothing.
    Viewer,
    /// Belongs to the organisation and sees that it exists.
    Member,
    /// Manages the clients of a reseller.
    PartnerManager,
    /// Supports the clients of a reseller.
    PartnerSupport,
    /// Orders and cancels products and gives licences to people.
    Buyer,
}

const MEMBER: PermissionSet = PermissionSet::of(&[OrganisationRead]);
const INVOICES: PermissionSet = PermissionSet::of(&[InvoiceRead]);
const DOMAINS: PermissionSet = PermissionSet::of(&[DomainManage]);
const BILLING_OF_CLIENTS: PermissionSet = PermissionSet::of(&[InvoiceRead, BillingRead, SubscriptionRead]);
const BILLING: PermissionSet =
    PermissionSet::of(&[BillingUpdate, InvoicePay, CommissionRead, LicenceRead]).union(BILLING_OF_CLIENTS);
const TECHNICAL: PermissionSet = PermissionSet::of(&[
    ServiceManage,
    AssetCreate,
    AssetDelete,
    LicenceAssign,
    LicenceRuleManage,
    DirectorySync,
    SubscriptionRead,
    UsageRead,
])
.union(DOMAINS);
const BUYER: PermissionSet = PermissionSet::of(&[SubscriptionOrder, SubscriptionCancel, LicenceAssign]);
const SUPPORT: PermissionSet =
    PermissionSet::of(&[ServiceManage, DomainManage, LicenceAssign]).union(PermissionSet::ORDINARY_READS);
const NOT_FOR_ADMINS: PermissionSet =
    PermissionSet::EMPTY.union(only(OrganisationClose)).union(only(OwnershipTransfer));
const CLIENT_AREA: PermissionSet =
    PermissionSet::of(&[ClientCreate, ClientUpdate, ClientPropertyManage, CommissionRead]).union(MEMBER);

/// The permission without those it implies.
const fn only(permission: Permission) -> PermissionSet {
    PermissionSet::of(&[permission]).without(MEMBER)
}

impl BuiltinRole {
    /// All of them, in the order of the enum.
    pub const ALL: [Self; 11] = [
        Self::Owner,
        Self::Admin,
        Self::Billing,
        Self::Invoices,
        Self::Domains,
        Self::Technical,
        Self::Viewer,
        Self::Member,
        Self::PartnerManager,
        Self::PartnerSupport,
        Self::Buyer,
    ];

    /// What the role holds, at an ordinary organisation or at the operator.
    pub const fn sets(self, at_operator: bool) -> Grants {
        let all = if at_operator { PermissionSet::ALL } else { PermissionSet::ORDINARY };
        let (own, clients) = match self {
            Self::Owner => (all, all),
            Self::Admin => (all.without(NOT_FOR_ADMINS), all.without(NOT_FOR_ADMINS)),
            Self::Billing => (BILLING, BILLING_OF_CLIENTS),
            Self::Invoices => (INVOICES, PermissionSet::EMPTY),
            Self::Domains => (DOMAINS, PermissionSet::EMPTY),
            Self::Technical => (TECHNICAL, PermissionSet::EMPTY),
            Self::Viewer => (PermissionSet::ORDINARY_READS, PermissionSet::EMPTY),
            Self::Member => (MEMBER, PermissionSet::EMPTY),
            Self::PartnerManager => (CLIENT_AREA, PermissionSet::DELEGABLE),
            Self::PartnerSupport => (PermissionSet::of(&[ClientRead]), SUPPORT),
            Self::Buyer => (BUYER, PermissionSet::EMPTY),
        };
        Grants { own, clients }
    }

    /// The stored and displayed name, for example `PARTNER_SUPPORT`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::Admin => "ADMIN",
            Self::Billing => "BILLING",
            Self::Invoices => "INVOICES",
            Self::Domains => "DOMAINS",
            Self::Technical => "TECHNICAL",
            Self::Viewer => "VIEWER",
            Self::Member => "MEMBER",
            Self::PartnerManager => "PARTNER_MANAGER",
            Self::PartnerSupport => "PARTNER_SUPPORT",
            Self::Buyer => "BUYER",
        }
    }

    /// The key in its public id, which is the same in every organisation. What `OWNER` and `ADMIN` hold at the operator
    /// differs, so there they have keys of their own.
    pub fn key(self, sets: Grants) -> Uuid {
        let base = if sets == self.sets(false) { ORDINARY_KEYS } else { OPERATOR_KEYS };
        Uuid::from_u128(base + self as u128)
    }

    /// The role with this key, and whether it is that of the operator.
    pub fn from_key(key: Uuid) -> Option<(Self, bool)> {
        let sides = [false, true];
        let mut all = Self::ALL.into_iter().flat_map(|role| sides.map(|at_operator| (role, at_operator)));
        all.find(|(role, at_operator)| role.key(role.sets(*at_operator)) == key)
    }

    /// Reads a stored name. `None` for an unknown one, which grants nothing.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A named set that is offered when a partnership is proposed. Only the permissions are stored, not the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DelegationPreset {
    /// The partner sees the members, subscriptions, licences and figures of use, and changes nothing.
    Overview,
    /// The partner reads everything and helps with services, domains and licences.
    Support,
    /// The partner sees invoices, billing details and subscriptions.
    Billing,
    /// Everything that can be delegated at the client itself.
    Full,
    /// Commission only, no access.
    None,
}

impl DelegationPreset {
    /// The permissions of the preset.
    pub fn set(self) -> PermissionSet {
        match self {
            Self::Overview => {
                PermissionSet::of(&[OrganisationRead, MemberRead, SubscriptionRead, LicenceRead, UsageRead])
            }
            Self::Support => SUPPORT & PermissionSet::DELEGABLE,
            Self::Billing => BILLING_OF_CLIENTS,
            Self::Full => PermissionSet::DELEGABLE,
            Self::None => PermissionSet::EMPTY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_roles_are_closed_and_hold_platform_permissions_only_at_the_operator() {
        for role in BuiltinRole::ALL {
            for at_operator in [false, true] {
                let sets = role.sets(at_operator);
                assert_eq!(sets.own.closed(), sets.own, "{role:?}");
                assert_eq!(sets.clients.closed(), sets.clients, "{role:?}");
            }
            let ordinary = role.sets(false);
            assert!(((ordinary.own | ordinary.clients) & PermissionSet::PLATFORM).is_empty(), "{role:?}");
        }
        assert!(BuiltinRole::Owner.sets(true).own.has(InvoiceIssue));
    }

    #[test]
    fn each_pair_of_sets_has_one_key_which_leads_back_to_it() {
        let mut sets_of = std::collections::HashMap::new();
        for role in BuiltinRole::ALL {
            for at_operator in [false, true] {
                let sets = role.sets(at_operator);
                let key = role.key(sets);
                let (found, at_operator) = BuiltinRole::from_key(key).unwrap();
                assert_eq!((found, found.sets(at_operator)), (role, sets));
                assert_eq!(*sets_of.entry(key).or_insert((role, sets)), (role, sets), "one key for two");
            }
        }
        assert_eq!(sets_of.len(), BuiltinRole::ALL.len() + 2);
        assert_eq!(BuiltinRole::from_key(Uuid::from_u128(u128::MAX)), None);
    }

    #[test]
    fn a_buyer_orders_cancels_and_gives_licences_and_sees_no_invoice() {
        let buyer = BuiltinRole::Buyer.sets(false);
        for held in [SubscriptionOrder, SubscriptionCancel, SubscriptionRead, LicenceAssign, LicenceRead] {
            assert!(buyer.own.has(held), "{held:?}");
        }
        assert!(!buyer.own.has(InvoiceRead) && !buyer.own.has(ServiceRead) && buyer.clients.is_empty());
    }

    #[test]
    fn only_staff_provision_services() {
        let of = |role: BuiltinRole, at_operator| role.sets(at_operator).own.has(ServiceProvision);
        assert!(of(BuiltinRole::Owner, true) && PermissionSet::of(&[ServiceProvision]).has(ServiceRead));
        assert!(BuiltinRole::ALL.iter().all(|role| !of(*role, false)));
        assert!(!PermissionSet::DELEGABLE.has(ServiceProvision));
    }

    #[test]
    fn names_come_back() {
        for role in BuiltinRole::ALL {
            assert_eq!(BuiltinRole::from_name(role.name()), Some(role));
        }
        assert_eq!(BuiltinRole::from_name("owner"), None);
    }

    #[test]
    fn presets_hold_only_what_can_be_delegated() {
        for preset in [
            DelegationPreset::Overview,
            DelegationPreset::Support,
            DelegationPreset::Billing,
            DelegationPreset::Full,
            DelegationPreset::None,
        ] {
            assert!(PermissionSet::DELEGABLE.covers(preset.set()), "{preset:?}");
            assert_eq!(preset.set().closed(), preset.set(), "{preset:?}");
        }
    }
}
