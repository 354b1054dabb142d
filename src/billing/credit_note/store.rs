//! Statements about credit notes.
#![expect(clippy::disallowed_methods, reason = "the statements about credit notes stand here")]

use std::sync::Arc;

use entity::credit_note::{ActiveModel, Column, Entity, Model};
use entity::{allocation, credit_note_line, credit_note_vat};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use uuid::Uuid;

use crate::base::db::is_among;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_ORGANISATION: List<Model> =
    List { descending: true, ..List::of_kept_rows(Table::CreditNote, "organisation_id", Key::Instant("created_at")) };
static OF_INVOICE: List<Model> =
    List { descending: true, ..List::of_kept_rows(Table::CreditNote, "invoice_id", Key::Instant("created_at")) };
static LINES: List<credit_note_line::Model> =
    List::of_kept_rows(Table::CreditNoteLine, "credit_note_id", Key::Number("position"));

impl Heap for Model {
    fn heap(&self) -> usize {
        self.number.heap() + self.currency.heap() + self.reason.heap()
    }
}

impl Kept for Model {}

impl Heap for credit_note_line::Model {
    fn heap(&self) -> usize {
        self.description.heap()
    }
}

impl Kept for credit_note_line::Model {}

/// A credit note with what belongs to it.
pub struct Note {
    /// The credit note.
    pub row: Model,
    /// Its lines.
    pub lines: Vec<credit_note_line::Model>,
    /// Its VAT by category and rate.
    pub vat: Vec<credit_note_vat::Model>,
    /// What of it goes to its invoice.
    pub allocated: Option<allocation::Model>,
}

/// Inserts a credit note with what belongs to it.
pub async fn create(tx: &DatabaseTransaction, note: Note) -> Written<()> {
    Entity::insert(note.row.into_active_model()).exec_without_returning(tx).await?;
    insert_all(tx, &note.lines).await?;
    insert_all(tx, &note.vat).await?;
    insert_all(tx, note.allocated.as_slice()).await
}

/// The credit notes of these invoices of which something is left, the oldest first. The caller has locked their payers.
pub async fn left_of(tx: &DatabaseTransaction, invoices: &[Uuid]) -> Written<Vec<Model>> {
    let of_them = Entity::find().filter(is_among(Column::InvoiceId, invoices, tx));
    let left = of_them.filter(Expr::col(Column::AllocatedMinor).lt(Expr::col(Column::TotalMinor)));
    left.order_by_asc(Column::Id).all(tx).await
}

/// A page of the credit notes for an organisation, the newest first.
pub async fn list(request: &Request, organisation: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_ORGANISATION.rows(request, organisation, page, Filter::default()).await
}

/// A page of the credit notes of an invoice, the newest first.
pub async fn list_of_invoice(request: &Request, invoice: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_INVOICE.rows(request, invoice, page, Filter::default()).await
}

/// A page of the lines of a credit note, in their order.
pub async fn list_lines(request: &Request, note: Uuid, page: &PageArguments) -> Result<Page<credit_note_line::Model>> {
    LINES.rows(request, note, page, Filter::default()).await
}

/// A credit note by its id, for the object that checks who sees it.
pub async fn find_row(request: &Request, id: Uuid) -> Result<Option<Arc<Model>>> {
    OF_ORGANISATION.find(request.db(), &request.lists, id).await
}

/// Writes how much of a credit note is allocated.
pub async fn allocate(tx: &DatabaseTransaction, row: &Model) -> Written<()> {
    let changed = ActiveModel { allocated_minor: Set(row.allocated_minor), ..Default::default() };
    Entity::update_many().set(changed).filter(Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}
