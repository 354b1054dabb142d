//! Statements about the bookkeeping: what happened on days, and batches.
#![expect(clippy::disallowed_methods, reason = "the statements about the bookkeeping stand here")]

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{Days, NaiveTime};
use entity::accounting_batch::{Column, Entity, Format, Model};
use entity::accounting_entry::{self, Kind};
use entity::{
    allocation, credit_note, credit_note_line, credit_note_vat, invoice, invoice_line, invoice_vat, payment, refund,
};
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::sea_query::{Expr, ExprTrait, IntoIden, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

const ENTRY_OF: (accounting_entry::Entity, accounting_entry::Column) =
    (accounting_entry::Entity, accounting_entry::Column::SourceId);

/// What happened, and the id of the document, payment, allocation or refund.
pub type Source = (Kind, Uuid);

/// What is in no batch of a format yet.
#[derive(Clone, Debug)]
pub struct Unbatched {
    /// The format.
    pub format: Format,
    /// The days of the batches that there are, each from its first to its last.
    pub batched: Vec<(Date, Date)>,
}

impl Unbatched {
    /// Whether a batch has the day.
    pub fn has_batch_of(&self, day: Date) -> bool {
        self.batched.iter().any(|(from, until)| (*from..=*until).contains(&day))
    }
}

/// What an issuer did on days, both inclusive.
#[derive(Clone, Debug)]
pub struct Span {
    /// The issuer.
    pub issuer: Uuid,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// For a batch: only what is in no batch yet. What came late for the batch of an earlier day is in it too.
    pub unbatched: Option<Unbatched>,
}

impl Span {
    /// All that happened on days.
    pub const fn new(issuer: Uuid, from: Date, until: Date) -> Self {
        Self { issuer, from, until, unbatched: None }
    }

    /// Whether what happened on a day is asked for.
    pub fn has(&self, day: Date) -> bool {
        let is_late = || self.unbatched.as_ref().is_some_and(|open| open.has_batch_of(day));
        day <= self.until && (self.from <= day || is_late())
    }

    /// The first day that is looked at.
    fn first(&self) -> Date {
        let batched = self.unbatched.iter().flat_map(|open| &open.batched).map(|(from, _)| *from);
        batched.chain([self.from]).min().unwrap_or(self.from)
    }

    /// That a thing is in no batch of the format yet, if that is asked for.
    fn is_open(&self, kind: Kind, id: (impl IntoIden, impl IntoIden)) -> Option<Condition> {
        let entries = self.entries(kind)?.and_where(Expr::col(ENTRY_OF).equals(id)).to_owned();
        Some(Condition::all().add(Expr::exists(entries).not()))
    }

    /// The ids of all such things in batches of the format.
    fn entries(&self, kind: Kind) -> Option<SelectStatement> {
        use accounting_entry::Column as E;
        let format = self.unbatched.as_ref()?.format;
        let mut entries = Query::select().column(E::SourceId).from(accounting_entry::Entity).to_owned();
        Some(entries.and_where(E::Format.eq(format)).and_where(E::Kind.eq(kind)).to_owned())
    }

    /// Instants that have all these days in any zone, and a day more on each side.
    fn instants(&self) -> (DateTimeUtc, DateTimeUtc) {
        let begin = |day: Date| day.and_time(NaiveTime::MIN).and_utc();
        let (one, two) = (Days::new(1), Days::new(2));
        let first = self.first().checked_sub_days(one).unwrap_or(self.from);
        (begin(first), begin(self.until.checked_add_days(two).unwrap_or(self.until)))
    }

    fn issued(&self) -> Condition {
        let all = Condition::all().add(invoice::Column::IssuerId.eq(self.issuer));
        let all = all.add(invoice::Column::State.ne(invoice::State::Draft));
        let all = all.add(invoice::Column::IssuedOn.between(self.first(), self.until));
        all.add_option(self.is_open(Kind::Invoice, (invoice::Entity, invoice::Column::Id)))
    }

    fn noted(&self) -> Condition {
        let all = Condition::all().add(credit_note::Column::IssuerId.eq(self.issuer));
        let all = all.add(credit_note::Column::IssuedOn.between(self.first(), self.until));
        all.add_option(self.is_open(Kind::CreditNote, (credit_note::Entity, credit_note::Column::Id)))
    }

    fn invoices(&self) -> SelectStatement {
        Query::select().column(invoice::Column::Id).from(invoice::Entity).cond_where(self.issued()).to_owned()
    }

    fn notes(&self) -> SelectStatement {
        Query::select().column(credit_note::Column::Id).from(credit_note::Entity).cond_where(self.noted()).to_owned()
    }
}

/// The invoices that were issued on the days, in the order of their numbers, with their lines and their VAT.
pub async fn invoices(
    db: &impl ConnectionTrait,
    span: &Span,
) -> Written<(Vec<invoice::Model>, Vec<invoice_line::Model>, Vec<invoice_vat::Model>)> {
    use invoice_line::Column as C;
    let rows = invoice::Entity::find().filter(span.issued()).order_by_asc(invoice::Column::IssuedOn);
    let rows = rows.order_by_asc(invoice::Column::Number).all(db).await?;
    let lines = invoice_line::Entity::find().filter(C::InvoiceId.in_subquery(span.invoices()));
    let lines = lines.order_by_asc(C::InvoiceId).order_by_asc(C::Position).all(db).await?;
    let vat = invoice_vat::Entity::find().filter(invoice_vat::Column::InvoiceId.in_subquery(span.invoices()));
    let vat = vat.order_by_asc(invoice_vat::Column::Category).order_by_asc(invoice_vat::Column::BasisPoints);
    Ok((rows, lines, vat.all(db).await?))
}

/// The credit notes that were issued on the days, in the order of their numbers, with their lines and their VAT.
pub async fn credit_notes(
    db: &impl ConnectionTrait,
    span: &Span,
) -> Written<(Vec<credit_note::Model>, Vec<credit_note_line::Model>, Vec<credit_note_vat::Model>)> {
    use credit_note_line::Column as C;
    let rows = credit_note::Entity::find().filter(span.noted()).order_by_asc(credit_note::Column::IssuedOn);
    let rows = rows.order_by_asc(credit_note::Column::Number).all(db).await?;
    let lines = credit_note_line::Entity::find().filter(C::CreditNoteId.in_subquery(span.notes()));
    let lines = lines.order_by_asc(C::CreditNoteId).order_by_asc(C::Position).all(db).await?;
    let vat = credit_note_vat::Entity::find().filter(credit_note_vat::Column::CreditNoteId.in_subquery(span.notes()));
    let vat = vat.order_by_asc(credit_note_vat::Column::Category).order_by_asc(credit_note_vat::Column::BasisPoints);
    Ok((rows, lines, vat.all(db).await?))
}

/// The invoices that were credited on the days, with their lines.
pub async fn credited(
    db: &impl ConnectionTrait,
    span: &Span,
) -> Written<(Vec<invoice::Model>, Vec<invoice_line::Model>)> {
    let ids = Query::select()
        .column(credit_note::Column::InvoiceId)
        .from(credit_note::Entity)
        .cond_where(span.noted())
        .to_owned();
    let rows = invoice::Entity::find().filter(invoice::Column::Id.in_subquery(ids)).all(db).await?;
    let of_notes = Query::select()
        .column(credit_note_line::Column::InvoiceLineId)
        .from(credit_note_line::Entity)
        .and_where(credit_note_line::Column::CreditNoteId.in_subquery(span.notes()))
        .to_owned();
    let lines = invoice_line::Entity::find().filter(invoice_line::Column::Id.in_subquery(of_notes));
    Ok((rows, lines.all(db).await?))
}

/// The payments that were recorded, taken back or put to invoices on the days, the oldest first, and what was put of
/// payments to invoices on the days. The days of recording are wider, because they depend on the zone. The last is what is
/// in a batch already of these payments.
pub async fn payments(
    db: &impl ConnectionTrait,
    span: &Span,
) -> Written<(Vec<payment::Model>, Vec<allocation::Model>, HashSet<Source>)> {
    use allocation::Column as A;
    use payment::Column as P;
    let put = || {
        // What is taken back belongs to the return of the payment.
        let is_taken_back = Condition::all().add(A::AmountMinor.lt(0));
        let is_put = Condition::all().add(A::AmountMinor.gt(0));
        let of_return = span.is_open(Kind::Return, (allocation::Entity, A::PaymentId));
        let of_it = span.is_open(Kind::Allocation, (allocation::Entity, A::Id));
        Condition::all()
            .add(A::PaymentId.is_not_null())
            .add(A::InvoiceId.is_not_null())
            .add(A::AllocatedOn.between(span.first(), span.until))
            .add(Condition::any().add(is_put.add_option(of_it)).add(is_taken_back.add_option(of_return)))
    };
    let (first, end) = span.instants();
    let ids = Query::select().column(A::PaymentId).from(allocation::Entity).cond_where(put()).to_owned();
    let id = (payment::Entity, P::Id);
    let is_recorded = Condition::all().add(P::CreatedAt.between(first, end));
    let is_returned = Condition::all().add(P::ReturnedOn.between(span.first(), span.until));
    let concerned = Condition::any()
        .add(is_recorded.add_option(span.is_open(Kind::Payment, id)))
        .add(is_returned.add_option(span.is_open(Kind::Return, id)))
        .add(P::Id.in_subquery(ids));
    let concerned = Condition::all().add(P::IssuerId.eq(span.issuer)).add(concerned);
    let rows = payment::Entity::find().filter(concerned.clone());
    let rows = rows.order_by_asc(P::CreatedAt).order_by_asc(P::Id).all(db).await?;
    let mut known = HashSet::new();
    for kind in [Kind::Payment, Kind::Return] {
        let Some(mut entries) = span.entries(kind) else { continue };
        let these = Query::select().column(P::Id).from(payment::Entity).cond_where(concerned.clone()).to_owned();
        let entries = entries.and_where(accounting_entry::Column::SourceId.in_subquery(these));
        for row in db.query_all(&*entries).await? {
            known.insert((kind, row.try_get_by_index(0)?));
        }
    }
    let of_issuer =
        Query::select().column(P::Id).from(payment::Entity).and_where(P::IssuerId.eq(span.issuer)).to_owned();
    let allocations = allocation::Entity::find().filter(put()).filter(A::PaymentId.in_subquery(of_issuer));
    Ok((rows, allocations.order_by_asc(A::Id).all(db).await?, known))
}

/// The refunds that were recorded on the days, the oldest first, and what of them came from credit notes. The days are
/// wider, because they depend on the zone.
pub async fn refunds(db: &impl ConnectionTrait, span: &Span) -> Written<(Vec<refund::Model>, Vec<allocation::Model>)> {
    use allocation::Column as A;
    use refund::Column as R;
    let (first, end) = span.instants();
    let recorded = || {
        let all = Condition::all().add(R::IssuerId.eq(span.issuer)).add(R::CreatedAt.between(first, end));
        all.add_option(span.is_open(Kind::Refund, (refund::Entity, R::Id)))
    };
    let rows = refund::Entity::find().filter(recorded()).order_by_asc(R::CreatedAt).order_by_asc(R::Id).all(db).await?;
    let ids = Query::select().column(R::Id).from(refund::Entity).cond_where(recorded()).to_owned();
    let from_notes = allocation::Entity::find().filter(A::RefundId.in_subquery(ids));
    Ok((rows, from_notes.filter(A::CreditNoteId.is_not_null()).all(db).await?))
}

/// A batch without its file.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Batch {
    /// UUIDv7.
    pub id: Uuid,
    /// The issuer.
    pub issuer_id: Uuid,
    /// The format of the file.
    pub format: Format,
    /// The first day of its vouchers.
    pub from_on: Date,
    /// The last day of its vouchers.
    pub until_on: Date,
    /// How many vouchers it holds.
    pub vouchers: i32,
    /// The SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

static OF_ISSUER: List<Batch> = List {
    descending: true,
    columns: "t.id, t.issuer_id, t.format, t.from_on, t.until_on, t.vouchers, t.sha256, t.created_at",
    ..List::of_rows("accounting_batch", "issuer_id", Key::Instant("created_at"))
};

/// A page of the batches of an issuer, the newest first.
pub async fn list(request: &Request, issuer: Uuid, page: &PageArguments) -> Result<Page<Batch>> {
    OF_ISSUER.rows(request, issuer, page, Filter::default()).await
}

/// A batch by its id, without its file.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Batch>>>> {
    OF_ISSUER.look_up(request, id).await
}

/// A batch of an issuer with its file.
pub async fn load(db: &impl ConnectionTrait, issuer: Uuid, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).filter(Column::IssuerId.eq(issuer)).one(db).await
}

/// What is in no batch of the format yet.
pub async fn unbatched(tx: &DatabaseTransaction, issuer: Uuid, format: Format) -> Written<Unbatched> {
    let of_format = Entity::find().filter(Column::IssuerId.eq(issuer)).filter(Column::Format.eq(format));
    let days = of_format.select_only().columns([Column::FromOn, Column::UntilOn]);
    Ok(Unbatched { format, batched: days.into_tuple().all(tx).await? })
}

/// Adds a batch with what is in it.
pub async fn create(tx: &DatabaseTransaction, row: Model, sources: &[Source]) -> Written<()> {
    let (batch_id, format) = (row.id, row.format);
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    let entry = |(kind, source_id): &Source| {
        let (kind, source_id) = (*kind, *source_id);
        accounting_entry::Model { format, kind, source_id, batch_id }
    };
    insert_all(tx, &sources.iter().map(entry).collect::<Vec<_>>()).await
}
