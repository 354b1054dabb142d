//! Creating or changing a delegation template.

use async_graphql::{ID, InputObject};
use entity::delegation_template::Model;
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::DelegationTemplate;
use super::rules::{audit_snapshot, terms};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::{Organisation, require_active};
use crate::oversight::audit;
use crate::partners::partnership::{Delegation, DelegationInput, Terms};

/// The most templates that a reseller can have.
const MOST: u64 = 100;

/// The template to save.
#[derive(InputObject)]
pub struct SaveDelegationTemplateInput {
    /// Id of the reseller's organisation.
    pub organisation_id: ID,
    /// Id of the template to change. Without it, a new one is created.
    pub delegation_template_id: Option<ID>,
    /// Its name, unique among the reseller's templates: 1 to 200 characters.
    pub name: String,
    /// What clients with this template should delegate.
    pub delegation: DelegationInput,
}

/// The saved template.
#[payload]
pub struct SaveDelegationTemplatePayload {
    /// The template; null if it was not saved.
    pub template: Option<DelegationTemplate>,
}

/// Saves what the reseller asks a class of clients to delegate. Nothing changes at the clients: `Reseller.drift` shows
/// the differences, and `proposeTemplates` asks the clients for them.
#[mutation]
#[acts(CLIENT_UPDATE, on = input.organisation_id)]
async fn save_delegation_template(
    act: ActOn<'_, Organisation>,
    input: SaveDelegationTemplateInput,
) -> Result<SaveDelegationTemplatePayload> {
    let old = input.delegation_template_id.as_ref().map(|id| Type::DelegationTemplate.parse(id)).transpose()?;
    let name = text::name("name", &input.name)?;
    let wanted = Terms::default().with(&Delegation::from(input.delegation), "delegation")?;
    let id = old.unwrap_or_else(|| act.request.random.id(act.request.now()));
    act.locked(async |work, at| {
        require_active(at.row())?;
        if old.is_none() && store::count(work.tx, at.id()).await? >= MOST {
            let message = [
                format!("A reseller can have at most {MOST} templates. Delete one first."),
                format!("Ein Reseller kann höchstens {MOST} Vorlagen haben. Löschen Sie zuerst eine."),
                format!("En återförsäljare kan ha högst {MOST} mallar. Ta bort en först."),
            ];
            return Err(UserError::at("organisationId", UserErrorCode::TooMany, message).into());
        }
        let others = store::list_names(work.tx, at.id(), old).await?;
        if others.iter().any(|other| collation::fold(other) == collation::fold(&name)) {
            return Err(UserError::at(
                "name",
                UserErrorCode::Duplicate,
                [
                    "Another template has this name. Choose another.",
                    "Eine andere Vorlage hat diesen Namen. Wählen Sie einen anderen.",
                    "En annan mall har det här namnet. Välj ett annat.",
                ],
            )
            .into());
        }
        let before = if old.is_some() {
            let before = store::find_row(work.tx, at.id(), id).await?.ok_or(Error::NotFound)?;
            store::update(work.tx, id, &name, wanted).await?;
            audit_snapshot(&before.name, terms(&before))
        } else {
            let row = Model {
                id,
                organisation_id: at.id(),
                name: name.clone(),
                name_key: collation::sort_key(&name),
                delegated: wanted.delegated.to_stored(),
                client_delegated: wanted.client_delegated.to_stored(),
                includes_upstream: wanted.includes_upstream,
                created_at: work.now,
            };
            store::create(work.tx, row).await?;
            Json::Null
        };
        let event = act.event().to(Type::DelegationTemplate.id(id)).changing(before, audit_snapshot(&name, wanted));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let template = DelegationTemplate::find(act.request, id).await?;
    Ok(SaveDelegationTemplatePayload { template, ..Default::default() })
}
