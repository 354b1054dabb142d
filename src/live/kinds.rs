//! The types of events: every type, declared once, with the permission that its readers need and the acts that it stands for.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::Enum;
use serde_json::Value as Json;

use crate::access::Permission;
use crate::access::Permission as P;

/// Declares the types: name, permission, the acts in the audit log that become such events, and what happened.
macro_rules! kinds {
    ($($name:ident $permission:expr, [$($action:literal)*]; $sentence:literal)*) => {
        /// What happened. The name in a webhook has a dot in place of the last `_`, and small letters: INVOICE_ISSUED is
        /// `invoice.issued` there.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
        #[graphql(name = "EventType")]
        pub enum EventKind { $(#[doc = $sentence] $name,)* }

        impl EventKind {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            const fn spec(self) -> Spec {
                match self {
                    $(Self::$name => Spec { name: stringify!($name), permission: $permission, actions: &[$($action),*] },)*
                }
            }
        }
    };
}

struct Spec {
    name: &'static str,
    permission: Option<Permission>,
    actions: &'static [&'static str],
}

kinds! {
    OrganisationCreated Some(P::OrganisationRead), ["createOrganisation" "signUp" "createClient" "createClients"]; "An organisation was created. Read with ORGANISATION_READ."
    OrganisationChanged Some(P::OrganisationRead), ["updateOrganisation" "setSignInPolicy" "setAuditRetention" "setAccounts"]; "The name or a setting of an organisation changed. Read with ORGANISATION_READ."
    OrganisationSuspended Some(P::OrganisationRead), ["suspendOrganisation"]; "An organisation was suspended. Read with ORGANISATION_READ."
    OrganisationResumed Some(P::OrganisationRead), ["resumeOrganisation"]; "An organisation is no longer suspended. Read with ORGANISATION_READ."
    OrganisationClosed Some(P::OrganisationRead), ["closeOrganisation"]; "An organisation was closed. Read with ORGANISATION_READ."
    OrganisationReopened Some(P::OrganisationRead), ["reopenOrganisation"]; "A closed organisation was opened again. Read with ORGANISATION_READ."
    MemberJoined Some(P::MemberRead), ["acceptInvitation" "operator create"]; "Somebody became a member. Read with MEMBER_READ."
    MemberLeft Some(P::MemberRead), ["removeMember" "leaveOrganisation" "partnershipExpired" "eraseUser" "eraseAccount" "endCustody"]; "Somebody is no longer a member. Read with MEMBER_READ."
    AccessChanged Some(P::MemberRead), ["updateMember" "grantAccess" "passCustody"]; "The roles of a member changed, or what a partner may do. Read with MEMBER_READ."
    AccessRequested Some(P::MemberRead), ["requestAccess"]; "Somebody asked for a permission. Read with MEMBER_READ."
    AccessDeclined Some(P::MemberRead), ["declineAccess"]; "A request for a permission was declined. Read with MEMBER_READ."
    InvitationSent Some(P::MemberRead), ["inviteMember" "inviteMembers" "resendInvitation"]; "Somebody was invited. Read with MEMBER_READ."
    InvitationChanged Some(P::MemberRead), ["updateInvitation"]; "The roles of an invitation changed. Read with MEMBER_READ."
    InvitationEnded Some(P::MemberRead), ["withdrawInvitation" "declineInvitation"]; "An invitation was withdrawn or declined. Read with MEMBER_READ."
    OwnershipOffered Some(P::MemberRead), ["offerOwnership"]; "The ownership was offered to a member. Read with MEMBER_READ."
    OwnershipChanged Some(P::MemberRead), ["acceptOwnership" "recoverOwnership"]; "The organisation has another owner. Read with MEMBER_READ."
    OwnershipDeclined Some(P::MemberRead), ["withdrawOwnership" "declineOwnership"]; "An offer of the ownership was withdrawn or declined. Read with MEMBER_READ."
    RoleCreated Some(P::RoleRead), ["createRole"]; "A role was created. Read with ROLE_READ."
    RoleChanged Some(P::RoleRead), ["updateRole"]; "A role changed. Read with ROLE_READ."
    RoleDeleted Some(P::RoleRead), ["deleteRole"]; "A role was deleted. Read with ROLE_READ."
    ApiKeyCreated Some(P::ApiKeyRead), ["createApiKey"]; "An API key was created. Read with API_KEY_READ."
    ApiKeyChanged Some(P::ApiKeyRead), ["updateApiKey" "rotateApiKey"]; "An API key changed. Read with API_KEY_READ."
    ApiKeyRevoked Some(P::ApiKeyRead), ["revokeApiKey"]; "An API key was revoked. Read with API_KEY_READ."
    WebhookCreated Some(P::WebhookRead), ["createWebhook"]; "A webhook was created. Read with WEBHOOK_READ."
    WebhookChanged Some(P::WebhookRead), ["updateWebhook" "rotateWebhookSecret" "enableWebhook"]; "A webhook changed. Read with WEBHOOK_READ."
    WebhookDisabled Some(P::WebhookRead), ["disableWebhook"]; "A webhook was disabled, by somebody or because its receiver failed for days or is gone. Read with WEBHOOK_READ."
    WebhookDeleted Some(P::WebhookRead), ["deleteWebhook"]; "A webhook was deleted. Read with WEBHOOK_READ."
    PartnershipProposed Some(P::PartnershipRead), ["proposePartnership" "proposeTemplates"]; "A partnership was proposed. Read with PARTNERSHIP_READ."
    PartnershipDeclined Some(P::PartnershipRead), ["declinePartnership" "withdrawPartnershipProposal"]; "A proposal was declined or withdrawn. Read with PARTNERSHIP_READ."
    PartnershipStarted Some(P::PartnershipRead), ["acceptPartnership"]; "A proposal was accepted: what it asked for is delegated. Read with PARTNERSHIP_READ."
    PartnershipChanged Some(P::PartnershipRead), ["updatePartnership"]; "A partnership delegates other permissions, or ends on another day. Read with PARTNERSHIP_READ."
    PartnershipNarrowed Some(P::PartnershipRead), []; "A partnership delegates less than before. Read with PARTNERSHIP_READ."
    PartnershipEnded Some(P::PartnershipRead), ["endPartnership"]; "A partnership was ended. Read with PARTNERSHIP_READ."
    ResellerRequested Some(P::OrganisationRead), ["requestReseller"]; "An organisation asked to become a reseller. Read with ORGANISATION_READ."
    ResellerApproved Some(P::OrganisationRead), ["approveReseller"]; "An organisation became a reseller. Read with ORGANISATION_READ."
    ResellerChanged Some(P::OrganisationRead), ["updateResellerProgramme"]; "The terms of a reseller changed. Read with ORGANISATION_READ."
    ResellerEnded Some(P::OrganisationRead), ["withdrawResellerRequest" "declineReseller" "withdrawReseller"]; "An organisation is no reseller, or will not become one. Read with ORGANISATION_READ."
    ClientChanged Some(P::ClientRead), ["setClientReference" "setClientProperties" "setManyClientProperties" "assignDelegationTemplate"]; "The reseller's own data about a client changed. Read with CLIENT_READ."
    BillingChanged Some(P::BillingRead), ["updateBillingDetails" "setBillingRecipient" "createBillingContact" "updateBillingContact" "deleteBillingContact"]; "The billing details changed. Read with BILLING_READ."
    PayerChanged Some(P::BillingRead), ["requestPayer" "acceptPayer" "declinePayer" "withdrawPayerRequest" "endPayer"]; "Something happened to an agreement about who pays. Read with BILLING_READ."
    InvoiceIssued Some(P::InvoiceRead), ["issueInvoice"]; "An invoice was issued. Read with INVOICE_READ."
    InvoiceReminded Some(P::InvoiceRead), ["remindOfInvoice"]; "The payer of an overdue invoice was reminded. Read with INVOICE_READ."
    InvoicePaid Some(P::InvoiceRead), []; "Nothing of an invoice is open any more. Read with INVOICE_READ."
    InvoiceReopened Some(P::InvoiceRead), []; "An invoice that was settled is open again, because a payment was returned. Read with INVOICE_READ."
    InvoiceChanged Some(P::InvoiceRead), []; "A part of an invoice was paid or credited, and a part is still open. Read with INVOICE_READ."
    CreditNoteIssued Some(P::InvoiceRead), ["creditInvoice" "voidInvoice"]; "A credit note was issued. Read with INVOICE_READ."
    BalanceApplied Some(P::InvoiceRead), ["applyBalance"]; "A balance was used to pay invoices. Read with INVOICE_READ."
    PaymentRecorded Some(P::PaymentRecord), ["recordPayment" "recordBankStatement"]; "A payment was recorded. Read with PAYMENT_RECORD."
    PaymentMatched Some(P::PaymentRecord), ["matchPayment"]; "A payment was matched to invoices. Read with PAYMENT_RECORD."
    PaymentReturned Some(P::PaymentRecord), ["returnPayment"]; "The bank took a payment back. Read with PAYMENT_RECORD."
    RefundRecorded Some(P::PaymentRecord), ["recordRefund"]; "Money was paid back. Read with PAYMENT_RECORD."
    CatalogueChanged Some(P::CatalogueManage), ["createProduct" "updateProduct" "offerProduct" "retireProduct" "setProductUpgrades" "createFeature" "setEntitlements" "createPricePlan" "addPrices" "withdrawPrice" "catalogue import"]; "A product, a feature, a price plan or a price changed. Read with CATALOGUE_MANAGE."
    PricePlanAssigned Some(P::SubscriptionRead), ["assignPricePlan"]; "An organisation has another price plan from a day on. Read with SUBSCRIPTION_READ."
    OrderPlaced Some(P::SubscriptionRead), ["placeOrder" "placeOrderForNewClient"]; "An order was placed. Read with SUBSCRIPTION_READ."
    OrderCancelled Some(P::SubscriptionRead), ["cancelOrder"]; "An order was cancelled. Read with SUBSCRIPTION_READ."
    SubscriptionChanged Some(P::SubscriptionRead), ["changeQuantity" "changeProduct" "keepSubscription" "withdrawChange" "setPartnerOfRecord"]; "A subscription changed, or will change at its renewal. Read with SUBSCRIPTION_READ."
    SubscriptionCancelled Some(P::SubscriptionRead), ["cancelSubscription" "returnSubscription"]; "A subscription was cancelled or returned. Read with SUBSCRIPTION_READ."
    SubscriptionEnded Some(P::SubscriptionRead), ["endSubscription"]; "A subscription ended. Read with SUBSCRIPTION_READ."
    PriceAnnounced Some(P::SubscriptionRead), ["announcePrice"]; "A subscription renews at another price. Read with SUBSCRIPTION_READ."
    ServiceChanged Some(P::ServiceRead), ["updateService" "requestServiceAction" "completeServiceTask" "failServiceTask" "retryServiceTask" "resumeServices"]; "A service changed, or an action on it was asked for, done, or failed. Read with SERVICE_READ."
    DomainChanged Some(P::DomainRead), []; "A domain changed, or an action on it was asked for, done, or failed. Read with DOMAIN_READ."
    LicenceAssigned Some(P::LicenceRead), ["assignLicences" "confirmLicences" "pinLicence" "unpinLicence"]; "Licences were given to people. Read with LICENCE_READ."
    LicenceReleased Some(P::LicenceRead), ["releaseLicences"]; "Licences were taken from people. Read with LICENCE_READ."
    LicenceRulesChanged Some(P::LicenceRead), ["saveLicenceRules"]; "The rules by which licences are given changed. Read with LICENCE_READ."
    LicenceRulesApplied Some(P::LicenceRead), ["applyLicenceRules"]; "The rules were applied. Read with LICENCE_READ."
    LicenceExhausted Some(P::LicenceRead), []; "The last free licence of a kind was given away. Read with LICENCE_READ."
    DirectoryChanged Some(P::DirectoryRead), ["syncDirectory" "scim.createUser" "scim.updateUser" "scim.deleteUser" "scim.createGroup" "scim.updateGroup" "scim.deleteGroup"]; "People or groups of the directory changed. Read with DIRECTORY_READ."
    AssetCreated Some(P::AssetRead), ["createAsset" "createAssets"]; "Assets were created. Read with ASSET_READ."
    AssetChanged Some(P::AssetRead), ["updateAsset"]; "An asset changed. Read with ASSET_READ."
    AssetDeleted Some(P::AssetRead), ["deleteAssets"]; "Assets were deleted. Read with ASSET_READ."
    CommissionRateAdded Some(P::CommissionRead), ["addCommissionRate"]; "A reseller has another rate of commission from a day on. Read with COMMISSION_READ."
    CommissionClosed Some(P::CommissionRead), ["closeCommissionMonth"]; "The commission of a month is final. Read with COMMISSION_READ."
    CommissionPaid Some(P::CommissionRead), ["recordCommissionPayout"]; "Commission was paid out. Read with COMMISSION_READ."
    SessionStarted None, []; "You logged in somewhere. Only you read it."
    SessionEnded None, []; "One of your sessions ended. Only you read it."
}

impl EventKind {
    /// The permission at the organisation of the event that its readers need. `None`: only the user whom it concerns reads it.
    pub const fn permission(self) -> Option<Permission> {
        self.spec().permission
    }

    /// The name in the schema, which is also stored: `INVOICE_ISSUED`.
    pub fn stored(self) -> &'static str {
        NAMES.get(self as usize).map_or("", String::as_str)
    }

    /// The name in a webhook: `invoice.issued`.
    pub fn dotted(self) -> String {
        dotted(self.stored())
    }

    /// The type with this stored name.
    pub fn from_stored(name: &str) -> Option<Self> {
        KINDS.get(name).copied()
    }

    /// The type that an act becomes; `None` for acts that are no events.
    pub fn of_act(action: &str, details: Option<&str>) -> Option<Self> {
        let kind = Self::ALL.iter().copied().find(|kind| kind.spec().actions.contains(&action))?;
        let narrows = kind == Self::PartnershipChanged && details.is_some_and(narrows);
        Some(if narrows { Self::PartnershipNarrowed } else { kind })
    }
}

/// The name of a type as a webhook gets it.
pub fn dotted(stored: &str) -> String {
    let name = stored.to_lowercase();
    name.rsplit_once('_').map(|(noun, verb)| format!("{noun}.{verb}")).unwrap_or(name)
}

/// The names, in the order of the table.
static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| EventKind::ALL.iter().map(|kind| upper_case(kind.spec().name)).collect());

/// The types by their names.
static KINDS: LazyLock<HashMap<&'static str, EventKind>> =
    LazyLock::new(|| EventKind::ALL.iter().map(|kind| (kind.stored(), *kind)).collect());

/// `INVOICE_ISSUED` for `InvoiceIssued`.
fn upper_case(name: &str) -> String {
    let mut upper = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !upper.is_empty() {
            upper.push('_');
        }
        upper.extend(letter.to_uppercase());
    }
    upper
}

/// Whether the terms after a change of a partnership are only a part of those before.
fn narrows(details: &str) -> bool {
    let Ok(details) = serde_json::from_str::<Json>(details) else { return false };
    let (Some(before), Some(after)) = (details["before"].as_object(), details["after"].as_object()) else {
        return false;
    };
    let names = |of: &Json| -> Option<Vec<String>> {
        of.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let mut has_less = false;
    for (field, new) in after {
        let Some(old) = before.get(field) else { return false };
        if let (Some(old), Some(new)) = (names(old), names(new)) {
            if new.iter().any(|name| !old.contains(name)) {
                return false;
            }
            has_less |= new.len() < old.len();
        } else if old.as_bool().is_some() && new != old {
            if new.as_bool() == Some(true) {
                return false;
            }
            has_less = true;
        }
    }
    has_less
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    /// Acts that are no events: they only read, or concern only how the operator works.
    const SILENT: &[&str] = &[
        "addCharge",
        "addExchangeRates",
        "addVatRates",
        "beginSecondFactor",
        "changeAddress",
        "changePassword",
        "claimServiceTasks",
        "confirmAddress",
        "confirmIdentity",
        "confirmSecondFactor",
        "createAccountingBatch",
        "createPropertyDefinition",
        "deleteClientView",
        "deleteDelegationTemplate",
        "deletePropertyDefinition",
        "disableUser",
        "discardDraft",
        "enableUser",
        "explainAccess",
        "extendServiceTask",
        "logIn",
        "logOut",
        "operator.users",
        "pauseReminders",
        "recordLogIns",
        "recordVatCheck",
        "refreshSession",
        "removeSecondFactor",
        "renewRecoveryCodes",
        "replayWebhook",
        "requestPasswordReset",
        "resendVerification",
        "resetPassword",
        "revokeOtherSessions",
        "revokeSession",
        "runBilling",
        "saveClientView",
        "saveDelegationTemplate",
        "setIssuer",
        "setNumberSeries",
        "setVatOverride",
        "switchOrganisation",
        "testWebhook",
        "undoAddress",
        "updateProfile",
        "updatePropertyDefinition",
        "verifyAddress",
        "withdrawCharge",
    ];

    #[test]
    fn every_act_becomes_one_event_or_none() {
        let mut seen: BTreeSet<&str> = SILENT.iter().copied().collect();
        assert_eq!(seen.len(), SILENT.len());
        for action in EventKind::ALL.iter().flat_map(|kind| kind.spec().actions) {
            assert!(seen.insert(action), "{action} stands there twice");
        }
        let text = crate::graphql::sdl();
        let mutations = text.split("\ntype Mutation {\n").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
        let names = mutations.lines().filter_map(|line| line.strip_prefix('\t')?.split(['(', ':']).next());
        let is_name = |name: &&str| {
            name.starts_with(|letter: char| letter.is_ascii_lowercase())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let unknown: Vec<&str> = names.filter(is_name).filter(|name| !seen.contains(name)).collect();
        assert_eq!(unknown, Vec::<&str>::new(), "say which events these are, or that they are none");
    }

    #[test]
    fn a_type_is_found_by_its_name() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_stored(kind.stored()), Some(*kind));
        }
        assert_eq!(EventKind::InvoiceIssued.dotted(), "invoice.issued");
        assert_eq!(EventKind::CreditNoteIssued.dotted(), "credit_note.issued");
        assert_eq!(EventKind::from_stored("INVOICE"), None);
    }

    #[test]
    fn each_sentence_names_the_permission() {
        let text = crate::graphql::sdl();
        let kinds = text.split("\nenum EventType {\n").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
        let kinds = format!("{kinds}\n");
        for kind in EventKind::ALL {
            let before = kinds.split(&format!("\n\t{}\n", kind.stored())).next().unwrap();
            let sentence = before.rsplit("\"\"\"\n").next().unwrap_or_default();
            match kind.permission() {
                Some(permission) => assert!(sentence.contains(&permission.graphql_name()), "{kind:?}: {sentence}"),
                None => assert!(sentence.contains("Only you"), "{kind:?}: {sentence}"),
            }
        }
    }

    #[test]
    fn a_partnership_is_narrowed_where_it_only_loses() {
        let kind = |before: Json, after: Json| {
            EventKind::of_act("updatePartnership", Some(&json!({ "before": before, "after": after }).to_string()))
        };
        let all = json!({ "delegated": ["A", "B"], "includesUpstream": true, "endsAt": null });
        let less = json!({ "delegated": ["A"], "includesUpstream": true, "endsAt": null });
        let closed = json!({ "delegated": ["A", "B"], "includesUpstream": false, "endsAt": null });
        let other = json!({ "delegated": ["A", "C"], "includesUpstream": false, "endsAt": null });
        assert_eq!(kind(all.clone(), less.clone()), Some(EventKind::PartnershipNarrowed));
        assert_eq!(kind(all.clone(), closed), Some(EventKind::PartnershipNarrowed));
        assert_eq!(kind(less, all.clone()), Some(EventKind::PartnershipChanged));
        assert_eq!(kind(all.clone(), other), Some(EventKind::PartnershipChanged));
        assert_eq!(kind(all.clone(), all), Some(EventKind::PartnershipChanged));
        assert_eq!(EventKind::of_act("logIn", None), None);
    }
}
