//! Services that are suspended because an invoice is not paid, and that run again when it is settled.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use entity::invoice::{Model, State};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::store;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::billing::invoice::store as invoices;
use crate::catalogue::service::{provisioning, store as services};
use crate::graphql::request::Work;
use crate::oversight::audit::{self, Event};

/// Suspends the services whose subscriptions stand on these invoices. Returns how many. The caller has locked their
/// organisations.
pub async fn suspend(work: &Work<'_>, unpaid: &[Uuid]) -> Result<usize> {
    if unpaid.is_empty() {
        return Ok(0);
    }
    let subscriptions: Vec<Uuid> = subscriptions_on(work, unpaid).await?.into_iter().collect();
    let found = services::of_subscriptions(work.tx, &subscriptions).await?;
    Ok(provisioning::suspend(work, found).await?.len())
}

/// Suspends the services again that these invoices had suspended before they were settled, because they are open again. The
/// caller has locked the organisations. One statement if none of them suspended anything.
pub async fn suspend_again(work: &Work<'_>, reopened: &[Model]) -> Result<()> {
    let open = reopened.iter().filter(|row| row.state == State::Open);
    let open: Vec<Uuid> = open.map(|row| row.id).collect();
    if !open.is_empty() {
        let suspended = store::that_suspended(work.tx, &open).await?;
        suspend(work, &suspended).await?;
    }
    Ok(())
}

/// Starts the services again that were suspended because of invoices that are settled now: paid, or wholly credited. A
/// service stays suspended while its subscription stands on another open invoice that suspended it. The caller has locked
/// the organisations and has written the invoices. One statement if none of them suspended anything.
pub async fn resume(work: &Work<'_>, changed: &[&Model]) -> Result<()> {
    let settled = changed.iter().filter(|row| matches!(row.state, State::Paid | State::Void));
    let settled: Vec<Uuid> = settled.map(|row| row.id).collect();
    if settled.is_empty() {
        return Ok(());
    }
    let settled = store::that_suspended(work.tx, &settled).await?;
    if settled.is_empty() {
        return Ok(());
    }
    let named: Vec<Uuid> = subscriptions_on(work, &settled).await?.into_iter().collect();
    let still = store::still_suspended(work.tx, work.request.db(), &named).await?;
    let still: HashSet<Uuid> = still.into_iter().collect();
    let free: Vec<Uuid> = named.into_iter().filter(|id| !still.contains(id)).collect();
    let found = services::of_subscriptions(work.tx, &free).await?;
    let mut resumed: BTreeMap<Uuid, Vec<Json>> = BTreeMap::new();
    for service in provisioning::resume(work, found).await? {
        resumed.entry(service.organisation_id).or_default().push(json!(Type::Service.id(service.id).as_str()));
    }
    for (organisation, services) in resumed {
        let event = Event::done("resumeServices", organisation, None);
        let event = event.changing(Json::Null, json!({ "services": services }));
        audit::record_by_system(work.tx, work.random, work.now, event).await?;
    }
    Ok(())
}

/// The subscriptions that stand on these invoices.
pub async fn subscriptions_on(work: &Work<'_>, ids: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    Ok(invoices::subscriptions_on(work.tx, ids).await?.into_iter().map(|(_, subscription)| subscription).collect())
}
