//! How an act on a subscription runs: under the lock of its organisation it reads the history, asks the rules, appends
//! what they plan, and tells the services.

use entity::subscription_change as change;
use entity::{product, subscription};
use uuid::Uuid;

use super::following::follow;
use super::messages;
use super::rules::{Outcome, Planned, Standing, audit_snapshot};
use super::store;
use crate::access::Actor;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::catalogue::product::store as products;
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::{self, Event};

/// Who causes a change.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cause {
    /// The order.
    pub order: Option<Uuid>,
    /// The user.
    pub user: Option<Uuid>,
    /// The API key.
    pub key: Option<Uuid>,
}

impl Cause {
    /// The actor of a request.
    pub const fn of(actor: &Actor) -> Self {
        match actor {
            Actor::User(user) => Self { order: None, user: Some(user.id), key: None },
            Actor::ApiKey(key) => Self { order: None, user: None, key: Some(key.id) },
            Actor::Anonymous => Self { order: None, user: None, key: None },
        }
    }
}

/// The rows of the changes that an act plans, behind those that there are.
pub fn rows_of(
    request: &Request,
    cause: Cause,
    row: &subscription::Model,
    before: &[change::Model],
    planned: &[Planned],
) -> Vec<change::Model> {
    let last = before.last().map_or(0, |change| change.position);
    let rows = planned.iter().zip(last + 1..).map(|(planned, position)| change::Model {
        id: request.random.id(request.now()),
        organisation_id: row.organisation_id,
        subscription_id: row.id,
        position,
        kind: planned.kind,
        effective_on: planned.effective_on,
        product_id: planned.product,
        quantity: planned.quantity,
        unit_minor: planned.unit_minor,
        state: planned.state,
        order_id: cause.order,
        user_id: cause.user,
        api_key_id: cause.key,
        created_at: request.now(),
    });
    rows.collect()
}

/// A subscription as the transaction sees it.
pub struct Found {
    /// The row.
    pub row: subscription::Model,
    /// Its changes.
    pub changes: Vec<change::Model>,
    /// Its product.
    pub product: product::Model,
}

impl Found {
    /// Loads a subscription. The caller has locked its organisation.
    pub async fn load(work: &Work<'_>, id: Uuid) -> Result<Self> {
        let (row, changes) = store::find_in(work.tx, id).await?.ok_or(Error::NotFound)?;
        let product = products::load_in(work.tx, &[row.product_id]).await?.pop().ok_or(Error::NotFound)?;
        Ok(Self { row, changes, product })
    }

    /// The subscription today.
    pub fn standing(&self, work: &Work<'_>) -> Standing<'_> {
        Standing { row: &self.row, product: &self.product, changes: &self.changes, today: work.today() }
    }
}

/// Runs an act on a subscription within a transaction that has locked its organisation.
pub async fn run(
    work: &Work<'_>,
    id: Uuid,
    event: Event,
    rule: impl Fn(Standing<'_>) -> Result<Outcome, UserError>,
) -> Result<()> {
    let found = Found::load(work, id).await?;
    let outcome = rule(found.standing(work))?;
    write(work, &found, &outcome, event).await
}

/// Gives a subscription of an organisation more units as a part of another act. The caller has locked the organisation, and
/// checked the right to order.
pub async fn raise_to(work: &Work<'_>, organisation: Uuid, id: Uuid, quantity: i32, event: Event) -> Result<()> {
    let unknown = || {
        UserError::at(
            "subscriptionId",
            UserErrorCode::Unknown,
            [
                "This is not a subscription of the organisation.",
                "Das ist kein Abonnement der Organisation.",
                "Det är inget abonnemang som organisationen har.",
            ],
        )
    };
    let found = match Found::load(work, id).await {
        Ok(found) if found.row.organisation_id == organisation => found,
        Ok(_) | Err(Error::NotFound) => return Err(unknown().into()),
        Err(error) => return Err(error),
    };
    if quantity <= found.row.quantity {
        let message = messages::give_more(found.row.quantity);
        return Err(UserError::at("quantity", UserErrorCode::InvalidInput, message).into());
    }
    let outcome = found.standing(work).change_quantity(quantity)?;
    write(work, &found, &outcome, event).await
}

/// Ends subscriptions that were ordered together and have not begun, which the caller's rule accepts. Those that have ended
/// stay as they are. The caller has locked the organisation, and records the act.
pub async fn call_off(
    work: &Work<'_>,
    ids: &[Uuid],
    accept: impl Fn(&[subscription::Model]) -> Result<(), UserError>,
) -> Result<()> {
    let loaded = store::load_in(work.tx, ids).await?;
    let rows: Vec<subscription::Model> = loaded.iter().map(|(row, _)| row.clone()).collect();
    accept(&rows)?;
    let products: Vec<Uuid> = rows.iter().map(|row| row.product_id).collect();
    let products = products::load_in(work.tx, &products).await?;
    let (mut outcomes, mut appended) = (Vec::new(), Vec::new());
    for (row, changes) in loaded.iter().filter(|(row, _)| row.state == subscription::State::Pending) {
        let product = products.iter().find(|product| product.id == row.product_id).ok_or(Error::NotFound)?;
        let outcome = Standing { row, product, changes, today: work.today() }.call_off();
        appended.extend(rows_of(work.request, Cause::of(work.request.actor()), row, changes, &outcome.planned));
        outcomes.push(outcome);
    }
    if outcomes.is_empty() {
        return Ok(());
    }
    store::apply(work.tx, &outcomes, appended).await?;
    let was = |one: &Outcome| rows.iter().find(|row| row.id == one.row.id);
    let pairs: Vec<_> = outcomes.iter().filter_map(|one| Some((was(one)?, &one.row))).collect();
    follow(work, &pairs).await
}

/// Writes what the rules have planned, tells the services, and records the act.
pub async fn write(work: &Work<'_>, found: &Found, outcome: &Outcome, event: Event) -> Result<()> {
    let cause = Cause::of(work.request.actor());
    let rows = rows_of(work.request, cause, &found.row, &found.changes, &outcome.planned);
    store::apply(work.tx, std::slice::from_ref(outcome), rows).await?;
    follow(work, &[(&found.row, &outcome.row)]).await?;
    let event = event.to(Type::Subscription.id(found.row.id));
    Ok(audit::record(work, event.changing(audit_snapshot(&found.row), audit_snapshot(&outcome.row))).await?)
}
