//! Claiming tasks: what programs of the operator begin with.

use std::sync::Arc;

use async_graphql::InputObject;
use entity::service::Kind;
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::ServiceTask;
use super::store::{self, Claim};
use super::{report, rules};
use crate::access::{Grants, Permission, PermissionSet};
use crate::base::error::{Result, UserError};
use crate::base::id::Type;
use crate::catalogue::service::ServiceKind;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// Which tasks to claim.
#[derive(InputObject)]
pub struct ClaimServiceTasksInput {
    /// Only tasks of services of these kinds. Left out: of all kinds.
    pub kinds: Option<Vec<ServiceKind>>,
    /// How many at most: 1 to 50.
    #[graphql(default = 10)]
    pub first: i32,
    /// How long they belong to you: 30 to 3600 seconds.
    #[graphql(default = 300)]
    pub lease_seconds: i32,
}

/// The claimed tasks.
#[payload]
pub struct ClaimServiceTasksPayload {
    /// The tasks, the oldest first. Report about each with its `generation` and its `attempts`.
    pub tasks: Vec<ServiceTask>,
}

/// Claims tasks that wait, and tasks whose lease has ended: those come again under the same id. Nobody else gets them until
/// the lease ends. Report with `completeServiceTask` or `failServiceTask`; take more time with `extendServiceTask`. Needs
/// the permission at the clients of the operator too.
#[mutation]
#[acts(SERVICE_PROVISION, on = ())]
async fn claim_service_tasks(
    act: ActOn<'_, Operator>,
    input: ClaimServiceTasksInput,
) -> Result<ClaimServiceTasksPayload> {
    let request = act.request;
    let kinds: Option<Vec<Kind>> = input.kinds.map(|kinds| kinds.into_iter().map(Into::into).collect());
    rules::check_claim(input.first, kinds.as_deref())?;
    let claim = Claim {
        kinds: kinds.as_deref().unwrap_or_default(),
        most: input.first,
        until: request.now() + rules::lease(input.lease_seconds)?,
        key: report::key_of(request.actor()),
    };
    let rows = request
        .transaction(async |work| {
            // The operator is not locked, so that programs do not wait for each other.
            let at = work.request.access.look_in(work.tx, act.organisation()).await?.authorise(act.permission())?;
            let missing = PermissionSet::of(&[Permission::ServiceProvision]).without(at.grants.clients);
            if !missing.is_empty() {
                let missing = Grants { own: PermissionSet::EMPTY, clients: missing };
                return Err(UserError::lacking(
                    "kinds",
                    [
                        "You lack what the tasks need",
                        "Ihnen fehlt, was die Aufgaben brauchen",
                        "Du saknar det som uppgifterna kräver",
                    ],
                    missing,
                )
                .into());
            }
            let rows = store::claim(work.tx, work.request.db(), &claim, work.now).await?;
            if !rows.is_empty() {
                let ids: Vec<String> = rows.iter().map(|row| Type::ServiceTask.id(row.model.id).0).collect();
                let after = json!({ "tasks": ids, "leaseUntil": claim.until });
                let event = act.event().to(Type::Organisation.id(at.id())).changing(Json::Null, after);
                audit::record(work, event).await?;
            }
            Ok(rows)
        })
        .await?;
    let places = request.access.look_all(rows.iter().map(|row| row.model.organisation_id)).await?;
    let tasks = rows.into_iter().filter_map(|row| {
        let at = places.get(&row.model.organisation_id)?;
        Some(ServiceTask::new(Arc::new(row), at))
    });
    Ok(ClaimServiceTasksPayload { tasks: tasks.collect(), ..Default::default() })
}
