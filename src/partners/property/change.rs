//! Converting the values of a property when its definition changes. If one value does not fit, nothing changes.

use entity::property_definition::Model;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::rules::{self, Stored};
use super::store::{self, Change};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::message::Message;

/// How many values that do not fit are shown.
const SHOWN: usize = 100;

/// A value that does not fit.
#[derive(Clone, Debug)]
pub struct Misfit {
    /// The partnership with the client.
    pub partnership: Uuid,
    /// The value.
    pub value: String,
    /// Why it does not fit.
    pub message: Message,
}

/// The values that do not fit a changed definition.
#[derive(Debug, Default)]
pub struct Misfits {
    /// The first ones.
    pub shown: Vec<Misfit>,
    /// How many there are.
    pub count: usize,
}

impl Misfits {
    /// The error that names how many there are.
    pub fn error(&self, field: &str) -> UserError {
        let message = match self.count {
            1 => [
                "One value does not fit. Change it first: conflicts shows it.".to_owned(),
                "Ein Wert passt nicht. Ändern Sie ihn zuerst: conflicts zeigt ihn.".to_owned(),
                "Ett värde passar inte. Ändra det först: conflicts visar det.".to_owned(),
            ],
            count => [
                format!("{count} values do not fit. Change them first: conflicts shows the first {SHOWN}."),
                format!("{count} Werte passen nicht. Ändern Sie sie zuerst: conflicts zeigt die ersten {SHOWN}."),
                format!("{count} värden passar inte. Ändra dem först: conflicts visar de första {SHOWN}."),
            ],
        };
        UserError::at(field, UserErrorCode::ValuesDoNotFit, message)
    }
}

/// Reads all values again by the new definition. Writes them, unless some do not fit.
pub async fn convert(tx: &DatabaseTransaction, old: &Model, new: &Model) -> Result<Misfits> {
    let mut misfits = Misfits::default();
    if new.kind == old.kind && new.choices == old.choices {
        return Ok(misfits);
    }
    let choices = rules::choices(new);
    let mut changes = Vec::new();
    for (partnership, value) in store::of_definition(tx, old.id).await? {
        match rules::read(new.kind, &choices, &value) {
            Ok(read) => changes.push(Change {
                partnership,
                key: &new.key,
                definition: new.id,
                stored: Stored::of(new.kind, Some(read)),
            }),
            Err(message) => {
                misfits.count += 1;
                if misfits.shown.len() < SHOWN {
                    misfits.shown.push(Misfit { partnership, value, message });
                }
            }
        }
    }
    if misfits.count == 0 && new.kind != old.kind {
        store::write(tx, new.organisation_id, &changes).await?;
    }
    Ok(misfits)
}
