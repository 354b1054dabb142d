//! How PostgreSQL fetches a page: only its rows, in order, from an index, whatever the size of the table.
//!
//! The statements are those that the server prepared for its responses. The planner is forbidden to scan a table or
//! sort. If it still does, the list lacks an index.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::generated::paged::orders;
use crate::generated::schema::{Field, Schema, Way};
use crate::world::{HUB, World, on_postgres, sql};
use sea_orm::ConnectionTrait;

/// So many lists are asked for before their plans are looked at: a connection keeps only the statements that it used last.
const AT_ONCE: usize = 10;
/// The one list whose time grows with its length, as its description says: the invoices of all clients of a reseller.
const SORTED: &str = "JOIN invoice i ON i.organisation_id = p.client_id";

#[test]
fn every_list_reads_its_pages_from_an_index() {
    on_postgres(async |world| {
        let world = world.with_one_connection().await;
        let schema = Schema::exported();
        let fields: Vec<Field<'_>> = schema.connections().collect();
        let (mut seen, mut slow) = (HashSet::new(), Vec::new());
        for some in fields.chunks(AT_ONCE) {
            ask_for(&world, &schema, some).await;
            db_forbid(&world, &["seqscan", "bitmapscan", "sort"]).await;
            let lists = prepared(&world)
                .await
                .into_iter()
                .filter(|list| list.text.contains("CROSS JOIN LATERAL") && !list.text.contains(SORTED));
            for list in lists {
                if seen.insert(list.text.clone()) {
                    slow.extend(slow_parts(&list, &list.plan(&world).await));
                }
            }
        }
        assert!(seen.len() >= 12, "{} lists were asked for, and {} statements were prepared", fields.len(), seen.len());
        assert_eq!(slow, Vec::<String>::new());
    });
}

/// What the plan of a page does besides reading its rows in order from an index.
fn slow_parts(list: &Prepared, plan: &Value) -> Vec<String> {
    let mut pages = Vec::new();
    find(plan, "Limit", &mut pages);
    assert_eq!(pages.len(), 1, "{}\n{plan:#}", list.text);
    // An incremental sort gets rows that are already in order, and only sorts those with equal keys.
    let is_in = |node: &&str| {
        let mut found = Vec::new();
        find(pages[0], node, &mut found);
        !found.is_empty()
    };
    ["Seq Scan", "Sort"].into_iter().filter(is_in).map(|node| format!("{node} in {}", list.text)).collect()
}

/// Requests both ends of lists in each of their orders, and the next pages.
async fn ask_for(world: &World, schema: &Schema, fields: &[Field<'_>]) {
    let ((_, fixtures), ways) = (HUB.rows(), Way::all(schema));
    for field in fields {
        let way = &ways[field.owner];
        for order in orders(schema, *field) {
            for (size, cursor) in [("first", "after"), ("last", "before")] {
                let mut from = None;
                for _ in 0..2 {
                    let mut given = vec![(size, "1".to_owned())];
                    given.extend(from.take().map(|from| (cursor, from)));
                    given.extend(order.clone().map(|order| ("orderBy", order)));
                    let arguments = schema.arguments(*field, &fixtures, &given);
                    let selection = format!("{}{arguments} {{ edges {{ cursor }} }}", field.name());
                    let query = way.document(&fixtures, way.existence("").as_ref(), &selection);
                    let answer = world.as_(way.reader()).run(&query, json!({})).await;
                    answer.ok();
                    let path = [way.path().join("/"), field.name().to_owned(), "edges/0/cursor".to_owned()].join("/");
                    from = Some(answer.at(path.trim_start_matches('/')).to_string());
                }
            }
        }
    }
}

/// A statement that the only connection has prepared.
pub struct Prepared {
    name: String,
    pub text: String,
    parameters: usize,
}

pub async fn prepared(world: &World) -> Vec<Prepared> {
    let text = "SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements";
    let rows = world.db().rows(text, Vec::new()).await.unwrap();
    let read = |row: &sea_orm::QueryResult| Prepared {
        name: row.try_get_by_index(0).unwrap(),
        text: row.try_get_by_index(1).unwrap(),
        parameters: usize::try_from(row.try_get_by_index::<i32>(2).unwrap()).unwrap(),
    };
    rows.iter().map(read).collect()
}

impl Prepared {
    /// The generic plan, which does not depend on the parameters.
    pub async fn plan(&self, world: &World) -> Value {
        let arguments = vec!["NULL"; self.parameters].join(", ");
        let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE \"{}\"({arguments})", self.name);
        let db = world.db().reader();
        let row = db.query_one_raw(sql(db, &explain)).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }
}

pub async fn db_forbid(world: &World, methods: &[&str]) {
    let db = world.db().reader();
    for method in methods {
        db.execute_unprepared(&format!("SET enable_{method} = off")).await.unwrap();
    }
    // Plans that were made before this must not be reused.
    db.execute_unprepared("DISCARD PLANS").await.unwrap();
}

/// All parts of a plan of one kind.
pub fn find<'a>(plan: &'a Value, kind: &str, found: &mut Vec<&'a Value>) {
    match plan {
        Value::Array(parts) => parts.iter().for_each(|part| find(part, kind, found)),
        Value::Object(fields) => {
            if fields.get("Node Type").is_some_and(|name| name == kind) {
                found.push(plan);
            }
            fields.values().for_each(|part| find(part, kind, found));
        }
        _ => {}
    }
}
