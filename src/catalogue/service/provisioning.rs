//! How the rest of the product says what services should be like. Each call is one generation of each service, and leaves
//! it with one task for the programs of the operator. The caller has locked the organisation.

use std::collections::HashMap;

use entity::service::{ActiveModel, DesiredState, Kind, Model, State};
use entity::service_task::Kind as TaskKind;
use sea_orm::Set;
use uuid::Uuid;

use super::attributes::{Attributes, name_of};
use super::store;
use crate::base::error::{Error, Result};
use crate::base::insert::Together;
use crate::catalogue::task;
use crate::catalogue::task::rules::{Bought, Wanted, Wish, is_unfinished};
use crate::catalogue::task::store::CHUNK;
use crate::graphql::request::Work;

/// A service to set up.
#[derive(Clone, Debug)]
pub struct NewService {
    /// The organisation that it is for.
    pub organisation: Uuid,
    /// The subscription that pays for it.
    pub subscription_id: Option<Uuid>,
    /// Its kind.
    pub kind: Kind,
    /// Its attributes, as `attributes::check` gives them.
    pub attributes: Attributes,
    /// What was bought.
    pub bought: Bought,
}

/// Writes a service that is to be set up.
pub async fn create(work: &Work<'_>, new: NewService) -> Result<Model> {
    one(create_all(work, &[new]).await?)
}

/// Writes many services that are to be set up, in the given order.
pub async fn create_all(work: &Work<'_>, new: &[NewService]) -> Result<Vec<Model>> {
    let mut rows = Together::default();
    let created = add_all(work, &mut rows, new);
    rows.insert(work.tx).await?;
    Ok(created)
}

/// Adds many services that are to be set up to the rows that are inserted together.
pub fn add_all(work: &Work<'_>, rows: &mut Together, new: &[NewService]) -> Vec<Model> {
    let services: Vec<Model> = new.iter().map(|new| row_of(work, new)).collect();
    let tasks = services.iter().zip(new).map(|(row, new)| {
        let id = work.random.id(work.now);
        task::rules::next(row, None, Wish::new(TaskKind::Create), &new.bought, id, work.now)
    });
    let tasks: Vec<_> = tasks.collect();
    store::add(rows, &services);
    task::store::add(rows, &tasks);
    services
}

fn row_of(work: &Work<'_>, new: &NewService) -> Model {
    let name = name_of(new.kind, &new.attributes);
    Model {
        id: work.random.id(work.now),
        organisation_id: new.organisation,
        subscription_id: new.subscription_id,
        kind: new.kind,
        name_key: collation::sort_key(&name),
        name_folded: collation::fold(&name),
        name,
        state: State::Pending,
        created_at: work.now,
        attributes: new.attributes.to_stored(),
        external_id: None,
        desired_state: DesiredState::Active,
        generation: 1,
        problem: None,
    }
}

/// The services are to be what their subscriptions say, which have been written: another product, or another size.
pub async fn resize(work: &Work<'_>, services: Vec<Model>) -> Result<Vec<Model>> {
    let running = services.into_iter().filter(|row| row.desired_state != DesiredState::Ended).collect();
    wish(work, running, &Wish::new(TaskKind::Change), None).await
}

/// The services are to stop, but to be kept. Those that stop or end already stay as they are.
pub async fn suspend(work: &Work<'_>, services: Vec<Model>) -> Result<Vec<Model>> {
    let running = services.into_iter().filter(|row| row.desired_state == DesiredState::Active).collect();
    wish(work, running, &Wish::new(TaskKind::Suspend), Some(DesiredState::Suspended)).await
}

/// The services are to run again. Those that are not suspended stay as they are.
pub async fn resume(work: &Work<'_>, services: Vec<Model>) -> Result<Vec<Model>> {
    let stopped = services.into_iter().filter(|row| row.desired_state == DesiredState::Suspended).collect();
    wish(work, stopped, &Wish::new(TaskKind::Resume), Some(DesiredState::Active)).await
}

/// The services are to be deleted.
pub async fn end(work: &Work<'_>, services: Vec<Model>) -> Result<Vec<Model>> {
    let left = services.into_iter().filter(|row| row.desired_state != DesiredState::Ended).collect();
    wish(work, left, &Wish::new(TaskKind::End), Some(DesiredState::Ended)).await
}

/// A service is to have other attributes.
pub(super) async fn set_attributes(work: &Work<'_>, service: Model, attributes: &Attributes) -> Result<Model> {
    let name = name_of(service.kind, attributes);
    let changed = Model {
        name_key: collation::sort_key(&name),
        name_folded: collation::fold(&name),
        name,
        attributes: attributes.to_stored(),
        ..service
    };
    let change = ActiveModel {
        name: Set(changed.name.clone()),
        name_key: Set(changed.name_key.clone()),
        name_folded: Set(changed.name_folded.clone()),
        attributes: Set(changed.attributes.clone()),
        ..Default::default()
    };
    store::update(work.tx, changed.id, change).await?;
    one(wish(work, vec![changed], &Wish::new(TaskKind::Change), None).await?)
}

/// Something is to be done with a service.
pub(super) async fn act(work: &Work<'_>, service: Model, action: &str) -> Result<Model> {
    one(wish(work, vec![service], &Wish::action(action), None).await?)
}

fn one(services: Vec<Model>) -> Result<Model> {
    services.into_iter().next().ok_or_else(|| Error::fault("a service was lost"))
}

/// Begins a generation of each service, with a task for it. Five statements for up to 500 services.
async fn wish(work: &Work<'_>, services: Vec<Model>, wish: &Wish, desired: Option<DesiredState>) -> Result<Vec<Model>> {
    let mut changed = Vec::with_capacity(services.len());
    for chunk in services.chunks(CHUNK) {
        let ids: Vec<Uuid> = chunk.iter().map(|row| row.id).collect();
        let newest = task::store::newest_of(work.tx, work.request.db(), &ids).await?;
        let newest: HashMap<Uuid, _> = newest.into_iter().map(|row| (row.service_id, row)).collect();
        let paid = chunk.iter().filter_map(|row| row.subscription_id);
        let bought = store::bought(work.tx, paid.collect()).await?.into_iter();
        let bought: HashMap<Uuid, Bought> =
            bought.map(|(id, product, quantity)| (id, Bought { product: Some(product), quantity })).collect();
        store::begin_generation(work.tx, &ids, desired).await?;
        let mut tasks = Vec::with_capacity(chunk.len());
        for row in chunk {
            let row = Model {
                generation: row.generation + 1,
                problem: None,
                desired_state: desired.unwrap_or(row.desired_state),
                ..row.clone()
            };
            let before = newest.get(&row.id);
            let bought = row.subscription_id.and_then(|id| bought.get(&id).cloned());
            let bought = bought.or_else(|| before.map(|task| Wanted::read(&task.wanted).bought));
            let unfinished = before.filter(|task| is_unfinished(task));
            let id = work.random.id(work.now);
            tasks.push(task::rules::next(
                &row,
                unfinished,
                wish.clone(),
                &bought.unwrap_or(Bought::units(1)),
                id,
                work.now,
            ));
            changed.push(row);
        }
        task::store::put(work.tx, tasks).await?;
    }
    Ok(changed)
}
