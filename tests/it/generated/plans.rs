//! How PostgreSQL fetches a page: only its rows, in order, from an index, whatever the size of the table.
//!
//! The statements are those that the server prepared for its responses. The planner is forbidden to scan a table or
//! sort. If it still does, the list lacks an index.

use serde_json::{Value, json};

use crate::generated::paged::orders;
use crate::generated::schema::{Schema, Way};
use crate::world::{HUB, World, on_postgres, sql};
use sea_orm::ConnectionTrait;

#[test]
fn every_list_reads_its_pages_from_an_index() {
    on_postgres(async |world| {
        let world = world.with_one_connection().await;
        let asked = ask_for_every_list(&world).await;
        let statements = prepared(&world).await;
        let lists: Vec<&Prepared> =
            statements.iter().filter(|statement| statement.text.contains("CROSS JOIN LATERAL")).collect();
        assert!(lists.len() >= 12, "{asked} lists were asked for, and {} statements were prepared", lists.len());
        db_forbid(&world, &["seqscan", "bitmapscan", "sort"]).await;
        let mut slow = Vec::new();
        for list in lists {
            let plan = list.plan(&world).await;
            let mut pages = Vec::new();
            find(&plan, "Limit", &mut pages);
            assert_eq!(pages.len(), 1, "{}\n{plan:#}", list.text);
            // An incremental sort gets rows that are already in order, and only sorts those with equal keys.
            for node in ["Seq Scan", "Sort"] {
                let mut found = Vec::new();
                find(pages[0], node, &mut found);
                if !found.is_empty() {
                    slow.push(format!("{node} in {}", list.text));
                }
            }
        }
        assert_eq!(slow, Vec::<String>::new());
    });
}

/// Requests both ends of every list in each of its orders, and the next pages.
async fn ask_for_every_list(world: &World) -> usize {
    let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
    let ways = Way::all(&schema);
    let mut asked = 0;
    for field in schema.connections() {
        let way = &ways[field.owner];
        for order in orders(&schema, field) {
            for (size, cursor) in [("first", "after"), ("last", "before")] {
                let mut from = None;
                for _ in 0..2 {
                    let mut given = vec![(size, "1".to_owned())];
                    given.extend(from.take().map(|from| (cursor, from)));
                    given.extend(order.clone().map(|order| ("orderBy", order)));
                    let arguments = schema.arguments(field, &fixtures, &given);
                    let selection = format!("{}{arguments} {{ edges {{ cursor }} }}", field.name());
                    let query = way.document(&fixtures, way.existence("").as_ref(), &selection);
                    let answer = world.as_(way.reader()).run(&query, json!({})).await;
                    answer.ok();
                    let path = [way.path().join("/"), field.name().to_owned(), "edges/0/cursor".to_owned()].join("/");
                    from = Some(answer.at(path.trim_start_matches('/')).to_string());
                }
            }
            asked += 1;
        }
    }
    asked
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
