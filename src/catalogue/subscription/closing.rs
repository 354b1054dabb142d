//! What happens to the subscriptions of an organisation that is closed, or that does not pay for them.

use std::collections::{BTreeSet, HashMap};

use entity::product;
use serde_json::Value as Json;
use uuid::Uuid;

use super::acting::{Cause, Found, rows_of, write};
use super::following::follow;
use super::rules::audit_snapshot;
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::catalogue::product::store as products;
use crate::graphql::request::Work;
use crate::oversight::audit::{self, Event};
use entity::subscription::State;

/// The most products that the error names.
const NAMED: usize = 5;

/// Cancels all subscriptions of an organisation that the caller has locked. Each runs until the end of its commitment.
pub async fn cancel_all(work: &Work<'_>, organisation: Uuid, event: &Event) -> Result<()> {
    for id in store::list_open(work.tx, organisation).await? {
        let found = Found::load(work, id).await?;
        if found.row.state != State::Cancelled {
            let outcome = found.standing(work).cancel()?;
            let event = Event { before: Json::Null, after: Json::Null, ..event.clone() };
            write(work, &found, &outcome, event).await?;
        }
    }
    Ok(())
}

/// Cancels these subscriptions because they are not paid, and returns how many. The caller has locked their organisations.
/// Each runs until the end of its commitment. Those that are cancelled or have ended stay as they are.
pub async fn cancel_unpaid(work: &Work<'_>, ids: &[Uuid]) -> Result<usize> {
    let rows = store::load_in(work.tx, ids).await?;
    let wanted: BTreeSet<Uuid> = rows.iter().map(|(row, _)| row.product_id).collect();
    let sold = products::load_in(work.tx, &Vec::from_iter(wanted)).await?;
    let sold: HashMap<Uuid, product::Model> = sold.into_iter().map(|product| (product.id, product)).collect();
    let (mut found, mut outcomes, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for (row, history) in rows {
        let Some(product) = sold.get(&row.product_id).cloned() else { continue };
        let one = Found { row, changes: history, product };
        let Ok(outcome) = one.standing(work).cancel() else { continue };
        changes.extend(rows_of(work.request, Cause::default(), &one.row, &one.changes, &outcome.planned));
        outcomes.push(outcome);
        found.push(one);
    }
    if outcomes.is_empty() {
        return Ok(0);
    }
    store::apply(work.tx, &outcomes, changes).await?;
    let pairs: Vec<_> = found.iter().zip(&outcomes).map(|(one, outcome)| (&one.row, &outcome.row)).collect();
    follow(work, &pairs).await?;
    for (before, after) in pairs {
        let event = Event::done("cancelSubscription", after.organisation_id, None);
        let event = event.to(Type::Subscription.id(after.id));
        let event = event.changing(audit_snapshot(before), audit_snapshot(after));
        audit::record_by_system(work.tx, work.random, work.now, event).await?;
    }
    Ok(outcomes.len())
}

/// Refuses to close an organisation that has subscriptions.
pub async fn require_none(work: &Work<'_>, organisation: Uuid) -> Result<()> {
    let names = store::list_running(work.tx, organisation, NAMED as u64 + 1).await?;
    if names.is_empty() {
        return Ok(());
    }
    let [en, de, sv] = text::listed(&names, NAMED);
    let message = [
        format!("It has subscriptions: {en}. Cancel them first, or give endSubscriptions: true to cancel all of them."),
        format!(
            "Sie hat Abonnements: {de}. Kündigen Sie sie zuerst, oder kündigen Sie alle mit endSubscriptions: true."
        ),
        format!("Den har abonnemang: {sv}. Säg upp dem först, eller säg upp alla med endSubscriptions: true."),
    ];
    Err(UserError::at("organisationId", UserErrorCode::InUse, message).into())
}
