//! The statements about properties: definitions, and values of many clients and keys at once.
#![expect(clippy::disallowed_methods, reason = "the statements about properties belong in this file")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::property_definition::{self, Column, Entity, Kind, Model};
use entity::property_value;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Set, Statement,
};
use serde_json::json;
use uuid::Uuid;

use super::rules::Stored;
use crate::access::Unchecked;
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::memory::{Heap, Kept, OfTable, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, of_each};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_RESELLER: List<Model> =
    List::of_kept_rows(Table::PropertyDefinition, "organisation_id", Key::Number("position"));

impl Heap for Model {
    fn heap(&self) -> usize {
        self.key.heap() + self.label.heap() + self.choices.heap()
    }
}

impl Kept for Model {}

/// The most values that one statement writes.
const AT_ONCE: usize = 10_000;

/// Up to this number, clients count as few: a list in any order looks at each of them.
const FEW: usize = 500;
/// The same for the clients of several resellers together.
const MOST_TOGETHER: usize = 2 * FEW;

/// A value to write.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// The partnership with the client.
    pub partnership: Uuid,
    /// Key of the property.
    pub key: &'a str,
    /// Id of its definition.
    pub definition: Uuid,
    /// The value.
    pub stored: Stored,
}

/// A property of a client and its value.
#[derive(Clone, Debug)]
pub struct ClientValue {
    /// Key of the property.
    pub key: String,
    /// Label of the property.
    pub label: String,
    /// The kind of its values.
    pub kind: Kind,
    /// The value in its canonical text; `None` if the client has none.
    pub value: Option<String>,
}

/// The definitions of a reseller, ordered by position.
pub async fn list(request: &Request, reseller: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_RESELLER.rows(request, reseller, page, Filter::default()).await
}

/// The definition.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_RESELLER.look_up(request, id).await
}

const DEFINITIONS: OfTable<Arc<Vec<Model>>> = OfTable::new(Table::PropertyDefinition);

/// All definitions of a reseller, ordered by position. One statement fetches those of all resellers that are asked for
/// together.
pub async fn all(request: &Request, reseller: Uuid) -> Result<Arc<Vec<Model>>> {
    let load = async |resellers: Vec<Uuid>| {
        let query = Entity::find().filter(Column::OrganisationId.is_in(resellers));
        let rows = query.order_by_asc(Column::Position).order_by_asc(Column::Id).all(request.db().reader()).await?;
        let mut found: HashMap<Uuid, Vec<Model>> = HashMap::new();
        for row in rows {
            found.entry(row.organisation_id).or_default().push(row);
        }
        Ok(found.into_iter().map(|(reseller, rows)| (reseller, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("definitions of properties", reseller, &DEFINITIONS, load).await?.unwrap_or_default())
}

/// The same, as the transaction sees them.
pub async fn all_in(tx: &DatabaseTransaction, reseller: Uuid) -> Written<Vec<Model>> {
    let of_it = Entity::find().filter(Column::OrganisationId.eq(reseller));
    of_it.order_by_asc(Column::Position).order_by_asc(Column::Id).all(tx).await
}

/// Writes a new definition. A trigger adds a row for the value of each client.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Changes a definition. Its key stays.
pub async fn update(tx: &DatabaseTransaction, row: &Model) -> Written<()> {
    let change = property_definition::ActiveModel {
        label: Set(row.label.clone()),
        kind: Set(row.kind),
        position: Set(row.position),
        is_required: Set(row.is_required),
        choices: Set(row.choices.clone()),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Deletes a definition and its values.
pub async fn delete(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// The values of a client, ordered by the position of their definitions: all, or those of some keys. One statement fetches
/// those of all clients that are asked for together, with one row for each.
pub async fn of_partnership(
    request: &Request,
    partnership: Uuid,
    keys: Option<&[String]>,
) -> Result<Arc<Vec<ClientValue>>> {
    let batch = request.lists.batch::<Arc<Vec<ClientValue>>>(format!("values of properties {keys:?}"));
    let found = batch.load(partnership, async |partnerships| read(request, &partnerships, keys).await).await?;
    Ok(found.unwrap_or_default())
}

/// The partnerships whose values of a property meet a condition on `o`, if they are few. They include those of all
/// other definitions with the same condition, so that one statement reads the lists of all their resellers.
pub async fn few(request: &Request, definition: Uuid, condition: &Filter) -> Result<Option<Arc<Vec<Uuid>>>> {
    let batch = request.lists.batch::<Arc<Vec<Uuid>>>(format!("few {condition:?}"));
    batch.load(definition, async |definitions| few_of(request.db(), &definitions, condition).await).await
}

async fn few_of(db: &Db, definitions: &[Uuid], condition: &Filter) -> Result<HashMap<Uuid, Arc<Vec<Uuid>>>> {
    let rows = format!(
        "SELECT o.partnership_id AS id FROM property_value o WHERE o.definition_id = parent.id {} LIMIT $2",
        condition.behind(2)
    );
    let sql = of_each(db.backend(), "partnership", &rows);
    let limit = i64::try_from(FEW + 1).unwrap_or(i64::MAX);
    let mut values = vec![db.keys(definitions), limit.into()];
    values.extend(condition.values().iter().cloned());
    let mut found: HashMap<Uuid, Vec<Uuid>> = definitions.iter().map(|definition| (*definition, Vec::new())).collect();
    for row in db.rows(sql, values).await? {
        found.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
    }
    Ok(together(found))
}

/// For each definition with few partnerships, the partnerships of all such definitions. Empty if these are too many
/// together.
fn together(mut found: HashMap<Uuid, Vec<Uuid>>) -> HashMap<Uuid, Arc<Vec<Uuid>>> {
    found.retain(|_, partnerships| partnerships.len() <= FEW);
    let all = Arc::new(found.values().flatten().copied().collect::<Vec<_>>());
    if all.len() > MOST_TOGETHER {
        return HashMap::new();
    }
    found.into_keys().map(|definition| (definition, Arc::clone(&all))).collect()
}

async fn read(
    request: &Request,
    partnerships: &[Uuid],
    keys: Option<&[String]>,
) -> Result<HashMap<Uuid, Arc<Vec<ClientValue>>>> {
    let db = request.db();
    let (gather, array, one_of) = match db.backend() {
        DbBackend::Postgres => {
            ("json_agg(", "json_build_array(", "v.\"key\" IN (SELECT json_array_elements_text($2::text::json))")
        }
        _ => ("json_group_array(", "json_array(", "v.\"key\" IN (SELECT value FROM json_each($2))"),
    };
    // Rows cost more than their content, so each client is one row.
    let text = if db.backend() == DbBackend::Postgres { "::text" } else { "" };
    let sql = format!(
        "SELECT v.partnership_id, \
           {gather}{array}d.\"key\", d.label, d.kind, v.value) ORDER BY d.position, d.id){text} \
         FROM property_value v JOIN property_definition d ON d.id = v.definition_id \
         WHERE {} {} GROUP BY v.partnership_id",
        db.among("v.partnership_id", 1),
        if keys.is_some() { format!("AND {one_of}") } else { String::new() },
    );
    let mut values = vec![db.keys(partnerships)];
    // No definition has a key with a null character, and PostgreSQL does not accept it.
    values.extend(
        keys.map(|keys| json!(keys.iter().filter(|key| !key.contains('\0')).collect::<Vec<_>>()).to_string().into()),
    );
    let rows = db.rows(sql, values).await?;
    rows.iter()
        .map(|row| {
            let text: String = row.try_get_by_index(1)?;
            let read: Vec<(String, String, String, Option<String>)> =
                serde_json::from_str(&text).map_err(Error::fault)?;
            let values = read.into_iter().map(|(key, label, kind, value)| {
                Ok(ClientValue { key, label, kind: Kind::try_from_value(&kind)?, value })
            });
            Ok((row.try_get_by_index(0)?, Arc::new(values.collect::<Written<Vec<_>>>()?)))
        })
        .collect()
}

/// The values of these partnerships that are set, by partnership and key, as the transaction sees them.
pub async fn load_values(
    tx: &DatabaseTransaction,
    request: &Request,
    partnerships: &[Uuid],
) -> Result<HashMap<(Uuid, String), String>, DbErr> {
    let db = request.db();
    let sql = format!(
        "SELECT partnership_id, \"key\", value FROM property_value WHERE value IS NOT NULL AND {}",
        db.among("partnership_id", 1)
    );
    let statement = Statement::from_sql_and_values(db.backend(), sql, [db.keys(partnerships)]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok(((row.try_get_by_index(0)?, row.try_get_by_index(1)?), row.try_get_by_index(2)?)))
        .collect()
}

/// All values of a definition that are set, each with its partnership.
pub async fn of_definition(tx: &DatabaseTransaction, definition: Uuid) -> Written<Vec<(Uuid, String)>> {
    property_value::Entity::find()
        .select_only()
        .columns([property_value::Column::PartnershipId, property_value::Column::Value])
        .filter(property_value::Column::DefinitionId.eq(definition))
        .filter(property_value::Column::Value.is_not_null())
        .order_by_asc(property_value::Column::AscendingKey)
        .order_by_asc(property_value::Column::PartnershipId)
        .into_tuple()
        .all(tx)
        .await
}

/// Writes values of clients of one reseller: one statement for each ten thousand.
pub async fn write(tx: &DatabaseTransaction, reseller: Uuid, changes: &[Change<'_>]) -> Written<()> {
    const COLUMNS: &str = "partnership_id, \"key\", organisation_id, definition_id, value, folded, ascending_key, \
                           descending_key";
    const CONFLICT: &str = "ON CONFLICT (partnership_id, \"key\") DO UPDATE SET value = excluded.value, \
                            folded = excluded.folded, ascending_key = excluded.ascending_key, \
                            descending_key = excluded.descending_key";
    let select = match tx.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT (r ->> 0)::uuid, r ->> 1, $2::uuid, (r ->> 2)::uuid, r ->> 3, r ->> 4, r ->> 5, r ->> 6 \
             FROM json_array_elements($1::text::json) r"
        }
        _ => {
            "SELECT unhex(r.value ->> 0), r.value ->> 1, $2, unhex(r.value ->> 2), r.value ->> 3, r.value ->> 4, \
             r.value ->> 5, r.value ->> 6 FROM json_each($1) r WHERE TRUE"
        }
    };
    for chunk in changes.chunks(AT_ONCE) {
        let rows = chunk.iter().map(|Change { partnership, key, definition, stored }| {
            let (partnership, definition) = (partnership.simple().to_string(), definition.simple().to_string());
            let Stored { value, folded, ascending_key, descending_key } = stored;
            json!([partnership, key, definition, value, folded, ascending_key, descending_key])
        });
        let rows = serde_json::Value::Array(rows.collect()).to_string();
        let sql = format!("INSERT INTO property_value ({COLUMNS}) {select} {CONFLICT}");
        let values = [rows.into(), reseller.into()];
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_definition_gets_the_partnerships_of_all_unless_these_are_too_many() {
        let ids = |from: usize, count: usize| -> Vec<Uuid> {
            (from..from + count).map(|number| Uuid::from_u128(number as u128)).collect()
        };
        let found = |counts: &[usize]| -> Vec<Option<usize>> {
            let each = counts.iter().enumerate().map(|(index, count)| (ids(index, 1)[0], ids(1_000 * index, *count)));
            let given = together(each.collect());
            (0..counts.len()).map(|index| given.get(&ids(index, 1)[0]).map(|few| few.len())).collect()
        };
        assert_eq!(found(&[0]), [Some(0)]);
        assert_eq!(found(&[3, FEW + 1, 2]), [Some(5), None, Some(5)]);
        assert_eq!(found(&[FEW, FEW]), [Some(2 * FEW), Some(2 * FEW)]);
        assert_eq!(found(&[FEW, FEW, 1]), [None, None, None]);
    }
}
