//! Reads a list for all its parents with one hand-written statement, and puts its JSON together by hand.

use sea_orm::{DbBackend, QueryResult, TryGetable};
use uuid::Uuid;

use super::Floor;

/// The value of a column.
pub fn get<T: TryGetable>(row: &QueryResult, column: usize) -> T {
    row.try_get_by_index(column).expect("a value")
}

/// Appends JSON as it is.
pub fn put(out: &mut Vec<u8>, json: &str) {
    out.extend_from_slice(json.as_bytes());
}

/// Appends JSON, then the text in a column as a string.
pub fn put_text(out: &mut Vec<u8>, json: &str, row: &QueryResult, column: usize) {
    put(out, json);
    serde_json::to_writer(out, &get::<String>(row, column)).expect("JSON");
}

/// Appends JSON, then the id in a column as a string.
pub fn put_id(out: &mut Vec<u8>, json: &str, row: &QueryResult, column: usize) {
    put(out, json);
    serde_json::to_writer(out, &get::<Uuid>(row, column)).expect("JSON");
}

/// A list that many parents have.
pub struct List {
    /// The table of the rows; `t` in all other texts.
    pub table: &'static str,
    /// The column with the id of the parent.
    pub parent: &'static str,
    /// A condition on the rows.
    pub condition: &'static str,
    /// The order of the rows.
    pub order: &'static str,
    /// The number of rows for each parent.
    pub first: u32,
    /// What is read.
    pub columns: &'static str,
    /// Joins to other tables.
    pub joins: &'static str,
}

impl List {
    /// The rows for all parents. The number of the parent is the first column, and the columns follow.
    pub async fn rows(&self, floor: &Floor, parents: &[Uuid]) -> Vec<QueryResult> {
        let Self { table, parent, condition, order, first, columns, joins } = self;
        let page = |parent_id: &str, column: &str| {
            format!(
                "SELECT {column} FROM {table} t WHERE t.{parent} = {parent_id} AND {condition} ORDER BY {order} LIMIT {first}"
            )
        };
        let sql = match floor.db.backend() {
            DbBackend::Postgres => format!(
                "SELECT k.number - 1, {columns} FROM unnest($1::uuid[]) WITH ORDINALITY AS k(id, number)
                 CROSS JOIN LATERAL ({}) t {joins}",
                page("k.id", "*")
            ),
            // SQLite has no LATERAL. Without MATERIALIZED, it would compute a page again for each of its rows.
            _ => format!(
                "WITH page AS MATERIALIZED (SELECT k.key AS number, c.id FROM json_each($1) k
                   CROSS JOIN {table} c WHERE c.id IN ({}))
                 SELECT page.number, {columns} FROM page CROSS JOIN {table} t ON t.id = page.id {joins}
                 ORDER BY page.number, {order}",
                page("unhex(k.value)", "t.id")
            ),
        };
        floor.rows(&sql, vec![floor.db.keys(parents)]).await
    }
}

/// The items of a list, for each parent.
pub struct Lists(Vec<Vec<u8>>);

impl Lists {
    /// Empty lists.
    pub fn new(parents: usize) -> Self {
        Self(vec![Vec::new(); parents])
    }

    /// Begins an item of the parent whose number is in the first column. The caller appends it.
    pub fn item(&mut self, row: &QueryResult) -> &mut Vec<u8> {
        let items = &mut self.0[get::<i64>(row, 0) as usize];
        if !items.is_empty() {
            items.push(b',');
        }
        items
    }

    /// Appends JSON, then the list of a parent.
    pub fn put(&self, out: &mut Vec<u8>, json: &str, parent: usize) {
        put(out, json);
        out.push(b'[');
        out.extend_from_slice(&self.0[parent]);
        out.push(b']');
    }
}
