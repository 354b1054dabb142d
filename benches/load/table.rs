//! A reseller's table of 10,000 clients with 30 properties each: a plain page, and pages filtered and sorted by
//! properties.

use std::time::Instant;

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use serde_json::json;
use tenantry::base::id::Type;
use tenantry::partners::property::{Kind, Stored, store as values};
use uuid::Uuid;

use super::bench::{Bench, Row, connect};
use super::client::Load;

const CLIENTS: usize = 10_000;
/// The properties. The rest of the thirty are texts.
const PROPERTIES: [(&str, &str, Kind); 5] = [
    ("region", "CHOICE", Kind::Choice),
    ("score", "NUMBER", Kind::Number),
    ("since", "DATE", Kind::Date),
    ("vip", "BOOLEAN", Kind::Boolean),
    ("rare", "TEXT", Kind::Text),
];
const ALL: usize = 30;
const REGIONS: [&str; 4] = ["north", "south", "west", "east"];

/// Measures on a separate server.
pub async fn measure(bench: &Bench<'_>) {
    let started = Instant::now();
    let reseller = fill(bench.url).await;
    println!("{CLIENTS} clients with {ALL} properties each, written in {:.1} s", started.elapsed().as_secs_f64());
    Row::heading("a table of clients");
    let server = bench.serve().await;
    let token = super::log_in(&server, "giant-reseller@scale.example").await;
    let north = r#"{key: "region", eq: "north"}"#;
    for (title, arguments, total) in [
        ("clients page of 50, with properties", "orderBy: {field: NAME}".to_owned(), ""),
        (
            "… filtered and sorted by properties",
            format!(
                r#"orderBy: {{property: "score"}}, filter: {{property: {north}, properties: [{{key: "since", from: "2015-01-01"}}]}}"#
            ),
            "",
        ),
        (
            "… filtered, sorted, the largest first",
            format!(r#"orderBy: {{property: "score", direction: DESC}}, filter: {{property: {north}}}"#),
            "",
        ),
        ("… filtered by region, by name", format!("orderBy: {{field: NAME}}, filter: {{property: {north}}}"), ""),
        (
            "… filtered by a value of 10 clients",
            r#"orderBy: {field: NAME}, filter: {property: {key: "rare", eq: "yes"}}"#.to_owned(),
            "",
        ),
        ("clients page of 50, counted", "orderBy: {field: NAME}".to_owned(), "totalCount"),
        (
            "… filtered by region, counted",
            format!("orderBy: {{field: NAME}}, filter: {{property: {north}}}"),
            "totalCount",
        ),
    ] {
        let query = format!(
            "query($id: ID!) {{ reseller(id: $id) {{ clients(first: 50, {arguments}) {{ {total} edges {{ client {{ name }} \
             partnership {{ state properties {{ key label type value }} }} }} }} }} }}"
        );
        let body = json!({ "query": query, "variables": { "id": Type::Reseller.id(reseller) } });
        bench.row(title, &server, &Load::graphql(&token, &body)).await;
    }
}

/// Writes the clients and their values, and returns their reseller.
async fn fill(url: &str) -> Uuid {
    let db = connect(url).await;
    let writer = db.writer();
    let is_postgres = db.backend() == DbBackend::Postgres;
    let id = if is_postgres { "gen_random_uuid()" } else { "randomblob(16)" };
    let execute = async |sql: &str, values: Vec<Value>| {
        let sql = sql.replace("NEW_ID", id);
        writer.execute_raw(Statement::from_sql_and_values(db.backend(), sql, values)).await.expect("written");
    };
    let now: Value = chrono::Utc::now().into();
    let reseller = Uuid::from_u128(0x019b_76da_8000_7000_8000_7ab1_e000_0000);
    execute(
        "INSERT INTO organisation (id, name, kind, state, code, created_at) \
         VALUES ($1, 'Table Reseller', 'RESELLER', 'ACTIVE', 'table', $2)",
        vec![reseller.into(), now.clone()],
    )
    .await;
    let membership = Uuid::from_u128(reseller.as_u128() + 1);
    execute(
        "INSERT INTO membership (id, organisation_id, user_id, created_at) \
         SELECT $1, $2, id, $3 FROM \"user\" WHERE email = 'giant-reseller@scale.example'",
        vec![membership.into(), reseller.into(), now.clone()],
    )
    .await;
    execute(
        "INSERT INTO membership_role (id, organisation_id, membership_id, builtin) VALUES (NEW_ID, $1, $2, 'OWNER')",
        vec![reseller.into(), membership.into()],
    )
    .await;
    // The order of the names differs from the order of the rows.
    execute(
        &format!(
            "INSERT INTO organisation (id, name, kind, state, code, created_at) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CLIENTS}) \
             SELECT NEW_ID, 'Table client ' || (i * 7919 % {CLIENTS} + 10000), 'COMPANY', 'ACTIVE', 'table' || i, $1 FROM n"
        ),
        vec![now.clone()],
    )
    .await;
    execute(
        "INSERT INTO partnership (id, reseller_id, client_id, client_name, delegated, client_delegated, includes_upstream, \
         state, starts_at, created_at) \
         SELECT NEW_ID, $1, id, name, 0, 0, FALSE, 'ACTIVE', $2, $2 FROM organisation WHERE name LIKE 'Table client %'",
        vec![reseller.into(), now.clone()],
    )
    .await;
    let keys: Vec<(String, &str, Kind)> = (0..ALL)
        .map(|number| match PROPERTIES.get(number) {
            Some((key, name, kind)) => ((*key).to_owned(), *name, *kind),
            None => (format!("text_{number}"), "TEXT", Kind::Text),
        })
        .collect();
    for (number, (key, name, _)) in keys.iter().enumerate() {
        execute(
            "INSERT INTO property_definition (id, organisation_id, \"key\", label, kind, position, is_required, choices, \
             created_at) VALUES ($1, $2, $3, $3, $4, $5, FALSE, $6, $7)",
            vec![
                definition(reseller, number).into(),
                reseller.into(),
                key.as_str().into(),
                (*name).into(),
                i32::try_from(number).expect("few").into(),
                (*name == "CHOICE").then(|| json!(REGIONS).to_string()).into(),
                now.clone(),
            ],
        )
        .await;
    }
    let clients =
        db.rows("SELECT id FROM partnership WHERE reseller_id = $1 ORDER BY client_name", vec![reseller.into()]);
    let clients: Vec<Uuid> =
        clients.await.expect("clients").iter().map(|row| row.try_get_by_index(0).expect("an id")).collect();
    for (part, some) in clients.chunks(500).enumerate() {
        let mut changes = Vec::new();
        for (index, client) in some.iter().enumerate() {
            for (number, (key, _, kind)) in keys.iter().enumerate() {
                if let Some(value) = value(part * 500 + index, number) {
                    changes.push(values::Change {
                        partnership: *client,
                        key,
                        definition: definition(reseller, number),
                        stored: Stored::of(*kind, Some(value)),
                    });
                }
            }
        }
        let changes = &changes;
        db.write(async |tx| Ok(values::write(tx, reseller, changes).await?)).await.expect("values");
    }
    writer.execute_unprepared(if is_postgres { "VACUUM (ANALYZE)" } else { "ANALYZE" }).await.expect("analyzed");
    db.close().await;
    reseller
}

fn definition(reseller: Uuid, number: usize) -> Uuid {
    Uuid::from_u128(reseller.as_u128() + 100 + number as u128)
}

/// The value of a property of a client, if any. A multiplication spreads the values, so that no two are equal.
fn value(client: usize, number: usize) -> Option<String> {
    let spread = (client * 7919 + number * 104_729) * 31 % 9_973;
    match number {
        0 => Some(REGIONS[spread % 4].to_owned()),
        1 => Some((spread as f64 / 10.0).to_string()),
        2 => Some(format!("{}-{:02}-{:02}", 2000 + spread % 27, 1 + spread % 12, 1 + spread % 28)),
        3 => Some(spread.is_multiple_of(3).to_string()),
        4 => Some(if client.is_multiple_of(1_000) { "yes" } else { "no" }.to_owned()),
        _ => (!spread.is_multiple_of(5)).then(|| format!("Some words about client {spread} in column {number}")),
    }
}
