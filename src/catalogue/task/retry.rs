//! Another attempt at a task that waits for staff.

use async_graphql::{ID, InputObject};
use entity::service_task::{ActiveModel, State};
use macros::{mutation, payload};
use sea_orm::{ActiveEnum, Set};
use serde_json::json;

use super::object::ServiceTask;
use super::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The task to try again.
#[derive(InputObject)]
pub struct RetryServiceTaskInput {
    /// Id of the task.
    pub task_id: ID,
}

/// The task.
#[payload]
pub struct RetryServiceTaskPayload {
    /// The task; null if it was not waiting.
    pub task: Option<ServiceTask>,
}

/// Lets programs claim a task now that waits for staff, or for its next attempt. If a task that has failed ten times fails
/// again, it waits for staff again.
#[mutation]
#[acts(SERVICE_PROVISION, on = input.task_id)]
async fn retry_service_task(
    act: ActOn<'_, ServiceTask>,
    input: RetryServiceTaskInput,
) -> Result<RetryServiceTaskPayload> {
    let id = Type::ServiceTask.parse(&input.task_id)?;
    act.locked(async |work, _| {
        let task = store::find_in(work.tx, id).await?.ok_or(Error::NotFound)?;
        rules::require_waiting(&task, work.now)?;
        let change = ActiveModel { state: Set(State::Waiting), not_before: Set(work.now), ..Default::default() };
        store::update(work.tx, id, change).await?;
        let before = json!({ "task": task.state.to_value(), "attempts": task.attempts, "error": task.error });
        let event = act.event().to(Type::Service.id(task.service_id));
        Ok(audit::record(work, event.changing(before, json!({ "task": State::Waiting.to_value() }))).await?)
    })
    .await?;
    Ok(RetryServiceTaskPayload { task: ServiceTask::find(act.request, id).await?, ..Default::default() })
}
