//! Statements about proposals.
#![expect(clippy::disallowed_methods, reason = "the statements about proposals stand here")]

use std::collections::HashMap;

use entity::partnership_proposal::{ActiveModel, Column, Entity, Model, State};
use entity::{organisation, partnership_proposal};
use futures_util::future::join_all;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Select, Set,
};
use uuid::Uuid;

use super::object::PartnershipProposal;
use super::rules::{self, Lapse, PartnershipProposalState};
use super::send::Addressee;
use crate::access::{Decision, Exists};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::page::{Connection, Key, List, PageArguments};
use crate::graphql::request::Request;
use crate::partners::partnership::PartnershipSide;

type Written<T> = Result<T, DbErr>;

/// The proposals that an organisation has made, the newest first.
static SENT: List<Model> =
    List { descending: true, ..List::of_rows("partnership_proposal", "organisation_id", Key::Instant("created_at")) };
/// Those that were made to it.
static RECEIVED: List<Model> = List { parent: "addressee_id", ..SENT };

/// Which proposals of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Those that it has made.
    Sent,
    /// Those that were made to it.
    Received,
}

/// The proposals of an organisation, as far as the viewer may see its partners on the side that it is asked or asks as.
pub async fn list(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    direction: Direction,
    (states, lapse): (Option<&[PartnershipProposalState]>, Lapse),
) -> Result<Connection<PartnershipProposal>> {
    let may_see =
        [PartnershipSide::Reseller, PartnershipSide::Client].into_iter().filter(|side| seen.grants.has(side.reading()));
    let (list, made_by): (&'static List<Model>, Vec<PartnershipSide>) = match direction {
        Direction::Sent => (&SENT, may_see.collect()),
        Direction::Received => (&RECEIVED, may_see.map(PartnershipSide::other).collect()),
    };
    let filter = rules::filter(states, &made_by, lapse);
    let (slice, total) = list.read(request, seen.row.id, page, filter).await?;
    let others = slice.items.iter().filter_map(|(_, row)| match direction {
        Direction::Sent => row.addressee_id,
        Direction::Received => Some(row.organisation_id),
    });
    let others = request.access.look_all(others).await?;
    Ok(Connection::new(&slice, total, |row| {
        let (maker, addressee) = match direction {
            Direction::Sent => (seen, row.addressee_id.and_then(|id| others.get(&id))),
            Direction::Received => (others.get(&row.organisation_id).unwrap_or(seen), Some(seen)),
        };
        PartnershipProposal::new(row, maker, addressee, lapse)
    }))
}

/// The proposal, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid, lapse: Lapse) -> Result<Option<PartnershipProposal>> {
    Ok(find_any(request, id, lapse).await?.and_then(PartnershipProposal::if_visible))
}

/// Those of the proposals that are there for the viewer, by their keys.
pub async fn find_all(
    request: &Request,
    ids: impl IntoIterator<Item = Uuid>,
    lapse: Lapse,
) -> Result<HashMap<Uuid, PartnershipProposal>> {
    let found = join_all(ids.into_iter().map(async |id| (id, find(request, id, lapse).await))).await;
    let found = found.into_iter().map(|(id, found)| Ok(found?.map(|found| (id, found))));
    Ok(found.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The proposal, whoever asks.
pub async fn find_any(request: &Request, id: Uuid, lapse: Lapse) -> Result<Option<PartnershipProposal>> {
    let Some(row) = SENT.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let ends = request.access.look_all([row.organisation_id].into_iter().chain(row.addressee_id)).await?;
    let Some(maker) = ends.get(&row.organisation_id) else { return Ok(None) };
    let addressee = row.addressee_id.and_then(|id| ends.get(&id));
    Ok(Some(PartnershipProposal::new(&row, maker, addressee, lapse)))
}

/// The proposal as the transaction sees it.
pub async fn load(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// Proposals that wait for the person with the address, the oldest first, with the name and kind of who makes them.
pub async fn list_for(db: &Db, email: &str, lapse: Lapse) -> Result<Vec<(Model, organisation::Model)>> {
    let found = Entity::find()
        .filter(Column::Email.eq(email))
        .filter(Column::State.eq(State::Proposed))
        .filter(Column::CreatedAt.gt(lapse.before()))
        .all(db.reader())
        .await?;
    let makers = organisation::Entity::find()
        .filter(organisation::Column::Id.is_in(found.iter().map(|row| row.organisation_id)))
        .all(db.reader())
        .await?;
    let mut offers: Vec<(Model, organisation::Model)> = found
        .into_iter()
        .filter_map(|row| {
            let maker = makers.iter().find(|maker| maker.id == row.organisation_id)?.clone();
            Some((row, maker))
        })
        .collect();
    offers.sort_by_key(|(row, _)| (row.created_at, row.id));
    Ok(offers)
}

/// The organisation that has the code.
pub async fn find_by_code(tx: &DatabaseTransaction, code: &str) -> Written<Option<organisation::Model>> {
    organisation::Entity::find().filter(organisation::Column::Code.eq(code)).one(tx).await
}

/// Those that were not answered in time make room for new ones.
pub async fn lapse(tx: &DatabaseTransaction, maker: Uuid, lapse: Lapse) -> Written<()> {
    let late = Entity::update_many()
        .set(ActiveModel { state: Set(State::Lapsed), ..Default::default() })
        .filter(Column::OrganisationId.eq(maker))
        .filter(Column::State.eq(State::Proposed))
        .filter(Column::CreatedAt.lte(lapse.before()));
    late.exec(tx).await?;
    Ok(())
}

/// Writes new proposals; gives the keys of those that were written, since some of the same kind may wait already.
pub async fn create(tx: &DatabaseTransaction, rows: Vec<Model>) -> Written<Vec<Uuid>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let insert = Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model));
    insert.on_conflict(OnConflict::new().do_nothing().to_owned()).exec_without_returning(tx).await?;
    let written = Entity::find().filter(Column::Id.is_in(ids)).all(tx).await?;
    Ok(written.into_iter().map(|row| row.id).collect())
}

/// How many proposals the organisation has made since the moment.
pub async fn made_since(tx: &DatabaseTransaction, organisation: Uuid, since: DateTimeUtc) -> Written<u64> {
    let made = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::CreatedAt.gt(since));
    made.count(tx).await
}

/// How many proposals the organisation has made to the same one since the moment.
pub async fn asked_since(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    to: &Addressee,
    since: DateTimeUtc,
) -> Written<u64> {
    let made = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::CreatedAt.gt(since));
    let same = match (&to.code, &to.person, to.organisation) {
        (Some(code), ..) => Column::Code.eq(code.as_str()),
        (None, Some((email, _)), _) => Column::Email.eq(email.as_str()),
        (None, None, organisation) => Column::AddresseeId.eq(organisation),
    };
    made.filter(same).count(tx).await
}

/// How many proposals went to the address since the moment.
pub async fn sent_to_since(tx: &DatabaseTransaction, email: &str, since: DateTimeUtc) -> Written<u64> {
    Entity::find().filter(Column::Email.eq(email)).filter(Column::CreatedAt.gt(since)).count(tx).await
}

/// Gives a proposal its end; false if it waited for no answer any more.
pub async fn answer(tx: &DatabaseTransaction, id: Uuid, change: partnership_proposal::ActiveModel) -> Written<bool> {
    let waiting = Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(Column::State.eq(State::Proposed));
    Ok(waiting.exec(tx).await?.rows_affected == 1)
}

/// Takes back what the client has offered for a partnership and was not answered: it wants something else by now.
pub async fn withdraw_offers(
    tx: &DatabaseTransaction,
    partnership: Uuid,
    client: Uuid,
    now: DateTimeUtc,
) -> Written<()> {
    let change = ActiveModel { state: Set(State::Withdrawn), answered_at: Set(Some(now)), ..Default::default() };
    Entity::update_many()
        .set(change)
        .filter(Column::PartnershipId.eq(partnership))
        .filter(Column::OrganisationId.eq(client))
        .filter(Column::State.eq(State::Proposed))
        .exec(tx)
        .await?;
    Ok(())
}

/// The proposals to change these partnerships that wait for an answer, made by the reseller: by partnership.
pub async fn waiting_for(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    partnerships: &[Uuid],
    lapse: Lapse,
) -> Written<Vec<Uuid>> {
    let among = waiting_of(reseller, lapse).filter(Column::PartnershipId.is_in(partnerships.iter().copied()));
    Ok(among.all(tx).await?.into_iter().filter_map(|row| row.partnership_id).collect())
}

/// All of the partnerships, for a condition of another statement.
pub fn waiting(reseller: Uuid, lapse: Lapse) -> SelectStatement {
    let of_partnerships = waiting_of(reseller, lapse).filter(Column::PartnershipId.is_not_null());
    of_partnerships.select_only().column(Column::PartnershipId).into_query()
}

fn waiting_of(reseller: Uuid, lapse: Lapse) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganisationId.eq(reseller))
        .filter(Column::State.eq(State::Proposed))
        .filter(Column::CreatedAt.gt(lapse.before()))
}
