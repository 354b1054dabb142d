//! Stories of partners: proposals, partnerships, clients that a reseller creates, and becoming a reseller.

mod answered;
mod changed;
mod client_table;
mod created_clients;
mod custody;
mod deep;
mod ended;
mod given_memberships;
mod journeys;
mod mistakes;
mod next_request;
mod operator_clients;
mod programme;
mod proposed;
mod races;
mod references;
mod templates;
mod tree;
mod upkeep;

use serde_json::{Value, json};
use tenantry::access::{Permission, PermissionSet};

use crate::world::*;

/// The selection of a proposal.
const PROPOSAL: &str = "proposal { id state proposedBy addressedTo reseller { name } client { name } message \
     terms { permissions endsAt } }";

/// A proposal of the reseller to an organisation by its code.
async fn by_code(world: &World, reseller: Tenant, client: Tenant, preset: &str) -> Value {
    let code = world.code_of(client).await;
    json!({
        "organisationId": id_of(reseller), "side": "RESELLER", "to": { "code": code },
        "delegation": { "preset": preset },
    })
}

/// Fjord proposes a partnership to Solo. Returns the id of the proposal.
async fn proposed(world: &World, preset: &str) -> String {
    let input = by_code(world, FJORD, SOLO, preset).await;
    let made = world.as_(MANAGER_OF_FJORD).act("proposePartnership", input, PROPOSAL).await;
    made["proposal"]["id"].as_str().unwrap().to_owned()
}

/// Makes Fjord a partner of Solo. Returns the id of the partnership.
async fn agreed(world: &World, preset: &str) -> String {
    let id = proposed(world, preset).await;
    let accepted =
        world.as_(SOLE_PERSON).act("acceptPartnership", json!({ "proposalId": id }), "partnership { id }").await;
    accepted["partnership"]["id"].as_str().unwrap().to_owned()
}

/// The permissions of Fjord's manager at Solo in the next request.
async fn may(world: &World) -> Vec<String> {
    world.as_(MANAGER_OF_FJORD).may_at(SOLO).await
}

/// Lars becomes a member of Solo who manages its partnerships and holds little else.
async fn db_manager_of_partnerships(world: &World) -> Client<'_> {
    let own = PermissionSet::of(&[Permission::PartnershipManage]);
    let mut rows = Rows::starting_at(NORDIC, 60_000);
    let role = rows.role(SOLO.id, "Partners", own, PermissionSet::EMPTY);
    rows.member(SOLO.id, OWNER_OF_LUND.person().id, &[Held::Custom(role)]);
    rows.db_write(world.db().writer()).await;
    world.as_(OWNER_OF_LUND)
}

/// Pia of Fjord invites somebody to Solo through the partnership, and the invited person joins.
async fn joins(world: &World, whom: Caller) {
    let email = whom.person().email;
    let input = json!({ "organisationId": id_of(SOLO), "email": email, "roles": [{ "builtIn": "VIEWER" }] });
    world.as_(MANAGER_OF_FJORD).act("inviteMember", input, "invitation { id }").await;
    world.db_verify(whom).await;
    let token = world.link(email).await;
    world.as_(whom).act("acceptInvitation", json!({ "token": token }), "organisation { name }").await;
}

/// Whether the caller holds a permission at the organisation that only owners hold.
async fn owns(world: &World, caller: Caller, id: &Value) -> bool {
    let query = "query($id: ID!) { organisation(id: $id) { viewerCan(permission: OWNERSHIP_TRANSFER) } }";
    let answer = world.as_(caller).run(query, json!({ "id": id })).await;
    *answer.at("organisation/viewerCan") == json!(true)
}
