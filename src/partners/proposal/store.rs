//! Statements about proposals.
#![expect(clippy::disallowed_methods, reason = "the statements about proposals belong in this file")]

use std::sync::Arc;

use entity::partnership_proposal::{ActiveModel, Column, Entity, Model, State};
use entity::{organisation, partnership_proposal};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Select, Set,
};
use uuid::Uuid;

use super::rules::{Expiry, PartnershipProposalState};
use super::sending::Addressee;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::store as organisation_store;
use crate::partners::partnership::PartnershipSide;
use crate::people::user::mailbox;

type Written<T> = Result<T, DbErr>;

/// The proposals that an organisation has made, the newest first.
static SENT: List<Model> =
    List { descending: true, ..List::of_rows("partnership_proposal", "organisation_id", Key::Instant("created_at")) };
/// The proposals that were made to it.
static RECEIVED: List<Model> = List { parent: "addressee_id", ..SENT };

/// Which proposals of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Those that it has made.
    Sent,
    /// Those that were made to it.
    Received,
}

/// The condition that the maker of a proposal `t` is on one of the sides. If states are given, the proposal must be in
/// one of them.
fn in_states(states: Option<&[PartnershipProposalState]>, sides: &[PartnershipSide], expiry: Expiry) -> Filter {
    use PartnershipProposalState as S;
    let by = |side| sides.contains(&side);
    let made_by = match (by(PartnershipSide::Reseller), by(PartnershipSide::Client)) {
        (true, true) => Filter::default(),
        (true, false) => Filter::default().and("t.side = 'RESELLER'"),
        (false, true) => Filter::default().and("t.side = 'CLIENT'"),
        (false, false) => Filter::default().and("1 = 0"),
    };
    let Some(states) = states else { return made_by };
    // Each state once and in a fixed order, so that the same request always has the same statement.
    let conditions: Vec<&str> = [
        (S::Pending, "t.state = 'PROPOSED' AND t.created_at > :limit"),
        (S::Accepted, "t.state = 'ACCEPTED'"),
        (S::Declined, "t.state = 'DECLINED'"),
        (S::Withdrawn, "t.state = 'WITHDRAWN'"),
        (S::Expired, "(t.state = 'LAPSED' OR (t.state = 'PROPOSED' AND t.created_at <= :limit))"),
    ]
    .into_iter()
    .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
    .collect();
    if conditions.is_empty() {
        return made_by.and("1 = 0");
    }
    let wanted = format!("(:limit IS NOT NULL AND ({}))", conditions.join(" OR "));
    made_by.and_with(&wanted, [(":limit", expiry.limit().into())])
}

/// The proposals that an organisation has made or received on one of the given sides of its own, the newest first.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    direction: Direction,
    (states, sides, expiry): (Option<&[PartnershipProposalState]>, &[PartnershipSide], Expiry),
) -> Result<Page<Model>> {
    let (list, made_by): (&'static List<Model>, Vec<PartnershipSide>) = match direction {
        Direction::Sent => (&SENT, sides.to_vec()),
        Direction::Received => (&RECEIVED, sides.iter().map(|side| side.other()).collect()),
    };
    list.rows(request, organisation, page, in_states(states, &made_by, expiry)).await
}

/// The proposal.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Arc<Model>>> {
    SENT.find(request.db(), &request.lists, id).await
}

/// The proposal as the transaction sees it.
pub async fn find_row(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).one(tx).await
}

/// The pending proposals to an address, the oldest first.
pub async fn list_to_address(db: &Db, email: &str, expiry: Expiry) -> Result<Vec<Model>> {
    let mut offers = Entity::find()
        .filter(Column::Mailbox.eq(mailbox(email)))
        .filter(Column::State.eq(State::Proposed))
        .filter(Column::CreatedAt.gt(expiry.limit()))
        .all(db.reader())
        .await?;
    offers.sort_by_key(|row| (row.created_at, row.id));
    Ok(offers)
}

/// The organisation that has the code.
pub async fn find_by_code(tx: &DatabaseTransaction, code: &str) -> Written<Option<organisation::Model>> {
    organisation::Entity::find().filter(organisation::Column::Code.eq(code)).one(tx).await
}

/// Marks the proposals of an organisation that were not answered in time, so that the same can be proposed again.
pub async fn mark_expired(tx: &DatabaseTransaction, maker: Uuid, expiry: Expiry) -> Written<()> {
    let late = Entity::update_many()
        .set(ActiveModel { state: Set(State::Lapsed), ..Default::default() })
        .filter(Column::OrganisationId.eq(maker))
        .filter(Column::State.eq(State::Proposed))
        .filter(Column::CreatedAt.lte(expiry.limit()));
    late.exec(tx).await?;
    Ok(())
}

/// Inserts new proposals and returns the keys of those inserted: the same ones may be pending already.
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

/// How many proposals the organisation has made since this time.
pub async fn count_made_since(tx: &DatabaseTransaction, organisation: Uuid, since: DateTimeUtc) -> Written<u64> {
    let made = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::CreatedAt.gt(since));
    made.count(tx).await
}

/// How many proposals the organisation has made to the same addressee since this time.
pub async fn count_asked_since(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    to: &Addressee,
    since: DateTimeUtc,
) -> Written<u64> {
    let made = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::CreatedAt.gt(since));
    let same = match (&to.code, &to.person, to.organisation) {
        (Some(code), ..) => Column::Code.eq(code.as_str()),
        (None, Some((email, _)), _) => Column::Mailbox.eq(mailbox(email)),
        (None, None, organisation) => Column::AddresseeId.eq(organisation),
    };
    made.filter(same).count(tx).await
}

/// How many proposals went to the address since this time.
pub async fn count_sent_to_since(tx: &DatabaseTransaction, email: &str, since: DateTimeUtc) -> Written<u64> {
    let sent = Entity::find().filter(Column::Mailbox.eq(mailbox(email))).filter(Column::CreatedAt.gt(since));
    sent.count(tx).await
}

/// Writes the answer to a proposal; false if it was no longer pending.
pub async fn answer(tx: &DatabaseTransaction, id: Uuid, change: partnership_proposal::ActiveModel) -> Written<bool> {
    let waiting = Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(Column::State.eq(State::Proposed));
    Ok(waiting.exec(tx).await?.rows_affected == 1)
}

/// Withdraws the pending offers of the client for a partnership, because it has changed the terms since.
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

/// Which of these partnerships have a pending proposal of the reseller.
pub async fn pending_for(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    partnerships: &[Uuid],
    expiry: Expiry,
) -> Written<Vec<Uuid>> {
    let pending = pending_of(reseller, expiry).filter(Column::PartnershipId.is_in(partnerships.iter().copied()));
    Ok(pending.all(tx).await?.into_iter().filter_map(|row| row.partnership_id).collect())
}

/// All partnerships for which a proposal of the reseller is pending, as a part of another statement.
pub fn pending(reseller: Uuid, expiry: Expiry) -> SelectStatement {
    let of_partnerships = pending_of(reseller, expiry).filter(Column::PartnershipId.is_not_null());
    of_partnerships.select_only().column(Column::PartnershipId).into_query()
}

fn pending_of(reseller: Uuid, expiry: Expiry) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganisationId.eq(reseller))
        .filter(Column::State.eq(State::Proposed))
        .filter(Column::CreatedAt.gt(expiry.limit()))
}

/// All proposals to a mailbox, in any state, each with the name of its organisation, the oldest first.
pub async fn list_all_to(db: &Db, mailbox: &str) -> Result<Vec<(Model, String)>> {
    organisation_store::list_sent_to::<Entity>(db, mailbox).await
}
