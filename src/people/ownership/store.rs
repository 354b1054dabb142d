//! Statements about transfers of ownership.
#![expect(clippy::disallowed_methods, reason = "the statements about transfers stand here")]

use entity::ownership_transfer::{self, Kind, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryResult, Set,
};
use uuid::Uuid;

use super::object::OwnershipTransfer;
use super::rules::{self, OwnershipTransferState};
use crate::access::{Decision, Exists};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::hash;
use crate::graphql::page::{Connection, Key, List, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

type Written<T> = Result<T, DbErr>;

/// So many open offers somebody sees at once.
const MOST_OFFERS: usize = 200;

/// A transfer with the names of those who have to do with it.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The transfer.
    pub row: Model,
    /// The name of who made it.
    pub offered_by: String,
    /// The name of who accepted it.
    pub accepted_by: Option<String>,
}

static OF_ORGANISATION: List<Transfer> = List {
    table: "ownership_transfer",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: true,
    columns: "t.*, o.name AS offered_by, a.name AS accepted_by",
    joins: "JOIN \"user\" o ON o.id = t.offered_by_id LEFT JOIN \"user\" a ON a.id = t.accepted_user_id",
    read,
};

fn read(rows: &[QueryResult]) -> Written<Transfer> {
    let Some(row) = rows.first() else { return Err(DbErr::RecordNotFound("transfer".to_owned())) };
    Ok(Transfer {
        row: Model::from_query_result(row, "")?,
        offered_by: row.try_get("", "offered_by")?,
        accepted_by: row.try_get("", "accepted_by")?,
    })
}

/// The transfers of an organisation, the newest first.
pub async fn list(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    states: Option<&[OwnershipTransferState]>,
) -> Result<Connection<OwnershipTransfer>> {
    let (filter, now) = (rules::filter(states, request.now()), request.now());
    let node = |row: &std::sync::Arc<Transfer>| OwnershipTransfer::new(row, seen, now);
    OF_ORGANISATION.connection(request, seen.row.id, page, filter, node).await
}

/// The transfer, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<OwnershipTransfer>> {
    let Some(found) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(found.row.organisation_id).await?;
    Ok(seen.and_then(|seen| OwnershipTransfer::new(&found, &seen, request.now()).if_visible()))
}

/// The transfer with this id, whoever asks.
pub async fn find_by_id(db: &Db, id: Uuid) -> Result<Option<Model>> {
    Ok(ownership_transfer::Entity::find_by_id(id).one(db.reader()).await?)
}

/// The transfer whose link has this secret, whoever asks.
pub async fn find_by_token(db: &Db, token: &str) -> Result<Option<Model>> {
    let by_hash = ownership_transfer::Column::TokenHash.eq(hash(token));
    Ok(ownership_transfer::Entity::find().filter(by_hash).one(db.reader()).await?)
}

/// What somebody with this address may accept or decline: each with its organisation, the oldest first.
pub async fn list_for(db: &Db, email: &str, now: DateTimeUtc) -> Result<Vec<(Transfer, OrganisationCard)>> {
    let sql = format!(
        "SELECT t.*, u.name AS offered_by, NULL AS accepted_by, o.name AS organisation, o.kind AS organisation_kind \
         FROM ownership_transfer t JOIN organisation o ON o.id = t.organisation_id \
         JOIN \"user\" u ON u.id = t.offered_by_id \
         WHERE t.email = $1 AND t.state = 'OFFERED' AND t.expires_at > $2 AND o.state <> 'CLOSED' \
         ORDER BY t.created_at, t.id LIMIT {MOST_OFFERS}"
    );
    let rows = db.rows(sql, vec![email.into(), now.into()]).await?;
    let offers = rows.iter().map(|row| {
        let transfer = read(std::slice::from_ref(row))?;
        let (name, kind) = (row.try_get("", "organisation")?, row.try_get("", "organisation_kind")?);
        let card = OrganisationCard { id: transfer.row.organisation_id, name, kind };
        Ok((transfer, card))
    });
    Ok(offers.collect::<Written<_>>()?)
}

/// The transfer as the transaction sees it.
pub async fn load(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    ownership_transfer::Entity::find_by_id(id).one(tx).await
}

/// Writes a transfer, after those of the organisation that are past their time; false if one is still open.
pub async fn make(tx: &DatabaseTransaction, row: Model) -> Written<bool> {
    let past = ownership_transfer::ActiveModel { state: Set(State::Expired), ..Default::default() };
    ownership_transfer::Entity::update_many()
        .set(past)
        .filter(ownership_transfer::Column::OrganisationId.eq(row.organisation_id))
        .filter(ownership_transfer::Column::State.eq(State::Offered))
        .filter(ownership_transfer::Column::ExpiresAt.lte(row.created_at))
        .exec(tx)
        .await?;
    let still = ownership_transfer::Entity::find()
        .filter(ownership_transfer::Column::OrganisationId.eq(row.organisation_id))
        .filter(ownership_transfer::Column::State.eq(State::Offered));
    if still.one(tx).await?.is_some() {
        return Ok(false);
    }
    ownership_transfer::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(true)
}

/// How many transfers somebody has made since then.
pub async fn made_since(tx: &DatabaseTransaction, user: Uuid, since: DateTimeUtc) -> Written<u64> {
    // What came with the creation of a client was bounded there.
    let created = "EXISTS (SELECT 1 FROM organisation o WHERE o.id = ownership_transfer.organisation_id \
                   AND o.created_at = ownership_transfer.created_at)";
    ownership_transfer::Entity::find()
        .filter(ownership_transfer::Column::OfferedById.eq(user))
        .filter(ownership_transfer::Column::CreatedAt.gt(since))
        .filter(Expr::cust(created).not())
        .count(tx)
        .await
}

/// Says what became of a transfer that waits; false if it does not wait any more.
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

/// Whoever is no longer an owner offers nothing any more.
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
