//! A valid and an invalid example of each mutation, and the caller of the valid one. `prepared.rs` writes the rows that
//! they need.

use serde_json::json;
use tenantry::base::id::Type;
use uuid::Uuid;

use super::{
    access, accounts, billing, catalogue, directory, licences, orders, partners, payments, prepared, seats, services,
    webhooks,
};
use crate::generated::schema::{Field, Rule};
use crate::world::accounts::begin_session;
use crate::world::*;

/// The caller who succeeds with the example: an owner of the operator for staff acts, else the owner of the hub.
pub fn doer(field: Field<'_>) -> Caller {
    if let Some(doer) = accounts::doer(field.name()) {
        return doer;
    }
    let is_for_staff =
        field.name() == "recoverOwnership" || field.rules().iter().any(|rule| rule.permission.is_platform());
    if is_for_staff { OWNER_OF_OPERATOR } else { HUB.owner }
}

/// Valid arguments for that caller. If there are several rules, for the given one.
pub async fn valid(world: &World, field: Field<'_>, rule: Option<&Rule>) -> String {
    let side = rule.map(|rule| rule.side.as_str());
    let hub = Type::Organisation.id(HUB.id()).0;
    let mutation = field.name();
    let first = field.rules().into_iter().next().map_or_else(String::new, |rule| rule.side);
    if let Some(example) = partners::valid(world, mutation, side.unwrap_or(&first)).await {
        return example;
    }
    if let Some(example) = catalogue::valid(world, mutation).await {
        return example;
    }
    if let Some(example) = billing::valid(world, mutation).await {
        return example;
    }
    if let Some(example) = orders::valid(world, mutation, rule).await {
        return example;
    }
    if let Some(example) = services::valid(world, mutation, rule).await {
        return example;
    }
    if let Some(example) = directory::valid(world, mutation).await {
        return example;
    }
    if let Some(example) = payments::valid(world, mutation).await {
        return example;
    }
    if let Some(example) = licences::valid(world, mutation).await {
        return example;
    }
    if let Some(example) = seats::valid(world, mutation).await {
        return example;
    }
    if let Some(example) = access::valid(world, mutation, rule.map(|rule| rule.permission)).await {
        return example;
    }
    if let Some(example) = webhooks::valid(world, mutation).await {
        return example;
    }
    match mutation {
        "createOrganisation" => "(input: {name: \"Example\", kind: COMPANY})".to_owned(),
        "acceptInvitation" => {
            let owner = HUB.owner.person();
            world.db_verify(HUB.owner).await;
            invite(world, OWNER_OF_ACME, ACME.id, owner.email).await;
            format!("(input: {{token: {:?}}})", world.link(owner.email).await)
        }
        "createApiKey" => format!("(input: {{organisationId: {hub:?}, name: \"Key\", permissions: [SERVICE_READ]}})"),
        "declineInvitation" => {
            let email = "declines@example.org";
            invite(world, HUB.owner, HUB.id(), email).await;
            format!("(input: {{token: {:?}}})", world.link(email).await)
        }
        "inviteMember" => {
            format!("(input: {{organisationId: {hub:?}, email: \"one@example.org\", roles: [{{builtIn: VIEWER}}]}})")
        }
        "inviteMembers" => {
            let row = "{email: \"many@example.org\", roles: [{builtIn: MEMBER}]}";
            format!("(input: {{organisationId: {hub:?}, invitations: [{row}]}})")
        }
        "resendInvitation" | "withdrawInvitation" => {
            let id = invite(world, HUB.owner, HUB.id(), &format!("{mutation}@example.org")).await;
            format!("(input: {{invitationId: {id:?}}})")
        }
        "updateInvitation" => {
            let id = invite(world, HUB.owner, HUB.id(), "changed@example.org").await;
            format!("(input: {{invitationId: {id:?}, roles: [{{builtIn: VIEWER}}]}})")
        }
        "revokeApiKey" => format!("(input: {{apiKeyId: {:?}}})", new_key(world).await),
        "rotateApiKey" => format!("(input: {{apiKeyId: {:?}, keepOldForMinutes: 5}})", new_key(world).await),
        "updateApiKey" => format!("(input: {{apiKeyId: {:?}, name: \"Another\"}})", new_key(world).await),
        "acceptOwnership" | "declineOwnership" => {
            let number = usize::from(mutation == "declineOwnership");
            format!("(input: {{transferId: {:?}}})", Type::OwnershipTransfer.id(HUB.offers()[number]).0)
        }
        "createBillingContact" => at_the_hub(CONTACT),
        "updateBillingContact" => {
            format!("(input: {{contactId: {:?}, country: \"de\"}})", new_contact(world).await)
        }
        "deleteBillingContact" => format!("(input: {{contactId: {:?}}})", new_contact(world).await),
        "updateBillingDetails" => at_the_hub("legalName: \"Navet and sons\", vatId: null"),
        "setBillingRecipient" => at_the_hub("contactId: null"),
        "requestPayer" => at_the_hub("payer: {code: \"7KQ2-M9XD\"}, startsOn: \"2026-06-01\""),
        "acceptPayer" | "declinePayer" => agreement(prepared::payer(world, "payer_id", "PROPOSED").await),
        "withdrawPayerRequest" => agreement(prepared::payer(world, "organisation_id", "PROPOSED").await),
        "endPayer" => {
            let column = if side == Some("PAYER") { "payer_id" } else { "organisation_id" };
            agreement(prepared::payer(world, column, "ACTIVE").await)
        }
        "closeOrganisation" => {
            world.db_execute("UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1", [HUB.id().into()]).await;
            at_the_hub("endSubscriptions: true")
        }
        "createRole" => at_the_hub("name: \"Example\", permissions: [INVOICE_PAY], clientPermissions: []"),
        "deleteRole" => format!("(input: {{roleId: {:?}}})", Type::Role.id(HUB.free_role()).0),
        "leaveOrganisation" => {
            let id = prepared::db_membership(world).await;
            format!("(input: {{organisationId: {:?}}})", Type::Organisation.id(id).0)
        }
        "offerOwnership" => {
            prepared::db_no_transfer(world).await;
            at_the_hub("email: \"new@example.org\"")
        }
        "recoverOwnership" => {
            prepared::db_no_transfer(world).await;
            at_the_hub("email: \"new@example.org\", reason: \"nobody answers\"")
        }
        "removeMember" => format!("(input: {{membershipId: {:?}}})", prepared::reader(world).await),
        "reopenOrganisation" => {
            prepared::db_state(world, "CLOSED").await;
            at_the_hub("")
        }
        "resumeOrganisation" => {
            prepared::db_state(world, "SUSPENDED").await;
            at_the_hub("")
        }
        "suspendOrganisation" => at_the_hub("reason: \"has not paid\""),
        "updateMember" => {
            format!("(input: {{membershipId: {:?}, roles: [{{builtIn: VIEWER}}]}})", prepared::reader(world).await)
        }
        "updateOrganisation" => at_the_hub("name: \"Navet and sons\""),
        "updateRole" => {
            format!("(input: {{roleId: {:?}, permissions: [DOMAIN_READ]}})", Type::Role.id(HUB.free_role()).0)
        }
        "createPropertyDefinition" => {
            at_the_reseller("key: \"example\", label: \"Example\", type: CHOICE, choices: [\"a\"]")
        }
        "updatePropertyDefinition" | "deletePropertyDefinition" => {
            let change = if mutation.starts_with("update") { "label: \"Another\"" } else { "" };
            format!("(input: {{propertyDefinitionId: {:?} {change}}})", prepared::definition(world).await)
        }
        "setClientProperties" => {
            let id = prepared::partnership(world).await;
            let key = prepared::key_of_definition(world).await;
            format!("(input: {{partnershipId: {id:?}, properties: [{{key: {key:?}, value: \"2026-02-28\"}}]}})")
        }
        "setManyClientProperties" => {
            let (id, key) = (prepared::partnership(world).await, prepared::key_of_definition(world).await);
            let row = format!("{{partnershipId: {id:?}, properties: [{{key: {key:?}, value: \"2026-03-01\"}}]}}");
            at_the_reseller(&format!("rows: [{row}]"))
        }
        "saveClientView" => at_the_reseller("name: \"Example\", filter: {name: {contains: \"a\"}}"),
        "deleteClientView" => format!("(input: {{viewId: {:?}}})", prepared::view(world).await),
        "withdrawOwnership" => {
            format!("(input: {{transferId: {:?}}})", Type::OwnershipTransfer.id(prepared::db_transfer(world).await).0)
        }
        "logIn" => format!("(input: {{email: {:?}, password: {PASSWORD:?}}})", SOLE_PERSON.person().email),
        "logOut" => String::new(),
        "disableUser" => format!("(input: {{userId: {:?}, reason: \"Asked us to\"}})", user_id(MEMBER_OF_ACME)),
        "eraseUser" => format!("(input: {{userId: {:?}, reason: \"Asked us to\"}})", user_id(DOMAINS_OF_ACME)),
        "enableUser" => format!("(input: {{userId: {:?}}})", user_id(DISABLED_AT_ACME)),
        "refreshSession" => {
            format!("(input: {{refreshToken: {:?}}})", begin_session(world, HUB.owner.person().email).await.1)
        }
        "setAuditRetention" => {
            format!("(input: {{organisationId: {:?}, days: 400}})", Type::Organisation.id(HUB.id()).0)
        }
        "setSignInPolicy" => at_the_hub("logLogIns: true"),
        "signUp" => {
            "(input: {email: \"new@example.org\", password: \"seven green bottles\", name: \"New\"})".to_owned()
        }
        "switchOrganisation" => format!("(input: {{organisationId: {hub:?}}})"),
        other => accounts::example(world, other)
            .await
            .unwrap_or_else(|| panic!("give an example of the mutation {other} in tests/it/mutations/examples.rs")),
    }
}

const CONTACT: &str = "name: \"Agency\", address: \"Storgatan 1\", country: \"SE\", email: \"agency@example.org\"";

fn agreement(id: String) -> String {
    format!("(input: {{agreementId: {id:?}}})")
}

/// Input about the hub: its id and these fields.
fn at_the_hub(more: &str) -> String {
    format!("(input: {{organisationId: {:?} {more}}})", Type::Organisation.id(HUB.id()).0)
}

/// Input about the hub as a reseller: its id and these fields.
fn at_the_reseller(more: &str) -> String {
    format!("(input: {{resellerId: {:?} {more}}})", Type::Reseller.id(HUB.id()).0)
}

/// Arguments that are refused, by `userErrors` or by INVALID_INPUT; none for mutations without such arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    let key = Type::ApiKey.id(HUB.key().id).0;
    if let Some(example) = partners::invalid(world, mutation).await {
        return Some(example);
    }
    if let Some(example) = catalogue::invalid(mutation) {
        return Some(example);
    }
    if let Some(example) = billing::invalid(world, mutation).await {
        return Some(example);
    }
    if let Some(example) = orders::invalid(world, mutation).await {
        return Some(example);
    }
    if let Some(example) = services::invalid(world, mutation).await {
        return Some(example);
    }
    if let Some(example) = directory::invalid(mutation) {
        return Some(example);
    }
    if let Some(example) = payments::invalid(world, mutation).await {
        return Some(example);
    }
    if let Some(example) = licences::invalid(world, mutation).await {
        return Some(example);
    }
    if let Some(example) = seats::invalid(world, mutation).await {
        return Some(example);
    }
    if let Some(example) = access::invalid(world, mutation).await {
        return Some(example);
    }
    if let Some(example) = webhooks::invalid(world, mutation).await {
        return Some(example);
    }
    if let Some(example) = accounts::invalid(mutation) {
        return Some(example);
    }
    Some(match mutation {
        "createPropertyDefinition" => at_the_reseller("key: \"Upper\", label: \"Upper\", type: TEXT"),
        "updatePropertyDefinition" => {
            format!("(input: {{propertyDefinitionId: {:?}, label: \" \"}})", prepared::definition(world).await)
        }
        "setClientProperties" => {
            format!("(input: {{partnershipId: {:?}, properties: []}})", prepared::partnership(world).await)
        }
        "setManyClientProperties" => at_the_reseller("rows: []"),
        "saveClientView" => at_the_reseller("name: \"Wrong\", orderBy: {property: \"nothing\"}"),
        "disableUser" | "eraseUser" => format!("(input: {{userId: {:?}, reason: \" \"}})", user_id(SOLE_PERSON)),
        // Nobody has disabled that user.
        "enableUser" => format!("(input: {{userId: {:?}}})", user_id(SOLE_PERSON)),
        "acceptOwnership" | "declineOwnership" | "acceptInvitation" | "declineInvitation" => {
            "(input: {token: \"unknown\"})".to_owned()
        }
        // The hub has clients and a single owner, and it is active.
        "closeOrganisation" | "leaveOrganisation" | "reopenOrganisation" | "resumeOrganisation" => at_the_hub(""),
        "updateInvitation" => {
            let id = invite(world, HUB.owner, HUB.id(), "unchanged@example.org").await;
            format!("(input: {{invitationId: {id:?}, roles: []}})")
        }
        "removeMember" => format!("(input: {{membershipId: {:?}}})", world.membership(hub(), HUB.owner).await),
        "updateMember" => {
            format!("(input: {{membershipId: {:?}, roles: []}})", world.membership(hub(), HUB.owner).await)
        }
        "createApiKey" => at_the_hub("name: \"Key\", permissions: []"),
        "inviteMember" => at_the_hub("email: \"one\", roles: [{builtIn: VIEWER}]"),
        "inviteMembers" => at_the_hub("invitations: []"),
        "rotateApiKey" => format!("(input: {{apiKeyId: {key:?}, keepOldForMinutes: 10081}})"),
        "updateApiKey" => format!("(input: {{apiKeyId: {key:?}, name: \"\"}})"),
        "createBillingContact" => at_the_hub(&CONTACT.replace("SE", "ZZ")),
        "updateBillingContact" => {
            format!("(input: {{contactId: {:?}, country: \"ZZ\"}})", new_contact(world).await)
        }
        "updateBillingDetails" => at_the_hub("currency: \"XYZ\""),
        "setBillingRecipient" => at_the_hub(&format!("contactId: {:?}", user_id(SOLE_PERSON))),
        "requestPayer" => at_the_hub("payer: {code: \"7KQ2-M9XD\"}, startsOn: \"2026-03-14\""),
        // These agreements have been answered.
        "acceptPayer" | "declinePayer" => agreement(prepared::payer(world, "payer_id", "ACTIVE").await),
        "withdrawPayerRequest" => agreement(prepared::payer(world, "organisation_id", "DECLINED").await),
        "endPayer" => {
            let id = prepared::payer(world, "organisation_id", "ACTIVE").await;
            format!("(input: {{agreementId: {id:?}, on: \"2026-03-14\"}})")
        }
        "createOrganisation" => "(input: {name: \"  \", kind: COMPANY})".to_owned(),
        "createRole" => at_the_hub("name: \"Owner\", permissions: []"),
        "updateRole" => format!("(input: {{roleId: {:?}, name: \" \"}})", Type::Role.id(HUB.free_role()).0),
        // A member has this role.
        "deleteRole" => format!("(input: {{roleId: {:?}}})", Type::Role.id(HUB.probe_role()).0),
        "offerOwnership" => at_the_hub("email: \"nobody\""),
        "recoverOwnership" => at_the_hub("email: \"new@example.org\", reason: \" \""),
        "withdrawOwnership" => {
            let id = prepared::db_transfer(world).await;
            prepared::db_no_transfer(world).await;
            format!("(input: {{transferId: {:?}}})", Type::OwnershipTransfer.id(id).0)
        }
        "suspendOrganisation" => at_the_hub("reason: \"\""),
        "updateOrganisation" => at_the_hub("kind: PERSON"),
        "setAuditRetention" => at_the_hub("days: 89"),
        // The owner has no second factor.
        "setSignInPolicy" => at_the_hub("requireSecondFactor: true"),
        // Only the id of these can be wrong: here it has another type.
        "switchOrganisation" => wrong_id("organisationId"),
        "resendInvitation" | "revokeInvitation" | "withdrawInvitation" => wrong_id("invitationId"),
        "revokeApiKey" => wrong_id("apiKeyId"),
        "deletePropertyDefinition" => wrong_id("propertyDefinitionId"),
        "deleteClientView" => wrong_id("viewId"),
        "deleteBillingContact" => wrong_id("contactId"),
        _ => return None,
    })
}

/// Input with a user id in place of an id of another type.
pub fn wrong_id(field: &str) -> String {
    format!("(input: {{{field}: {:?}}})", user_id(SOLE_PERSON))
}

/// The hub as a tenant.
const fn hub() -> Tenant {
    Tenant { id: HUB.id(), name: "Navet" }
}

fn user_id(caller: Caller) -> String {
    Type::User.id(caller.person().id).0
}

/// Id of a new invitation.
async fn invite(world: &World, inviter: Caller, organisation: Uuid, email: &str) -> String {
    let query = "mutation($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { id } } }";
    let id = Type::Organisation.id(organisation).0;
    let input = json!({ "organisationId": id, "email": email, "roles": [{ "builtIn": "MEMBER" }] });
    let answer = world.as_(inviter).run(query, json!({ "input": input })).await;
    answer.ok()["inviteMember"]["invitation"]["id"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

/// Id of a new contact of the hub.
async fn new_contact(world: &World) -> String {
    let query = format!("mutation {{ createBillingContact{} {{ contact {{ id }} }} }}", at_the_hub(CONTACT));
    let answer = world.as_(HUB.owner).run(&query, json!({})).await;
    answer.ok()["createBillingContact"]["contact"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{}", answer.text))
        .to_owned()
}

/// Id of a new key of the hub.
async fn new_key(world: &World) -> String {
    let query = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }";
    let id = Type::Organisation.id(HUB.id()).0;
    let input = json!({ "organisationId": id, "name": "Key", "permissions": ["SERVICE_READ"] });
    let answer = world.as_(HUB.owner).run(query, json!({ "input": input })).await;
    answer.ok()["createApiKey"]["apiKey"]["id"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}
