//! Changing the definition of a property.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use entity::property_definition::Model;
use macros::{mutation, payload};

use super::change::{self, Misfit, Misfits};
use super::object::{PropertyDefinition, PropertyType};
use super::value::PropertyConflict;
use super::{rules, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::graphql::request::Request;
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::partners::partnership::Partnership;

/// The changes to a definition. What is left out stays.
#[derive(InputObject)]
pub struct UpdatePropertyDefinitionInput {
    /// Id of the definition.
    pub property_definition_id: ID,
    /// The name of the property for people. 1 to 200 characters.
    pub label: Option<String>,
    /// Another kind of values. Refused while a client has a value that cannot be converted.
    #[graphql(name = "type")]
    pub kind: Option<PropertyType>,
    /// Its position in lists, 0 to 10000.
    pub position: Option<i32>,
    /// Whether a value can only be changed once it is set, and not removed.
    pub required: Option<bool>,
    /// All values that a CHOICE can have from now on. Refused while a client has a value that is left out.
    pub choices: Option<Vec<String>>,
}

/// The changed definition.
#[payload]
pub struct UpdatePropertyDefinitionPayload {
    /// The definition; null if it was not changed.
    pub property_definition: Option<PropertyDefinition>,
    /// With VALUES_DO_NOT_FIT: the first 100 values that do not fit.
    pub conflicts: Vec<PropertyConflict>,
    /// How many values do not fit.
    pub conflict_count: u64,
}

enum Outcome {
    Changed(PropertyDefinition),
    Misfits(Misfits),
}

/// Changes the definition of a property. Its key stays. Another type or fewer choices are refused while some values do not
/// fit; the payload lists them.
#[mutation]
#[acts(CLIENT_PROPERTY_MANAGE, on = input.property_definition_id)]
async fn update_property_definition(
    act: ActOn<'_, PropertyDefinition>,
    input: UpdatePropertyDefinitionInput,
) -> Result<UpdatePropertyDefinitionPayload> {
    let id = act.object.key();
    let outcome = act
        .locked(async |work, at| {
            require_active(at.row())?;
            let rows = store::all_in(work.tx, at.id()).await?;
            let old = rows.iter().find(|row| row.id == id).ok_or(Error::NotFound)?;
            let new = changed(old, &input)?;
            let misfits = change::convert(work.tx, old, &new).await?;
            if misfits.count > 0 {
                return Ok(Outcome::Misfits(misfits));
            }
            store::update(work.tx, &new).await?;
            let event = act.event().to(Type::PropertyDefinition.id(id));
            let event = event.changing(rules::audit_snapshot(old), rules::audit_snapshot(&new));
            audit::record(work, event).await?;
            Ok(Outcome::Changed(PropertyDefinition::new(&Arc::new(new), &at)))
        })
        .await?;
    Ok(match outcome {
        Outcome::Changed(definition) => {
            UpdatePropertyDefinitionPayload { property_definition: Some(definition), ..Default::default() }
        }
        Outcome::Misfits(misfits) => UpdatePropertyDefinitionPayload {
            property_definition: None,
            conflict_count: misfits.count as u64,
            user_errors: vec![misfits.error(if input.kind.is_some() { "type" } else { "choices" })],
            conflicts: conflicts(act.request, misfits.shown).await?,
        },
    })
}

/// The definition with the changes. Its existing values are not checked yet.
fn changed(old: &Model, input: &UpdatePropertyDefinitionInput) -> Result<Model, UserError> {
    let mut new = old.clone();
    if let Some(label) = &input.label {
        new.label = text::name("label", label)?;
    }
    if let Some(given) = input.position {
        new.position = rules::read_position(given)?;
    }
    new.is_required = input.required.unwrap_or(old.is_required);
    new.kind = input.kind.map_or(old.kind, Into::into);
    let old_choices = rules::choices(old);
    let stays = (new.kind == old.kind).then_some(&old_choices);
    let choices = rules::read_choices(new.kind, input.choices.as_ref().or(stays).map(Vec::as_slice));
    let choices = choices.map_err(|wrong| UserError::at("choices", UserErrorCode::InvalidInput, wrong))?;
    new.choices = rules::stored_choices(&choices);
    Ok(new)
}

/// The values that do not fit, each with its client.
async fn conflicts(request: &Request, misfits: Vec<Misfit>) -> Result<Vec<PropertyConflict>> {
    let mut found = Partnership::find_all(request, misfits.iter().map(|misfit| misfit.partnership)).await?;
    let conflicts = misfits.into_iter().filter_map(|misfit| {
        let partnership = found.remove(&misfit.partnership)?;
        let message = misfit.message.in_language(request.locale).to_owned();
        Some(PropertyConflict { partnership, value: misfit.value, message })
    });
    Ok(conflicts.collect())
}
