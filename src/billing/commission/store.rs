//! Statements about commission: rates, lines and the statements of months.
#![expect(clippy::disallowed_methods, reason = "the statements about commission stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::commission_statement::{Column, Entity, Model, State};
use entity::{commission_line as line, commission_rate as rate};
use sea_orm::prelude::Date;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, Set, Statement,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::{Db, is_among};
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, OfTable, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// How many rows one statement inserts: databases limit the parameters of a statement.
const AT_ONCE: usize = 500;

static OF_RESELLER: List<Model> =
    List { descending: true, ..List::of_kept_rows(Table::CommissionStatement, "reseller_id", Key::Day("month")) };
static RATES: List<rate::Model> =
    List { descending: true, ..List::of_kept_rows(Table::CommissionRate, "reseller_id", Key::Day("valid_from")) };
static OF_STATEMENT: List<line::Model> =
    List::of_kept_rows(Table::CommissionLine, "statement_id", Key::Instant("created_at"));
static OPEN: List<line::Model> = List { parent: "reseller_id", ..OF_STATEMENT };

impl Heap for Model {
    fn heap(&self) -> usize {
        self.currency.heap() + self.payout_reference.heap()
    }
}

impl Kept for Model {}

impl Heap for rate::Model {
    fn heap(&self) -> usize {
        0
    }
}

impl Kept for rate::Model {}

impl Heap for line::Model {
    fn heap(&self) -> usize {
        self.description.heap() + self.currency.heap()
    }
}

impl Kept for line::Model {}

/// The sum of a reseller's lines without a statement, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSum {
    /// The reseller.
    pub reseller: Uuid,
    /// ISO 4217.
    pub currency: String,
    /// The sum, in minor units.
    pub minor: i64,
}

impl Heap for OpenSum {
    fn heap(&self) -> usize {
        self.currency.heap()
    }
}

const SUMS: OfTable<Arc<Vec<OpenSum>>> = OfTable::new(Table::CommissionLine);
const LAST: OfTable<Arc<Vec<Model>>> = OfTable::new(Table::CommissionStatement);

/// A page of the statements of a reseller, the newest first.
pub async fn list(request: &Request, reseller: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_RESELLER.rows(request, reseller, page, Filter::default()).await
}

/// A statement by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_RESELLER.look_up(request, id).await
}

/// The statements of a month, of all resellers.
pub async fn of_month(db: &Db, month: Date) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::Month.eq(month)).all(db.reader()).await?)
}

/// A page of the rates of a reseller, the newest first.
pub async fn list_rates(request: &Request, reseller: Uuid, page: &PageArguments) -> Result<Page<rate::Model>> {
    RATES.rows(request, reseller, page, Filter::default()).await
}

/// A page of the lines of a statement, the oldest first.
pub async fn list_lines(request: &Request, statement: Uuid, page: &PageArguments) -> Result<Page<line::Model>> {
    OF_STATEMENT.rows(request, statement, page, Filter::default()).await
}

/// All lines of a statement, the oldest first.
pub async fn all_lines(db: &Db, statement: Uuid) -> Result<Vec<line::Model>> {
    let of_it = line::Entity::find().filter(line::Column::StatementId.eq(statement));
    Ok(of_it.order_by_asc(line::Column::Id).all(db.reader()).await?)
}

/// A page of the lines of a reseller that have no statement yet, the oldest first.
pub async fn list_open_lines(
    request: &Request,
    reseller: Uuid,
    currency: &str,
    page: &PageArguments,
) -> Result<Page<line::Model>> {
    let open = Filter::default()
        .and_with("t.statement_id IS NULL AND t.currency = :currency", [(":currency", currency.to_owned().into())]);
    OPEN.rows(request, reseller, page, open).await
}

/// What a reseller has earned since the last statement, by currency. One statement fetches that of all resellers that are
/// asked for together.
pub async fn sums(request: &Request, reseller: Uuid) -> Result<Arc<Vec<OpenSum>>> {
    let load = async |ids: Vec<Uuid>| {
        let db = request.db();
        let sql = format!(
            "SELECT reseller_id, currency, CAST(SUM(amount_minor) AS BIGINT) FROM commission_line \
             WHERE statement_id IS NULL AND {} GROUP BY reseller_id, currency ORDER BY currency",
            db.among("reseller_id", 1)
        );
        let rows = db.rows(sql, vec![db.keys(&ids)]).await?;
        let mut found: HashMap<Uuid, Vec<OpenSum>> = HashMap::new();
        for sum in rows.iter().map(open_sum).collect::<Written<Vec<_>>>()? {
            found.entry(sum.reseller).or_default().push(sum);
        }
        Ok(found.into_iter().map(|(id, sums)| (id, Arc::new(sums))).collect())
    };
    Ok(request.lists.kept("sums of open commission", reseller, &SUMS, load).await?.unwrap_or_default())
}

/// The last statement of a reseller in each currency. One statement fetches those of all resellers that are asked for
/// together.
pub async fn last(request: &Request, reseller: Uuid) -> Result<Arc<Vec<Model>>> {
    let load = async |ids: Vec<Uuid>| {
        let db = request.db();
        let sql = format!("{NEWEST} AND {} ORDER BY s.currency", db.among("s.reseller_id", 1));
        let rows = db.rows(sql, vec![db.keys(&ids)]).await?;
        let mut found: HashMap<Uuid, Vec<Model>> = HashMap::new();
        for row in &rows {
            let row = Model::from_query_result(row, "")?;
            found.entry(row.reseller_id).or_default().push(row);
        }
        Ok(found.into_iter().map(|(id, rows)| (id, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("last statements of commission", reseller, &LAST, load).await?.unwrap_or_default())
}

/// The last statement of each reseller and currency.
const NEWEST: &str = "SELECT s.* FROM commission_statement s WHERE NOT EXISTS (SELECT 1 FROM commission_statement n \
                      WHERE n.reseller_id = s.reseller_id AND n.currency = s.currency AND n.month > s.month)";

/// The sums of lines without a statement, and the last statements: of all resellers.
pub async fn all_open(db: &Db) -> Result<(Vec<OpenSum>, Vec<Model>)> {
    let sql = "SELECT reseller_id, currency, CAST(SUM(amount_minor) AS BIGINT) FROM commission_line \
               WHERE statement_id IS NULL GROUP BY reseller_id, currency";
    let sums = db.rows(sql, Vec::new()).await?.iter().map(open_sum).collect::<Written<_>>()?;
    let last = db.rows(NEWEST, Vec::new()).await?;
    let last = last.iter().map(|row| Model::from_query_result(row, "")).collect::<Written<_>>()?;
    Ok((sums, last))
}

fn open_sum(row: &QueryResult) -> Written<OpenSum> {
    Ok(OpenSum {
        reseller: row.try_get_by_index(0)?,
        currency: row.try_get_by_index(1)?,
        minor: row.try_get_by_index(2)?,
    })
}

/// Adds rates.
pub async fn add_rates(tx: &DatabaseTransaction, rows: Vec<rate::Model>) -> Written<()> {
    insert_all(tx, &rows).await
}

/// The rates of resellers, the oldest first.
pub async fn rates_of(tx: &DatabaseTransaction, resellers: &[Uuid]) -> Written<Vec<rate::Model>> {
    if resellers.is_empty() {
        return Ok(Vec::new());
    }
    let of_them = rate::Entity::find().filter(rate::Column::ResellerId.is_in(resellers.iter().copied()));
    of_them.order_by_asc(rate::Column::ValidFrom).order_by_asc(rate::Column::Id).all(tx).await
}

/// What was earned on lines of invoices so far, the oldest first.
pub async fn lines_on(tx: &DatabaseTransaction, invoice_lines: &[Uuid]) -> Written<Vec<line::Model>> {
    if invoice_lines.is_empty() {
        return Ok(Vec::new());
    }
    let on_them = line::Entity::find().filter(is_among(line::Column::InvoiceLineId, invoice_lines, tx));
    on_them.order_by_asc(line::Column::Id).all(tx).await
}

/// Adds lines.
pub async fn add_lines(tx: &DatabaseTransaction, rows: &[line::Model]) -> Written<()> {
    insert_all(tx, rows).await
}

/// The sums of lines until a month that have no statement: of one reseller, or of all.
pub async fn open_sums(tx: &DatabaseTransaction, month: Date, reseller: Option<Uuid>) -> Written<Vec<OpenSum>> {
    let mut sql = "SELECT reseller_id, currency, CAST(SUM(amount_minor) AS BIGINT) FROM commission_line \
                   WHERE statement_id IS NULL AND month <= $1"
        .to_owned();
    let mut values = vec![month.into()];
    if let Some(reseller) = reseller {
        sql.push_str(" AND reseller_id = $2");
        values.push(reseller.into());
    }
    sql.push_str(" GROUP BY reseller_id, currency");
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    tx.query_all_raw(statement).await?.iter().map(open_sum).collect()
}

/// The last statements, as the transaction sees them: of one reseller, or of all.
pub async fn last_statements(tx: &DatabaseTransaction, reseller: Option<Uuid>) -> Written<Vec<Model>> {
    let mut sql = NEWEST.to_owned();
    if reseller.is_some() {
        sql.push_str(" AND s.reseller_id = $1");
    }
    let values: Vec<sea_orm::Value> = reseller.into_iter().map(Into::into).collect();
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    tx.query_all_raw(statement).await?.iter().map(|row| Model::from_query_result(row, "")).collect()
}

/// Writes the statements of a month, and gives them the lines until then. Returns the sum of the lines of each statement.
pub async fn close(tx: &DatabaseTransaction, month: Date, rows: &[Model]) -> Written<HashMap<Uuid, i64>> {
    let Some(closed_at) = rows.first().map(|row| row.closed_at) else { return Ok(HashMap::new()) };
    insert_all(tx, rows).await?;
    // Those of the month that were closed before keep their lines.
    let of_line = "FROM commission_statement s WHERE s.reseller_id = commission_line.reseller_id \
                   AND s.currency = commission_line.currency AND s.month = $1 AND s.closed_at = $2";
    let sql = format!(
        "UPDATE commission_line SET statement_id = (SELECT s.id {of_line}) \
         WHERE statement_id IS NULL AND month <= $1 AND EXISTS (SELECT 1 {of_line})"
    );
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, [month.into(), closed_at.into()]))
        .await?;
    let mut sums = HashMap::new();
    for part in rows.chunks(AT_ONCE) {
        let of_them = line::Entity::find().filter(line::Column::StatementId.is_in(part.iter().map(|row| row.id)));
        let sum = Expr::col(line::Column::AmountMinor).sum().cast_as("BIGINT");
        let of_them = of_them.select_only().column(line::Column::StatementId).column_as(sum, "sum");
        sums.extend(of_them.group_by(line::Column::StatementId).into_tuple::<(Uuid, i64)>().all(tx).await?);
    }
    Ok(sums)
}

/// A statement, as the transaction sees it.
pub async fn find(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// Records that a closed statement was paid out. `false` if it was paid out before.
pub async fn pay(tx: &DatabaseTransaction, id: Uuid, paid_on: Date, reference: String) -> Written<bool> {
    let closed = Entity::update_many().filter(Column::Id.eq(id)).filter(Column::State.eq(State::Closed));
    let paid = entity::commission_statement::ActiveModel {
        state: Set(State::Paid),
        paid_on: Set(Some(paid_on)),
        payout_reference: Set(Some(reference)),
        ..Default::default()
    };
    Ok(closed.set(paid).exec(tx).await?.rows_affected == 1)
}
