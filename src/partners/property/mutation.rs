//! Defining properties, changing and deleting their definitions.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::property_definition::Model;
use macros::guarded;
use serde_json::Value as Json;
use uuid::Uuid;

use super::change::{self, LAST_POSITION, Misfit, Obstacle, act, described, misfit_error, stored_choices};
use super::definition::PropertyDefinition;
use super::input::{
    CreatePropertyDefinitionInput, CreatePropertyDefinitionPayload, DeletePropertyDefinitionInput,
    DeletePropertyDefinitionPayload, UpdatePropertyDefinitionInput, UpdatePropertyDefinitionPayload,
};
use super::rules::{self, MOST_DEFINITIONS};
use super::value::PropertyConflict;
use super::{store, values};
use crate::access::{Permission, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit;
use crate::partners::partnership;

/// Mutations of definitions of properties.
#[derive(Default)]
pub struct PropertyMutation;

#[guarded]
#[Object]
impl PropertyMutation {
    /// Defines a property that the reseller keeps about each of its clients: 100 at most. None of them has a value at
    /// first.
    #[acts(CLIENT_PROPERTY_MANAGE)]
    async fn create_property_definition(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The property to define.")] input: CreatePropertyDefinitionInput,
    ) -> Result<Option<CreatePropertyDefinitionPayload>> {
        let request = Request::of(context)?;
        let refused = |error| {
            Ok(Some(CreatePropertyDefinitionPayload { user_errors: told(context, error), ..Default::default() }))
        };
        let reseller = values::reseller(request, &input.reseller_id).await?;
        let random = service::<Random>(context)?;
        let row = match new_row(&input, reseller, random.id(request.now()), request) {
            Ok(row) => row,
            Err(error) => return refused(error),
        };
        let made = request
            .write(async |tx| {
                let permission = Permission::ClientPropertyManage;
                let seen = organisation::store::lock_to_act(tx, &request.access, reseller, permission).await?;
                if let Some(error) = halted(&seen.row) {
                    return Ok(Err(error));
                }
                let others = store::all_in(tx, reseller).await?;
                if others.len() >= MOST_DEFINITIONS {
                    let message = format!("A reseller defines {MOST_DEFINITIONS} properties at most.");
                    return Ok(Err(UserError::general(UserErrorCode::TooMany, message)));
                }
                if others.iter().any(|other| other.key == row.key) {
                    let message = "There is a property with this key already.";
                    return Ok(Err(UserError::at("key", UserErrorCode::Duplicate, message)));
                }
                let mut row = row;
                if input.position.is_none() {
                    row.position = others.last().map_or(0, |last| (last.position + 1).min(LAST_POSITION));
                }
                let act = act("createPropertyDefinition", &row).changing(Json::Null, described(&row));
                store::create(tx, row.clone()).await?;
                audit::record(&request.work(tx), act).await?;
                Ok(Ok((Arc::new(row), seen)))
            })
            .await?;
        match made {
            Ok((row, seen)) => Ok(Some(CreatePropertyDefinitionPayload {
                property_definition: Some(PropertyDefinition::new(&row, &seen)),
                user_errors: Vec::new(),
            })),
            Err(error) => refused(error),
        }
    }

    /// Changes a definition. Its key stays. Another type, or fewer choices, are refused while there are values that do
    /// not fit; the payload lists them.
    #[acts(CLIENT_PROPERTY_MANAGE)]
    async fn update_property_definition(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change of a definition.")] input: UpdatePropertyDefinitionInput,
    ) -> Result<Option<UpdatePropertyDefinitionPayload>> {
        let request = Request::of(context)?;
        let found = found(request, Type::PropertyDefinition.parse(&input.property_definition_id)?).await?;
        let (id, reseller) = (found.row.id, found.row.organisation_id);
        let random = service::<Random>(context)?;
        let changed = request
            .write(async |tx| {
                let permission = Permission::ClientPropertyManage;
                let seen = organisation::store::lock_to_act(tx, &request.access, reseller, permission).await?;
                if let Some(error) = halted(&seen.row) {
                    return Ok(Err(error.into()));
                }
                let rows = store::all_in(tx, reseller).await?;
                let old = rows.iter().find(|row| row.id == id).ok_or(Error::NotFound)?;
                let new = match change::wanted(old, &input) {
                    Ok(new) => new,
                    Err(error) => return Ok(Err(error.into())),
                };
                if let Err(obstacle) = change::convert(tx, old, &new).await? {
                    return Ok(Err(obstacle));
                }
                store::change(tx, &new).await?;
                let act = act("updatePropertyDefinition", old).changing(described(old), described(&new));
                audit::record(&request.work(tx), act).await?;
                Ok(Ok((Arc::new(new), seen)))
            })
            .await?;
        Ok(Some(match changed {
            Ok((row, seen)) => UpdatePropertyDefinitionPayload {
                property_definition: Some(PropertyDefinition::new(&row, &seen)),
                ..Default::default()
            },
            Err(Obstacle::Wrong(error)) => {
                UpdatePropertyDefinitionPayload { user_errors: told(context, error), ..Default::default() }
            }
            Err(Obstacle::Misfits(misfits, count)) => {
                let field = if input.kind.is_some() { "type" } else { "choices" };
                UpdatePropertyDefinitionPayload {
                    property_definition: None,
                    conflicts: conflicts(context, misfits).await?,
                    conflict_count: count as u64,
                    user_errors: vec![misfit_error(field, count)],
                }
            }
        }))
    }

    /// Deletes a definition and all of its values. Saved views that name it can be applied no more, until they are saved
    /// without it.
    #[acts(CLIENT_PROPERTY_MANAGE)]
    async fn delete_property_definition(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The definition to delete.")] input: DeletePropertyDefinitionInput,
    ) -> Result<Option<DeletePropertyDefinitionPayload>> {
        let request = Request::of(context)?;
        let found = found(request, Type::PropertyDefinition.parse(&input.property_definition_id)?).await?;
        let (id, reseller) = (found.row.id, found.row.organisation_id);
        let random = service::<Random>(context)?;
        request
            .write(async |tx| {
                let permission = Permission::ClientPropertyManage;
                organisation::store::lock_to_act(tx, &request.access, reseller, permission).await?;
                let rows = store::all_in(tx, reseller).await?;
                let old = rows.iter().find(|row| row.id == id).ok_or(Error::NotFound)?;
                store::delete(tx, id).await?;
                let act = act("deletePropertyDefinition", old).changing(described(old), Json::Null);
                Ok(audit::record(&request.work(tx), act).await?)
            })
            .await?;
        Ok(Some(DeletePropertyDefinitionPayload { deleted: true, user_errors: Vec::new() }))
    }
}

fn new_row(
    input: &CreatePropertyDefinitionInput,
    reseller: Uuid,
    id: Uuid,
    request: &Request,
) -> Result<Model, UserError> {
    let wrong = |field, message| UserError::at(field, UserErrorCode::InvalidInput, message);
    if let Some(message) = rules::wrong_key(&input.key) {
        return Err(wrong("key", message));
    }
    let kind = input.kind.into();
    let choices = rules::read_choices(kind, input.choices.as_deref()).map_err(|message| wrong("choices", message))?;
    Ok(Model {
        id,
        organisation_id: reseller,
        key: input.key.clone(),
        label: text::name("label", &input.label)?,
        kind,
        position: change::position(input.position.unwrap_or_default())?,
        is_required: input.required,
        choices: stored_choices(&choices),
        created_at: request.now(),
    })
}

/// The definition, for who may manage it.
async fn found(request: &Request, id: Uuid) -> Result<PropertyDefinition> {
    let definition = store::find(request, id).await?.ok_or(Error::NotFound)?;
    definition.seen.require(Permission::ClientPropertyManage)?;
    Ok(definition)
}

/// The values that do not fit, each with its client.
async fn conflicts(context: &Context<'_>, misfits: Vec<Misfit>) -> Result<Vec<PropertyConflict>> {
    let request = Request::of(context)?;
    let mut found = partnership::store::find_all(request, misfits.iter().map(|misfit| misfit.partnership)).await?;
    let conflicts = misfits.into_iter().filter_map(|misfit| {
        let partnership = found.remove(&misfit.partnership)?;
        Some(PropertyConflict { partnership, value: misfit.value, message: misfit.message })
    });
    Ok(conflicts.collect())
}
