//! Statements about orders.
#![expect(clippy::disallowed_methods, reason = "the statements about orders stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::order_line::{self, Model as Line};
use entity::sales_order::{self, Model, State};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    Statement,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::is_among;
use crate::base::error::Result;
use crate::base::insert::Together;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, Search};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_ORGANISATION: List<Model> =
    List { descending: true, ..List::of_kept_rows(Table::SalesOrder, "organisation_id", Key::Instant("created_at")) };
static LINES: List<Line> = List::of_kept_rows(Table::OrderLine, "order_id", Key::Number("position"));

impl Heap for Model {
    fn heap(&self) -> usize {
        self.number.heap() + self.currency.heap() + self.purchase_order.heap() + self.search_text.heap()
    }
}

impl Kept for Model {}

impl Heap for Line {
    fn heap(&self) -> usize {
        self.attributes.heap()
    }
}

impl Kept for Line {}

/// A page of the orders of an organisation, the newest first.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    state: Option<State>,
    search: &Search,
) -> Result<Page<Model>> {
    let filter = search.narrow(Filter::default().in_state(state), "t.search_text LIKE :search ESCAPE '!'");
    OF_ORGANISATION.rows(request, organisation, page, filter).await
}

/// An order by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}

/// A page of the lines of an order, in their order.
pub async fn list_lines(request: &Request, order: Uuid, page: &PageArguments) -> Result<Page<Line>> {
    LINES.rows(request, order, page, Filter::default()).await
}

/// Adds an order to the rows that are inserted together.
pub fn add(rows: &mut Together, order: &Model) {
    rows.add(std::slice::from_ref(order));
}

/// Adds the lines of an order, after its subscriptions.
pub fn add_lines(rows: &mut Together, lines: &[Line]) {
    rows.add(lines);
}

/// The customers' own numbers for these orders, for those that have one.
pub async fn purchase_orders(tx: &DatabaseTransaction, orders: &[Uuid]) -> Written<HashMap<Uuid, String>> {
    use sales_order::Column as C;
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let known = sales_order::Entity::find().filter(is_among(C::Id, orders, tx));
    let known = known.filter(C::PurchaseOrder.is_not_null()).select_only().column(C::Id).column(C::PurchaseOrder);
    Ok(known.into_tuple::<(Uuid, String)>().all(tx).await?.into_iter().collect())
}

/// An order with the subscriptions that it began, as the transaction sees it.
pub async fn load_in(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<(Model, Vec<Uuid>)>> {
    let Some(order) = sales_order::Entity::find_by_id(id).one(tx).await? else { return Ok(None) };
    let lines = order_line::Entity::find().filter(order_line::Column::OrderId.eq(id));
    let lines = lines.order_by_asc(order_line::Column::Position).all(tx).await?;
    Ok(Some((order, lines.into_iter().map(|line| line.subscription_id).collect())))
}

/// Cancels an order.
pub async fn cancel(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    let change = sales_order::ActiveModel { state: Set(State::Cancelled), ..Default::default() };
    sales_order::Entity::update_many().set(change).filter(sales_order::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Completes the orders of the subscription whose services are all set up, and returns them.
pub async fn complete(tx: &DatabaseTransaction, subscription: Uuid) -> Written<Vec<Uuid>> {
    let sql = "UPDATE sales_order SET state = 'COMPLETED' WHERE state = 'PLACED' \
               AND id IN (SELECT order_id FROM order_line WHERE subscription_id = $1) \
               AND NOT EXISTS (SELECT 1 FROM order_line l JOIN service s ON s.subscription_id = l.subscription_id \
               WHERE l.order_id = sales_order.id AND s.state = 'PENDING') RETURNING id";
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [subscription.into()]);
    tx.query_all_raw(statement).await?.iter().map(|row| row.try_get_by_index(0)).collect()
}
