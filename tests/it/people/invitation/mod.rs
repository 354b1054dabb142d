//! Stories of invitations through the API: sending, answering, many at once, and mistakes.

mod answering;
mod bounded;
mod bulk;
mod locked;
mod races;
mod sending;
mod unverified;
mod void;

use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::world::accounts::{self, tokens};
use crate::world::*;

const INVITE: &str = "mutation($input: InviteMemberInput!) { tried: inviteMember(input: $input) { \
     invitation { id email state roles { name } invitedBy { name } } \
     userErrors { code field message missingPermissions missingClientPermissions } } }";
const RESEND: &str = "mutation($input: ResendInvitationInput!) { tried: resendInvitation(input: $input) { \
     invitation { state invitedBy { name } } userErrors { code field message } } }";
const REVOKE: &str = "mutation($input: WithdrawInvitationInput!) { tried: withdrawInvitation(input: $input) { \
     invitation { state } userErrors { code field message } } }";
const ACCEPT: &str = "mutation($input: AcceptInvitationInput!) { tried: acceptInvitation(input: $input) { \
     organisation { name organisation { name } } userErrors { code field message } } }";
const DECLINE: &str = "mutation($input: DeclineInvitationInput!) { tried: declineInvitation(input: $input) { \
     declined userErrors { code field message } } }";
const SIGN_UP: &str = "mutation($input: SignUpInput!) { tried: signUp(input: $input) { \
     accepted userErrors { code field message } } }";
const PREVIEW: &str = "query($token: String!) { invitation(token: $token) { \
     organisation { name } invitedBy roles email next } }";
const NODE: &str = "query($id: ID!) { node(id: $id) { ... on Invitation { \
     state email roles { name } invitedBy { name } membership { user { name } } partnership { reseller { name } } } } }";

/// Somebody without an account.
const ADA: &str = "ada@example.org";

fn invitation(tenant: Tenant, email: &str, role: &str) -> Value {
    json!({ "organisationId": id_of(tenant), "email": email, "roles": [{ "builtIn": role }] })
}

async fn try_invite(world: &World, inviter: Caller, input: Value) -> Answer {
    world.as_(inviter).run(INVITE, json!({ "input": input })).await
}

/// Sends an invitation. Returns its id and the secret in its link.
async fn invite(world: &World, inviter: Caller, tenant: Tenant, email: &str, role: &str) -> (String, String) {
    let answer = try_invite(world, inviter, invitation(tenant, email, role)).await;
    let id = answer.ok()["tried"]["invitation"]["id"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    (id, world.link(email).await)
}

async fn resend(world: &World, caller: Caller, id: &str) -> Answer {
    world.as_(caller).run(RESEND, json!({ "input": { "invitationId": id } })).await
}

async fn revoke(world: &World, caller: Caller, id: &str) -> Answer {
    world.as_(caller).run(REVOKE, json!({ "input": { "invitationId": id } })).await
}

async fn accept(world: &World, caller: Caller, token: &str) -> Answer {
    world.as_(caller).run(ACCEPT, json!({ "input": { "token": token } })).await
}

async fn decline(world: &World, token: &str) -> Answer {
    world.as_(NOBODY).run(DECLINE, json!({ "input": { "token": token } })).await
}

async fn sign_up(world: &World, email: &str, token: Option<&str>) -> Answer {
    let input = json!({ "email": email, "password": PASSWORD, "name": "Ada", "invitationToken": token });
    world.as_(NOBODY).run(SIGN_UP, json!({ "input": input })).await
}

/// An access token, if the password is right.
async fn log_in(world: &World, email: &str, password: &str) -> Option<String> {
    tokens(&accounts::log_in(world, email, password).await).map(|(access, _)| access)
}

async fn preview(world: &World, token: &str) -> Answer {
    world.as_(NOBODY).run(PREVIEW, json!({ "token": token })).await
}

#[track_caller]
fn done(answer: &Answer) {
    assert_eq!(answer.user_codes(), Vec::<&str>::new(), "{}", answer.text);
}

/// The invitation as the owner of Acme sees it.
async fn load_as_owner(world: &World, id: &str) -> Value {
    world.as_(OWNER_OF_ACME).run(NODE, json!({ "id": id })).await.ok()["node"].clone()
}

/// The roles that the person with this address has at Acme.
async fn roles_at_acme(world: &World, email: &str) -> Vec<String> {
    let query =
        "query($id: ID!) { organisation(id: $id) { members(first: 100) { edges { node { email roles { name } } } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
    let members = answer.ok()["organisation"]["members"]["edges"].as_array().unwrap().clone();
    let found = members.iter().map(|edge| &edge["node"]).filter(|node| node["email"] == email);
    let names = found.flat_map(|node| node["roles"].as_array().unwrap().clone());
    names.map(|role| role["name"].as_str().unwrap().to_owned()).collect()
}
