//! What an order writes: the order and its lines, the subscriptions with their first changes, the partner that earns on
//! them, and the services that are to be created. The number of statements does not depend on the number of lines.

use entity::number_series::Kind as Series;
use entity::{order_line, partner_of_record, pending_charge, sales_order, subscription, subscription_change as change};
use sea_orm::ActiveEnum;
use serde_json::json;
use uuid::Uuid;

use super::quote::{Quote, Quoted};
use super::store;
use crate::access::Authorised;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::insert::Together;
use crate::base::text;
use crate::billing::{charge, series};
use crate::catalogue::service::attributes::Attributes;
use crate::catalogue::service::provisioning::{self, NewService};
use crate::catalogue::subscription::rules::{Planned, require_price, search_text as subscription_text};
use crate::catalogue::subscription::{Cause, rows_of, store as subscriptions};
use crate::catalogue::task::rules::Bought;
use crate::graphql::request::Work;
use crate::oversight::audit::{self, Event};

/// Reads the customer's own number for an order. Nothing typed means none.
pub fn purchase_order(typed: Option<&str>) -> Result<Option<String>, UserError> {
    let typed = typed.filter(|typed| !typed.trim().is_empty());
    typed.map(|typed| text::reference("purchaseOrder", typed)).transpose()
}

/// Refuses an order that has no lines, and one that costs something else than the user expects.
pub fn check(quote: &Quote, (expected_minor, currency): (i64, &str)) -> Result<(), UserError> {
    if quote.lines.is_empty() {
        return Err(UserError::at(
            "lines",
            UserErrorCode::InvalidInput,
            ["Order at least one product.", "Bestellen Sie mindestens ein Produkt.", "Beställ minst en produkt."],
        ));
    }
    require_price("expectedTotal", (expected_minor, currency), &quote.total())
}

/// Places an order for an organisation that the caller has locked. The partnership is the one by which it is placed.
pub async fn place(
    work: &Work<'_>,
    at: &Authorised,
    quote: &Quote,
    purchase_order: Option<String>,
    partnership: Option<Uuid>,
    event: Event,
) -> Result<sales_order::Model> {
    let id = work.random.id(work.now);
    let seller = quote.lines.first().map(|line| line.product.organisation_id).unwrap_or_default();
    let numbers = series::store::take(work.tx, seller, Series::Order, work.today(), 1).await?;
    let numbers = numbers.map_err(|none| UserError::general(UserErrorCode::InvalidInput, none.message()))?;
    let mut cause = Cause::of(work.request.actor());
    let number = numbers.into_iter().next().unwrap_or_default();
    let order = sales_order::Model {
        id,
        organisation_id: at.id(),
        search_text: search_text(&number, purchase_order.as_deref()),
        number,
        state: if quote.lines.iter().any(creates_service) {
            sales_order::State::Placed
        } else {
            sales_order::State::Completed
        },
        currency: quote.currency.clone(),
        total_minor: quote.total_minor,
        purchase_order,
        placed_by_id: cause.user,
        placed_by_key_id: cause.key,
        partnership_id: partnership,
        created_at: work.now,
    };
    cause.order = Some(id);
    let (mut rows, mut starts, mut lines, mut services, mut of_record) = (vec![], vec![], vec![], vec![], vec![]);
    let mut setup = Vec::new();
    for (line, position) in quote.lines.iter().zip(1..) {
        let row = subscription_of(work.random.id(work.now), at.id(), line, &quote.currency);
        starts.extend(start(work, cause, &row));
        lines.push(order_line::Model {
            id: work.random.id(work.now),
            organisation_id: at.id(),
            order_id: id,
            subscription_id: row.id,
            product_id: line.product.id,
            position,
            quantity: line.quantity,
            term: line.term,
            interval: line.interval,
            unit_minor: line.unit_minor,
            setup_minor: line.setup_minor,
            attributes: line.attributes.as_ref().map_or_else(|| "{}".to_owned(), Attributes::to_stored),
        });
        if let (Some(kind), Some(attributes)) = (line.product.service_kind, &line.attributes) {
            services.push(NewService {
                organisation: at.id(),
                subscription_id: Some(row.id),
                kind,
                attributes: attributes.clone(),
                bought: Bought { product: Some(line.product.code.clone()), quantity: line.quantity },
            });
        }
        of_record.extend(partnership.map(|partnership| partner_of_record::Model {
            id: work.random.id(work.now),
            organisation_id: at.id(),
            subscription_id: row.id,
            starts_on: line.first.starts_on,
            partnership_id: Some(partnership),
            created_at: work.now,
        }));
        setup.extend(setup_of(work, &row, line));
        rows.push(row);
    }
    let snapshot = json!({
        "number": order.number,
        "totalMinor": order.total_minor,
        "currency": order.currency,
        "purchaseOrder": order.purchase_order,
        "lines": quote.lines.iter().map(|line| json!({
            "product": line.product.code, "quantity": line.quantity, "unitPriceMinor": line.unit_minor,
            "term": line.term.to_value(), "interval": line.interval.to_value(),
        })).collect::<Vec<_>>(),
    });
    let mut written = Together::default();
    store::add(&mut written, &order);
    subscriptions::add(&mut written, &rows, &starts, &of_record);
    store::add_lines(&mut written, &lines);
    charge::store::add_among(&mut written, &setup);
    provisioning::add_all(work, &mut written, &services);
    written.insert(work.tx).await?;
    let event = event.to(Type::Order.id(id)).changing(serde_json::Value::Null, snapshot);
    audit::record(work, event).await?;
    Ok(order)
}

/// What it costs once to set a product up: the next invoice takes it.
fn setup_of(work: &Work<'_>, row: &subscription::Model, line: &Quoted) -> Option<pending_charge::Model> {
    (line.setup_minor > 0).then(|| pending_charge::Model {
        id: work.random.id(work.now),
        organisation_id: row.organisation_id,
        subscription_id: Some(row.id),
        product_id: Some(line.product.id),
        description: format!("{}: setup", line.product.name),
        quantity: 1,
        unit_minor: line.setup_minor,
        currency: row.currency.clone(),
        unit_code: "C62".to_owned(),
        tax_class: line.product.tax_class,
        revenue_key: line.product.revenue_key.clone(),
        performed_on: line.first.starts_on,
        state: pending_charge::State::Pending,
        created_at: work.now,
    })
}

/// The text in which an order is searched.
pub fn search_text(number: &str, purchase_order: Option<&str>) -> String {
    collation::fold(&format!("{number} {}", purchase_order.unwrap_or_default()))
}

const fn creates_service(line: &Quoted) -> bool {
    line.attributes.is_some()
}

fn subscription_of(id: Uuid, organisation: Uuid, line: &Quoted, currency: &str) -> subscription::Model {
    subscription::Model {
        id,
        organisation_id: organisation,
        product_id: line.product.id,
        product_code: line.product.code.clone(),
        product_name: line.product.name.clone(),
        name_key: line.product.name_key.clone(),
        search_text: subscription_text(&line.product.name, &line.product.code),
        quantity: line.quantity,
        term: line.term,
        interval: line.interval,
        unit_price_minor: line.unit_minor,
        currency: currency.to_owned(),
        state: if creates_service(line) { subscription::State::Pending } else { subscription::State::Active },
        starts_on: line.first.starts_on,
        anchor_on: line.first.starts_on,
        committed_until: line.committed_until,
        price_locked_until: line.price_locked_until,
    }
}

/// The change that begins a subscription.
fn start(work: &Work<'_>, cause: Cause, row: &subscription::Model) -> Vec<change::Model> {
    let planned = Planned {
        kind: change::Kind::Start,
        effective_on: row.starts_on,
        product: row.product_id,
        quantity: row.quantity,
        unit_minor: row.unit_price_minor,
        state: change::State::Done,
    };
    rows_of(work.request, cause, row, &[], &[planned])
}
