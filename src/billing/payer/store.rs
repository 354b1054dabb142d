//! Statements about agreements about who pays.
#![expect(clippy::disallowed_methods, reason = "the statements about payers stand here")]

use std::collections::HashMap;

use entity::organisation;
use entity::payer::{self, Model, State};
use futures_util::future::{join_all, try_join};
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryResult, QuerySelect, Set,
};
use uuid::Uuid;

use super::object::PayerAgreement;
use super::rules::{Moment, PayerAgreementState};
use crate::access::{Decision, Exists};
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::graphql::page::{Connection, Key, List, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// An agreement with the names of those who have to do with it.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// The agreement.
    pub row: Model,
    /// The name of who asked for it.
    pub requested_by: Option<String>,
    /// The name of who answered it.
    pub answered_by: Option<String>,
}

/// The newest first.
static OF_ORGANISATION: List<Agreement> = List {
    table: "payer",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: true,
    columns: "t.*, r.name AS requested_by, a.name AS answered_by",
    joins: "LEFT JOIN \"user\" r ON r.id = t.requested_by_id LEFT JOIN \"user\" a ON a.id = t.answered_by_id",
    read,
};

static OF_PAYER: List<Agreement> = List { parent: "payer_id", ..OF_ORGANISATION };

fn read(rows: &[QueryResult]) -> Written<Agreement> {
    let Some(row) = rows.first() else { return Err(DbErr::RecordNotFound("agreement".to_owned())) };
    Ok(Agreement {
        row: Model::from_query_result(row, "")?,
        requested_by: row.try_get("", "requested_by")?,
        answered_by: row.try_get("", "answered_by")?,
    })
}

/// The payer; where there is none, a key that nobody has is looked up in its place, so that it costs the same.
pub fn payer_or_nobody(row: &Model) -> Uuid {
    row.payer_id.unwrap_or(row.id)
}

/// Looks the payer up. One that was sought by a code takes a statement in any case.
pub async fn look_at_payer(request: &Request, row: &Model) -> Result<Option<Decision>> {
    match (&row.sought_code, row.payer_id) {
        (None, Some(payer)) => request.access.look(payer).await,
        _ => request.access.look_anew(payer_or_nobody(row)).await,
    }
}

/// By whom an organisation is paid for, was and will be, and whom it has asked.
pub async fn of_organisation(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    moment: Moment,
    states: Option<&[PayerAgreementState]>,
) -> Result<Connection<PayerAgreement>> {
    let (slice, total) = OF_ORGANISATION.read(request, seen.row.id, page, moment.filter(states)).await?;
    let payers = slice.items.iter().map(async |(_, found)| {
        let payer = look_at_payer(request, &found.row).await?;
        Ok::<_, Error>(payer.map(|payer| (payer.row.id, payer)))
    });
    let payers: Result<Vec<_>> = join_all(payers).await.into_iter().collect();
    let payers: HashMap<Uuid, Decision> = payers?.into_iter().flatten().collect();
    Ok(Connection::new(&slice, total, |found| {
        PayerAgreement::new(found, seen, found.row.payer_id.and_then(|payer| payers.get(&payer)), moment)
    }))
}

/// What an organisation was asked to pay for, and what of that it pays for.
pub async fn of_payer(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    moment: Moment,
    states: Option<&[PayerAgreementState]>,
) -> Result<Connection<PayerAgreement>> {
    let states = states.unwrap_or(&[PayerAgreementState::Proposed]);
    let (slice, total) = OF_PAYER.read(request, seen.row.id, page, moment.filter(Some(states))).await?;
    let ends = request.access.look_all(slice.items.iter().map(|(_, found)| found.row.organisation_id)).await?;
    // A foreign key holds the organisation, so none is missing.
    Ok(Connection::new(&slice, total, |found| {
        PayerAgreement::new(found, ends.get(&found.row.organisation_id).unwrap_or(seen), Some(seen), moment)
    }))
}

/// The agreement, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid, moment: Moment) -> Result<Option<PayerAgreement>> {
    let Some(found) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let organisation = request.access.look(found.row.organisation_id);
    let (organisation, payer) = try_join(organisation, look_at_payer(request, &found.row)).await?;
    let agreement = organisation.map(|seen| PayerAgreement::new(&found, &seen, payer.as_ref(), moment));
    Ok(agreement.and_then(Exists::if_visible))
}

/// The agreement with this id, whoever asks.
pub async fn find_by_id(db: &Db, id: Uuid) -> Result<Option<Model>> {
    Ok(payer::Entity::find_by_id(id).one(db.reader()).await?)
}

/// The organisation with this code, whoever asks.
pub async fn find_by_code(db: &Db, code: &str) -> Result<Option<Uuid>> {
    let by_code = organisation::Entity::find().select_only().column(organisation::Column::Id);
    Ok(by_code.filter(organisation::Column::Code.eq(code)).into_tuple().one(db.reader()).await?)
}

/// The agreement as the transaction sees it.
pub async fn load(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    payer::Entity::find_by_id(id).one(tx).await
}

/// A request of the same organisation that waits for the same payer, sought in the same way.
pub async fn same_waiting(tx: &DatabaseTransaction, row: &Model, asked_after: DateTimeUtc) -> Written<Option<Model>> {
    let same = match &row.sought_code {
        Some(code) => Condition::all().add(payer::Column::SoughtCode.eq(code)),
        None => Condition::all().add(payer::Column::SoughtCode.is_null()).add(payer::Column::PayerId.eq(row.payer_id)),
    };
    payer::Entity::find()
        .filter(payer::Column::OrganisationId.eq(row.organisation_id))
        .filter(payer::Column::State.eq(State::Proposed))
        .filter(payer::Column::CreatedAt.gt(asked_after))
        .filter(same)
        .one(tx)
        .await
}

/// How many payers the organisation, or the person, has asked for since then.
pub async fn asked_since(tx: &DatabaseTransaction, row: &Model, since: DateTimeUtc) -> Written<u64> {
    let mut by = Condition::any().add(payer::Column::OrganisationId.eq(row.organisation_id));
    if let Some(person) = row.requested_by_id {
        by = by.add(payer::Column::RequestedById.eq(person));
    }
    payer::Entity::find().filter(by).filter(payer::Column::CreatedAt.gt(since)).count(tx).await
}

/// Writes a new one.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    payer::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes what became of one.
pub async fn save(tx: &DatabaseTransaction, row: &Model) -> Written<()> {
    let columns = payer::ActiveModel {
        state: Set(row.state),
        starts_on: Set(row.starts_on),
        ends_on: Set(row.ends_on),
        answered_by_id: Set(row.answered_by_id),
        answered_at: Set(row.answered_at),
        ..Default::default()
    };
    payer::Entity::update_many().set(columns).filter(payer::Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Ends one on a day; one that would not have begun by then never does.
pub async fn end(tx: &DatabaseTransaction, id: Uuid, starts_on: Date, ends_on: Date) -> Written<()> {
    let never = ends_on <= starts_on;
    let columns = payer::ActiveModel {
        state: Set(if never { State::Ended } else { State::Active }),
        ends_on: Set(Some(ends_on.max(starts_on))),
        ..Default::default()
    };
    payer::Entity::update_many().set(columns).filter(payer::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}
