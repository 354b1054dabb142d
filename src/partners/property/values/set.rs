//! Setting values, for one client and for many alike: each row is judged by itself, and what is right is written
//! together, in as many statements for many as for one.

use std::collections::{HashMap, HashSet};

use async_graphql::Context;
use entity::property_definition::Model;
use sea_orm::DatabaseTransaction;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::super::rules::{self, MOST_DEFINITIONS, Stored};
use super::super::store::{all_in, named};
use super::super::value::PropertyInput;
use super::store::{self, Change};
use crate::access::Permission;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit::{self, Event};
use crate::partners::partnership;

/// Values that one client is to have.
pub struct Row<'a> {
    /// The partnership with it, or what is wrong with its id.
    pub partnership: Result<Uuid, UserError>,
    pub properties: &'a [PropertyInput],
}

/// The partnership; or all that is wrong with its row, with the fields as they stand in the row.
pub type Outcome = Result<Uuid, Vec<UserError>>;

/// A mistake in a field of a row, or of one of its properties.
fn wrong(path: &[&str], code: UserErrorCode, message: impl Into<String>) -> UserError {
    let path = path.iter().map(|&part| part.to_owned()).collect();
    UserError { field: Some(path), ..UserError::general(code, message) }
}

/// Sets what is right, or only says what would be. All of it is judged while nobody else changes the definitions.
pub async fn set(
    context: &Context<'_>,
    reseller: Uuid,
    action: &str,
    rows: &[Row<'_>],
    dry_run: bool,
) -> Result<Result<Vec<Outcome>, UserError>> {
    let (request, random) = (Request::of(context)?, service::<Random>(context)?);
    let batch = Batch { request, random, reseller, action };
    request.write(async |tx| batch.write(tx, rows, dry_run).await).await
}

struct Batch<'a> {
    request: &'a Request,
    random: &'a Random,
    reseller: Uuid,
    action: &'a str,
}

type Values = HashMap<(Uuid, String), String>;

impl Batch<'_> {
    async fn write(
        &self,
        tx: &DatabaseTransaction,
        rows: &[Row<'_>],
        dry_run: bool,
    ) -> Result<Result<Vec<Outcome>, UserError>> {
        let permission = Permission::ClientPropertyManage;
        let seen = organisation::store::lock_to_act(tx, &self.request.access, self.reseller, permission).await?;
        if let Some(error) = halted(&seen.row) {
            return Ok(Err(error));
        }
        let definitions = all_in(tx, self.reseller).await?;
        let asked: Vec<Uuid> = rows.iter().filter_map(|row| row.partnership.as_ref().ok().copied()).collect();
        let own = partnership::store::of_reseller(tx, self.request.db(), self.reseller, &asked).await?;
        let old = store::load(tx, self.request, &own.iter().copied().collect::<Vec<_>>()).await?;
        let (mut outcomes, mut changes, mut acts) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
        let mut first: HashMap<Uuid, usize> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let judged = client_of(row, &own, &mut first, index).and_then(|partnership| {
                let read = read(&definitions, &old, partnership, row.properties)?;
                Ok((partnership, read))
            });
            outcomes.push(judged.map(|(partnership, read)| {
                acts.push(self.act(partnership, &old, &read));
                changes.extend(read);
                partnership
            }));
        }
        if !dry_run && !changes.is_empty() {
            store::write(tx, self.reseller, &changes).await?;
            audit::record_all(&self.request.work(tx), acts).await?;
        }
        Ok(Ok(outcomes))
    }

    fn act(&self, partnership: Uuid, old: &Values, read: &[Change<'_>]) -> Event {
        let (mut before, mut after) = (Map::new(), Map::new());
        for change in read {
            before.insert(change.key.to_owned(), old.get(&(partnership, change.key.to_owned())).cloned().into());
            after.insert(change.key.to_owned(), change.stored.value.clone().into());
        }
        Event::done(self.action, self.reseller, Some(Permission::ClientPropertyManage))
            .to(Type::Partnership.id(partnership))
            .changing(Json::Object(before), Json::Object(after))
    }
}

/// The client of a row, which no row before is about.
fn client_of(
    row: &Row<'_>,
    own: &HashSet<Uuid>,
    first: &mut HashMap<Uuid, usize>,
    index: usize,
) -> Result<Uuid, Vec<UserError>> {
    const FIELD: &[&str] = &["partnershipId"];
    let partnership = row.partnership.clone().map_err(|error| vec![error])?;
    if !own.contains(&partnership) {
        let message = "This reseller has no such partnership with a client.";
        return Err(vec![wrong(FIELD, UserErrorCode::Unknown, message)]);
    }
    if let Some(before) = first.get(&partnership) {
        let message = format!("The client is in the list already, at index {before}.");
        return Err(vec![wrong(FIELD, UserErrorCode::Duplicate, message)]);
    }
    first.insert(partnership, index);
    Ok(partnership)
}

/// The values of one row, or all that is wrong with them.
fn read<'a>(
    definitions: &'a [Model],
    old: &Values,
    partnership: Uuid,
    properties: &[PropertyInput],
) -> Result<Vec<Change<'a>>, Vec<UserError>> {
    if properties.is_empty() || properties.len() > MOST_DEFINITIONS {
        let message = format!("Give 1 to {MOST_DEFINITIONS} properties.");
        return Err(vec![wrong(&["properties"], UserErrorCode::InvalidInput, message)]);
    }
    let (mut changes, mut errors, mut keys) = (Vec::new(), Vec::new(), HashSet::new());
    for (index, property) in properties.iter().enumerate() {
        let index = index.to_string();
        let mut fails = |field: &str, code, message| errors.push(wrong(&["properties", &index, field], code, message));
        let definition = match named(definitions, &property.key) {
            Ok(definition) => definition,
            Err(message) => {
                fails("key", UserErrorCode::Unknown, message);
                continue;
            }
        };
        if !keys.insert(&definition.key) {
            fails("key", UserErrorCode::Duplicate, format!("{} stands there twice.", definition.key));
            continue;
        }
        let value = match &property.value {
            Some(typed) => match rules::read(definition.kind, &rules::choices(definition), typed) {
                Ok(value) => Some(value),
                Err(message) => {
                    fails("value", UserErrorCode::InvalidInput, message);
                    continue;
                }
            },
            None if definition.is_required && old.contains_key(&(partnership, definition.key.clone())) => {
                let message = format!("{} is required: it can be changed, not taken away.", definition.key);
                fails("value", UserErrorCode::InvalidInput, message);
                continue;
            }
            None => None,
        };
        let stored = Stored::of(definition.kind, value);
        changes.push(Change { partnership, key: &definition.key, definition: definition.id, stored });
    }
    if errors.is_empty() { Ok(changes) } else { Err(errors) }
}
