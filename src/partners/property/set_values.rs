//! Setting values of one or many clients. Each row succeeds or fails on its own. The values of all valid rows are
//! written together; the number of statements does not depend on the number of rows.

use std::collections::{HashMap, HashSet};

use entity::property_definition::Model;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::rules::{self, MOST_DEFINITIONS, Stored, named};
use super::store::{self, Change};
use crate::access::Authorised;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Message;
use crate::graphql::request::Work;
use crate::organisation::require_active;
use crate::oversight::audit::{self, Event};
use crate::partners::partnership;

/// A new value of a property; `None` removes it.
pub struct NewValue<'a> {
    /// Key of the property.
    pub key: &'a str,
    /// The value as it was typed.
    pub value: Option<&'a str>,
}

/// New values of one client.
pub struct Row<'a> {
    /// The partnership with the client, or what is wrong with its id.
    pub partnership: Result<Uuid, UserError>,
    /// The values.
    pub properties: Vec<NewValue<'a>>,
}

/// The partnership, or everything that is wrong with its row. The fields of these errors are relative to the row.
pub type Outcome = Result<Uuid, Vec<UserError>>;

type Values = HashMap<(Uuid, String), String>;

/// Sets the values of all valid rows, unless it is a dry run. The caller has locked the reseller, so its definitions do
/// not change in the meantime. `event` is the audit event for each client, without its object.
pub async fn set_values(
    work: &Work<'_>,
    at: &Authorised,
    event: &Event,
    rows: &[Row<'_>],
    dry_run: bool,
) -> Result<Vec<Outcome>> {
    require_active(at.row())?;
    let (reseller, db) = (at.id(), work.request.db());
    let definitions = store::all_in(work.tx, reseller).await?;
    let asked: Vec<Uuid> = rows.iter().filter_map(|row| row.partnership.as_ref().ok().copied()).collect();
    let own = partnership::store::of_reseller(work.tx, db, reseller, &asked).await?;
    let old = store::load_values(work.tx, work.request, &own.iter().copied().collect::<Vec<_>>()).await?;
    let (mut outcomes, mut changes, mut events) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
    let mut first: HashMap<Uuid, usize> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        let read = client_of(row, &own, &mut first, index).and_then(|partnership| {
            let read = read(&definitions, &old, partnership, &row.properties)?;
            Ok((partnership, read))
        });
        outcomes.push(read.map(|(partnership, read)| {
            events.push(event_of(event, partnership, &old, &read));
            changes.extend(read);
            partnership
        }));
    }
    if !dry_run && !changes.is_empty() {
        store::write(work.tx, reseller, &changes).await?;
        audit::record_all(work, events).await?;
    }
    Ok(outcomes)
}

fn event_of(event: &Event, partnership: Uuid, old: &Values, read: &[Change<'_>]) -> Event {
    let (mut before, mut after) = (Map::new(), Map::new());
    for change in read {
        before.insert(change.key.to_owned(), old.get(&(partnership, change.key.to_owned())).cloned().into());
        after.insert(change.key.to_owned(), change.stored.value.clone().into());
    }
    let event = event.clone().to(Type::Partnership.id(partnership));
    event.changing(Json::Object(before), Json::Object(after))
}

/// An error in a field of a row, or of one of its properties.
fn wrong(path: &[&str], code: UserErrorCode, message: impl Into<Message>) -> UserError {
    let path = path.iter().map(|&part| part.to_owned()).collect();
    UserError { field: Some(path), ..UserError::general(code, message) }
}

/// The client of a row. No earlier row may be about the same one.
fn client_of(
    row: &Row<'_>,
    own: &HashSet<Uuid>,
    first: &mut HashMap<Uuid, usize>,
    index: usize,
) -> Result<Uuid, Vec<UserError>> {
    const FIELD: &[&str] = &["partnershipId"];
    let partnership = row.partnership.clone().map_err(|error| vec![error])?;
    if !own.contains(&partnership) {
        let message = [
            "This reseller has no such partnership with a client.",
            "Dieser Reseller hat keine solche Partnerschaft mit einem Kunden.",
            "Återförsäljaren har inget sådant partnerskap med en kund.",
        ];
        return Err(vec![wrong(FIELD, UserErrorCode::Unknown, message)]);
    }
    if let Some(before) = first.get(&partnership) {
        let message = [
            format!("The client is already in the list, at index {before}."),
            format!("Der Kunde steht schon in der Liste, an der Stelle {before}."),
            format!("Kunden finns redan i listan, på plats {before}."),
        ];
        return Err(vec![wrong(FIELD, UserErrorCode::Duplicate, message)]);
    }
    first.insert(partnership, index);
    Ok(partnership)
}

/// The values of one row, or everything that is wrong with them.
fn read<'a>(
    definitions: &'a [Model],
    old: &Values,
    partnership: Uuid,
    properties: &[NewValue<'_>],
) -> Result<Vec<Change<'a>>, Vec<UserError>> {
    if properties.is_empty() || properties.len() > MOST_DEFINITIONS {
        let message = [
            format!("Give 1 to {MOST_DEFINITIONS} properties."),
            format!("Geben Sie 1 bis {MOST_DEFINITIONS} Eigenschaften an."),
            format!("Ange 1 till {MOST_DEFINITIONS} egenskaper."),
        ];
        return Err(vec![wrong(&["properties"], UserErrorCode::InvalidInput, message)]);
    }
    let (mut changes, mut errors, mut keys) = (Vec::new(), Vec::new(), HashSet::new());
    for (index, property) in properties.iter().enumerate() {
        let index = index.to_string();
        let mut fails =
            |field: &str, code, message: Message| errors.push(wrong(&["properties", &index, field], code, message));
        let definition = match named(definitions, property.key) {
            Ok(definition) => definition,
            Err(message) => {
                fails("key", UserErrorCode::Unknown, message);
                continue;
            }
        };
        if !keys.insert(&definition.key) {
            fails(
                "key",
                UserErrorCode::Duplicate,
                [
                    format!("{} is in the list twice. Give each key once.", definition.key),
                    format!("{} steht zweimal in der Liste. Geben Sie jeden Schlüssel einmal an.", definition.key),
                    format!("{} finns två gånger i listan. Ange varje nyckel en gång.", definition.key),
                ]
                .into(),
            );
            continue;
        }
        let value = match property.value {
            Some(typed) => match rules::read(definition.kind, &rules::choices(definition), typed) {
                Ok(value) => Some(value),
                Err(message) => {
                    fails("value", UserErrorCode::InvalidInput, message);
                    continue;
                }
            },
            None if definition.is_required && old.contains_key(&(partnership, definition.key.clone())) => {
                let message = [
                    format!("{} is required: its value can be changed, but not removed.", definition.key),
                    format!("{} ist Pflicht: Der Wert lässt sich ändern, aber nicht entfernen.", definition.key),
                    format!("{} krävs: värdet kan ändras men inte tas bort.", definition.key),
                ];
                fails("value", UserErrorCode::InvalidInput, message.into());
                continue;
            }
            None => None,
        };
        let stored = Stored::of(definition.kind, value);
        changes.push(Change { partnership, key: &definition.key, definition: definition.id, stored });
    }
    if errors.is_empty() { Ok(changes) } else { Err(errors) }
}
