//! Every mutation, by one valid example each: what it does stands in an audit log, and who is refused changes nothing in
//! the whole database.
//!
//! A new mutation without an example here fails the suite.

use serde_json::json;
use tenantry::access::PermissionSet;
use tenantry::id::Type;
use uuid::Uuid;

use crate::accounts::examples as accounts;
use crate::database::for_each_database;
use crate::schema::{Field, Schema, all_but};
use crate::world::*;

/// Who succeeds with the example: an owner of the operator where only staff can, else the owner of the hub.
fn doer(field: Field<'_>) -> Caller {
    if let Some(doer) = accounts::doer(field.name()) {
        return doer;
    }
    let is_for_staff = field.rules().iter().any(|rule| rule.permission.is_platform());
    if is_for_staff { OWNER_OF_OPERATOR } else { HUB.owner }
}

/// Arguments with which that one succeeds.
async fn valid(world: &World, mutation: &str) -> String {
    let hub = Type::Organisation.id(HUB.id()).0;
    match mutation {
        "acceptInvitation" => {
            let owner = HUB.owner.person();
            let verify = "UPDATE \"user\" SET email_verified_at = $1 WHERE id = $2";
            world.db_execute(verify, [now().into(), owner.id.into()]).await;
            invite(world, OWNER_OF_ACME, ACME.id, owner.email).await;
            format!("(input: {{token: {:?}}})", world.link(owner.email).await)
        }
        "createApiKey" => format!("(input: {{organisationId: {hub:?}, name: \"Key\", permissions: [SERVICE_READ]}})"),
        "createOrganisation" => "(input: {name: \"Example\", kind: COMPANY})".to_owned(),
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
        "resendInvitation" | "revokeInvitation" => {
            let id = invite(world, HUB.owner, HUB.id(), &format!("{mutation}@example.org")).await;
            format!("(input: {{invitationId: {id:?}}})")
        }
        "revokeApiKey" => format!("(input: {{apiKeyId: {:?}}})", new_key(world).await),
        "rotateApiKey" => format!("(input: {{apiKeyId: {:?}, keepOldForMinutes: 5}})", new_key(world).await),
        "updateApiKey" => format!("(input: {{apiKeyId: {:?}, name: \"Another\"}})", new_key(world).await),
        "logIn" => format!("(input: {{email: {:?}, password: {PASSWORD:?}}})", SOLE_PERSON.person().email),
        "logOut" => String::new(),
        "disableUser" => format!("(input: {{userId: {:?}, reason: \"Asked us to\"}})", user_id(MEMBER_OF_ACME)),
        "enableUser" => format!("(input: {{userId: {:?}}})", user_id(DISABLED_AT_ACME)),
        "refreshSession" => format!("(input: {{refreshToken: {:?}}})", refresh_token(world).await),
        "setAuditRetention" => {
            format!("(input: {{organisationId: {:?}, days: 400}})", Type::Organisation.id(HUB.id()).0)
        }
        "signUp" => {
            "(input: {email: \"new@example.org\", password: \"seven green bottles\", name: \"New\"})".to_owned()
        }
        "switchOrganisation" => format!("(input: {{organisationId: {hub:?}}})"),
        other => accounts::example(world, other)
            .await
            .unwrap_or_else(|| panic!("give an example of the mutation {other} in tests/it/mutations.rs")),
    }
}

/// Arguments that the mutation answers with `userErrors`, if it has such.
fn invalid(mutation: &str) -> Option<String> {
    let hub = Type::Organisation.id(HUB.id()).0;
    let key = Type::ApiKey.id(HUB.key().id).0;
    Some(match mutation {
        "disableUser" => format!("(input: {{userId: {:?}, reason: \" \"}})", user_id(SOLE_PERSON)),
        "enableUser" => format!("(input: {{userId: {:?}}})", user_id(SOLE_PERSON)),
        "acceptInvitation" | "declineInvitation" => "(input: {token: \"unknown\"})".to_owned(),
        "createApiKey" => format!("(input: {{organisationId: {hub:?}, name: \"Key\", permissions: []}})"),
        "inviteMember" => format!("(input: {{organisationId: {hub:?}, email: \"one\", roles: [{{builtIn: VIEWER}}]}})"),
        "inviteMembers" => format!("(input: {{organisationId: {hub:?}, invitations: []}})"),
        "rotateApiKey" => format!("(input: {{apiKeyId: {key:?}, keepOldForMinutes: 10081}})"),
        "updateApiKey" => format!("(input: {{apiKeyId: {key:?}, name: \"\"}})"),
        "createOrganisation" => "(input: {name: \"  \", kind: COMPANY})".to_owned(),
        "logIn" => format!("(input: {{email: {:?}, password: \"wrong\"}})", SOLE_PERSON.person().email),
        "changeAddress" => "(input: {newEmail: \"vera\"})".to_owned(),
        "changePassword" => format!("(input: {{currentPassword: {PASSWORD:?}, newPassword: \"short\"}})"),
        "confirmAddress" | "undoAddress" | "verifyAddress" => "(input: {token: \"invented\"})".to_owned(),
        "confirmIdentity" => "(input: {})".to_owned(),
        "confirmSecondFactor" => "(input: {code: \"123456\"})".to_owned(),
        "removeSecondFactor" | "renewRecoveryCodes" => String::new(),
        "requestPasswordReset" => "(input: {email: \"@\"})".to_owned(),
        "resetPassword" => "(input: {token: \"invented\", newPassword: \"seven green bottles\"})".to_owned(),
        "updateProfile" => "(input: {name: \" \"})".to_owned(),
        "refreshSession" => "(input: {refreshToken: \"unknown\"})".to_owned(),
        "setAuditRetention" => {
            format!("(input: {{organisationId: {:?}, days: 89}})", Type::Organisation.id(HUB.id()).0)
        }
        "signUp" => "(input: {email: \"new@example.org\", password: \"short\", name: \"New\"})".to_owned(),
        _ => return None,
    })
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

/// Id of a new key of the hub.
async fn new_key(world: &World) -> String {
    let query = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }";
    let id = Type::Organisation.id(HUB.id()).0;
    let input = json!({ "organisationId": id, "name": "Key", "permissions": ["SERVICE_READ"] });
    let answer = world.as_(HUB.owner).run(query, json!({ "input": input })).await;
    answer.ok()["createApiKey"]["apiKey"]["id"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

async fn refresh_token(world: &World) -> String {
    let query = "mutation($input: LogInInput!) { logIn(input: $input) { tokens { refreshToken } } }";
    let input = json!({ "input": { "email": HUB.owner.person().email, "password": PASSWORD } });
    let answer = world.as_(NOBODY).run(query, input).await;
    answer.ok()["logIn"]["tokens"]["refreshToken"].as_str().unwrap().to_owned()
}

/// Accounts and their sessions belong to users and to no organisation, so what is done to them stands in no log.
const IN_NO_LOG: [&str; 20] = [
    "beginSecondFactor",
    "changeAddress",
    "changePassword",
    "confirmAddress",
    "confirmIdentity",
    "confirmSecondFactor",
    "eraseAccount",
    "logIn",
    "logOut",
    "refreshSession",
    "removeSecondFactor",
    "renewRecoveryCodes",
    "requestPasswordReset",
    "resendVerification",
    "resetPassword",
    "revokeOtherSessions",
    "revokeSession",
    "undoAddress",
    "updateProfile",
    "verifyAddress",
];

/// What never leaves the places where it is kept: passwords, their hashes, refresh and access tokens, keys.
const SECRET: [&str; 5] = [PASSWORD, "$argon2", "tenantry_refresh_", "eyJ", "tenantry_key_"];

/// Action, outcome and request of all events.
async fn events(world: &World) -> Vec<String> {
    world.texts("SELECT action || ' ' || outcome || ' ' || request_id FROM audit_event ORDER BY 1").await
}

#[test]
fn every_mutation_that_succeeds_leaves_one_event_without_secrets() {
    for_each_database(async |world| {
        let schema = Schema::exported();
        let mutations: Vec<&str> = schema.fields_of("Mutation").map(|field| field.name()).collect();
        assert!(IN_NO_LOG.iter().all(|name| mutations.contains(name)), "IN_NO_LOG names what is not in the schema");
        for field in schema.fields_of("Mutation") {
            let query = document(field, &valid(&world, field.name()).await);
            let client = world.as_(doer(field));
            client.run("{ viewer { name } }", json!({})).await.ok();
            let before = events(&world).await;
            client.run(&query, json!({})).await.ok();
            let new: Vec<String> = events(&world).await.into_iter().filter(|event| !before.contains(event)).collect();
            if IN_NO_LOG.contains(&field.name()) {
                assert_eq!(new, Vec::<String>::new(), "{query}");
            } else {
                let [event] = &new[..] else { panic!("{query} left {new:?}") };
                let request = event.strip_prefix(&format!("{} DONE ", field.name()));
                assert!(request.is_some_and(|id| !id.is_empty()), "{query} left {event}");
            }
            if field.name() == "logOut" {
                world.db_reset().await;
            }
        }
        for table in ["audit_event", "audit_chain"] {
            let text = world.db_dump().await[table].join("\n");
            let told: Vec<&str> = SECRET.into_iter().filter(|secret| text.contains(secret)).collect();
            assert_eq!(told, Vec::<&str>::new(), "{table}");
        }
    });
}

/// The database without its audit logs.
async fn without_logs(world: &World) -> Dump {
    let mut dump = world.db_dump().await;
    dump.retain(|table, _| !table.starts_with("audit_"));
    dump
}

/// The database without the counts of what failed.
async fn without_counts(world: &World) -> Dump {
    let mut dump = world.db_dump().await;
    dump.remove("throttle");
    dump
}

fn document(field: Field<'_>, arguments: &str) -> String {
    format!("mutation {{ {}{arguments} {{ userErrors {{ code }} }} }}", field.name())
}

#[test]
fn every_mutation_succeeds_by_its_example() {
    for_each_database(async |world| {
        let schema = Schema::exported();
        // The session has to last for the others.
        let (last, others): (Vec<_>, Vec<_>) = schema.fields_of("Mutation").partition(|field| field.name() == "logOut");
        assert!(!others.is_empty() && !last.is_empty());
        for field in others.into_iter().chain(last) {
            let query = document(field, &valid(&world, field.name()).await);
            let before = world.db_dump().await;
            let answer = world.as_(doer(field)).run(&query, json!({})).await;
            assert_eq!(answer.ok()[field.name()]["userErrors"], json!([]), "{query}");
            assert_ne!(before, world.db_dump().await, "{query} changed nothing");
        }
    });
}

#[test]
fn a_mutation_lets_in_who_holds_its_rule_alone() {
    for_each_database(async |world| {
        let schema = Schema::exported();
        for field in schema.fields_of("Mutation") {
            for rule in field.rules() {
                world.db_reset().await;
                let query = document(field, &valid(&world, field.name()).await);
                world.db_role(&HUB, PermissionSet::of(&[rule.permission]), PermissionSet::EMPTY).await;
                // What is in the input may still need more, and is then told as a mistake of the user.
                world.as_(HUB.probe).run(&query, json!({})).await.ok();
            }
        }
    });
}

#[test]
fn a_mutation_that_is_refused_changes_nothing() {
    for_each_database(async |world| {
        let schema = Schema::exported();
        for field in schema.fields_of("Mutation") {
            let path = [field.name().to_owned()];
            let query = document(field, &valid(&world, field.name()).await);
            let rules = field.rules();
            if field.has("authenticated") || !rules.is_empty() {
                let before = world.db_dump().await;
                let answer = world.as_(NOBODY).run(&query, json!({})).await;
                let error = answer.error_at(&path).unwrap_or_else(|| panic!("{query}: {}", answer.text));
                assert_eq!(error["extensions"]["code"], "UNAUTHENTICATED", "{query}");
                assert_eq!(before, world.db_dump().await, "{query}");
            }
            if !rules.is_empty() {
                world.db_role(&HUB, all_but(&rules), PermissionSet::EMPTY).await;
                let client = world.as_(HUB.probe);
                client.run("{ viewer { name } }", json!({})).await.ok();
                // The refusal itself stands in a log.
                let before = without_logs(&world).await;
                let answer = client.run(&query, json!({})).await;
                let error = answer.error_at(&path).unwrap_or_else(|| panic!("{query}: {}", answer.text));
                let code = error["extensions"]["code"].as_str().unwrap_or_default();
                assert!(matches!(code, "FORBIDDEN" | "NOT_FOUND"), "{query}: {}", answer.text);
                assert_eq!(before, without_logs(&world).await, "{query}");
            }
        }
    });
}

#[test]
fn a_mutation_with_a_mistake_in_its_input_says_so_and_changes_nothing() {
    for_each_database(async |world| {
        let schema = Schema::exported();
        for caller in [HUB.owner, OWNER_OF_OPERATOR] {
            world.as_(caller).run("{ viewer { name } }", json!({})).await.ok();
        }
        let mut tested = 0;
        for field in schema.fields_of("Mutation") {
            let Some(arguments) = invalid(field.name()) else { continue };
            let query = document(field, &arguments);
            let client = world.as_(doer(field));
            client.run("{ viewer { name } }", json!({})).await.ok();
            let before = without_counts(&world).await;
            let answer = client.run(&query, json!({})).await;
            let errors = answer.ok()[field.name()]["userErrors"].as_array().map_or(0, Vec::len);
            assert_eq!(errors, 1, "{query}: {}", answer.text);
            assert_eq!(before, without_counts(&world).await, "{query}");
            tested += 1;
        }
        assert!(tested >= 15);
    });
}
