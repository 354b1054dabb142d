//! Statements about subscriptions and their changes.
#![expect(clippy::disallowed_methods, reason = "the statements about subscriptions stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::subscription::{ActiveModel, Column, Entity, Model, State};
use entity::{partner_of_record, subscription_change as change, unbilled_subscription};
use sea_orm::prelude::Date;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, Statement,
};
use serde_json::json;
use uuid::Uuid;

use super::rules::Outcome;
use crate::access::Unchecked;
use crate::base::db::{Db, is_among};
use crate::base::error::Result;
use crate::base::insert::{Together, insert_all};
use crate::base::memory::{Heap, Kept, OfTable, Table};
use crate::billing::{charge, unbilled};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, Search};
use crate::graphql::request::Request;
use crate::live::event::since;

type Written<T> = Result<T, DbErr>;

static BY_START: Both = Both::of(Key::Day("starts_on"));
static BY_NAME: Both = Both::of(Key::Text("name_key"));
static BY_RENEWAL: Both = Both::of(Key::Day("committed_until"));
static CHANGES: List<change::Model> =
    List::of_kept_rows(Table::SubscriptionChange, "subscription_id", Key::Number("position"));
static OF_RECORD: List<partner_of_record::Model> =
    List { descending: true, ..List::of_kept_rows(Table::PartnerOfRecord, "subscription_id", Key::Day("starts_on")) };
const HISTORIES: OfTable<Arc<Vec<change::Model>>> = OfTable::new(Table::SubscriptionChange);
const EARNING: OfTable<Arc<Vec<partner_of_record::Model>>> = OfTable::new(Table::PartnerOfRecord);
const BEGUN_IDS: OfTable<Arc<Vec<Uuid>>> = OfTable::new(Table::Subscription);
const BEGUN: [State; 2] = [State::Active, State::Cancelled];
const IN_USE: OfTable<Arc<Vec<InUse>>> = OfTable::new(Table::Subscription);

/// A list of the subscriptions of an organisation in both directions.
struct Both {
    ascending: List<Model>,
    descending: List<Model>,
}

impl Both {
    const fn of(key: Key) -> Self {
        Self { ascending: Self::list(key), descending: List { descending: true, ..Self::list(key) } }
    }

    const fn list(key: Key) -> List<Model> {
        List::of_kept_rows(Table::Subscription, "organisation_id", key)
    }
}

impl Heap for Model {
    fn heap(&self) -> usize {
        let texts = [&self.product_code, &self.product_name, &self.name_key, &self.search_text, &self.currency];
        texts.iter().map(|text| text.heap()).sum()
    }
}

impl Kept for Model {}

impl Heap for change::Model {
    fn heap(&self) -> usize {
        0
    }
}

impl Kept for change::Model {}

impl Heap for partner_of_record::Model {
    fn heap(&self) -> usize {
        0
    }
}

impl Kept for partner_of_record::Model {}

/// What subscriptions are ordered by.
#[derive(Clone, Copy, Debug, Default)]
pub enum Order {
    /// The first day.
    #[default]
    Start,
    /// The name of the product.
    Name,
    /// The end of the commitment.
    Renewal,
}

/// Which subscriptions to list, and in which order.
#[derive(Default)]
pub struct Criteria {
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those to this product.
    pub product: Option<Uuid>,
    /// Only those with this text in the name or the code of the product.
    pub search: Search,
    /// Only those that changed since this token.
    pub changed_since: Option<String>,
    /// The order.
    pub order: Order,
    /// Whether the order is reversed.
    pub descending: bool,
}

/// How many units of a product an organisation has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// The product.
    pub product: Uuid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The units of all subscriptions to it.
    pub quantity: i64,
}

impl Heap for InUse {
    fn heap(&self) -> usize {
        self.code.heap() + self.name.heap()
    }
}

/// What organisations have: the products of their subscriptions that have not ended, by name, at most so many for each. One
/// statement for all that are asked for together.
pub async fn in_use(request: &Request, organisation: Uuid, most: i64) -> Result<Arc<Vec<InUse>>> {
    let load = async |ids: Vec<Uuid>| {
        let db = request.db();
        let sql = format!(
            "SELECT organisation_id, product_id, product_code, product_name, quantity FROM ( \
               SELECT organisation_id, product_id, MIN(product_code) AS product_code, MIN(product_name) AS product_name, \
                 MIN(name_key) AS name_key, CAST(SUM(quantity) AS bigint) AS quantity, \
                 ROW_NUMBER() OVER (PARTITION BY organisation_id ORDER BY MIN(name_key), product_id) AS place \
               FROM subscription WHERE state <> 'ENDED' AND {} GROUP BY organisation_id, product_id) t \
             WHERE place <= $2 ORDER BY organisation_id, place",
            db.among("organisation_id", 1)
        );
        let mut found: HashMap<Uuid, Vec<InUse>> = HashMap::new();
        for row in db.rows(sql, vec![db.keys(&ids), most.into()]).await? {
            found.entry(row.try_get_by_index(0)?).or_default().push(InUse {
                product: row.try_get_by_index(1)?,
                code: row.try_get_by_index(2)?,
                name: row.try_get_by_index(3)?,
                quantity: row.try_get_by_index(4)?,
            });
        }
        Ok(found.into_iter().map(|(organisation, rows)| (organisation, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("products in use", organisation, &IN_USE, load).await?.unwrap_or_default())
}

/// A page of the subscriptions of an organisation.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    wanted: Criteria,
) -> Result<Page<Model>> {
    let mut filter = Filter::default().in_state(wanted.state);
    if let Some(product) = wanted.product {
        filter = filter.and_with("t.product_id = :product", [(":product", product.into())]);
    }
    let mut filter = wanted.search.narrow(filter, "t.search_text LIKE :search ESCAPE '!'");
    if let Some(token) = &wanted.changed_since {
        let order = "(SELECT l.order_id FROM order_line l WHERE l.subscription_id = t.id LIMIT 1)";
        filter = since::narrow(filter, since::position(request, token).await?, None, &["t.id", order]);
    }
    let both = match wanted.order {
        Order::Start => &BY_START,
        Order::Name => &BY_NAME,
        Order::Renewal => &BY_RENEWAL,
    };
    let list = if wanted.descending { &both.descending } else { &both.ascending };
    list.rows(request, organisation, page, filter).await
}

/// A subscription by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    BY_START.ascending.look_up(request, id).await
}

/// A page of the changes of a subscription, the oldest first: all, or those in this state.
pub async fn list_changes(
    request: &Request,
    subscription: Uuid,
    page: &PageArguments,
    state: Option<change::State>,
) -> Result<Page<change::Model>> {
    CHANGES.rows(request, subscription, page, Filter::default().in_state(state)).await
}

/// A change by its id.
pub async fn look_up_change(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<change::Model>>>> {
    CHANGES.look_up(request, id).await
}

/// All changes of a subscription. One statement fetches those of all subscriptions that are asked for together.
pub async fn history(request: &Request, subscription: Uuid) -> Result<Arc<Vec<change::Model>>> {
    let load = async |ids: Vec<Uuid>| {
        let rows = change::Entity::find().filter(change::Column::SubscriptionId.is_in(ids));
        let rows = rows.order_by_asc(change::Column::Position).all(request.db().reader()).await?;
        Ok(by_subscription(rows).into_iter().map(|(id, rows)| (id, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("histories of subscriptions", subscription, &HISTORIES, load).await?.unwrap_or_default())
}

/// A subscription with its history, as the transaction sees them. The caller has locked its organisation.
pub async fn find_in(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<(Model, Vec<change::Model>)>> {
    Ok(load_in(tx, &[id]).await?.pop())
}

/// Subscriptions with their histories, as the transaction sees them. Two statements.
pub async fn load_in(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<Vec<(Model, Vec<change::Model>)>> {
    let rows = Entity::find().filter(is_among(Column::Id, ids, tx)).order_by_asc(Column::Id).all(tx).await?;
    let changes = change::Entity::find().filter(is_among(change::Column::SubscriptionId, ids, tx));
    let mut changes = by_subscription(changes.order_by_asc(change::Column::Position).all(tx).await?);
    let with_changes = |row: Model| {
        let changes = changes.remove(&row.id).unwrap_or_default();
        (row, changes)
    };
    Ok(rows.into_iter().map(with_changes).collect())
}

fn by_subscription(rows: Vec<change::Model>) -> HashMap<Uuid, Vec<change::Model>> {
    let mut found: HashMap<Uuid, Vec<change::Model>> = HashMap::new();
    for row in rows {
        found.entry(row.subscription_id).or_default().push(row);
    }
    found
}

/// The partners of record of subscriptions, the oldest first, as the transaction sees them.
pub async fn partners_of_record(
    tx: &DatabaseTransaction,
    subscriptions: &[Uuid],
) -> Written<Vec<partner_of_record::Model>> {
    use partner_of_record::Column as C;
    if subscriptions.is_empty() {
        return Ok(Vec::new());
    }
    let of_them = partner_of_record::Entity::find().filter(is_among(C::SubscriptionId, subscriptions, tx));
    of_them.order_by_asc(C::StartsOn).order_by_asc(C::Id).all(tx).await
}

/// Adds new subscriptions, their first changes, and the partnerships that earn on them, to the rows that are inserted
/// together.
pub fn add(
    rows: &mut Together,
    subscriptions: &[Model],
    starts: &[change::Model],
    of_record: &[partner_of_record::Model],
) {
    rows.add(subscriptions);
    unbilled::store::add(rows, &changed_from(starts));
    rows.add(starts);
    rows.add(of_record);
}

/// Appends partners of record.
pub async fn add_of_record(tx: &DatabaseTransaction, rows: Vec<partner_of_record::Model>) -> Written<()> {
    insert_all(tx, &rows).await
}

/// The subscriptions may have something to bill from the days of these changes on.
fn changed_from(changes: &[change::Model]) -> Vec<unbilled_subscription::Model> {
    let mut rows: HashMap<Uuid, unbilled_subscription::Model> = HashMap::new();
    for change in changes {
        let row = unbilled_subscription::Model {
            subscription_id: change.subscription_id,
            organisation_id: change.organisation_id,
            since: change.effective_on,
        };
        let known = rows.entry(change.subscription_id).or_insert(row);
        known.since = known.since.min(change.effective_on);
    }
    rows.into_values().collect()
}

/// A page of the partners of record of a subscription, the newest day first.
pub async fn list_of_record(
    request: &Request,
    subscription: Uuid,
    page: &PageArguments,
) -> Result<Page<partner_of_record::Model>> {
    OF_RECORD.rows(request, subscription, page, Filter::default()).await
}

/// What was said about who earns on a subscription on a day, if anything was. One statement fetches what was said about
/// all subscriptions that are asked for together.
pub async fn of_record_on(request: &Request, subscription: Uuid, on: Date) -> Result<Option<partner_of_record::Model>> {
    use partner_of_record::{Column as C, Entity as E};
    let load = async |ids: Vec<Uuid>| {
        let rows = E::find().filter(C::SubscriptionId.is_in(ids)).order_by_asc(C::StartsOn).order_by_asc(C::Id);
        let mut found: HashMap<Uuid, Vec<partner_of_record::Model>> = HashMap::new();
        for row in rows.all(request.db().reader()).await? {
            found.entry(row.subscription_id).or_default().push(row);
        }
        Ok(found.into_iter().map(|(id, rows)| (id, Arc::new(rows))).collect())
    };
    let rows = request.lists.kept("partners of record", subscription, &EARNING, load).await?;
    Ok(rows.and_then(|rows| rows.iter().rev().find(|row| row.starts_on <= on).cloned()))
}

/// The same, as the transaction sees it.
pub async fn of_record_in(
    tx: &DatabaseTransaction,
    subscription: Uuid,
    on: Date,
) -> Written<Option<partner_of_record::Model>> {
    use partner_of_record::{Column as C, Entity as E};
    let of_it = E::find().filter(C::SubscriptionId.eq(subscription)).filter(C::StartsOn.lte(on));
    of_it.order_by_desc(C::StartsOn).order_by_desc(C::Id).one(tx).await
}

/// Writes what acts do to subscriptions: their rows, their new changes, and the state of changes that were scheduled. The
/// number of statements does not depend on the number of subscriptions.
pub async fn apply(tx: &DatabaseTransaction, outcomes: &[Outcome], changes: Vec<change::Model>) -> Written<()> {
    unbilled::store::note(tx, changed_from(&changes)).await?;
    // A change that is withdrawn was to take effect at a renewal, and may be billed already.
    let withdrawn = outcomes.iter().filter(|one| !one.withdrawn.is_empty());
    let again = withdrawn.map(|one| unbilled_subscription::Model {
        subscription_id: one.row.id,
        organisation_id: one.row.organisation_id,
        since: one.row.committed_until,
    });
    unbilled::store::note(tx, again.collect()).await?;
    let called_off: Vec<Uuid> = outcomes.iter().filter(|one| one.is_called_off()).map(|one| one.row.id).collect();
    charge::store::withdraw_setup(tx, &called_off).await?;
    insert_all(tx, &changes).await?;
    for (state, ids) in [
        (change::State::Withdrawn, outcomes.iter().flat_map(|one| &one.withdrawn).copied().collect::<Vec<_>>()),
        (change::State::Done, outcomes.iter().flat_map(|one| &one.done).copied().collect()),
    ] {
        if !ids.is_empty() {
            let update = change::Entity::update_many().col_expr(change::Column::State, Expr::value(state.to_value()));
            update.filter(is_among(change::Column::Id, &ids, tx)).exec(tx).await?;
        }
    }
    write_rows(tx, outcomes).await
}

async fn write_rows(tx: &DatabaseTransaction, outcomes: &[Outcome]) -> Written<()> {
    let rows = outcomes.iter().map(|Outcome { row, .. }| {
        json!([
            row.id.simple().to_string(),
            row.product_id.simple().to_string(),
            row.product_code,
            row.product_name,
            row.quantity,
            row.unit_price_minor,
            row.state.to_value(),
            row.committed_until,
            row.price_locked_until,
            row.name_key,
            row.search_text,
        ])
    });
    let (source, text, id, day) = match tx.get_database_backend() {
        DbBackend::Postgres => ("json_array_elements($1::text::json) AS r(value)", "::bigint", "::uuid", "::date"),
        _ => ("json_each($1) AS r", "", "", ""),
    };
    let key = |place: u8| match tx.get_database_backend() {
        DbBackend::Postgres => format!("(r.value ->> {place}){id}"),
        _ => format!("unhex(r.value ->> {place})"),
    };
    let sql = format!(
        "UPDATE subscription AS t SET product_id = {product}, product_code = r.value ->> 2, product_name = r.value ->> 3, \
         quantity = (r.value ->> 4){text}, unit_price_minor = (r.value ->> 5){text}, state = r.value ->> 6, \
         committed_until = (r.value ->> 7){day}, price_locked_until = (r.value ->> 8){day}, \
         name_key = r.value ->> 9, search_text = r.value ->> 10 FROM {source} WHERE t.id = {row}",
        product = key(1),
        row = key(0)
    );
    let values = [rows.collect::<serde_json::Value>().to_string().into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// A subscription for the jobs, with the end of its commitment.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Its key.
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation: Uuid,
    /// The end of its commitment.
    pub committed_until: Date,
}

impl Due {
    /// Before all of those whose commitment ends on the day or later.
    pub const fn before(day: Date) -> Self {
        Self { id: Uuid::nil(), organisation: Uuid::nil(), committed_until: day }
    }
}

/// The subscriptions in this state whose commitment ends by the day, after the given one, in the order of those ends. An
/// index has them in this order, so that each page reads its own rows only.
pub async fn list_due(db: &Db, state: State, until: Date, after: Due, limit: i64) -> Result<Vec<Due>> {
    due(db, "", state, until, after, limit).await
}

/// The same without those for which a price is scheduled.
pub async fn list_unannounced(db: &Db, state: State, until: Date, after: Due, limit: i64) -> Result<Vec<Due>> {
    let unannounced = "AND NOT EXISTS (SELECT 1 FROM subscription_change c WHERE c.subscription_id = s.id \
                       AND c.kind = 'PRICE' AND c.state = 'SCHEDULED')";
    due(db, unannounced, state, until, after, limit).await
}

async fn due(db: &Db, condition: &str, state: State, until: Date, after: Due, limit: i64) -> Result<Vec<Due>> {
    let sql = format!(
        "SELECT s.id, s.organisation_id, s.committed_until FROM subscription s WHERE s.state = $1 \
         AND s.committed_until <= $2 AND (s.committed_until, s.id) > ($3, $4) {condition} \
         ORDER BY s.committed_until, s.id LIMIT $5"
    );
    let values =
        vec![state.to_value().into(), until.into(), after.committed_until.into(), after.id.into(), limit.into()];
    let rows = db.rows(sql, values).await?;
    let read = |row: &QueryResult| {
        let (id, organisation, committed_until) = row.try_get_many_by_index()?;
        Ok(Due { id, organisation, committed_until })
    };
    rows.iter().map(read).collect()
}

/// The names of the products to which an organisation has subscriptions that are not cancelled, at most so many.
pub async fn list_running(tx: &DatabaseTransaction, organisation: Uuid, limit: u64) -> Written<Vec<String>> {
    let running = Entity::find().filter(Column::OrganisationId.eq(organisation));
    let running = running.filter(Column::State.is_in([State::Pending, State::Active]));
    let names = running.select_only().column(Column::ProductName).order_by_asc(Column::StartsOn);
    names.order_by_asc(Column::Id).limit(limit).into_tuple().all(tx).await
}

/// The subscriptions of an organisation that have begun and not ended: ACTIVE or CANCELLED. One statement fetches those of
/// all organisations that are asked for together.
pub async fn list_begun(request: &Request, organisation: Uuid) -> Result<Arc<Vec<Uuid>>> {
    let load = async |ids: Vec<Uuid>| {
        let begun = Entity::find().filter(Column::OrganisationId.is_in(ids)).filter(Column::State.is_in(BEGUN));
        let begun = begun.select_only().columns([Column::OrganisationId, Column::Id]).order_by_asc(Column::Id);
        let mut found: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for (organisation, id) in begun.into_tuple::<(Uuid, Uuid)>().all(request.db().reader()).await? {
            found.entry(organisation).or_default().push(id);
        }
        Ok(found.into_iter().map(|(organisation, ids)| (organisation, Arc::new(ids))).collect())
    };
    Ok(request.lists.kept("begun subscriptions", organisation, &BEGUN_IDS, load).await?.unwrap_or_default())
}

/// The changes of those subscriptions, by subscription, as the transaction sees them.
pub async fn histories_of_begun(
    tx: &DatabaseTransaction,
    organisation: Uuid,
) -> Written<HashMap<Uuid, Vec<change::Model>>> {
    let begun = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::State.is_in(BEGUN));
    let ids: Vec<Uuid> = begun.select_only().column(Column::Id).into_tuple().all(tx).await?;
    let changes = change::Entity::find().filter(is_among(change::Column::SubscriptionId, &ids, tx));
    Ok(by_subscription(changes.order_by_asc(change::Column::Position).all(tx).await?))
}

/// The ids of the subscriptions of an organisation that have not ended.
pub async fn list_open(tx: &DatabaseTransaction, organisation: Uuid) -> Written<Vec<Uuid>> {
    let open = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::State.ne(State::Ended));
    open.select_only().column(Column::Id).order_by_asc(Column::Id).into_tuple().all(tx).await
}

/// The days of a subscription that begins later than it was ordered.
#[derive(Clone, Copy, Debug)]
pub struct Beginning {
    /// Its first day.
    pub starts_on: Date,
    /// The end of its commitment.
    pub committed_until: Date,
    /// The first day on which a renewal may change its price.
    pub price_locked_until: Option<Date>,
}

/// A subscription that waited for its service begins: on the day of the order, or with these days.
pub async fn begin(tx: &DatabaseTransaction, id: Uuid, from: Option<Beginning>) -> Written<()> {
    let mut row = ActiveModel { state: sea_orm::Set(State::Active), ..Default::default() };
    let mut start = change::ActiveModel { state: sea_orm::Set(change::State::Done), ..Default::default() };
    if let Some(Beginning { starts_on, committed_until, price_locked_until }) = from {
        row.starts_on = sea_orm::Set(starts_on);
        row.anchor_on = sea_orm::Set(starts_on);
        row.committed_until = sea_orm::Set(committed_until);
        row.price_locked_until = sea_orm::Set(price_locked_until);
        start.effective_on = sea_orm::Set(starts_on);
    }
    let of_it = change::Entity::update_many().set(start).filter(change::Column::SubscriptionId.eq(id));
    of_it.filter(change::Column::Kind.eq(change::Kind::Start)).exec(tx).await?;
    Entity::update_many().set(row).filter(Column::Id.eq(id)).filter(Column::State.eq(State::Pending)).exec(tx).await?;
    Ok(())
}
