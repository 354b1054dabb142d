//! Writes the sort keys and folded texts that rows lack: rows from before they existed, and rows that were written by hand
//! or by an older version of the server.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::Uuid;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};
use serde_json::{Value as Json, json};

/// How many rows are read and written at once.
const AT_ONCE: usize = 1_000;

/// A table, and its column with the sort keys of its names.
const KEYS: [(&str, &str); 5] = [
    ("role", "name_key"),
    ("client_view", "name_key"),
    ("delegation_template", "name_key"),
    ("billing_contact", "name_key"),
    ("service", "name_key"),
];

/// Writes all that are missing. It is safe to do this at any time, and again.
pub async fn fill(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    fill_names(db).await?;
    fill_bought(db).await
}

/// Writes those of subscriptions, services and orders.
pub async fn fill_bought(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let lacking = |column: &str| format!("{column} = ''");
    fill_column(db, "subscription", ("product_name", "name_key"), &lacking("name_key"), collation::sort_key).await?;
    let both = "product_name || ' ' || product_code";
    fill_column(db, "subscription", (both, "search_text"), &lacking("search_text"), collation::fold).await?;
    fill_column(db, "service", ("name", "name_folded"), &lacking("name_folded"), collation::fold).await?;
    let both = "number || ' ' || COALESCE(purchase_order, '')";
    fill_column(db, "sales_order", (both, "search_text"), &lacking("search_text"), collation::fold).await
}

/// Writes those of names that stood alone from the beginning.
pub async fn fill_names(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    for (table, column) in KEYS {
        let lacking = format!("{column} = ''");
        fill_column(db, table, ("name", column), &lacking, collation::sort_key).await?;
    }
    fill_column(db, "user", ("name", "name_folded"), "name_folded = '' AND name <> ''", collation::fold).await?;
    let lacking = "reference IS NOT NULL AND reference_folded IS NULL";
    fill_column(db, "partnership", ("reference", "reference_folded"), lacking, collation::fold).await?;
    fill_organisations(db).await?;
    let copy = "UPDATE partnership SET client_key = n.sort_key, client_folded = n.folded FROM organisation_name n \
                WHERE n.organisation_id = partnership.client_id AND partnership.client_key = ''";
    db.execute_unprepared(copy).await?;
    Ok(())
}

async fn fill_column(
    db: &impl ConnectionTrait,
    table: &str,
    (text, column): (&str, &str),
    lacking: &str,
    form: fn(&str) -> String,
) -> Result<(), DbErr> {
    let lacking = format!("SELECT id, {text} FROM \"{table}\" WHERE {lacking} LIMIT {AT_ONCE}");
    let write = match db.get_database_backend() {
        DbBackend::Postgres => format!(
            "UPDATE \"{table}\" AS t SET {column} = r ->> 1 FROM json_array_elements($1::text::json) r \
             WHERE t.id = (r ->> 0)::uuid"
        ),
        _ => format!(
            "UPDATE \"{table}\" AS t SET {column} = r.value ->> 1 FROM json_each($1) r \
             WHERE t.id = unhex(r.value ->> 0)"
        ),
    };
    rewrite(db, &lacking, &write, |name| vec![form(name)]).await
}

async fn fill_organisations(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let lacking = format!(
        "SELECT o.id, o.name FROM organisation o LEFT JOIN organisation_name n ON n.organisation_id = o.id \
         WHERE n.organisation_id IS NULL LIMIT {AT_ONCE}"
    );
    let insert = "INSERT INTO organisation_name (organisation_id, folded, sort_key)";
    let write = match db.get_database_backend() {
        DbBackend::Postgres => {
            format!("{insert} SELECT (r ->> 0)::uuid, r ->> 1, r ->> 2 FROM json_array_elements($1::text::json) r")
        }
        _ => format!("{insert} SELECT unhex(r.value ->> 0), r.value ->> 1, r.value ->> 2 FROM json_each($1) r"),
    };
    rewrite(db, &lacking, &write, |name| vec![collation::fold(name), collation::sort_key(name)]).await
}

/// Reads ids and names, and writes what is made of each name, until none is left.
async fn rewrite(
    db: &impl ConnectionTrait,
    read: &str,
    write: &str,
    make: impl Fn(&str) -> Vec<String>,
) -> Result<(), DbErr> {
    loop {
        let rows = select(db, read, []).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut written = Vec::with_capacity(rows.len());
        for row in &rows {
            let (id, name): (Uuid, String) = row.try_get_many_by_index()?;
            let mut one = vec![id.simple().to_string()];
            one.extend(make(&name));
            written.push(json!(one));
        }
        send(db, write, written).await?;
    }
}

/// Writes the folded text and the sort key of all values of properties that are texts.
pub async fn rewrite_values(db: &impl ConnectionTrait, make: impl Fn(&str) -> (String, String)) -> Result<(), DbErr> {
    let read = format!(
        "SELECT v.partnership_id, v.\"key\", v.value FROM property_value v \
         JOIN property_definition d ON d.id = v.definition_id \
         WHERE d.kind IN ('TEXT', 'CHOICE', 'URL') AND v.value IS NOT NULL AND (v.partnership_id, v.\"key\") > ($1, $2) \
         ORDER BY v.partnership_id, v.\"key\" LIMIT {AT_ONCE}"
    );
    let write = match db.get_database_backend() {
        DbBackend::Postgres => {
            "UPDATE property_value AS v SET folded = r ->> 2, ascending_key = r ->> 3, descending_key = r ->> 3 \
             FROM json_array_elements($1::text::json) r \
             WHERE v.partnership_id = (r ->> 0)::uuid AND v.\"key\" = r ->> 1"
        }
        _ => {
            "UPDATE property_value AS v SET folded = r.value ->> 2, ascending_key = r.value ->> 3, \
             descending_key = r.value ->> 3 FROM json_each($1) r \
             WHERE v.partnership_id = unhex(r.value ->> 0) AND v.\"key\" = r.value ->> 1"
        }
    };
    let mut from = (Uuid::nil(), String::new());
    loop {
        let rows = select(db, &read, [from.0.into(), from.1.clone().into()]).await?;
        let mut written = Vec::with_capacity(rows.len());
        for row in &rows {
            let (partnership, key, value): (Uuid, String, String) = row.try_get_many_by_index()?;
            let (folded, sort_key) = make(&value);
            written.push(json!([partnership.simple().to_string(), key, folded, sort_key]));
            from = (partnership, key);
        }
        if written.is_empty() {
            return Ok(());
        }
        send(db, write, written).await?;
    }
}

async fn select<const N: usize>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await
}

async fn send(db: &impl ConnectionTrait, sql: &str, rows: Vec<Json>) -> Result<(), DbErr> {
    let rows = Json::Array(rows).to_string();
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, [rows.into()])).await?;
    Ok(())
}
