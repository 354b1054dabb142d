//! Statements about documents.
#![expect(clippy::disallowed_methods, reason = "the statements about documents stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::document::{Column, Entity, Kind, Model};
use entity::{credit_note, credit_note_line, credit_note_vat};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::memory::{Heap, OfTable, Table};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// A document without its bytes.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Head {
    /// Its key.
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The invoice.
    pub invoice_id: Option<Uuid>,
    /// The credit note.
    pub credit_note_id: Option<Uuid>,
    /// What kind of document it is.
    pub kind: Kind,
    /// The SHA-256 of the bytes.
    pub sha256: String,
}

impl Heap for Head {
    fn heap(&self) -> usize {
        self.sha256.heap()
    }
}

const HEADS: [Column; 6] =
    [Column::Id, Column::OrganisationId, Column::InvoiceId, Column::CreditNoteId, Column::Kind, Column::Sha256];
const OF_INVOICES: OfTable<Arc<Vec<Head>>> = OfTable::new(Table::Document);

/// The documents of an invoice or a credit note. Concurrent calls share one statement.
pub async fn heads(request: &Request, of: Uuid) -> Result<Arc<Vec<Head>>> {
    let load = async |ids: Vec<Uuid>| {
        let heads = Entity::find().select_only().columns(HEADS);
        let either = sea_orm::Condition::any()
            .add(Column::InvoiceId.is_in(ids.iter().copied()))
            .add(Column::CreditNoteId.is_in(ids.iter().copied()));
        let heads = heads.filter(either).order_by_asc(Column::Kind).into_model::<Head>();
        let mut found: HashMap<Uuid, Vec<Head>> = HashMap::new();
        for head in heads.all(request.db().reader()).await? {
            if let Some(of) = head.invoice_id.or(head.credit_note_id) {
                found.entry(of).or_default().push(head);
            }
        }
        Ok(found.into_iter().map(|(of, heads)| (of, Arc::new(heads))).collect())
    };
    Ok(request.lists.kept("documents", of, &OF_INVOICES, load).await?.unwrap_or_default())
}

/// A document of an invoice or a credit note, with its bytes.
pub async fn find(db: &Db, of: Uuid, kind: Kind) -> Result<Option<Model>> {
    let either = sea_orm::Condition::any().add(Column::InvoiceId.eq(of)).add(Column::CreditNoteId.eq(of));
    Ok(Entity::find().filter(either).filter(Column::Kind.eq(kind)).one(db.reader()).await?)
}

/// Writes documents that are not there yet.
pub async fn add(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    for row in rows {
        let is_there = OnConflict::new().do_nothing().to_owned();
        Entity::insert(row.into_active_model()).on_conflict(is_there).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Invoices that were issued and have no documents, the oldest first.
pub async fn without(db: &Db, limit: u64) -> Result<Vec<Uuid>> {
    let sql = "SELECT i.id FROM invoice i WHERE i.state <> 'DRAFT' AND i.seller <> '{}' \
               AND NOT EXISTS (SELECT 1 FROM document d WHERE d.invoice_id = i.id) ORDER BY i.id LIMIT $1";
    ids(db, sql, limit).await
}

/// Credit notes without documents whose invoices have some, the oldest first.
pub async fn notes_without(db: &Db, limit: u64) -> Result<Vec<Uuid>> {
    let sql = "SELECT n.id FROM credit_note n JOIN invoice i ON i.id = n.invoice_id WHERE i.seller <> '{}' \
               AND NOT EXISTS (SELECT 1 FROM document d WHERE d.credit_note_id = n.id) ORDER BY n.id LIMIT $1";
    ids(db, sql, limit).await
}

async fn ids(db: &Db, sql: &str, limit: u64) -> Result<Vec<Uuid>> {
    let statement = Statement::from_sql_and_values(db.backend(), sql, [limit.cast_signed().into()]);
    let rows = db.reader().query_all_raw(statement).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?)
}

/// A credit note with its lines and its VAT, and the key of its invoice.
pub async fn credit_note(
    tx: &DatabaseTransaction,
    id: Uuid,
) -> Written<Option<(credit_note::Model, Vec<credit_note_line::Model>, Vec<credit_note_vat::Model>)>> {
    let Some(row) = credit_note::Entity::find_by_id(id).one(tx).await? else { return Ok(None) };
    let lines = credit_note_line::Entity::find().filter(credit_note_line::Column::CreditNoteId.eq(id));
    let lines = lines.order_by_asc(credit_note_line::Column::Position).all(tx).await?;
    let vat = credit_note_vat::Entity::find().filter(credit_note_vat::Column::CreditNoteId.eq(id)).all(tx).await?;
    Ok(Some((row, lines, vat)))
}
