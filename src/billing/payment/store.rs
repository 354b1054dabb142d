//! Statements about payments, refunds and allocations.
#![expect(clippy::disallowed_methods, reason = "the statements about payments stand here")]

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::Months;
use entity::payment::{ActiveModel, Column, Entity, Model, State};
use entity::{allocation, credit_note, invoice, refund};
use sea_orm::prelude::Date;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use super::matching;
use crate::base::db::{Db, is_one_of};
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::{Heap, Kept, Table};
use crate::billing::invoice::open_minor;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// The most names of invoices in one statement, which has each twice.
const NAMES: usize = 8_000;

static OF_ISSUER: List<Model> =
    List { descending: true, ..List::of_kept_rows(Table::Payment, "issuer_id", Key::Instant("created_at")) };
static OF_PAYER: List<Model> = List { parent: "payer_id", ..OF_ISSUER };
static OF_INVOICE: List<allocation::Model> =
    List::of_kept_rows(Table::Allocation, "invoice_id", Key::Instant("created_at"));
static OF_PAYMENT: List<allocation::Model> = List { parent: "payment_id", ..OF_INVOICE };

impl Heap for Model {
    fn heap(&self) -> usize {
        self.currency.heap() + self.source_key.heap() + self.reference.heap() + self.text.heap() + self.paid_by.heap()
    }
}

impl Kept for Model {}

impl Heap for allocation::Model {
    fn heap(&self) -> usize {
        0
    }
}

impl Kept for allocation::Model {}

/// A page of the payments that an issuer received, the newest first.
pub async fn list(request: &Request, issuer: Uuid, page: &PageArguments, state: Option<State>) -> Result<Page<Model>> {
    OF_ISSUER.rows(request, issuer, page, Filter::default().in_state(state)).await
}

/// A page of the payments of a payer, the newest first.
pub async fn list_of_payer(request: &Request, payer: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_PAYER.rows(request, payer, page, Filter::default()).await
}

/// A page of what was put to an invoice, the oldest first.
pub async fn list_of_invoice(
    request: &Request,
    invoice: Uuid,
    page: &PageArguments,
) -> Result<Page<allocation::Model>> {
    OF_INVOICE.rows(request, invoice, page, Filter::default()).await
}

/// A page of what a payment was put to, the oldest first.
pub async fn list_of_payment(
    request: &Request,
    payment: Uuid,
    page: &PageArguments,
) -> Result<Page<allocation::Model>> {
    OF_PAYMENT.rows(request, payment, page, Filter::default()).await
}

/// A payment by its id, for the object that checks who sees it.
pub async fn find_row(request: &Request, id: Uuid) -> Result<Option<Arc<Model>>> {
    OF_ISSUER.find(request.db(), &request.lists, id).await
}

/// A payment, as the transaction sees it.
pub async fn find(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// Which of these entries of bank statements are recorded already.
pub async fn known_keys(db: &impl ConnectionTrait, issuer: Uuid, keys: &[String]) -> Written<Vec<String>> {
    let known = Entity::find().filter(Column::IssuerId.eq(issuer)).filter(is_one_of(Column::SourceKey, keys, db));
    known.select_only().column(Column::SourceKey).into_tuple().all(db).await
}

/// Adds payments.
pub async fn add(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<()> {
    insert_all(tx, &rows).await
}

/// Writes who paid, what is allocated, the state of a payment, and the entry that took it back.
pub async fn save(tx: &DatabaseTransaction, row: &Model) -> Written<()> {
    let changed = ActiveModel {
        payer_id: Set(row.payer_id),
        allocated_minor: Set(row.allocated_minor),
        state: Set(row.state),
        return_key: Set(row.return_key.clone()),
        returned_on: Set(row.returned_on),
        ..Default::default()
    };
    Entity::update_many().set(changed).filter(Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Adds a refund.
pub async fn add_refund(tx: &DatabaseTransaction, row: refund::Model) -> Written<()> {
    refund::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Adds allocations.
pub async fn add_allocations(tx: &DatabaseTransaction, rows: Vec<allocation::Model>) -> Written<()> {
    insert_all(tx, &rows).await
}

/// The allocations of a payment, as the transaction sees them.
pub async fn allocations_of(tx: &DatabaseTransaction, payment: Uuid) -> Written<Vec<allocation::Model>> {
    let of_it = allocation::Entity::find().filter(allocation::Column::PaymentId.eq(payment));
    of_it.order_by_asc(allocation::Column::Id).all(tx).await
}

/// What a payer has with the issuer in a currency.
pub struct Left {
    /// The payments of which something is left, the oldest first.
    pub payments: Vec<Model>,
    /// The credit notes of which something is left, the oldest first.
    pub notes: Vec<credit_note::Model>,
    /// What was paid back of payments that the bank took back later: the payer owes it.
    pub owed_minor: i64,
}

impl Left {
    /// What the payer can use, in minor units. Below zero if it owes more than is left.
    pub fn minor(&self) -> i64 {
        let payments = self.payments.iter().map(|row| row.amount_minor - row.allocated_minor);
        let notes = self.notes.iter().map(|row| row.total_minor - row.allocated_minor);
        payments.chain(notes).sum::<i64>() - self.owed_minor
    }
}

/// What a payer has with the issuer in a currency, as the transaction sees it.
pub async fn balance_in(tx: &DatabaseTransaction, payer: Uuid, currency: &str) -> Written<Left> {
    use credit_note::Column as C;
    let of_payer = Entity::find().filter(Column::PayerId.eq(payer)).filter(Column::Currency.eq(currency));
    let left = of_payer.clone().filter(Column::State.eq(State::Matched));
    let left = left.filter(Expr::col(Column::AllocatedMinor).lt(Expr::col(Column::AmountMinor)));
    let payments = left.order_by_asc(Column::Id).all(tx).await?;
    let returned = of_payer.filter(Column::State.eq(State::Returned)).filter(Column::AllocatedMinor.ne(0));
    let refunded: Vec<i64> = returned.select_only().column(Column::AllocatedMinor).into_tuple().all(tx).await?;
    let left = credit_note::Entity::find().filter(C::PayerId.eq(payer)).filter(C::Currency.eq(currency));
    let left = left.filter(Expr::col(C::AllocatedMinor).lt(Expr::col(C::TotalMinor)));
    let notes = left.order_by_asc(C::Id).all(tx).await?;
    Ok(Left { payments, notes, owed_minor: refunded.iter().sum() })
}

/// What payers have with the issuer, by currency: one statement for all that are asked for together. Of a payment that the
/// bank took back, nothing is left, and what was paid back of it is owed.
pub async fn balances(db: &Db, payers: &[Uuid]) -> Result<Vec<(Uuid, String, i64)>> {
    let sql = format!(
        "SELECT payer_id, currency, CAST(SUM(minor) AS BIGINT) FROM ( \
           SELECT payer_id, currency, \
             CASE WHEN state = 'RETURNED' THEN 0 ELSE amount_minor END - allocated_minor AS minor FROM payment \
             WHERE state <> 'UNMATCHED' AND {among} \
           UNION ALL SELECT payer_id, currency, total_minor - allocated_minor FROM credit_note WHERE {among}) AS b \
         GROUP BY payer_id, currency HAVING SUM(minor) <> 0 ORDER BY currency",
        among = db.among("payer_id", 1)
    );
    let rows = db.rows(sql, vec![db.keys(payers)]).await?;
    let read =
        |row: &sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?));
    Ok(rows.iter().map(read).collect::<Result<_, DbErr>>()?)
}

/// An open invoice, as far as a payment may be for it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Open {
    /// Its key.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// ISO 4217.
    pub currency: String,
    /// What is left to pay, in minor units.
    pub open_minor: i64,
    /// The name on it.
    pub recipient_name: String,
}

impl Open {
    fn of(row: invoice::Model) -> Self {
        let open_minor = open_minor(&row);
        let (number, recipient_name) = (row.number.unwrap_or_default(), row.recipient_name);
        Self { id: row.id, number, currency: row.currency, open_minor, recipient_name }
    }
}

/// The open invoices of an issuer, the oldest first: those that a payment may be for. At most so many. Concurrent calls share
/// one statement.
pub async fn open_invoices(request: &Request, issuer: Uuid, most: u64) -> Result<Arc<Vec<Open>>> {
    use invoice::Column as C;
    let batch = request.lists.batch::<Arc<Vec<Open>>>("open invoices of an issuer");
    let load = async |issuers: Vec<Uuid>| {
        let mut found = HashMap::new();
        for issuer in issuers {
            let open = invoice::Entity::find().filter(C::IssuerId.eq(issuer)).filter(C::State.eq(invoice::State::Open));
            let left = Expr::col(C::TotalMinor).sub(Expr::col(C::PaidMinor)).sub(Expr::col(C::SettledMinor));
            let open = open.select_only().columns([C::Id, C::Number, C::Currency, C::RecipientName]);
            let open = open.column_as(left, "open_minor").order_by_asc(C::DueOn).order_by_asc(C::Id).limit(most);
            found.insert(issuer, Arc::new(open.into_model::<Open>().all(request.db().reader()).await?));
        }
        Ok(found)
    };
    Ok(batch.load(issuer, load).await?.unwrap_or_default())
}

/// The issued invoices that a payment names by their numbers or references, however many are open. Concurrent calls share
/// two statements.
pub async fn named_invoices(request: &Request, payment: Uuid) -> Result<Arc<Vec<Open>>> {
    use invoice::Column as C;
    let batch = request.lists.batch::<Arc<Vec<Open>>>("invoices that payments name");
    let load = async |payments: Vec<Uuid>| {
        let reader = request.db().reader();
        let payments = Entity::find().filter(Column::Id.is_in(payments)).all(reader).await?;
        let said = |row: &Model| matching::names(&matching::references_of(row), std::slice::from_ref(&row.text));
        let with_names = |row: Model| {
            let names = said(&row);
            (row, names)
        };
        let named: Vec<(Model, BTreeSet<String>)> = payments.into_iter().map(with_names).collect();
        let issuers: BTreeSet<Uuid> = named.iter().map(|(row, _)| row.issuer_id).collect();
        let all: BTreeSet<&String> = named.iter().flat_map(|(_, names)| names).collect();
        let all: Vec<&String> = all.into_iter().collect();
        let mut invoices: Vec<(Option<String>, Uuid, Open)> = Vec::new();
        for some in all.chunks(NAMES) {
            let of_issuers = invoice::Entity::find().filter(C::IssuerId.is_in(issuers.iter().copied()));
            let issued = of_issuers.filter(C::State.ne(invoice::State::Draft));
            let some = || some.iter().map(|name| name.as_str());
            let meant = Condition::any().add(C::PaymentReference.is_in(some())).add(C::Number.is_in(some()));
            for row in issued.filter(meant).order_by_asc(C::DueOn).order_by_asc(C::Id).all(reader).await? {
                invoices.push((row.payment_reference.clone(), row.issuer_id, Open::of(row)));
            }
        }
        let is_meant = |payment: &Model, names: &BTreeSet<String>, (reference, issuer, one): &(_, Uuid, Open)| {
            let is_named = |name: &String| names.contains(name);
            let reference: &Option<String> = reference;
            *issuer == payment.issuer_id && (reference.as_ref().is_some_and(is_named) || is_named(&one.number))
        };
        let of_payment = |(payment, names): &(Model, BTreeSet<String>)| {
            let meant = invoices.iter().filter(|one| is_meant(payment, names, one));
            (payment.id, Arc::new(meant.map(|(_, _, one)| one.clone()).collect()))
        };
        Ok(named.iter().map(of_payment).collect())
    };
    Ok(batch.load(payment, load).await?.unwrap_or_default())
}

/// Whether the entry of a bank statement took a payment back already.
pub async fn is_returned(db: &impl ConnectionTrait, issuer: Uuid, entry: &str) -> Written<bool> {
    let by_it = Entity::find().filter(Column::IssuerId.eq(issuer)).filter(Column::ReturnKey.eq(entry));
    Ok(by_it.count(db).await? > 0)
}

/// A payment that the bank may take back.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Returnable {
    /// Its key.
    pub id: Uuid,
    /// Its state.
    pub state: State,
    /// The reference of the bank.
    pub bank_reference: Option<String>,
    /// The reference that the payer gave to its own bank.
    pub end_to_end_id: Option<String>,
    /// The references that it names, one in each line.
    pub reference: Option<String>,
    /// What the payer wrote.
    pub text: String,
}

/// The payments of an issuer with this amount that the bank may take back on a day, the newest first: those of the last
/// thirteen months, within which a direct debit can be returned. A payment that a person has taken back is one of them, until
/// an entry of the bank fits it.
pub async fn returnable(
    db: &impl ConnectionTrait,
    issuer: Uuid,
    (amount_minor, currency, on): (i64, &str, Date),
) -> Written<Vec<Returnable>> {
    let first = on - Months::new(13);
    let same = Entity::find().filter(Column::IssuerId.eq(issuer)).filter(Column::AmountMinor.eq(amount_minor));
    let same = same.filter(Column::Currency.eq(currency)).filter(Column::ReturnKey.is_null());
    let same = same.filter(Column::ReceivedOn.between(first, on)).order_by_desc(Column::Id);
    same.into_model::<Returnable>().all(db).await
}
