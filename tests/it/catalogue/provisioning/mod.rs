//! Stories of provisioning: programs of the operator pull tasks and report, while customers and partners want things.

mod began;
mod changed;
mod claimed;
mod failed;
mod refused;
mod shown;

use entity::service;
use serde_json::{Value, json};
use tenantry::access::{Permission, PermissionSet};
use tenantry::base::id::{self, Type};
use tenantry::catalogue::service::attributes::check;
use tenantry::catalogue::service::provisioning::{self, NewService};
use tenantry::catalogue::task::rules::Bought;
use uuid::Uuid;

use crate::world::*;

const PROVISION: PermissionSet = PermissionSet::of(&[Permission::ServiceProvision]);

/// A program of the operator.
const fn program(number: u32, name: &'static str, secret: &'static str) -> Key {
    Key { id: key(NORDIC, number), name, organisation: OPERATOR.id, secret, own: PROVISION, clients: PROVISION }
}

const FIRST: Key = program(951, "first program", "first-first-first-first-first-first-first-1");
const SECOND: Key = program(952, "second program", "second-second-second-second-second-second-1");

const TASK: &str = "id generation attempts kind action state error leaseUntil notBefore finishedAt \
                    wanted { state name quantity attributes { name value } } \
                    service { id kind name state desiredState generation problem externalId attributes { name value } }";

/// A world with both programs, in which nothing is left to do.
fn with_programs(story: impl AsyncFnOnce(World)) {
    with_database(async |world| {
        let mut rows = Rows::starting_at(NORDIC, 960_000);
        for program in [FIRST, SECOND] {
            rows.key(&program);
        }
        rows.db_write(world.db().writer()).await;
        world.db_execute("UPDATE service_task SET state = 'DONE'", []).await;
        story(world).await;
    });
}

/// Something that was ordered for Acme.
async fn ordered(
    world: &World,
    kind: service::Kind,
    attributes: &[(&str, &str)],
    subscription: Option<Uuid>,
) -> String {
    let typed: Vec<_> = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let attributes = check(kind, &typed).unwrap();
    let new =
        NewService { organisation: ACME.id, subscription_id: subscription, kind, attributes, bought: Bought::units(2) };
    let request = world.request(OWNER_OF_ACME);
    let row = request.transaction(async |work| provisioning::create(work, new).await).await.unwrap();
    Type::Service.id(row.id).0
}

async fn ordered_server(world: &World) -> String {
    ordered(world, service::Kind::VirtualServer, &[("hostname", "web-1")], None).await
}

/// Id of a service of Acme that runs since long ago.
async fn running(world: &World, name: &str) -> String {
    let rows = world.db().rows("SELECT id FROM service WHERE name = $1", vec![name.into()]).await.unwrap();
    Type::Service.id(rows[0].try_get_by_index(0).unwrap()).0
}

async fn claim(world: &World, program: Key) -> Vec<Value> {
    let payload =
        world.as_(Caller::Key(program)).act("claimServiceTasks", json!({}), &format!("tasks {{ {TASK} }}")).await;
    payload["tasks"].as_array().unwrap().clone()
}

async fn claim_one(world: &World, program: Key) -> Value {
    let tasks = claim(world, program).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    tasks[0].clone()
}

/// A report about a task as it was claimed, with more fields.
fn report(task: &Value, more: Value) -> Value {
    let mut input = json!({ "taskId": task["id"], "generation": task["generation"], "attempt": task["attempts"] });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

async fn complete(world: &World, program: Key, task: &Value, more: Value) -> Value {
    let client = world.as_(Caller::Key(program));
    client.act("completeServiceTask", report(task, more), &format!("task {{ {TASK} }}")).await["task"].clone()
}

async fn fail(world: &World, program: Key, task: &Value, more: Value) -> Value {
    let client = world.as_(Caller::Key(program));
    client.act("failServiceTask", report(task, more), &format!("task {{ {TASK} }}")).await["task"].clone()
}

/// The code of the only error of a report.
async fn mistake(world: &World, program: Key, mutation: &str, input: Value) -> Value {
    world.as_(Caller::Key(program)).mistake(mutation, input).await["code"].clone()
}

/// A service as somebody sees it, with the kinds and states of its tasks.
async fn seen(world: &World, caller: Caller, service: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Service { name state desiredState generation problem externalId \
                 attributes { name value } tasks { edges { node { kind action state generation finishedAt } } } } } }";
    world.as_(caller).run(query, json!({ "id": service })).await.ok()["node"].clone()
}

fn key_of(id: &str) -> Uuid {
    id::parse(&id.into()).unwrap().1
}
