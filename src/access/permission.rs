//! The permission table: every permission, declared once. Read `role.rs` next.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::Enum;
use serde::{Deserialize, Serialize};

/// Declares the permissions: bit, name, read or write, how far it may be delegated, what it implies, and what it
/// allows.
macro_rules! permissions {
    ($($bit:literal $name:ident $act:ident $reach:ident implies $implied:expr; $sentence:literal)*) => {
        /// One thing that an actor may be allowed to do at an organisation. Its bit is never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum, Serialize, Deserialize)]
        #[graphql(name = "Permission")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[repr(u8)]
        pub enum Permission { $(#[doc = $sentence] $name = $bit,)* }

        impl Permission {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            const fn spec(self) -> Spec {
                match self {
                    $(Self::$name => Spec {
                        name: stringify!($name), act: Act::$act, reach: Reach::$reach, implies: $implied,
                        sentence: $sentence,
                    },)*
                }
            }
        }
    };
}

/// Whether a permission only reads or also changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Read,
    Write,
}

/// How far a permission may travel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// A client may delegate it to a reseller.
    Delegable,
    /// Only members and the operator hold it.
    Members,
    /// Only roles of the operator hold it.
    Platform,
}

struct Spec {
    name: &'static str,
    act: Act,
    reach: Reach,
    implies: Option<Permission>,
    sentence: &'static str,
}

use Permission as P;

permissions! {
    0 OrganisationRead Read Delegable implies None; "See that the organisation exists: its name, kind and state."
    1 OrganisationUpdate Write Delegable implies Some(P::OrganisationRead); "Change the name and settings of the organisation."
    2 OrganisationClose Write Members implies Some(P::OrganisationRead); "Close the organisation and reopen it."
    3 OwnershipTransfer Write Members implies Some(P::OrganisationRead); "Hand the ownership of the organisation to somebody else."
    4 MemberRead Read Delegable implies Some(P::OrganisationRead); "See the members, their addresses and their roles."
    5 MemberInvite Write Delegable implies Some(P::MemberRead); "Invite people into the organisation."
    6 MemberUpdate Write Delegable implies Some(P::MemberRead); "Change the roles of members."
    7 MemberRemove Write Delegable implies Some(P::MemberRead); "Remove members."
    8 RoleRead Read Delegable implies Some(P::OrganisationRead); "See the custom roles of the organisation."
    9 RoleManage Write Members implies Some(P::RoleRead); "Create, change and delete custom roles."
    10 PartnershipRead Read Delegable implies Some(P::OrganisationRead); "See the partners of the organisation and what is delegated to them."
    11 PartnershipManage Write Members implies Some(P::PartnershipRead); "Accept, narrow and end partnerships on the client's side."
    12 ClientRead Read Delegable implies Some(P::OrganisationRead); "See the clients of the reseller."
    13 ClientCreate Write Delegable implies Some(P::ClientRead); "Create client organisations under the reseller."
    14 ClientUpdate Write Delegable implies Some(P::ClientRead); "Propose and end partnerships on the reseller's side."
    15 ClientPropertyManage Write Delegable implies Some(P::ClientRead); "Define and fill the reseller's own columns of its client table."
    16 CommissionRead Read Delegable implies Some(P::OrganisationRead); "See the commission of the reseller."
    17 BillingRead Read Delegable implies Some(P::OrganisationRead); "See the billing details, and who pays."
    18 BillingUpdate Write Delegable implies Some(P::BillingRead); "Change the billing details, and who pays."
    19 InvoiceRead Read Delegable implies Some(P::OrganisationRead); "See the invoices."
    20 InvoicePay Write Delegable implies Some(P::InvoiceRead); "Pay the invoices."
    21 SubscriptionRead Read Delegable implies Some(P::OrganisationRead); "See the subscriptions."
    22 SubscriptionOrder Write Delegable implies Some(P::SubscriptionRead); "Order products."
    23 SubscriptionCancel Write Delegable implies Some(P::SubscriptionRead); "Cancel subscriptions."
    24 ServiceRead Read Delegable implies Some(P::OrganisationRead); "See the services, except domains."
    25 ServiceManage Write Delegable implies Some(P::ServiceRead); "Manage the services, except domains."
    26 DomainRead Read Delegable implies Some(P::OrganisationRead); "See the domains."
    27 DomainManage Write Delegable implies Some(P::DomainRead); "Manage the domains."
    28 LicenceRead Read Delegable implies Some(P::OrganisationRead); "See the licences and who has them."
    29 LicenceAssign Write Delegable implies Some(P::LicenceRead); "Give licences to people and take them back."
    30 LicenceRuleManage Write Delegable implies Some(P::LicenceRead); "Write the rules by which licences are given."
    31 DirectoryRead Read Delegable implies Some(P::OrganisationRead); "See the people of the organisation's own domains."
    32 DirectorySync Write Delegable implies Some(P::DirectoryRead); "Synchronise the directory."
    33 AssetRead Read Delegable implies Some(P::OrganisationRead); "See the assets."
    34 AssetCreate Write Delegable implies Some(P::AssetRead); "Create assets within the quota."
    35 AssetDelete Write Delegable implies Some(P::AssetRead); "Delete assets."
    36 UsageRead Read Delegable implies Some(P::OrganisationRead); "See the figures of use."
    37 AuditRead Read Delegable implies Some(P::OrganisationRead); "Read the audit log."
    38 ApiKeyRead Read Delegable implies Some(P::OrganisationRead); "See the API keys, never their secrets."
    39 ApiKeyManage Write Members implies Some(P::ApiKeyRead); "Create and revoke API keys."
    40 CatalogueManage Write Platform implies Some(P::OrganisationRead); "Manage products and price plans."
    41 InvoiceIssue Write Platform implies Some(P::AccountingRead); "Bill customers, issue, void and credit invoices, and set how they are taxed and numbered."
    42 ResellerManage Write Platform implies Some(P::OrganisationRead); "Approve resellers and set their rates."
    43 OrganisationSuspend Write Platform implies Some(P::OrganisationRead); "Suspend and resume organisations."
    44 UserManage Write Platform implies Some(P::OrganisationRead); "Find users, and disable, enable and erase them."
    45 AuditManage Write Members implies Some(P::AuditRead); "Set how long the audit log is kept."
    46 ServiceProvision Write Platform implies Some(P::ServiceRead); "Take the tasks of services and report their results."
    47 PaymentRecord Write Platform implies Some(P::InvoiceRead); "Record and match payments."
    48 AccountingRead Read Platform implies Some(P::InvoiceRead); "Read the bookkeeping: exports, number series, billing runs, all statements of commission."
    49 AccessEvaluate Read Platform implies Some(P::OrganisationRead); "Ask what any user or API key may do, for programs that take their decisions from here."
    50 WebhookRead Read Delegable implies Some(P::OrganisationRead); "See the webhooks and what was delivered to them, never their secrets."
    51 WebhookManage Write Members implies Some(P::WebhookRead); "Create, change and delete webhooks."
}

impl Permission {
    /// Its own bit.
    pub const fn bit(self) -> u64 {
        1 << self as u8
    }

    /// The permission that this one includes, if any.
    pub const fn implies(self) -> Option<Self> {
        self.spec().implies
    }

    /// Whether it only reads.
    pub const fn is_read(self) -> bool {
        matches!(self.spec().act, Act::Read)
    }

    /// Whether a client may delegate it to a reseller.
    pub const fn is_delegable(self) -> bool {
        matches!(self.spec().reach, Reach::Delegable)
    }

    /// Whether an API key may hold it: what can be delegated, and what programs of the operator need.
    pub const fn is_for_keys(self) -> bool {
        let is_of_programs =
            matches!(self, Self::ServiceProvision | Self::PaymentRecord | Self::AccountingRead | Self::AccessEvaluate);
        self.is_delegable() || is_of_programs
    }

    /// Whether only roles of the operator hold it.
    pub const fn is_platform(self) -> bool {
        matches!(self.spec().reach, Reach::Platform)
    }

    /// What it allows, in a sentence.
    pub const fn sentence(self) -> &'static str {
        self.spec().sentence
    }

    /// The permission with this name in the schema, or with this text form.
    pub fn named(name: &str) -> Option<Self> {
        static NAMES: LazyLock<HashMap<String, Permission>> = LazyLock::new(|| {
            let names = |permission: &Permission| [permission.graphql_name(), permission.text()];
            Permission::ALL.iter().flat_map(|one| names(one).map(|name| (name, *one))).collect()
        });
        NAMES.get(name).copied()
    }

    /// Text form, for example `invoice:read`.
    pub fn text(self) -> String {
        let name = self.graphql_name().to_lowercase();
        name.rsplit_once('_').map_or_else(|| name.clone(), |(area, act)| format!("{area}:{act}"))
    }

    /// The area that it belongs to, for example `invoice`.
    pub fn area(self) -> String {
        let text = self.text();
        text.split_once(':').map_or_else(|| text.clone(), |(area, _)| area.to_owned())
    }

    /// Name in the schema, for example `INVOICE_READ`.
    pub fn graphql_name(self) -> String {
        let mut name = String::new();
        for letter in self.spec().name.chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(letter.to_ascii_uppercase());
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::Permission;

    #[test]
    fn bits_are_unique_and_fit_into_a_stored_set() {
        let mut used = 0_u64;
        for permission in Permission::ALL {
            assert_eq!(used & permission.bit(), 0, "{permission:?} uses a bit twice");
            used |= permission.bit();
        }
        assert!(i64::try_from(used).is_ok());
    }

    #[test]
    fn every_permission_leads_to_organisation_read() {
        for permission in Permission::ALL {
            let mut at = *permission;
            while let Some(next) = at.implies() {
                at = next;
            }
            assert_eq!(at, Permission::OrganisationRead);
        }
    }

    #[test]
    fn text_form_is_area_and_act() {
        assert_eq!(Permission::InvoiceRead.text(), "invoice:read");
        assert_eq!(Permission::ClientPropertyManage.text(), "client_property:manage");
        assert_eq!(Permission::ApiKeyRead.graphql_name(), "API_KEY_READ");
        assert_eq!(Permission::ApiKeyRead.area(), "api_key");
    }

    #[test]
    fn both_forms_of_a_name_lead_to_the_permission_and_nothing_else_does() {
        for permission in Permission::ALL {
            for name in [permission.graphql_name(), permission.text()] {
                assert_eq!(Permission::named(&name), Some(*permission), "{name}");
            }
        }
        for unknown in ["", "InvoiceRead", "invoice_read", "INVOICE:READ", "invoice:read ", "invoice"] {
            assert_eq!(Permission::named(unknown), None, "{unknown}");
        }
    }
}
