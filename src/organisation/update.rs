//! Changing the name or the kind of an organisation.

use async_graphql::{ID, InputObject};
use entity::organisation::{Kind, Model};
use macros::{mutation, payload};
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};

use super::create::NewOrganisationKind;
use super::kind::OrganisationKind;
use super::object::Organisation;
use super::{rules, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The changes to an organisation. Fields that are left out stay the same.
#[derive(InputObject)]
pub struct UpdateOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Its new name: 1 to 200 characters.
    pub name: Option<String>,
    /// Its new kind. The kind of a reseller or of the operator cannot be changed.
    pub kind: Option<NewOrganisationKind>,
}

/// The changed organisation.
#[payload]
pub struct UpdateOrganisationPayload {
    /// The organisation; null if it was not changed.
    pub organisation: Option<Organisation>,
}

/// Changes the name or the kind of an organisation, unless it is suspended or closed.
#[mutation]
#[acts(ORGANISATION_UPDATE, on = input.organisation_id)]
async fn update_organisation(
    act: ActOn<'_, Organisation>,
    input: UpdateOrganisationInput,
) -> Result<UpdateOrganisationPayload> {
    let name = input.name.as_deref().map(|typed| text::name("name", typed)).transpose()?;
    let kind = input.kind.map(|kind| OrganisationKind::from(kind).into());
    act.locked(async |work, at| {
        let old = at.row();
        rules::require_active(old)?;
        let mut new = Model::clone(old);
        if let Some(kind) = kind {
            if matches!(old.kind, Kind::Reseller | Kind::Operator) {
                let message = [
                    "The kind of a reseller or of the operator cannot be changed.",
                    "Die Art eines Resellers oder des Betreibers lässt sich nicht ändern.",
                    "En återförsäljares eller operatörens typ kan inte ändras.",
                ];
                return Err(UserError::at("kind", UserErrorCode::InvalidInput, message).into());
            }
            new.kind = kind;
        }
        new.name = name.unwrap_or(new.name);
        store::update(work.tx, old.id, &new.name, new.kind).await?;
        let event = act.event().to(input.organisation_id).changing(audit_snapshot(old), audit_snapshot(&new));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let organisation = Organisation::find(act.request, act.organisation()).await?;
    Ok(UpdateOrganisationPayload { organisation, ..Default::default() })
}

/// The organisation as recorded in the audit log.
fn audit_snapshot(row: &Model) -> Json {
    json!({ "name": row.name, "kind": row.kind.to_value() })
}
