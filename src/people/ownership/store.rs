//! Statements about transfers of ownership.
#![expect(clippy::disallowed_methods, reason = "the statements about transfers belong in this file")]

use entity::ownership_transfer::{self, Kind, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryResult, Set,
};
use uuid::Uuid;

use super::rules::OwnershipTransferState;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::hash;
use crate::graphql::page::{Filter, Key, List};
use crate::organisation::store as organisation_store;
use crate::people::user::mailbox;

type Written<T> = Result<T, DbErr>;

/// The most offers that one person sees.
const MOST_OFFERS: usize = 200;

/// A transfer with the names of its maker and its receiver.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The transfer.
    pub row: Model,
    /// Name of its maker.
    pub offered_by: String,
    /// Name of the person who accepted it.
    pub accepted_by: Option<String>,
}

/// The transfers of an organisation, the newest first.
pub static OF_ORGANISATION: List<Transfer> = List {
    table: "ownership_transfer",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: true,
    columns: "t.*, o.name AS offered_by, a.name AS accepted_by",
    joins: "JOIN \"user\" o ON o.id = t.offered_by_id LEFT JOIN \"user\" a ON a.id = t.accepted_user_id",
    read,
    keep: None,
};

fn read(rows: &[QueryResult]) -> Written<Transfer> {
    let Some(row) = rows.first() else { return Err(DbErr::RecordNotFound("transfer".to_owned())) };
    Ok(Transfer {
        row: Model::from_query_result(row, "")?,
        offered_by: row.try_get("", "offered_by")?,
        accepted_by: row.try_get("", "accepted_by")?,
    })
}

/// The condition that a transfer is in one of the states at the moment. Without states, it admits all.
pub fn in_states(states: Option<&[OwnershipTransferState]>, now: DateTimeUtc) -> Filter {
    use OwnershipTransferState as S;
    let Some(states) = states else { return Filter::default() };
    // Each state once and in a fixed order, so that the same request always has the same statement.
    let conditions: Vec<&str> = [
        (S::Pending, "(t.state = 'OFFERED' AND t.expires_at > :now)"),
        (S::Accepted, "t.state = 'ACCEPTED'"),
        (S::Declined, "t.state = 'DECLINED'"),
        (S::Withdrawn, "t.state = 'WITHDRAWN'"),
        (S::Ended, "t.state = 'VOID'"),
        (S::Expired, "(t.state = 'EXPIRED' OR (t.state = 'OFFERED' AND t.expires_at <= :now))"),
    ]
    .into_iter()
    .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
    .collect();
    if conditions.is_empty() {
        return Filter::default().and("1 = 0");
    }
    let condition = format!("({})", conditions.join(" OR "));
    // PostgreSQL refuses a parameter that the statement does not use.
    if condition.contains(":now") {
        return Filter::default().and_with(&condition, [(":now", now.into())]);
    }
    Filter::default().and(&condition)
}

/// The transfer with this id. The caller checks the permission.
pub async fn find(db: &Db, id: Uuid) -> Result<Option<Model>> {
    Ok(ownership_transfer::Entity::find_by_id(id).one(db.reader()).await?)
}

/// The transfer whose link has this secret. The secret is the permission.
pub async fn find_by_token(db: &Db, token: &str) -> Result<Option<Model>> {
    let by_hash = ownership_transfer::Column::TokenHash.eq(hash(token));
    Ok(ownership_transfer::Entity::find().filter(by_hash).one(db.reader()).await?)
}

/// The pending transfers to an address, the oldest first.
pub async fn list_for(db: &Db, email: &str, now: DateTimeUtc) -> Result<Vec<Transfer>> {
    let sql = format!(
        "SELECT t.*, u.name AS offered_by, NULL AS accepted_by \
         FROM ownership_transfer t JOIN organisation o ON o.id = t.organisation_id \
         JOIN \"user\" u ON u.id = t.offered_by_id \
         WHERE t.mailbox = $1 AND t.state = 'OFFERED' AND t.expires_at > $2 AND o.state <> 'CLOSED' \
         ORDER BY t.created_at, t.id LIMIT {MOST_OFFERS}"
    );
    let rows = db.rows(sql, vec![mailbox(email).into(), now.into()]).await?;
    Ok(rows.iter().map(|row| read(std::slice::from_ref(row))).collect::<Written<_>>()?)
}

/// The transfer as the transaction sees it.
pub async fn find_by_id(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    ownership_transfer::Entity::find_by_id(id).one(tx).await
}

/// Writes a transfer, and marks those of the organisation that have expired; false if one is still pending.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<bool> {
    let expired = ownership_transfer::ActiveModel { state: Set(State::Expired), ..Default::default() };
    ownership_transfer::Entity::update_many()
        .set(expired)
        .filter(ownership_transfer::Column::OrganisationId.eq(row.organisation_id))
        .filter(ownership_transfer::Column::State.eq(State::Offered))
        .filter(ownership_transfer::Column::ExpiresAt.lte(row.created_at))
        .exec(tx)
        .await?;
    let pending = ownership_transfer::Entity::find()
        .filter(ownership_transfer::Column::OrganisationId.eq(row.organisation_id))
        .filter(ownership_transfer::Column::State.eq(State::Offered));
    if pending.one(tx).await?.is_some() {
        return Ok(false);
    }
    ownership_transfer::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(true)
}

/// How many transfers a user has made since this time.
pub async fn count_made_since(tx: &DatabaseTransaction, user: Uuid, since: DateTimeUtc) -> Written<u64> {
    // Transfers that are made when a client is created have a limit of their own.
    let created = "EXISTS (SELECT 1 FROM organisation o WHERE o.id = ownership_transfer.organisation_id \
                   AND o.created_at = ownership_transfer.created_at)";
    ownership_transfer::Entity::find()
        .filter(ownership_transfer::Column::OfferedById.eq(user))
        .filter(ownership_transfer::Column::CreatedAt.gt(since))
        .filter(Expr::cust(created).not())
        .count(tx)
        .await
}

/// Answers a pending transfer; false if it is no longer pending.
pub async fn answer(
    tx: &DatabaseTransaction,
    id: Uuid,
    state: State,
    accepted_by: Option<Uuid>,
    now: DateTimeUtc,
) -> Written<bool> {
    let answered = ownership_transfer::ActiveModel {
        state: Set(state),
        accepted_user_id: Set(accepted_by),
        answered_at: Set(Some(now)),
        ..Default::default()
    };
    let answered = ownership_transfer::Entity::update_many()
        .set(answered)
        .filter(ownership_transfer::Column::Id.eq(id))
        .filter(ownership_transfer::Column::State.eq(State::Offered))
        .exec(tx)
        .await?;
    Ok(answered.rows_affected == 1)
}

/// Ends the pending offers of a user who is no longer an owner.
pub async fn void_of(tx: &DatabaseTransaction, organisation: Uuid, user: Uuid, now: DateTimeUtc) -> Written<()> {
    let void =
        ownership_transfer::ActiveModel { state: Set(State::Void), answered_at: Set(Some(now)), ..Default::default() };
    ownership_transfer::Entity::update_many()
        .set(void)
        .filter(ownership_transfer::Column::OrganisationId.eq(organisation))
        .filter(ownership_transfer::Column::OfferedById.eq(user))
        .filter(ownership_transfer::Column::Kind.eq(Kind::Offer))
        .filter(ownership_transfer::Column::State.eq(State::Offered))
        .exec(tx)
        .await?;
    Ok(())
}

/// All transfers to a mailbox, in any state, each with the name of its organisation, the oldest first.
pub async fn list_all_to(db: &Db, mailbox: &str) -> Result<Vec<(Model, String)>> {
    organisation_store::list_sent_to::<ownership_transfer::Entity>(db, mailbox).await
}
