//! What a definition becomes while values are there: they are read anew, and where one does not fit, nothing changes.

use entity::property_definition::Model;
use sea_orm::{ActiveEnum, DatabaseTransaction};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::input::UpdatePropertyDefinitionInput;
use super::rules::{self, Stored};
use super::values;
use crate::access::Permission;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::oversight::audit::Event;

/// So many values that do not fit are shown.
pub const SHOWN: usize = 100;
/// The last place.
pub const LAST_POSITION: i32 = 10_000;

/// A value that does not fit.
#[derive(Clone, Debug)]
pub struct Misfit {
    pub partnership: Uuid,
    pub value: String,
    pub message: String,
}

/// Why a definition is not changed.
pub enum Obstacle {
    Wrong(UserError),
    /// The first of the values that do not fit, and how many there are.
    Misfits(Vec<Misfit>, usize),
}

impl From<UserError> for Obstacle {
    fn from(error: UserError) -> Self {
        Self::Wrong(error)
    }
}

/// A place as it was given, or what is wrong with it.
pub fn position(given: i32) -> Result<i32, UserError> {
    if (0..=LAST_POSITION).contains(&given) {
        return Ok(given);
    }
    let message = format!("position is {given}; it may be 0 to {LAST_POSITION}.");
    Err(UserError::at("position", UserErrorCode::InvalidInput, message))
}

/// As the row keeps them.
pub fn stored_choices(choices: &[String]) -> Option<String> {
    (!choices.is_empty()).then(|| json!(choices).to_string())
}

/// The definition as it is to be, by itself.
pub fn wanted(old: &Model, input: &UpdatePropertyDefinitionInput) -> Result<Model, UserError> {
    let mut new = old.clone();
    if let Some(label) = &input.label {
        new.label = text::name("label", label)?;
    }
    if let Some(given) = input.position {
        new.position = position(given)?;
    }
    new.is_required = input.required.unwrap_or(old.is_required);
    new.kind = input.kind.map_or(old.kind, Into::into);
    let had = rules::choices(old);
    let stays = (new.kind == old.kind).then_some(&had);
    let choices = rules::read_choices(new.kind, input.choices.as_ref().or(stays).map(Vec::as_slice));
    let choices = choices.map_err(|wrong| UserError::at("choices", UserErrorCode::InvalidInput, wrong))?;
    new.choices = stored_choices(&choices);
    Ok(new)
}

/// Reads all values anew for what the definition becomes, and writes them; or says which of them do not fit.
pub async fn convert(tx: &DatabaseTransaction, old: &Model, new: &Model) -> Result<Result<(), Obstacle>> {
    if new.kind == old.kind && new.choices == old.choices {
        return Ok(Ok(()));
    }
    let choices = rules::choices(new);
    let (mut written, mut misfits, mut count) = (Vec::new(), Vec::new(), 0);
    for (partnership, value) in values::store::of_definition(tx, old.id).await? {
        match rules::read(new.kind, &choices, &value) {
            Ok(read) => written.push(values::store::Change {
                partnership,
                key: &new.key,
                definition: new.id,
                stored: Stored::of(new.kind, Some(read)),
            }),
            Err(message) => {
                count += 1;
                if misfits.len() < SHOWN {
                    misfits.push(Misfit { partnership, value, message });
                }
            }
        }
    }
    if count > 0 {
        return Ok(Err(Obstacle::Misfits(misfits, count)));
    }
    if new.kind != old.kind {
        values::store::write(tx, new.organisation_id, &written).await?;
    }
    Ok(Ok(()))
}

/// What to answer where values do not fit.
pub fn misfit_error(field: &str, count: usize) -> UserError {
    let message = match count {
        1 => "One value does not fit. Change it first; conflicts has it.".to_owned(),
        _ => format!("{count} values do not fit. Change them first; conflicts has the first {SHOWN}."),
    };
    UserError::at(field, UserErrorCode::ValuesDoNotFit, message)
}

/// What is done to a definition.
pub fn act(action: &str, row: &Model) -> Event {
    let permission = Some(Permission::ClientPropertyManage);
    Event::done(action, row.organisation_id, permission).to(Type::PropertyDefinition.id(row.id))
}

/// As the audit log keeps it.
pub fn described(row: &Model) -> Json {
    json!({
        "key": row.key,
        "label": row.label,
        "type": row.kind.to_value(),
        "position": row.position,
        "required": row.is_required,
        "choices": rules::choices(row),
    })
}
