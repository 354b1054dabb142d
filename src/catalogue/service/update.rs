//! Changing the attributes of a service.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::attributes::{self, Attributes};
use super::object::{Service, ServiceAttributeInput};
use super::{provisioning, rules, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The service to change.
#[derive(InputObject)]
pub struct UpdateServiceInput {
    /// Id of the service.
    pub service_id: ID,
    /// All attributes that it should have, at most 20, each once. Those that were learned when it was set up stay, and need
    /// not be given.
    pub attributes: Vec<ServiceAttributeInput>,
}

/// The changed service.
#[payload]
pub struct UpdateServicePayload {
    /// The service; null if it was not changed.
    pub service: Option<Service>,
}

/// Changes the attributes of a service. It gets them when the task for it is done; until then `Service.tasks` shows what is
/// wanted. A domain name cannot become another one once it is registered.
#[mutation]
#[acts(SERVICE_MANAGE, DOMAIN_MANAGE, on = input.service_id)]
async fn update_service(act: ActOn<'_, Service>, input: UpdateServiceInput) -> Result<UpdateServicePayload> {
    let id = Type::Service.parse(&input.service_id)?;
    let typed = ServiceAttributeInput::pairs(input.attributes);
    act.locked(async |work, _| {
        let before = store::find_in(work.tx, id).await?.ok_or(Error::NotFound)?;
        rules::require_not_ended(&before)?;
        let old = Attributes::read(&before.attributes);
        let exists = before.state != entity::service::State::Pending;
        let new = attributes::change(before.kind, &old, attributes::check(before.kind, &typed)?, exists)?;
        if new == old {
            let message = [
                "The service has these attributes already.",
                "Der Dienst hat diese Attribute schon.",
                "Tjänsten har redan de här attributen.",
            ];
            return Err(UserError::at("attributes", UserErrorCode::InvalidInput, message).into());
        }
        let after = provisioning::set_attributes(work, before.clone(), &new).await?;
        let event = act.event().to(Type::Service.id(id));
        let event = event.changing(rules::audit_snapshot(&before), rules::audit_snapshot(&after));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(UpdateServicePayload { service: Service::find(act.request, id).await?, ..Default::default() })
}
