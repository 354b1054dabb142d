//! Requesting something of a service, for example a restart.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::json;

use super::object::Service;
use super::rules::{self, ServiceAction};
use super::{provisioning, store};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::catalogue::task;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// What to do with which service.
#[derive(InputObject)]
pub struct RequestServiceActionInput {
    /// Id of the service.
    pub service_id: ID,
    /// What to do. Its kind of service must know it.
    pub action: ServiceAction,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The service.
#[payload]
pub struct RequestServiceActionPayload {
    /// The service, whose newest task is for the action; null if it was not requested.
    pub service: Option<Service>,
}

/// Requests something of a service that runs, for example a restart. It is done when its task is done. A service takes one
/// request at a time.
#[mutation]
#[acts(SERVICE_MANAGE, DOMAIN_MANAGE, on = input.service_id)]
async fn request_service_action(
    act: ActOn<'_, Service>,
    input: RequestServiceActionInput,
) -> Result<RequestServiceActionPayload> {
    let id = Type::Service.parse(&input.service_id)?;
    act.once(input.idempotency_key.as_deref(), async |work, _| {
        let row = store::find_in(work.tx, id).await?.ok_or(Error::NotFound)?;
        let newest = task::store::newest_of(work.tx, work.request.db(), &[id]).await?;
        let open = newest.first().filter(|task| task::rules::is_unfinished(task));
        rules::require_possible(&row, input.action, open.and_then(|task| task.action.as_deref()))?;
        let generation = provisioning::act(work, row, input.action.name()).await?.generation;
        let after = json!({ "action": input.action.name(), "generation": generation });
        let event = act.event().to(Type::Service.id(id)).changing(serde_json::Value::Null, after);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(RequestServiceActionPayload { service: Service::find(act.request, id).await?, ..Default::default() })
}
