//! Statements about the values of properties. Each takes as many clients and keys as it is given.
#![expect(clippy::disallowed_methods, reason = "the statements about values of properties stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::property_definition::Kind;
use entity::property_value::{Column, Entity};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};
use serde_json::json;
use uuid::Uuid;

use super::super::rules::Stored;
use super::super::value::PropertyValue;
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::graphql::page::{Filter, of_each};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// Values that one statement writes at most.
const AT_ONCE: usize = 10_000;

/// Up to so many clients are few: a list looks at each of them, in whatever order it is.
const FEW: usize = 500;
/// Up to so many clients of several resellers are few together.
const MOST_TOGETHER: usize = 2 * FEW;

/// A value that is to be written.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// Of which client.
    pub partnership: Uuid,
    /// The key of the definition.
    pub key: &'a str,
    /// The definition.
    pub definition: Uuid,
    /// The value.
    pub stored: Stored,
}

/// The values of a partnership, in the order of their definitions: all, or those of these keys. One statement for all
/// partnerships that are asked for together, and one row of the answer for each.
pub async fn of_partnership(
    request: &Request,
    partnership: Uuid,
    keys: Option<&[String]>,
) -> Result<Arc<Vec<PropertyValue>>> {
    let batch = request.lists.batch::<Arc<Vec<PropertyValue>>>(format!("values of properties {keys:?}"));
    let found = batch.load(partnership, async |partnerships| read(request, &partnerships, keys).await).await?;
    Ok(found.unwrap_or_default())
}

/// The partnerships whose values of a property meet a condition on `o`, if they are few; together with those of all
/// definitions that are asked for by the same condition at once, so that the lists of all their resellers stay alike.
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

/// For each definition that has few, the few of all of them; for none, if those are many together.
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
) -> Result<HashMap<Uuid, Arc<Vec<PropertyValue>>>> {
    let db = request.db();
    let (gather, array, one_of) = match db.backend() {
        DbBackend::Postgres => {
            ("json_agg(", "json_build_array(", "v.\"key\" IN (SELECT json_array_elements_text($2::text::json))")
        }
        _ => ("json_group_array(", "json_array(", "v.\"key\" IN (SELECT value FROM json_each($2))"),
    };
    // Rows cost more than what is in them, so each client is one row.
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
    // No definition has such a key, and PostgreSQL would not take it.
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
                Ok(PropertyValue::new(key, label, Kind::try_from_value(&kind)?, value))
            });
            Ok((row.try_get_by_index(0)?, Arc::new(values.collect::<Written<Vec<_>>>()?)))
        })
        .collect()
}

/// The values that are set of these keys, of these partnerships, as the transaction sees them.
pub async fn load(
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

/// All values of one definition that are set, each with its partnership.
pub async fn of_definition(tx: &DatabaseTransaction, definition: Uuid) -> Written<Vec<(Uuid, String)>> {
    Entity::find()
        .select_only()
        .columns([Column::PartnershipId, Column::Value])
        .filter(Column::DefinitionId.eq(definition))
        .filter(Column::Value.is_not_null())
        .order_by_asc(Column::AscendingKey)
        .order_by_asc(Column::PartnershipId)
        .into_tuple()
        .all(tx)
        .await
}

/// Writes values of clients of one reseller: one statement for ten thousand.
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
    for some in changes.chunks(AT_ONCE) {
        let rows = some.iter().map(|Change { partnership, key, definition, stored }| {
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
    fn the_few_of_several_are_given_to_each_unless_they_are_many_together() {
        let ids = |from: usize, count: usize| -> Vec<Uuid> {
            (from..from + count).map(|number| Uuid::from_u128(number as u128)).collect()
        };
        let found = |counts: &[usize]| -> Vec<Option<usize>> {
            let each = counts.iter().enumerate().map(|(place, count)| (ids(place, 1)[0], ids(1_000 * place, *count)));
            let given = together(each.collect());
            (0..counts.len()).map(|place| given.get(&ids(place, 1)[0]).map(|few| few.len())).collect()
        };
        assert_eq!(found(&[0]), [Some(0)]);
        assert_eq!(found(&[3, FEW + 1, 2]), [Some(5), None, Some(5)]);
        assert_eq!(found(&[FEW, FEW]), [Some(2 * FEW), Some(2 * FEW)]);
        assert_eq!(found(&[FEW, FEW, 1]), [None, None, None]);
    }
}
