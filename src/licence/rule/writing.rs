//! Writing what a plan changes.

use std::collections::HashMap;

use entity::licence_assignment::{Model, Source, State};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::evaluate::{Action, Change, source_of};
use super::plan::Plan;
use super::store;
use crate::base::error::{Error, Result};
use crate::graphql::request::Work;
use crate::licence::assignment::rules::Given;
use crate::licence::assignment::settling::end;
use crate::licence::assignment::store as assignments;
use crate::licence::pool::Pools;

/// How many people a plan changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// People who get a licence.
    pub assign: usize,
    /// People who get another feature of the family.
    pub change: usize,
    /// People who get back a licence that was ending.
    pub resume: usize,
    /// People who lose their licence.
    pub reclaim: usize,
    /// People who wait for one.
    pub unmet: usize,
}

impl Counts {
    /// Of a plan.
    pub fn of(changes: &[Change]) -> Self {
        let count = |action: Action| changes.iter().filter(|change| change.action == action).count();
        Self {
            assign: count(Action::Assign),
            change: count(Action::Change),
            resume: count(Action::Resume),
            reclaim: count(Action::Reclaim),
            unmet: count(Action::Unmet),
        }
    }

    /// Whether nobody's licence changes.
    pub const fn is_nothing(&self) -> bool {
        self.assign == 0 && self.change == 0 && self.resume == 0 && self.reclaim == 0
    }

    /// As the audit log records it.
    pub fn audit_snapshot(self, plan: &Plan) -> Json {
        json!({ "family": plan.set.family, "version": plan.set.version, "assigned": self.assign, "changed": self.change,
                "resumed": self.resume, "reclaimed": self.reclaim, "unmet": self.unmet })
    }
}

/// Writes the changes of a plan that was made in this transaction. The caller has locked the organisation. The number of
/// statements for 500 people is constant.
pub async fn write(work: &Work<'_>, plan: &Plan) -> Result<()> {
    let organisation = plan.set.organisation_id;
    let (mut created, mut updated, mut ended): (Vec<Model>, Vec<Model>, Vec<Model>) = Default::default();
    let mut taken: HashMap<Uuid, i64> = HashMap::new();
    for change in &plan.changes {
        let held = plan.held.get(&change.person);
        match (change.action, held) {
            (Action::Unmet, _) => {}
            (Action::Assign | Action::Change, _) => {
                let row = new(work, plan, change).ok_or_else(broken)?;
                *taken.entry(row.feature_id).or_default() += 1;
                created.push(row);
                ended.extend(held.cloned());
            }
            (Action::Resume | Action::Explain, Some(held)) => updated.push(Model {
                state: State::Active,
                source: source(change)?,
                reason: plan.reason(change).text(),
                ends_on: None,
                ..held.clone()
            }),
            (Action::Reclaim, Some(held)) => {
                let row = Model {
                    state: State::Ending,
                    reason: plan.reason(change).text(),
                    ends_on: change.ends_on,
                    ..held.clone()
                };
                if change.ends_on.is_some_and(|day| day <= work.today()) {
                    ended.push(row.clone());
                }
                updated.push(row);
            }
            (Action::Resume | Action::Explain | Action::Reclaim, None) => return Err(broken()),
        }
    }
    assignments::update(work.tx, &updated).await?;
    end(work, organisation, &ended).await?;
    let mut pools = Pools::load(work, organisation).await?;
    for (feature, quantity) in taken {
        pools.plan(feature, quantity).map_err(|_| broken())?;
    }
    pools.write(work).await?;
    assignments::create(work.tx, &created).await?;
    Ok(store::mark_applied(work.tx, plan.set.id, work.now).await?)
}

fn new(work: &Work<'_>, plan: &Plan, change: &Change) -> Option<Model> {
    let given = Given {
        organisation: plan.set.organisation_id,
        person: change.person,
        feature: change.after?,
        family: plan.set.family.clone(),
        source: source_of(change.cause)?,
        reason: plan.reason(change),
    };
    Some(given.row(work.random.id(work.now), work.now, work.today()))
}

fn source(change: &Change) -> Result<Source> {
    source_of(change.cause).ok_or_else(broken)
}

fn broken() -> Error {
    Error::fault("a plan of licences contradicts itself")
}
