//! A task could not be done.

use async_graphql::{ID, InputObject};
use entity::{service, service_task};
use macros::{mutation, payload};
use sea_orm::{ActiveEnum, Set};
use serde_json::json;

use super::object::ServiceTask;
use super::{report, rules, store};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::text;
use crate::catalogue::service::store as services;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The task that could not be done.
#[derive(InputObject)]
pub struct FailServiceTaskInput {
    /// Id of the task.
    pub task_id: ID,
    /// The generation that you have worked on.
    pub generation: i32,
    /// `attempts` of the task as you claimed it.
    pub attempt: i32,
    /// What went wrong, for staff of the operator. Only the first 2000 characters are kept.
    pub error: String,
    /// Whether another attempt would fail as well. The task then waits for staff at once.
    #[graphql(default)]
    pub is_final: bool,
    /// What the customer reads if the task waits for staff: up to 1000 characters. Left out: a general sentence.
    pub problem: Option<String>,
}

/// The task.
#[payload]
pub struct FailServiceTaskPayload {
    /// The task; null if nothing was reported.
    pub task: Option<ServiceTask>,
}

/// Reports that a task could not be done. It is tried again after a minute, then after twice as long each time. After ten
/// attempts it waits for staff, and the customer reads the problem at the service.
#[mutation]
#[acts(SERVICE_PROVISION, on = input.task_id)]
async fn fail_service_task(act: ActOn<'_, ServiceTask>, input: FailServiceTaskInput) -> Result<FailServiceTaskPayload> {
    let id = Type::ServiceTask.parse(&input.task_id)?;
    let error = rules::error_text(&input.error)?;
    let problem = input.problem.as_deref().map(|typed| text::reason("problem", typed)).transpose()?;
    act.locked(async |work, _| {
        let task = report::load_held(work, id, (input.generation, input.attempt)).await?;
        let next = rules::next_attempt(task.attempts, input.is_final, work.now);
        let state = if next.is_some() { service_task::State::Waiting } else { service_task::State::Failed };
        let change = service_task::ActiveModel {
            state: Set(state),
            lease_until: Set(None),
            not_before: Set(next.unwrap_or(work.now)),
            error: Set(Some(error.clone())),
            ..Default::default()
        };
        store::update(work.tx, id, change).await?;
        let mut after = json!({ "task": state.to_value(), "kind": task.kind.to_value(), "notBefore": next });
        if next.is_none() {
            let problem = problem.clone().unwrap_or_else(|| rules::problem(task.kind).to_owned());
            after["problem"] = json!(problem);
            let change = service::ActiveModel { problem: Set(Some(problem)), ..Default::default() };
            services::update(work.tx, task.service_id, change).await?;
        }
        let before = json!({ "task": task.state.to_value(), "attempts": task.attempts });
        let event = act.event().to(Type::Service.id(task.service_id)).changing(before, after);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(FailServiceTaskPayload { task: ServiceTask::find(act.request, id).await?, ..Default::default() })
}
