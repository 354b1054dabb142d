//! Stories of webhooks: who may have them, what is sent, to which addresses, and what happens where it fails.

mod failing;
mod killed;
mod ordered;
mod receiver;
mod refused;
mod rights;
mod secure;
mod sent;
mod speed;

use serde_json::{Value, json};
use tenantry::live::event::number;
use tenantry::live::webhook::{Round, Worker};

use self::receiver::Receiver;
use crate::world::*;

/// Everything about a webhook.
const FIELDS: &str = "webhook { id name url types permissions clientPermissions includesClients isOrdered state \
     disabledReason disabledAt failingSince previousSecretUntil createdBy { name } createdAt organisation { name } } secret";

/// A world whose webhooks may go to this machine.
async fn opened(world: World) -> World {
    world.with_settings(|config| config.live.webhook_networks = vec!["127.0.0.0/8".parse().unwrap()]).await
}

fn worker(world: &World) -> Worker {
    let app = &world.app;
    Worker::new(&app.config, app.db.clone(), app.clock.clone(), app.random.clone(), app.secret_keys.clone()).unwrap()
}

/// Gives events their places, and sends what is due.
async fn deliver(world: &World) -> Round {
    number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
    worker(world).deliver_due().await.unwrap()
}

/// A webhook of an organisation that gets what can be read with ORGANISATION_READ.
fn hook(tenant: Tenant, receiver: &Receiver) -> Value {
    json!({ "organisationId": id_of(tenant), "name": "Hook", "url": receiver.url(), "permissions": ["ORGANISATION_READ"] })
}

/// Id and secret of a new webhook.
async fn create(world: &World, caller: Caller, input: Value) -> (String, String) {
    world.db_verify(caller).await;
    let made = world.as_(caller).act("createWebhook", input, FIELDS).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["webhook"]["id"]), text(&made["secret"]))
}

/// Renames an organisation, which is an event there.
async fn rename(world: &World, caller: Caller, tenant: Tenant, name: &str) {
    let input = json!({ "organisationId": id_of(tenant), "name": name });
    world.as_(caller).act("updateOrganisation", input, "organisation { name }").await;
}

/// A webhook as its owner sees it, with the newest deliveries first.
async fn shown(world: &World, caller: Caller, webhook: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Webhook { name state disabledReason disabledAt failingSince \
         deliveries(first: 50) { totalCount edges { node { id messageId isTest state nextAttemptAt createdAt \
         event { type organisation { name } objectId } attempts { at status body error milliseconds } } } } } } }";
    world.as_(caller).run(query, json!({ "id": webhook })).await.ok()["node"].clone()
}

/// The nodes of its deliveries.
async fn deliveries(world: &World, caller: Caller, webhook: &str) -> Vec<Value> {
    let shown = shown(world, caller, webhook).await;
    let edges = shown["deliveries"]["edges"].as_array().unwrap().clone();
    assert_eq!(shown["deliveries"]["totalCount"], edges.len());
    edges.into_iter().map(|edge| edge["node"].clone()).collect()
}
