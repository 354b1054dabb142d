//! Statements about assignments.
#![expect(clippy::disallowed_methods, reason = "the statements about assignments stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::licence_assignment::{ActiveModel, Column, Confirmation, Entity, Model, State};
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::is_among;
use crate::base::error::Result;
use crate::base::insert::{insert_all, insert_or};
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

const OF: List<Model> = List {
    descending: true,
    ..List::of_kept_rows(Table::LicenceAssignment, "organisation_id", Key::Instant("assigned_at"))
};
static OF_ORGANISATION: List<Model> = OF;
static OF_PERSON: List<Model> = List { parent: "person_id", ..OF };

impl Heap for Model {
    fn heap(&self) -> usize {
        self.family.heap() + self.reason.heap() + self.error.heap()
    }
}

impl Kept for Model {}

/// Which assignments to list.
#[derive(Clone, Copy, Default)]
pub struct Criteria {
    /// Only those in this state. Without one, all that have not ended.
    pub state: Option<State>,
    /// Only those of this feature.
    pub feature: Option<Uuid>,
    /// Only those of which an outside system says this.
    pub confirmation: Option<Confirmation>,
}

impl Criteria {
    fn filter(self) -> Filter {
        let mut filter = match self.state {
            Some(state) => Filter::default().in_state(Some(state)),
            None => Filter::default().and("t.state <> 'ENDED'"),
        };
        if let Some(feature) = self.feature {
            filter = filter.and_with("t.feature_id = :feature", [(":feature", feature.into())]);
        }
        if let Some(confirmation) = self.confirmation {
            let value = confirmation.to_value().into();
            filter = filter.and_with("t.confirmation = :confirmation", [(":confirmation", value)]);
        }
        filter
    }
}

/// A page of the assignments of an organisation, the newest first.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    wanted: Criteria,
) -> Result<Page<Model>> {
    OF_ORGANISATION.rows(request, organisation, page, wanted.filter()).await
}

/// A page of the assignments of a person, the newest first.
pub async fn list_of_person(
    request: &Request,
    person: Uuid,
    page: &PageArguments,
    wanted: Criteria,
) -> Result<Page<Model>> {
    OF_PERSON.rows(request, person, page, wanted.filter()).await
}

/// A page of the assignments of people of an organisation who have not logged in since a moment, the newest first.
pub async fn list_unused(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    since: DateTimeUtc,
) -> Result<Page<Model>> {
    let unused = "t.state = 'ACTIVE' AND EXISTS (SELECT 1 FROM directory_person p WHERE p.id = t.person_id \
                  AND (p.last_log_in_at IS NULL OR p.last_log_in_at < :since))";
    OF_ORGANISATION
        .rows(request, organisation, page, Filter::default().and_with(unused, [(":since", since.into())]))
        .await
}

/// An assignment by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}

/// What people of an organisation have of a family.
pub async fn held(db: &impl ConnectionTrait, organisation: Uuid, family: &str) -> Written<Vec<Model>> {
    let held = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::Family.eq(family));
    held.filter(Column::State.ne(State::Ended)).order_by_asc(Column::Id).all(db).await
}

/// The day on which people of an organisation were last given a licence of a family by hand, whether or not they still
/// have it.
pub async fn given_by_hand(
    db: &impl ConnectionTrait,
    organisation: Uuid,
    family: &str,
) -> Written<HashMap<Uuid, Date>> {
    let given = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::Family.eq(family));
    let given = given.filter(Column::ByHandOn.is_not_null()).select_only().column(Column::PersonId);
    let given = given.column_as(Column::ByHandOn.max(), "day").group_by(Column::PersonId);
    let found: Vec<(Uuid, Date)> = given.into_tuple().all(db).await?;
    Ok(found.into_iter().collect())
}

/// What these people have of a family.
pub async fn held_by(tx: &DatabaseTransaction, people: &[Uuid], family: &str) -> Written<HashMap<Uuid, Model>> {
    let held = Entity::find().filter(is_among(Column::PersonId, people, tx)).filter(Column::Family.eq(family));
    let held = held.filter(Column::State.ne(State::Ended)).all(tx).await?;
    Ok(held.into_iter().map(|row| (row.person_id, row)).collect())
}

/// The assignments of an organisation with these ids.
pub async fn load_in(tx: &DatabaseTransaction, organisation: Uuid, ids: &[Uuid]) -> Written<Vec<Model>> {
    let some = Entity::find().filter(Column::OrganisationId.eq(organisation));
    some.filter(is_among(Column::Id, ids, tx)).all(tx).await
}

/// Assignments with these ids, of any organisation.
pub async fn load_any(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<Vec<Model>> {
    Entity::find().filter(is_among(Column::Id, ids, tx)).all(tx).await
}

/// The assignments of an organisation whose last day is over.
pub async fn due(tx: &DatabaseTransaction, organisation: Uuid, today: Date) -> Written<Vec<Model>> {
    let ending = Entity::find().filter(Column::OrganisationId.eq(organisation));
    ending.filter(Column::State.eq(State::Ending)).filter(Column::EndsOn.lte(today)).all(tx).await
}

/// Organisations with assignments whose last day is over, at most so many.
pub async fn organisations_due(db: &impl ConnectionTrait, today: Date, most: u64) -> Written<Vec<Uuid>> {
    let ending = Entity::find().filter(Column::State.eq(State::Ending)).filter(Column::EndsOn.lte(today));
    let ending = ending.select_only().column(Column::OrganisationId).distinct();
    ending.order_by_asc(Column::OrganisationId).limit(most).into_tuple().all(db).await
}

/// Assignments of deleted people that nothing else will end, because their family has no rules: at most so many.
pub async fn of_deleted(db: &impl ConnectionTrait, most: u64) -> Written<Vec<Model>> {
    let is_left = "EXISTS (SELECT 1 FROM directory_person p WHERE p.id = licence_assignment.person_id \
                   AND p.state = 'DELETED') AND NOT EXISTS (SELECT 1 FROM licence_rule_set s \
                   WHERE s.organisation_id = licence_assignment.organisation_id AND s.family = licence_assignment.family)";
    let active = Entity::find().filter(Column::State.eq(State::Active)).filter(Expr::cust(is_left));
    active.order_by_asc(Column::OrganisationId).order_by_asc(Column::Id).limit(most).all(db).await
}

/// Lets active assignments end on a day.
pub async fn begin_end(tx: &DatabaseTransaction, ids: &[Uuid], ends_on: Date, reason: &str) -> Written<()> {
    let row = ActiveModel {
        state: Set(State::Ending),
        ends_on: Set(Some(ends_on)),
        reason: Set(reason.to_owned()),
        ..Default::default()
    };
    let active = Entity::update_many().set(row).filter(is_among(Column::Id, ids, tx));
    active.filter(Column::State.eq(State::Active)).exec(tx).await?;
    Ok(())
}

/// Ends assignments. An outside system that has set one up must remove it; for others there is nothing to do.
pub async fn end(tx: &DatabaseTransaction, ids: &[Uuid], now: DateTimeUtc) -> Written<()> {
    if !ids.is_empty() {
        let row = ActiveModel { state: Set(State::Ended), ended_at: Set(Some(now)), ..Default::default() };
        let what_is_left = Expr::cust("CASE confirmation WHEN 'DONE' THEN 'NONE' ELSE 'DONE' END");
        let open = Entity::update_many().set(row).col_expr(Column::Confirmation, what_is_left);
        open.filter(is_among(Column::Id, ids, tx)).filter(Column::State.ne(State::Ended)).exec(tx).await?;
    }
    Ok(())
}

/// Writes new assignments. The person has no other one of the family, or it has been ended.
pub async fn create(tx: &DatabaseTransaction, rows: &[Model]) -> Written<()> {
    insert_all(tx, rows).await
}

/// Writes the state and the reasons of assignments.
pub async fn update(tx: &DatabaseTransaction, rows: &[Model]) -> Written<()> {
    let mut known = OnConflict::column(Column::Id);
    known.update_columns([
        Column::State,
        Column::Source,
        Column::Reason,
        Column::ByHandOn,
        Column::EndsOn,
        Column::EndedAt,
        Column::Confirmation,
        Column::Error,
    ]);
    insert_or(tx, rows, &known).await
}

/// Writes what an outside system says of assignments, and nothing else of them.
pub async fn report(tx: &DatabaseTransaction, rows: &[Model]) -> Written<()> {
    let mut known = OnConflict::column(Column::Id);
    known.update_columns([Column::Confirmation, Column::Error]);
    insert_or(tx, rows, &known).await
}

/// Assignments of all organisations that an outside system has to set up or to remove, the oldest first.
pub async fn unconfirmed(
    db: &impl ConnectionTrait,
    feature: Option<Uuid>,
    after: Uuid,
    most: u64,
) -> Written<Vec<Model>> {
    let some = Entity::find().filter(Column::Confirmation.eq(Confirmation::None)).filter(Column::Id.gt(after));
    let some = match feature {
        Some(feature) => some.filter(Column::FeatureId.eq(feature)),
        None => some,
    };
    some.order_by_asc(Column::Id).limit(most).all(db).await
}
