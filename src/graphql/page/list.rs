//! One statement fetches the page of a list for all parents of a level.
//!
//! For each parent the database reads only the rows of the page, from the index that orders the list. PostgreSQL uses
//! LATERAL; SQLite has no LATERAL and uses a correlated IN.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{DbBackend, DbErr, FromQueryResult, QueryResult, Value};
use uuid::Uuid;

use super::arguments::{Cursor, PageArguments};
use super::filter::Filter;
use super::key::Key;
use super::lists::{Lists, What};
use super::slice::{self, Slice, slice};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::memory::{Kept, Kind, OfTable, Subjects, Table};

/// A table that holds the order of another table's rows; `o` in conditions.
#[derive(Clone, Copy, Debug)]
pub struct Placing {
    /// The table, which has the parent column and the key column.
    pub table: &'static str,
    /// Its column with the id of the row.
    pub item: &'static str,
    /// The join that finds the position of a row `t` in the list of `page.parent_id`.
    pub find: &'static str,
}

/// A list of rows that belong to parents.
pub struct List<T> {
    /// Table of the rows; `t` in conditions, columns and joins.
    pub table: &'static str,
    /// The table that holds the parent and the key, if it is not the table itself.
    pub placing: Option<Placing>,
    /// The column with the id of the parent.
    pub parent: &'static str,
    /// The column it is ordered by; rows with the same value are ordered by id. There is an index (parent, key, id).
    pub key: Key,
    /// Whether the largest comes first.
    pub descending: bool,
    /// Columns to select: `t.*`, and those of joined tables.
    pub columns: &'static str,
    /// Joins to other tables.
    pub joins: &'static str,
    /// Makes one item from the rows that share its id and parent.
    pub read: fn(&[QueryResult]) -> Result<T, DbErr>,
    /// How pages are kept in memory, if they are.
    pub keep: Option<Keep<T>>,
}

/// How the items of a list are kept in memory.
pub struct Keep<T> {
    table: Table,
    subjects: fn(&T, &mut Subjects),
    heap: fn(&T) -> usize,
    text: fn(&T) -> String,
}

impl<T> Clone for Keep<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Keep<T> {}

impl<T: Kept> Keep<T> {
    /// They are kept until a row changes that they were made from. `table` is the table of the list.
    pub const fn until_changed(table: Table) -> Self {
        Self { table, subjects: T::subjects, heap: T::heap, text: |item| format!("{item:?}") }
    }
}

/// Reads an item that is one row of its table, selected as `t.*`.
fn one_row<M: FromQueryResult>(rows: &[QueryResult]) -> Result<M, DbErr> {
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("no row".to_owned()))?;
    M::from_query_result(row, "")
}

impl<M: FromQueryResult> List<M> {
    /// A list of plain table rows, in ascending order.
    pub const fn of_rows(table: &'static str, parent: &'static str, key: Key) -> Self {
        Self {
            table,
            placing: None,
            parent,
            key,
            descending: false,
            columns: "t.*",
            joins: "",
            read: one_row,
            keep: None,
        }
    }
}

impl<M: FromQueryResult + Kept> List<M> {
    /// The same, kept in memory.
    pub const fn of_kept_rows(table: Table, parent: &'static str, key: Key) -> Self {
        Self { keep: Some(Keep::until_changed(table)), ..Self::of_rows(table.name(), parent, key) }
    }
}

impl<T: Send + Sync + 'static> List<T> {
    /// The page of one parent, from memory or fetched together with those of its siblings.
    pub async fn page(
        &'static self,
        db: &Db,
        lists: &Lists,
        parent: Uuid,
        page: &PageArguments,
        filter: &Filter,
    ) -> Result<Arc<Slice<T>>> {
        if page.from.is_some() {
            page.require(page.mark(&self.name(), parent))?;
        }
        let shape = lists.shape::<Arc<Slice<T>>>(self.address(), What::Page(page), filter, || {
            format!("page {} {page:?} {filter:?}", self.name())
        });
        let kind = self.keep_by(self.parent, filter).map(Pages);
        let load = async |parents: Vec<Uuid>| self.fetch(db, &parents, page, filter).await;
        Ok(shape.load(lists.sight(), parent, kind.as_ref(), load).await?.unwrap_or_default())
    }

    /// How many rows a parent has, counted together with its siblings.
    pub async fn count(&'static self, db: &Db, lists: &Lists, parent: Uuid, filter: &Filter) -> Result<u64> {
        let shape = lists.shape::<u64>(self.address(), What::Count, filter, || {
            format!("count {} {} {filter:?}", self.table, self.parent)
        });
        let kind = self.keep_by(self.parent, filter).map(|keep| OfTable::new(keep.table));
        let load = async |parents: Vec<Uuid>| self.count_all(db, &parents, filter).await;
        Ok(shape.load(lists.sight(), parent, kind.as_ref(), load).await?.unwrap_or_default())
    }

    /// One item by its id, under any parent, from memory or fetched together with its siblings. The object made from it
    /// decides whether the viewer may see it.
    pub async fn find(&'static self, db: &Db, lists: &Lists, id: Uuid) -> Result<Option<Arc<T>>> {
        let filter = Filter::default();
        let name = || format!("find {} {}", self.table, self.parent);
        let shape = lists.shape::<Arc<T>>(self.address(), What::Item, &filter, name);
        // A row is found by its own id, wherever the order of its list stands.
        let kind = self.keep.filter(|keep| keep.table.keys().contains(&"id")).map(Rows);
        let load = async |ids: Vec<Uuid>| self.find_all(db, &ids).await;
        shape.load(lists.sight(), id, kind.as_ref(), load).await
    }

    /// How what a parent has is kept, if the log names changes of it and the filter is about its rows alone.
    fn keep_by(&self, column: &str, filter: &Filter) -> Option<Keep<T>> {
        let is_logged = |keep: &Keep<T>| self.placing.is_none() && keep.table.keys().contains(&column);
        self.keep.filter(is_logged).filter(|_| filter.is_about_row())
    }

    /// Tells it from other lists within this process.
    fn address(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    async fn find_all(&self, db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<T>>> {
        let Self { table, columns, joins, .. } = self;
        let condition = db.among("t.id", 1);
        let sql = format!("SELECT 0, t.id, 0, {columns} FROM {table} t {joins} WHERE {condition} ORDER BY t.id");
        let rows = db.rows(sql, vec![db.keys(ids)]).await?;
        let items = group_rows(&rows, |row| row.try_get_by_index::<Uuid>(1))?;
        let items = items.into_iter().map(|(id, rows)| Ok((id, Arc::new((self.read)(rows)?))));
        Ok(items.collect::<Result<_, DbErr>>()?)
    }

    async fn count_all(&self, db: &Db, parents: &[Uuid], filter: &Filter) -> Result<HashMap<Uuid, u64>> {
        let (source, alias, _) = self.source();
        let parent = format!("{alias}.{}", self.parent);
        let condition = db.among(&parent, 1);
        let sql = format!(
            "SELECT {parent}, COUNT(*) FROM {source} AND {condition} {filter} GROUP BY {parent}",
            filter = filter.behind(1),
        );
        let mut values = vec![db.keys(parents)];
        values.extend(filter.values().iter().cloned());
        let rows = db.rows(sql, values).await?;
        let counted = rows.iter().map(|row| {
            let count: i64 = row.try_get_by_index(1)?;
            Ok((row.try_get_by_index(0)?, count.unsigned_abs()))
        });
        Ok(counted.collect::<Result<_, DbErr>>()?)
    }

    async fn fetch(
        &self,
        db: &Db,
        parents: &[Uuid],
        page: &PageArguments,
        filter: &Filter,
    ) -> Result<HashMap<Uuid, Arc<Slice<T>>>> {
        // One extra row shows whether there is more.
        let limit = i64::try_from(page.size + 1).unwrap_or(i64::MAX);
        let (key, id) = match &page.from {
            Some(cursor) => (self.key.value(&cursor.key)?, cursor.id),
            None => (Value::from(""), Uuid::nil()),
        };
        let mut values = vec![db.keys(parents), limit.into(), id.into(), key];
        values.extend(filter.values().iter().cloned());
        let sql = self.statement(db.backend(), page, filter);
        let rows = db.rows(sql, values).await?;
        Ok(self.slices(&rows, page)?)
    }

    /// The FROM clause up to the conditions, the alias of the table that orders the rows, and its column with their
    /// ids. The cross join makes SQLite read the rows in that order.
    fn source(&self) -> (String, &'static str, &'static str) {
        let table = self.table;
        match self.placing {
            None => (format!("{table} t WHERE TRUE"), "t", "id"),
            Some(Placing { table: places, item, .. }) => {
                (format!("{places} o CROSS JOIN {table} t WHERE t.id = o.{item}"), "o", item)
            }
        }
    }

    /// Parameters: 1 the parents, 2 the limit, 3 and 4 the id and the key of the cursor, then those of the filter.
    fn statement(&self, backend: DbBackend, page: &PageArguments, filter: &Filter) -> String {
        let (table, parent, key) = (self.table, self.parent, self.key.column());
        let (source, alias, id) = self.source();
        let find = self.placing.map_or("", |placing| placing.find);
        let (direction, beyond) = if self.descending == page.backwards { ("ASC", ">") } else { ("DESC", "<") };
        let from = match (&page.from, backend) {
            (Some(_), _) => format!("AND ({alias}.{key}, {alias}.{id}) {beyond} ($4, $3)"),
            // PostgreSQL needs to know the type of an unused parameter.
            (None, DbBackend::Postgres) => "AND ($3::uuid IS NOT NULL OR $4::text IS NOT NULL)".to_owned(),
            (None, _) => String::new(),
        };
        // PostgreSQL reads the whole row while it looks for the page. SQLite has no LATERAL, and looks for ids first.
        let (what, of) = match backend {
            DbBackend::Postgres => ("t.*".to_owned(), "page.parent_id"),
            _ => (format!("{alias}.{id} AS id"), "parent.id"),
        };
        let rows = format!(
            "SELECT {what} FROM {source} AND {alias}.{parent} = {of} {from} {} \
             ORDER BY {alias}.{key} {direction}, {alias}.{id} {direction} LIMIT $2",
            filter.behind(4)
        );
        let (with, pages) = if backend == DbBackend::Postgres {
            (String::new(), format!("unnest($1) AS page(parent_id) CROSS JOIN LATERAL ({rows}) AS t"))
        } else {
            // Without MATERIALIZED, SQLite would compute the page again for each of its rows.
            let pages = of_each(backend, table, &rows);
            (format!("WITH page AS MATERIALIZED ({pages}) "), format!("page JOIN {table} t ON t.id = page.id"))
        };
        format!(
            "{with}SELECT page.parent_id, t.id, {alias}.{key}, {} FROM {pages} {find} {} \
             ORDER BY {alias}.{key} {direction}, t.id {direction}, page.parent_id",
            self.columns, self.joins
        )
    }

    /// Tells this list and its order from others with the same field.
    fn name(&self) -> String {
        let Self { table, parent, key, descending, .. } = self;
        format!("{table} {parent} {} {descending}", key.column())
    }

    fn slices(&self, rows: &[QueryResult], page: &PageArguments) -> Result<HashMap<Uuid, Arc<Slice<T>>>, DbErr> {
        let name = self.name();
        let mut found: HashMap<Uuid, slice::Items<T>> = HashMap::new();
        // The same row can occur under several parents.
        let items = group_rows(rows, |row| Ok((row.try_get_by_index::<Uuid>(0)?, row.try_get_by_index::<Uuid>(1)?)))?;
        for ((parent, id), rows) in items {
            let mark = page.mark(&name, parent);
            let cursor = Cursor { mark, key: self.key.read(&rows[0], 2)?, id }.encode().into();
            let item = Arc::new((self.read)(rows)?);
            found.entry(parent).or_default().push((cursor, item));
        }
        Ok(found.into_iter().map(|(parent, items)| (parent, Arc::new(slice(items, page)))).collect())
    }
}

/// Pages of a list that is kept.
struct Pages<T>(Keep<T>);

impl<T> Kind<Arc<Slice<T>>> for Pages<T> {
    fn subjects(&self, parent: Uuid, page: Option<&Arc<Slice<T>>>, subjects: &mut Subjects) {
        subjects.add(self.0.table, parent);
        for (_, item) in page.into_iter().flat_map(|page| &page.items) {
            (self.0.subjects)(item, subjects);
        }
    }

    fn heap(&self, page: &Arc<Slice<T>>) -> usize {
        let one = |(cursor, item): &(Arc<str>, Arc<T>)| {
            size_of_val(cursor) + cursor.len() + size_of::<Arc<T>>() * 3 + size_of::<T>() + (self.0.heap)(item)
        };
        size_of::<Slice<T>>() + page.items.iter().map(one).sum::<usize>()
    }

    fn text(&self, page: &Arc<Slice<T>>) -> String {
        let items: Vec<String> =
            page.items.iter().map(|(cursor, item)| format!("{cursor} {}", (self.0.text)(item))).collect();
        format!("{items:?} {} {}", page.has_next, page.has_previous)
    }
}

/// Rows by their ids.
struct Rows<T>(Keep<T>);

impl<T> Kind<Arc<T>> for Rows<T> {
    fn subjects(&self, id: Uuid, item: Option<&Arc<T>>, subjects: &mut Subjects) {
        subjects.add(self.0.table, id);
        if let Some(item) = item {
            (self.0.subjects)(item, subjects);
        }
    }

    fn heap(&self, item: &Arc<T>) -> usize {
        size_of::<T>() + 2 * size_of::<usize>() + (self.0.heap)(item)
    }

    fn text(&self, item: &Arc<T>) -> String {
        (self.0.text)(item)
    }
}

/// Selects ids of rows of the table for each key in parameter 1. The inner statement refers to the key as `parent.id`;
/// its limit applies to each key.
pub fn of_each(backend: DbBackend, table: &str, rows: &str) -> String {
    match backend {
        DbBackend::Postgres => {
            format!("SELECT parent.id AS parent_id, c.id FROM unnest($1) AS parent(id) CROSS JOIN LATERAL ({rows}) c")
        }
        _ => format!(
            "SELECT parent.id AS parent_id, c.id FROM (SELECT unhex(value) AS id FROM json_each($1)) parent \
             JOIN {table} c ON c.id IN ({rows})"
        ),
    }
}

/// Groups consecutive rows of the same item. `read` gets the key of the item from each row.
fn group_rows<K: Copy + PartialEq>(
    rows: &[QueryResult],
    read: impl Fn(&QueryResult) -> Result<K, DbErr>,
) -> Result<Vec<(K, &[QueryResult])>, DbErr> {
    let keys = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut start = 0;
    let items = keys.chunk_by(PartialEq::eq).map(|same| {
        let rows = &rows[start..start + same.len()];
        start += same.len();
        (same[0], rows)
    });
    Ok(items.collect())
}
