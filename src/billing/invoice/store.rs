//! Statements about invoices.
#![expect(clippy::disallowed_methods, reason = "the statements about invoices stand here")]

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use entity::{invoice, invoice_line, invoice_vat};
use sea_orm::prelude::Date;
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set, Statement,
};
use serde_json::json;
use uuid::Uuid;

use super::compose::Composed;
use super::rules::InvoiceState;
use crate::access::{Decision, Permission};
use crate::base::db::{is_among, is_one_of};
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::base::memory::OfTable;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, Search};
use crate::graphql::request::Request;
use crate::live::event::since;
use crate::partners::overview::store::is_reached;
use crate::partners::partnership::store::in_force;

/// The invoices for an organisation.
static OF_ORGANISATION: Orders = Orders::of("organisation_id");
/// The invoices that a payer is to pay.
static OF_PAYER: Orders = Orders::of("payer_id");

/// The invoices of the clients of a reseller, with the partnership.
static OF_CLIENTS: List<invoice::Model> = List {
    descending: true,
    ..List::of_rows(
        "(SELECT i.*, p.reseller_id, p.id AS partnership_id FROM partnership p \
          JOIN invoice i ON i.organisation_id = p.client_id)",
        "reseller_id",
        Key::Instant("created_at"),
    )
};

/// A list of invoices in each order, ascending and descending. The columns for days and numbers are never null: a draft counts
/// as later than all others.
struct Orders {
    created: [List<invoice::Model>; 2],
    issued: [List<invoice::Model>; 2],
    due: [List<invoice::Model>; 2],
    number: [List<invoice::Model>; 2],
}

impl Orders {
    const fn of(parent: &'static str) -> Self {
        Self {
            created: Self::both(parent, Key::Instant("created_at")),
            issued: Self::both(parent, Key::Day("issued_key")),
            due: Self::both(parent, Key::Day("due_key")),
            number: Self::both(parent, Key::Text("number_key")),
        }
    }

    const fn both(parent: &'static str, key: Key) -> [List<invoice::Model>; 2] {
        let ascending = List::of_kept_rows(Table::Invoice, parent, key);
        [ascending, List { descending: true, ..List::of_kept_rows(Table::Invoice, parent, key) }]
    }

    const fn list(&'static self, order: Order) -> &'static List<invoice::Model> {
        let [ascending, descending] = match order.by {
            By::Created => &self.created,
            By::Issued => &self.issued,
            By::Due => &self.due,
            By::Number => &self.number,
        };
        if order.descending { descending } else { ascending }
    }
}

/// What invoices are ordered by.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// When they were made.
    Created,
    /// The day of issue.
    Issued,
    /// The due day.
    Due,
    /// The number, character by character.
    Number,
}

/// The order of invoices.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// What they are ordered by.
    pub by: By,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { by: By::Created, descending: true }
    }
}

/// The lines of an invoice, in their order.
static LINES: List<invoice_line::Model> = List::of_kept_rows(Table::InvoiceLine, "invoice_id", Key::Number("position"));

impl Heap for invoice::Model {
    fn heap(&self) -> usize {
        let texts = [&self.currency, &self.recipient_name, &self.recipient_address, &self.recipient_country];
        let documents = [&self.seller, &self.buyer, &self.vat_rule];
        let more = [&self.number, &self.payment_reference, &self.purchase_order, &self.exchange];
        texts.iter().chain(&documents).map(|text| text.heap()).sum::<usize>()
            + more.iter().map(|text| text.heap()).sum::<usize>()
    }
}

impl Kept for invoice::Model {}

impl Heap for invoice_line::Model {
    fn heap(&self) -> usize {
        self.description.heap() + self.product_code.heap() + self.revenue_key.heap() + self.unit_code.heap()
    }
}

impl Kept for invoice_line::Model {}

impl Heap for invoice_vat::Model {
    fn heap(&self) -> usize {
        self.exemption.heap()
    }
}

const VAT: OfTable<Arc<Vec<invoice_vat::Model>>> = OfTable::new(Table::InvoiceVat);

type Written<T> = Result<T, DbErr>;

/// Which invoices a list shows. The days of a range are inclusive.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    /// In one of these states; in any without.
    pub states: Option<Vec<InvoiceState>>,
    /// For this organisation.
    pub organisation: Option<Uuid>,
    /// To be paid by this organisation.
    pub payer: Option<Uuid>,
    /// The order; the newest first without.
    pub order: Order,
    /// With this part of a number.
    pub number: Search,
    /// Issued from and until.
    pub issued: (Option<Date>, Option<Date>),
    /// Due from and until.
    pub due: (Option<Date>, Option<Date>),
    /// Changed since this token.
    pub changed_since: Option<String>,
}

impl Criteria {
    /// The conditions, today.
    async fn read(&self, request: &Request) -> Result<Filter> {
        let filter = self.filter(request.today());
        Ok(match &self.changed_since {
            Some(token) => since::narrow(filter, since::position(request, token).await?, None, &["t.id"]),
            None => filter,
        })
    }

    /// The conditions, on a day.
    fn filter(&self, today: Date) -> Filter {
        use InvoiceState as S;
        let mut filter = Filter::default();
        if let Some(states) = &self.states {
            // Each state once and in one order, so that the same request has the same statement.
            let wanted: Vec<&str> = [
                (S::Draft, "t.state = 'DRAFT'"),
                (S::Open, "(t.state = 'OPEN' AND t.due_on >= :today)"),
                (S::Paid, "t.state = 'PAID'"),
                (S::Void, "t.state = 'VOID'"),
                (S::Overdue, "(t.state = 'OPEN' AND t.due_on < :today)"),
            ]
            .into_iter()
            .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
            .collect();
            filter = match wanted.join(" OR ") {
                none if none.is_empty() => filter.and("FALSE"),
                any if any.contains(":today") => filter.and_with(&format!("({any})"), [(":today", today.into())]),
                any => filter.and(&format!("({any})")),
            };
        }
        for (column, side) in [("organisation_id", self.organisation), ("payer_id", self.payer)] {
            if let Some(side) = side {
                filter = filter.and_with(&format!("t.{column} = :side"), [(":side", side.into())]);
            }
        }
        // Numbers are made of ASCII letters and digits.
        filter = self.number.narrow(filter, "lower(t.number) LIKE :search ESCAPE '!'");
        for (column, (from, until)) in [("issued_on", self.issued), ("due_on", self.due)] {
            for (comparison, day) in [(">=", from), ("<=", until)] {
                if let Some(day) = day {
                    filter = filter.and_with(&format!("t.{column} {comparison} :day"), [(":day", day.into())]);
                }
            }
        }
        filter
    }
}

/// A page of the invoices for an organisation.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    criteria: Criteria,
) -> Result<Page<invoice::Model>> {
    let filter = criteria.read(request).await?;
    OF_ORGANISATION.list(criteria.order).rows(request, organisation, page, filter).await
}

/// A page of the invoices that an organisation is to pay: its own and those of others.
pub async fn list_to_pay(
    request: &Request,
    payer: Uuid,
    page: &PageArguments,
    criteria: Criteria,
) -> Result<Page<invoice::Model>> {
    let filter = criteria.read(request).await?;
    OF_PAYER.list(criteria.order).rows(request, payer, page, filter).await
}

/// A page of the invoices of all clients of a reseller that let the viewer read them, the newest first. The time grows with
/// the number of these invoices.
pub async fn list_of_clients(
    request: &Request,
    reseller: &Decision,
    page: &PageArguments,
    criteria: Criteria,
) -> Result<Page<invoice::Model>> {
    let mut filter = criteria.read(request).await?;
    let reach = reseller.client_reach(Permission::InvoiceRead);
    let now = filter.value(request.now());
    let delegated = format!(
        "t.partnership_id IN (SELECT p.id FROM partnership p WHERE {} AND {})",
        in_force("p", &now),
        is_reached("p", &reach, Permission::InvoiceRead)
    );
    OF_CLIENTS.rows(request, reseller.id(), page, filter.and(&delegated)).await
}

/// A page of the lines of an invoice.
pub async fn list_lines(request: &Request, invoice: Uuid, page: &PageArguments) -> Result<Page<invoice_line::Model>> {
    LINES.rows(request, invoice, page, Filter::default()).await
}

/// The invoice that a line belongs to. The object that is made of it checks who sees it.
pub async fn invoice_of_line(request: &Request, line: Uuid) -> Result<Option<Uuid>> {
    Ok(LINES.find(request.db(), &request.lists, line).await?.map(|line| line.invoice_id))
}

/// An invoice by its id, for the object that checks who sees it.
pub async fn find_row(request: &Request, id: Uuid) -> Result<Option<Arc<invoice::Model>>> {
    OF_ORGANISATION.created[0].find(request.db(), &request.lists, id).await
}

/// VAT of an invoice by category and rate. One statement fetches that of all invoices that are asked for together.
pub async fn vat(request: &Request, invoice: Uuid) -> Result<Arc<Vec<invoice_vat::Model>>> {
    let load = async |ids: Vec<Uuid>| {
        let rows = invoice_vat::Entity::find().filter(invoice_vat::Column::InvoiceId.is_in(ids));
        let rows = rows.order_by_asc(invoice_vat::Column::Category).order_by_asc(invoice_vat::Column::BasisPoints);
        let mut found: HashMap<Uuid, Vec<invoice_vat::Model>> = HashMap::new();
        for row in rows.all(request.db().reader()).await? {
            found.entry(row.invoice_id).or_default().push(row);
        }
        Ok(found.into_iter().map(|(id, rows)| (id, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("VAT of invoices", invoice, &VAT, load).await?.unwrap_or_default())
}

/// Inserts invoices with what belongs to them.
pub async fn create(tx: &DatabaseTransaction, invoices: &[Composed]) -> Written<()> {
    let rows: Vec<_> = invoices.iter().map(|one| one.invoice.clone()).collect();
    insert_all(tx, &rows).await?;
    insert_parts(tx, invoices).await
}

async fn insert_parts(tx: &DatabaseTransaction, invoices: &[Composed]) -> Written<()> {
    let lines: Vec<_> = invoices.iter().flat_map(|one| &one.lines).cloned().collect();
    insert_all(tx, &lines).await?;
    let vat: Vec<_> = invoices.iter().flat_map(|one| &one.vat).cloned().collect();
    insert_all(tx, &vat).await
}

/// The lines of subscriptions for intervals from a day on, the oldest first, with the states of their invoices.
pub async fn billed(
    tx: &DatabaseTransaction,
    subscriptions: &[Uuid],
    from: Date,
) -> Written<Vec<(invoice_line::Model, invoice::State)>> {
    use invoice_line::Column as C;
    let lines = invoice_line::Entity::find().filter(is_among(C::SubscriptionId, subscriptions, tx));
    let lines = lines.filter(C::IntervalStartsOn.gte(from)).order_by_asc(C::Id).all(tx).await?;
    with_states(tx, lines).await
}

/// The lines that billed the setup of these subscriptions, with the states of their invoices.
pub async fn billed_setup(
    tx: &DatabaseTransaction,
    subscriptions: &[Uuid],
) -> Written<Vec<(invoice_line::Model, invoice::State)>> {
    use invoice_line::Column as C;
    if subscriptions.is_empty() {
        return Ok(Vec::new());
    }
    let lines = invoice_line::Entity::find().filter(is_among(C::SubscriptionId, subscriptions, tx));
    let lines = lines.filter(C::ChargeId.is_not_null()).order_by_asc(C::Id).all(tx).await?;
    with_states(tx, lines).await
}

async fn with_states(
    tx: &DatabaseTransaction,
    lines: Vec<invoice_line::Model>,
) -> Written<Vec<(invoice_line::Model, invoice::State)>> {
    let ids: BTreeSet<Uuid> = lines.iter().map(|line| line.invoice_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let drafts = invoice::Entity::find().filter(is_among(invoice::Column::Id, &ids, tx));
    let drafts = drafts.filter(invoice::Column::State.eq(invoice::State::Draft)).select_only();
    let drafts: Vec<Uuid> = drafts.column(invoice::Column::Id).into_tuple().all(tx).await?;
    let drafts: HashSet<Uuid> = drafts.into_iter().collect();
    let with_state = |line: invoice_line::Model| {
        let state = if drafts.contains(&line.invoice_id) { invoice::State::Draft } else { invoice::State::Open };
        (line, state)
    };
    Ok(lines.into_iter().map(with_state).collect())
}

/// Invoices with what belongs to them. A caller that changes them has locked their organisations.
pub async fn load_in(tx: &impl ConnectionTrait, ids: &[Uuid]) -> Written<HashMap<Uuid, Composed>> {
    let rows = invoice::Entity::find().filter(is_among(invoice::Column::Id, ids, tx)).all(tx).await?;
    let with_parts = |row: invoice::Model| (row.id, Composed { invoice: row, lines: Vec::new(), vat: Vec::new() });
    let mut found: HashMap<Uuid, Composed> = rows.into_iter().map(with_parts).collect();
    let lines = invoice_line::Entity::find().filter(is_among(invoice_line::Column::InvoiceId, ids, tx));
    for line in lines.order_by_asc(invoice_line::Column::Position).all(tx).await? {
        if let Some(one) = found.get_mut(&line.invoice_id) {
            one.lines.push(line);
        }
    }
    let groups = invoice_vat::Entity::find().filter(is_among(invoice_vat::Column::InvoiceId, ids, tx));
    for group in groups.all(tx).await? {
        if let Some(one) = found.get_mut(&group.invoice_id) {
            one.vat.push(group);
        }
    }
    Ok(found)
}

/// Writes a draft again, with its lines and its VAT.
pub async fn save(tx: &DatabaseTransaction, one: &Composed) -> Written<()> {
    let id = one.invoice.id;
    invoice_vat::Entity::delete_many().filter(invoice_vat::Column::InvoiceId.eq(id)).exec(tx).await?;
    invoice_line::Entity::delete_many().filter(invoice_line::Column::InvoiceId.eq(id)).exec(tx).await?;
    invoice::Entity::update(one.invoice.clone().into_active_model().reset_all()).exec(tx).await?;
    insert_parts(tx, std::slice::from_ref(one)).await
}

/// Deletes a draft with what belongs to it.
pub async fn delete(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    invoice::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Writes what is settled of invoices, what is credited, and their states: one statement.
pub async fn settle(tx: &DatabaseTransaction, rows: &[&invoice::Model]) -> Written<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let list = rows.iter().map(|row| {
        json!([
            row.id.simple().to_string(),
            row.paid_minor,
            row.settled_minor,
            row.credited_minor,
            row.state.to_value()
        ])
    });
    let (source, number, id) = match tx.get_database_backend() {
        DbBackend::Postgres => ("json_array_elements($1::text::json) AS r(value)", "::bigint", "(r.value ->> 0)::uuid"),
        _ => ("json_each($1) AS r", "", "unhex(r.value ->> 0)"),
    };
    let sql = format!(
        "UPDATE invoice AS t SET paid_minor = (r.value ->> 1){number}, settled_minor = (r.value ->> 2){number}, \
         credited_minor = (r.value ->> 3){number}, state = r.value ->> 4 FROM {source} WHERE t.id = {id}"
    );
    let values = [list.collect::<serde_json::Value>().to_string().into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// Sets until when no reminder of an invoice is sent.
pub async fn pause_reminders(tx: &DatabaseTransaction, id: Uuid, until: Option<Date>) -> Written<()> {
    let paused = invoice::ActiveModel { reminders_paused_until: Set(until), ..Default::default() };
    invoice::Entity::update_many().set(paused).filter(invoice::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// An open invoice that was due: its due day, its id, and the organisation that it is for.
pub type Overdue = (Date, Uuid, Uuid);

/// The next open invoices of an issuer that were due by a day and whose reminders are not paused today, in the order of
/// their due days.
pub async fn overdue(
    db: &impl ConnectionTrait,
    issuer: Uuid,
    (due_by, today): (Date, Date),
    after: Option<Overdue>,
    limit: u64,
) -> Written<Vec<Overdue>> {
    use invoice::Column as C;
    let open = invoice::Entity::find().filter(C::IssuerId.eq(issuer)).filter(C::State.eq(invoice::State::Open));
    let mut due = open.filter(C::DueOn.lte(due_by));
    if let Some((day, id, _)) = after {
        let is_later = Condition::any().add(C::DueOn.gt(day)).add(C::Id.gt(id));
        due = due.filter(C::DueOn.gte(day)).filter(is_later);
    }
    let is_paused = Condition::any().add(C::RemindersPausedUntil.is_null()).add(C::RemindersPausedUntil.lte(today));
    let due = due.filter(is_paused).order_by_asc(C::DueOn).order_by_asc(C::Id).limit(limit);
    let due = due.select_only().column(C::DueOn).column(C::Id).column(C::OrganisationId);
    due.into_tuple().all(db).await
}

/// The subscriptions that stand on these invoices, each with the id of its invoice.
pub async fn subscriptions_on(tx: &DatabaseTransaction, invoices: &[Uuid]) -> Written<Vec<(Uuid, Uuid)>> {
    use invoice_line::Column as C;
    let lines = invoice_line::Entity::find().filter(is_among(C::InvoiceId, invoices, tx));
    let lines = lines.filter(C::SubscriptionId.is_not_null()).select_only().column(C::InvoiceId);
    lines.column(C::SubscriptionId).distinct().into_tuple().all(tx).await
}

/// Writes how much of a line is credited.
pub async fn credit_line(tx: &DatabaseTransaction, line: &invoice_line::Model) -> Written<()> {
    let changed = invoice_line::ActiveModel {
        credited_minor: Set(line.credited_minor),
        reopened_minor: Set(line.reopened_minor),
        ..Default::default()
    };
    invoice_line::Entity::update_many().set(changed).filter(invoice_line::Column::Id.eq(line.id)).exec(tx).await?;
    Ok(())
}

/// Invoices without what belongs to them, as the transaction sees them.
pub async fn rows_in(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<Vec<invoice::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = invoice::Entity::find().filter(is_among(invoice::Column::Id, ids, tx));
    rows.order_by_asc(invoice::Column::Id).all(tx).await
}

/// The invoices of an issuer that these payment references name.
pub async fn by_references(
    db: &impl ConnectionTrait,
    issuer: Uuid,
    references: &[String],
) -> Written<Vec<invoice::Model>> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let named = invoice::Entity::find().filter(invoice::Column::IssuerId.eq(issuer));
    named.filter(is_one_of(invoice::Column::PaymentReference, references, db)).all(db).await
}

/// What was billed of an interval of a subscription, in minor units. One statement fetches the lines of all subscriptions
/// that are asked for together.
pub async fn billed_of(request: &Request, subscription: Uuid, interval: Date) -> Result<i64> {
    use invoice_line::Column as C;
    let batch = request.lists.batch::<Arc<Vec<invoice_line::Model>>>("billed lines of subscriptions");
    let load = async |ids: Vec<Uuid>| {
        let lines = invoice_line::Entity::find().filter(C::SubscriptionId.is_in(ids));
        let mut found: HashMap<Uuid, Vec<invoice_line::Model>> = HashMap::new();
        for line in lines.all(request.db().reader()).await? {
            found.entry(line.subscription_id.unwrap_or_default()).or_default().push(line);
        }
        Ok(found.into_iter().map(|(id, lines)| (id, Arc::new(lines))).collect())
    };
    let lines = batch.load(subscription, load).await?.unwrap_or_default();
    let of_interval = lines.iter().filter(|line| line.interval_starts_on == Some(interval));
    Ok(of_interval.map(|line| line.net_minor - line.reopened_minor).sum())
}
