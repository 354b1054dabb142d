//! Statements about reminders.
#![expect(clippy::disallowed_methods, reason = "the statements about reminders stand here")]

use entity::reminder::{Column, Entity, Kind, Model};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_INVOICE: List<Model> = List::of_kept_rows(Table::Reminder, "invoice_id", Key::Number("position"));

impl Heap for Model {
    fn heap(&self) -> usize {
        0
    }
}

impl Kept for Model {}

/// A page of the reminders of an invoice, in their order.
pub async fn list(request: &Request, invoice: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_INVOICE.rows(request, invoice, page, Filter::default()).await
}

/// The reminders of these invoices, as the connection sees them.
pub async fn of_invoices(db: &impl ConnectionTrait, invoices: &[Uuid]) -> Written<Vec<Model>> {
    let of_them = Entity::find().filter(Column::InvoiceId.is_in(invoices.iter().copied()));
    of_them.order_by_asc(Column::Position).all(db).await
}

/// Adds reminders.
pub async fn add(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    insert_all(tx, &rows).await
}

/// Those of these invoices because of which services were suspended.
pub async fn that_suspended(tx: &DatabaseTransaction, invoices: &[Uuid]) -> Written<Vec<Uuid>> {
    let of_them = Entity::find().filter(Column::InvoiceId.is_in(invoices.iter().copied()));
    let of_them = of_them.filter(Column::Kind.eq(Kind::Suspend)).select_only().column(Column::InvoiceId);
    of_them.distinct().into_tuple().all(tx).await
}

/// Those of these subscriptions that stand on an open invoice because of which services were suspended.
pub async fn still_suspended(tx: &DatabaseTransaction, db: &Db, subscriptions: &[Uuid]) -> Written<Vec<Uuid>> {
    let sql = format!(
        "SELECT DISTINCT l.subscription_id FROM invoice_line l \
         JOIN invoice i ON i.id = l.invoice_id AND i.state = 'OPEN' \
         JOIN reminder r ON r.invoice_id = l.invoice_id AND r.kind = 'SUSPEND' \
         WHERE {}",
        db.among("l.subscription_id", 1)
    );
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [db.keys(subscriptions)]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
