//! Statements about documents.
#![expect(clippy::disallowed_methods, reason = "the statements about documents stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::document::{Column, Entity, Kind, Model};
use entity::{credit_note, credit_note_line, credit_note_vat, invoice};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::insert::insert_or;
use crate::base::memory::{Heap, OfTable, Table};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// What documents are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An invoice.
    Invoice(Uuid),
    /// A credit note.
    CreditNote(Uuid),
}

impl Source {
    /// The invoice, or the credit note.
    pub const fn ids(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Invoice(id) => (Some(id), None),
            Self::CreditNote(id) => (None, Some(id)),
        }
    }
}

/// A credit note with its lines and its VAT.
pub type CreditNote = (credit_note::Model, Vec<credit_note_line::Model>, Vec<credit_note_vat::Model>);

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

/// Writes documents that are not there yet. Nothing is to be written any more of what they are of.
pub async fn add(tx: &DatabaseTransaction, of: Source, rows: &[Model]) -> Written<()> {
    insert_or(tx, rows, &OnConflict::new().do_nothing().to_owned()).await?;
    match of {
        Source::Invoice(id) => {
            let written = invoice::ActiveModel { needs_documents: Set(false), ..Default::default() };
            invoice::Entity::update_many().set(written).filter(invoice::Column::Id.eq(id)).exec(tx).await?;
        }
        Source::CreditNote(id) => {
            let written = credit_note::ActiveModel { needs_documents: Set(false), ..Default::default() };
            credit_note::Entity::update_many().set(written).filter(credit_note::Column::Id.eq(id)).exec(tx).await?;
        }
    }
    Ok(())
}

/// The next invoices, or credit notes, whose documents are still to be written, in the order of their ids.
pub async fn due(db: &Db, after: Source, limit: u64) -> Result<Vec<Uuid>> {
    let (table, after) = match after {
        Source::Invoice(id) => ("invoice", id),
        Source::CreditNote(id) => ("credit_note", id),
    };
    let sql = format!("SELECT id FROM {table} WHERE needs_documents AND id > $1 ORDER BY id LIMIT $2");
    let rows = db.rows(sql, vec![after.into(), limit.cast_signed().into()]).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?)
}

/// A credit note with its lines and its VAT.
pub async fn credit_note(db: &Db, id: Uuid) -> Result<Option<CreditNote>> {
    let reader = db.reader();
    let Some(row) = credit_note::Entity::find_by_id(id).one(reader).await? else { return Ok(None) };
    let lines = credit_note_line::Entity::find().filter(credit_note_line::Column::CreditNoteId.eq(id));
    let lines = lines.order_by_asc(credit_note_line::Column::Position).all(reader).await?;
    let vat = credit_note_vat::Entity::find().filter(credit_note_vat::Column::CreditNoteId.eq(id)).all(reader).await?;
    Ok(Some((row, lines, vat)))
}
