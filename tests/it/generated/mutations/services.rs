//! Examples of the mutations of services and their tasks: a valid and an invalid one each.

use sea_orm::Value;
use tenantry::access::Permission;
use tenantry::base::id::{self, Type};
use uuid::Uuid;

use crate::generated::schema::Rule;
use crate::world::*;

/// Valid arguments for the owner of the hub or of the operator.
pub async fn valid(world: &World, mutation: &str, rule: Option<&Rule>) -> Option<String> {
    let of_domain = rule.is_some_and(|rule| rule.permission == Permission::DomainManage);
    let kind = if of_domain { "DOMAIN_READ" } else { "SERVICE_READ" };
    let held = "generation: 1, attempt: 2";
    Some(match mutation {
        "updateService" => {
            let service = quiet_service(world, kind).await;
            format!("(input: {{serviceId: {service:?}, attributes: [{{name: \"domain\", value: \"new.example\"}}]}})")
        }
        "requestServiceAction" => {
            let action = if of_domain { "RENEW" } else { "RESET_PASSWORD" };
            format!("(input: {{serviceId: {:?}, action: {action}}})", quiet_service(world, kind).await)
        }
        "claimServiceTasks" => {
            db_task(world, "WAITING").await;
            "(input: {first: 50})".to_owned()
        }
        "extendServiceTask" => format!("(input: {{taskId: {:?}, {held}}})", db_task(world, "CLAIMED").await),
        "completeServiceTask" => {
            format!("(input: {{taskId: {:?}, {held}, externalId: \"vm-17\"}})", db_task(world, "CLAIMED").await)
        }
        "failServiceTask" => {
            format!("(input: {{taskId: {:?}, {held}, error: \"no answer\"}})", db_task(world, "CLAIMED").await)
        }
        "retryServiceTask" => format!("(input: {{taskId: {:?}}})", db_task(world, "FAILED").await),
        _ => return None,
    })
}

/// Invalid arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "updateService" => {
            format!("(input: {{serviceId: {:?}, attributes: []}})", quiet_service(world, "SERVICE_READ").await)
        }
        "requestServiceAction" => {
            format!("(input: {{serviceId: {:?}, action: RENEW}})", quiet_service(world, "SERVICE_READ").await)
        }
        "claimServiceTasks" => "(input: {first: 51})".to_owned(),
        "extendServiceTask" | "completeServiceTask" => {
            format!("(input: {{taskId: {:?}, generation: 2, attempt: 2}})", db_task(world, "CLAIMED").await)
        }
        "failServiceTask" => {
            let task = db_task(world, "CLAIMED").await;
            format!("(input: {{taskId: {task:?}, generation: 1, attempt: 2, error: \" \"}})")
        }
        "retryServiceTask" => format!("(input: {{taskId: {:?}}})", db_task(world, "CLAIMED").await),
        _ => return None,
    })
}

fn key_of(type_name: &str, rule: &str) -> Uuid {
    let (_, fixtures) = HUB.rows();
    id::parse(&fixtures.id(type_name, rule, "").into()).unwrap().1
}

/// Id of a service of the hub that runs, and of which nothing is wanted.
async fn quiet_service(world: &World, rule: &str) -> String {
    let service = key_of("Service", rule);
    let sql = "UPDATE service_task SET state = 'DONE' WHERE service_id = $1";
    world.db_execute(sql, [service.into()]).await;
    let sql = "UPDATE service SET state = 'ACTIVE', desired_state = 'ACTIVE', attributes = '{}' WHERE id = $1";
    world.db_execute(sql, [service.into()]).await;
    Type::Service.id(service).0
}

/// Id of a task of the hub in this state. If it is claimed, a person has it.
async fn db_task(world: &World, state: &str) -> String {
    let task = key_of("ServiceTask", "SERVICE_READ");
    let service = key_of("Service", "SERVICE_READ");
    // No other task of the service is open.
    let sql = "UPDATE service_task SET state = 'DONE' WHERE service_id = $1";
    world.db_execute(sql, [service.into()]).await;
    let until = now() + chrono::TimeDelta::days(365);
    let (lease, not_before): (Value, Value) =
        if state == "CLAIMED" { (until.into(), until.into()) } else { (Value::ChronoDateTimeUtc(None), now().into()) };
    let sql = "UPDATE service_task SET state = $2, generation = 1, attempts = 2, lease_until = $3, not_before = $4, \
               claimed_by_key_id = NULL WHERE id = $1";
    world.db_execute(sql, [task.into(), state.into(), lease, not_before]).await;
    Type::ServiceTask.id(task).0
}
