//! Statements about sets of rules.
#![expect(clippy::disallowed_methods, reason = "the statements about rules stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::licence_rule::{self, Model as Rule};
use entity::licence_rule_set::{ActiveModel, Column, Entity, Model, Schedule};
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use uuid::Uuid;

use super::conditions::{self, read};
use crate::access::Unchecked;
use crate::base::db::is_among;
use crate::base::error::Result;
use crate::base::insert::insert_all;
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// A set with its rules in order, and the conditions of each.
pub type WithRules = (Model, Vec<(Rule, Vec<conditions::Condition>)>);

/// The sets of an organisation, by family. Two statements for all organisations that are asked for together.
pub async fn list(request: &Request, organisation: Uuid) -> Result<Arc<Vec<WithRules>>> {
    let batch = request.lists.batch::<Arc<Vec<WithRules>>>("licence rules of organisations");
    let load = async |organisations: Vec<Uuid>| {
        let db = request.db().reader();
        let sets = Entity::find().filter(is_among(Column::OrganisationId, &organisations, db));
        let sets = sets.order_by_asc(Column::Family).all(db).await?;
        let mut found: HashMap<Uuid, Vec<WithRules>> = HashMap::new();
        for one in with_rules(db, sets).await? {
            found.entry(one.0.organisation_id).or_default().push(one);
        }
        Ok(found.into_iter().map(|(organisation, sets)| (organisation, Arc::new(sets))).collect())
    };
    Ok(batch.load(organisation, load).await?.unwrap_or_default())
}

/// A set by its id. Two statements for all that are asked for together.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<WithRules>>>> {
    let batch = request.lists.batch::<Arc<WithRules>>("licence rules");
    let load = async |ids: Vec<Uuid>| {
        let db = request.db().reader();
        let sets = Entity::find().filter(is_among(Column::Id, &ids, db)).all(db).await?;
        let found = with_rules(db, sets).await?;
        Ok(found.into_iter().map(|one| (one.0.id, Arc::new(one))).collect())
    };
    Ok(batch.load(id, load).await?.map(Unchecked::new))
}

async fn with_rules(db: &impl ConnectionTrait, sets: Vec<Model>) -> Result<Vec<WithRules>> {
    let ids: Vec<Uuid> = sets.iter().map(|set| set.id).collect();
    let rules = licence_rule::Entity::find().filter(is_among(licence_rule::Column::SetId, &ids, db));
    let mut of: HashMap<Uuid, Vec<(Rule, Vec<conditions::Condition>)>> = HashMap::new();
    for rule in rules.order_by_asc(licence_rule::Column::Position).all(db).await? {
        let read = read(&rule.conditions)?;
        of.entry(rule.set_id).or_default().push((rule, read));
    }
    let own = |set: Model| {
        let rules = of.remove(&set.id).unwrap_or_default();
        (set, rules)
    };
    Ok(sets.into_iter().map(own).collect())
}

/// The set of a family, with its rules in order.
pub async fn find(db: &impl ConnectionTrait, organisation: Uuid, family: &str) -> Result<Option<WithRules>> {
    let set = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::Family.eq(family));
    let set = set.one(db).await?;
    Ok(with_rules(db, set.into_iter().collect()).await?.pop())
}

/// Writes a set with its rules, in place of what was there.
pub async fn save(tx: &DatabaseTransaction, old: Option<&Model>, set: &Model, rules: &[Rule]) -> Written<()> {
    if old.is_some() {
        let row = ActiveModel {
            version: Set(set.version),
            grace_days: Set(set.grace_days),
            guard_basis_points: Set(set.guard_basis_points),
            schedule: Set(set.schedule),
            updated_at: Set(set.updated_at),
            tried_on: Set(None),
            ..Default::default()
        };
        Entity::update_many().set(row).filter(Column::Id.eq(set.id)).exec(tx).await?;
        licence_rule::Entity::delete_many().filter(licence_rule::Column::SetId.eq(set.id)).exec(tx).await?;
    } else {
        insert_all(tx, std::slice::from_ref(set)).await?;
    }
    insert_all(tx, rules).await
}

/// Notes that the rules of a set were applied.
pub async fn mark_applied(tx: &DatabaseTransaction, set: Uuid, now: DateTimeUtc) -> Written<()> {
    let row = ActiveModel { applied_at: Set(Some(now)), ..Default::default() };
    Entity::update_many().set(row).filter(Column::Id.eq(set)).exec(tx).await?;
    Ok(())
}

/// Sets that are applied every day, and were not tried on this one: the next ones in the order of ids.
pub async fn due(db: &impl ConnectionTrait, today: Date, after: Uuid, most: u64) -> Written<Vec<Model>> {
    let untried = Condition::any().add(Column::TriedOn.is_null()).add(Column::TriedOn.lt(today));
    let sets = Entity::find().filter(Column::Schedule.eq(Schedule::Daily)).filter(untried);
    sets.filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(most).all(db).await
}

/// Notes that the schedule tried to apply a set on the day. Returns false if it was tried already.
pub async fn mark_tried(tx: &DatabaseTransaction, set: Uuid, today: Date) -> Written<bool> {
    let row = ActiveModel { tried_on: Set(Some(today)), ..Default::default() };
    let untried = Condition::any().add(Column::TriedOn.is_null()).add(Column::TriedOn.lt(today));
    let done = Entity::update_many().set(row).filter(Column::Id.eq(set)).filter(untried).exec(tx).await?;
    Ok(done.rows_affected > 0)
}
