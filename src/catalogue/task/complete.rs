//! A task is done.

use async_graphql::{ID, InputObject};
use entity::service::{self, State};
use entity::service_task;
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::{Value as Json, json};

use super::object::ServiceTask;
use super::{report, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::catalogue::order::fulfilment::{self, Begun};
use crate::catalogue::service::attributes::{self, Attributes};
use crate::catalogue::service::rules::{audit_snapshot, reached};
use crate::catalogue::service::{ServiceAttributeInput, store as services};
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The task that is done.
#[derive(InputObject)]
pub struct CompleteServiceTaskInput {
    /// Id of the task.
    pub task_id: ID,
    /// The generation that you have worked on.
    pub generation: i32,
    /// `attempts` of the task as you claimed it.
    pub attempt: i32,
    /// The id by which you know the service: 1 to 100 characters, unique for its kind. Left out: it stays as it is.
    pub external_id: Option<String>,
    /// What you have learned about the service, for example its address. Other attributes stay as they are.
    #[graphql(default)]
    pub attributes: Vec<ServiceAttributeInput>,
}

/// The task.
#[payload]
pub struct CompleteServiceTaskPayload {
    /// The task; null if nothing was reported.
    pub task: Option<ServiceTask>,
}

/// Reports that a service is as wanted, and that the action of the task is done if there is one. Of a report that comes too
/// late nothing is kept: STALE_STATE if something else is wanted by now, LEASE_LOST if the lease has ended. The first time
/// that a service runs, its subscription begins.
#[mutation]
#[acts(SERVICE_PROVISION, on = input.task_id)]
async fn complete_service_task(
    act: ActOn<'_, ServiceTask>,
    input: CompleteServiceTaskInput,
) -> Result<CompleteServiceTaskPayload> {
    let id = Type::ServiceTask.parse(&input.task_id)?;
    let external_id = input.external_id.as_deref().map(|typed| text::reference("externalId", typed)).transpose()?;
    let learned = ServiceAttributeInput::pairs(input.attributes);
    act.locked(async |work, _| {
        let task = report::load_held(work, id, (input.generation, input.attempt)).await?;
        let before = services::find_in(work.tx, task.service_id).await?.ok_or(Error::NotFound)?;
        let attributes = attributes::learn(before.kind, &Attributes::read(&before.attributes), &learned)?;
        let after = service::Model {
            state: reached(before.desired_state),
            attributes: attributes.to_stored(),
            external_id: external_id.clone().or_else(|| before.external_id.clone()),
            problem: None,
            ..before.clone()
        };
        let change = service::ActiveModel {
            state: Set(after.state),
            attributes: Set(after.attributes.clone()),
            external_id: Set(after.external_id.clone()),
            problem: Set(None),
            ..Default::default()
        };
        if !services::update(work.tx, before.id, change).await? {
            let message = [
                "Another service of this kind has this external id. Check which one you have created.",
                "Ein anderer Dienst dieser Art hat diese externe Kennung. Prüfen Sie, welchen Sie angelegt haben.",
                "En annan tjänst av det här slaget har samma externa id. Kontrollera vilken du har skapat.",
            ];
            return Err(UserError::at("externalId", UserErrorCode::Duplicate, message).into());
        }
        let done = service_task::ActiveModel {
            state: Set(service_task::State::Done),
            lease_until: Set(None),
            finished_at: Set(Some(work.now)),
            error: Set(None),
            ..Default::default()
        };
        store::update(work.tx, id, done).await?;
        let begun =
            if before.state == State::Pending { fulfilment::begin(work, &after).await? } else { Begun::default() };
        let event = act.event().to(Type::Service.id(before.id));
        let event = event.changing(audit_snapshot(&before), with_begun(audit_snapshot(&after), &begun));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(CompleteServiceTaskPayload { task: ServiceTask::find(act.request, id).await?, ..Default::default() })
}

/// The service as the audit log records it, with what has begun by it.
fn with_begun(mut snapshot: Json, begun: &Begun) -> Json {
    if let Some(id) = begun.subscription {
        snapshot["begins"] = json!(Type::Subscription.id(id).0);
    }
    if !begun.orders.is_empty() {
        snapshot["completesOrders"] = json!(begun.orders.len());
    }
    snapshot
}
