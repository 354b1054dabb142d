//! Defining a property.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use entity::property_definition::Model;
use macros::{mutation, payload};
use serde_json::Value as Json;
use uuid::Uuid;

use super::object::{ClientTable, PropertyDefinition, PropertyType};
use super::rules::{self, LAST_POSITION, MOST_DEFINITIONS};
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::graphql::request::Request;
use crate::organisation::require_active;
use crate::oversight::audit;

/// The property to define.
#[derive(InputObject)]
pub struct CreatePropertyDefinitionInput {
    /// Id of the reseller, or of its organisation.
    pub reseller_id: ID,
    /// The name of the property in filters, orders and programs: a lower-case letter, then lower-case letters, digits and
    /// `_`, at most 40. It is unique for the reseller and never changes.
    pub key: String,
    /// The name of the property for people. 1 to 200 characters.
    pub label: String,
    /// The kind of its values.
    #[graphql(name = "type")]
    pub kind: PropertyType,
    /// Its position in lists, 0 to 10000. Without it, the property comes last.
    pub position: Option<i32>,
    /// Whether a value can only be changed once it is set, and not removed.
    #[graphql(default)]
    pub required: bool,
    /// The values that a CHOICE can have: 1 to 100, of 1 to 100 characters each. Not for other types.
    pub choices: Option<Vec<String>>,
}

/// The new definition.
#[payload]
pub struct CreatePropertyDefinitionPayload {
    /// The definition; null if it was not created.
    pub property_definition: Option<PropertyDefinition>,
}

/// Defines a property that the reseller records about each of its clients: at most 100. No client has a value at first.
#[mutation]
#[acts(CLIENT_PROPERTY_MANAGE, on = input.reseller_id)]
async fn create_property_definition(
    act: ActOn<'_, ClientTable>,
    input: CreatePropertyDefinitionInput,
) -> Result<CreatePropertyDefinitionPayload> {
    let row = new_row(act.request, act.organisation(), &input)?;
    let definition = act
        .locked(async |work, at| {
            require_active(at.row())?;
            let others = store::all_in(work.tx, row.organisation_id).await?;
            if others.len() >= MOST_DEFINITIONS {
                let message = [
                    format!("A reseller can define at most {MOST_DEFINITIONS} properties."),
                    format!("Ein Reseller kann höchstens {MOST_DEFINITIONS} Eigenschaften definieren."),
                    format!("En återförsäljare kan definiera högst {MOST_DEFINITIONS} egenskaper."),
                ];
                return Err(UserError::general(UserErrorCode::TooMany, message).into());
            }
            if others.iter().any(|other| other.key == row.key) {
                let message = [
                    "There is already a property with this key.",
                    "Eine Eigenschaft mit diesem Schlüssel gibt es schon.",
                    "Det finns redan en egenskap med den här nyckeln.",
                ];
                return Err(UserError::at("key", UserErrorCode::Duplicate, message).into());
            }
            let mut row = row;
            if input.position.is_none() {
                row.position = others.last().map_or(0, |last| (last.position + 1).min(LAST_POSITION));
            }
            let event = act.event().to(Type::PropertyDefinition.id(row.id));
            let event = event.changing(Json::Null, rules::audit_snapshot(&row));
            store::create(work.tx, row.clone()).await?;
            audit::record(work, event).await?;
            Ok(PropertyDefinition::new(&Arc::new(row), &at))
        })
        .await?;
    Ok(CreatePropertyDefinitionPayload { property_definition: Some(definition), ..Default::default() })
}

fn new_row(request: &Request, reseller: Uuid, input: &CreatePropertyDefinitionInput) -> Result<Model, UserError> {
    let wrong = |field, message| UserError::at(field, UserErrorCode::InvalidInput, message);
    if let Some(message) = rules::wrong_key(&input.key) {
        return Err(wrong("key", message));
    }
    let kind = input.kind.into();
    let choices = rules::read_choices(kind, input.choices.as_deref()).map_err(|message| wrong("choices", message))?;
    Ok(Model {
        id: request.random.id(request.now()),
        organisation_id: reseller,
        key: input.key.clone(),
        label: text::name("label", &input.label)?,
        kind,
        position: rules::read_position(input.position.unwrap_or_default())?,
        is_required: input.required,
        choices: rules::stored_choices(&choices),
        created_at: request.now(),
    })
}
