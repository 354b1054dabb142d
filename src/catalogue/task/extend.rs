//! More time for a task.

use async_graphql::{ID, InputObject};
use entity::service_task::ActiveModel;
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::object::ServiceTask;
use super::{report, rules, store};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The task that takes longer.
#[derive(InputObject)]
pub struct ExtendServiceTaskInput {
    /// Id of the task.
    pub task_id: ID,
    /// The generation that you work on.
    pub generation: i32,
    /// `attempts` of the task as you claimed it.
    pub attempt: i32,
    /// How long it belongs to you from now on: 30 to 3600 seconds.
    #[graphql(default = 300)]
    pub lease_seconds: i32,
}

/// The task.
#[payload]
pub struct ExtendServiceTaskPayload {
    /// The task; null if it is no longer yours.
    pub task: Option<ServiceTask>,
}

/// Takes more time for a task that you hold.
#[mutation]
#[acts(SERVICE_PROVISION, on = input.task_id)]
async fn extend_service_task(
    act: ActOn<'_, ServiceTask>,
    input: ExtendServiceTaskInput,
) -> Result<ExtendServiceTaskPayload> {
    let id = Type::ServiceTask.parse(&input.task_id)?;
    let until = act.request.now() + rules::lease(input.lease_seconds)?;
    act.locked(async |work, _| {
        let row = report::load_held(work, id, (input.generation, input.attempt)).await?;
        let change = ActiveModel { lease_until: Set(Some(until)), not_before: Set(until), ..Default::default() };
        store::update(work.tx, id, change).await?;
        let event = act.event().to(Type::ServiceTask.id(id));
        let event = event.changing(json!({ "leaseUntil": row.lease_until }), json!({ "leaseUntil": until }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(ExtendServiceTaskPayload { task: ServiceTask::find(act.request, id).await?, ..Default::default() })
}
