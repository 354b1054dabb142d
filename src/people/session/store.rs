//! Sessions and their refresh tokens in the database.
#![expect(clippy::disallowed_methods, reason = "the statements about sessions belong in this file")]

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{refresh_token, session, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, Set, Statement,
};
use uuid::Uuid;

use super::token::Identity;
use crate::access::lapsed;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::{Random, hash};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

/// The most sessions that one transaction removes.
const SOME: u64 = 1_000;

type Written<T> = Result<T, DbErr>;

static OF_USER: List<session::Model> =
    List { descending: true, ..List::of_rows("session", "user_id", Key::Instant("created_at")) };

/// A session together with the parts of its user that a request needs.
#[derive(Debug, FromQueryResult)]
pub struct SessionOfUser {
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// When the user verified the address.
    pub email_verified_at: Option<DateTimeUtc>,
    /// Whether the user is active or disabled.
    pub state: user::State,
    /// When it expires.
    pub expires_at: DateTimeUtc,
    /// When the user last confirmed their identity.
    pub confirmed_at: Option<DateTimeUtc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
    /// The organisation that it works in.
    pub active_organisation_id: Option<Uuid>,
}

/// The session with its user, open or not: one statement.
pub async fn find(db: &Db, identity: Identity) -> Result<Option<SessionOfUser>> {
    let sql = "SELECT u.name, u.email, u.email_verified_at, u.state, s.expires_at, s.revoked_at, s.confirmed_at, \
               s.active_organisation_id \
               FROM session s JOIN \"user\" u ON u.id = s.user_id WHERE s.id = $1 AND u.id = $2";
    let rows = db.rows(sql, vec![identity.session_id.into(), identity.user_id.into()]).await?;
    Ok(rows.first().map(|row| SessionOfUser::from_query_result(row, "")).transpose()?)
}

/// The condition that the membership `m` is in force at the time.
fn in_force(now: &str) -> String {
    format!("(m.expires_at IS NULL OR m.expires_at > {now}) AND {} IS NULL", lapsed("m", now))
}

/// Whether the user is a direct member of the organisation now, not through a partner: one statement for all
/// organisations that are asked for at the same time.
pub async fn is_direct_member(request: &Request, user_id: Uuid, organisation_id: Uuid) -> Result<bool> {
    let (db, in_force) = (request.db(), in_force("$2"));
    let batch = request.lists.batch::<()>(format!("direct member {user_id}"));
    let load = async |ids: Vec<Uuid>| {
        let among = db.among("m.organisation_id", 3);
        let sql = format!("SELECT m.organisation_id FROM membership m WHERE m.user_id = $1 AND {in_force} AND {among}");
        let rows = db.rows(sql, vec![user_id.into(), request.now().into(), db.keys(&ids)]).await?;
        let found = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, ())));
        Ok(found.collect::<Written<_>>()?)
    };
    Ok(batch.load(organisation_id, load).await?.is_some())
}

/// Writes a new session. If its user belongs to exactly one organisation, the session works there.
pub async fn begin(tx: &DatabaseTransaction, mut row: session::Model) -> Written<session::Model> {
    row.active_organisation_id = only_organisation(tx, row.user_id, row.created_at).await?;
    session::Entity::insert(session::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    Ok(row)
}

async fn only_organisation(tx: &DatabaseTransaction, user_id: Uuid, now: DateTimeUtc) -> Written<Option<Uuid>> {
    let in_force = in_force("$2");
    let sql = format!(
        "SELECT o.id FROM membership m JOIN organisation o ON o.id = m.organisation_id WHERE m.user_id = $1 \
         AND {in_force} AND o.state <> 'CLOSED' LIMIT 2"
    );
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [user_id.into(), now.into()]);
    match tx.query_all_raw(statement).await?.as_slice() {
        [only] => only.try_get_by_index(0).map(Some),
        _ => Ok(None),
    }
}

/// Writes a refresh token of the session; only its hash is kept.
pub async fn add_refresh_token(
    tx: &DatabaseTransaction,
    session_id: Uuid,
    token: &str,
    now: DateTimeUtc,
) -> Written<()> {
    let row = refresh_token::ActiveModel {
        token_hash: Set(hash(token)),
        session_id: Set(session_id),
        created_at: Set(now),
        used_at: Set(None),
    };
    refresh_token::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The outcome of exchanging a refresh token.
pub enum Exchange {
    /// It was valid and is used up now. The session is renewed.
    Done(Identity),
    /// It was used before: the session is ended.
    Reused,
    /// It is unknown, or its session has ended.
    Refused,
}

/// Uses the token up and renews its session until `end`. If two clients exchange the same token, the second finds it
/// used. One of them may be a thief, so the session ends with all its tokens.
pub async fn exchange(tx: &DatabaseTransaction, token: &str, now: DateTimeUtc, end: DateTimeUtc) -> Written<Exchange> {
    let token_hash = hash(token);
    let used_up = refresh_token::Entity::update_many()
        .set(refresh_token::ActiveModel { used_at: Set(Some(now)), ..Default::default() })
        .filter(refresh_token::Column::TokenHash.eq(&token_hash))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    let Some(token) = refresh_token::Entity::find_by_id(token_hash).one(tx).await? else {
        return Ok(Exchange::Refused);
    };
    if used_up.rows_affected == 0 {
        end_session(tx, token.session_id, now).await?;
        return Ok(Exchange::Reused);
    }
    let Some(session) = session::Entity::find_by_id(token.session_id).one(tx).await? else {
        return Ok(Exchange::Refused);
    };
    let Some(user) = user::Entity::find_by_id(session.user_id).one(tx).await? else { return Ok(Exchange::Refused) };
    let is_open = session.revoked_at.is_none() && now < session.expires_at && user.state == user::State::Active;
    if !is_open || !renew(tx, session.id, now, end).await? {
        return Ok(Exchange::Refused);
    }
    Ok(Exchange::Done(Identity { user_id: user.id, session_id: session.id }))
}

/// Renews the session; false if it has been revoked.
async fn renew(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc, end: DateTimeUtc) -> Written<bool> {
    let renewed = session::Entity::update_many()
        .set(session::ActiveModel { last_used_at: Set(now), expires_at: Set(end), ..Default::default() })
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    // A used token is kept as long as an unused session lives. An older one is refused as unknown instead.
    let forgotten = now - (end - now).max(TimeDelta::zero());
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::SessionId.eq(id))
        .filter(refresh_token::Column::UsedAt.lt(forgotten))
        .exec(tx)
        .await?;
    Ok(renewed.rows_affected == 1)
}

/// Ends the session; false if it has ended already.
pub async fn end_session(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc) -> Written<bool> {
    let ended = session::Entity::update_many()
        .set(session::ActiveModel { revoked_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Ends all sessions of the user except `except`, and says how many.
pub async fn end_all(tx: &DatabaseTransaction, user_id: Uuid, except: Option<Uuid>, now: DateTimeUtc) -> Written<u64> {
    let mut open = session::Entity::update_many()
        .set(session::ActiveModel { revoked_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::UserId.eq(user_id))
        .filter(session::Column::RevokedAt.is_null());
    if let Some(kept) = except {
        open = open.filter(session::Column::Id.ne(kept));
    }
    Ok(open.exec(tx).await?.rows_affected)
}

/// Notes that the user of the session has confirmed their identity.
pub async fn confirm(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc) -> Written<()> {
    session::Entity::update_many()
        .set(session::ActiveModel { confirmed_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets the confirmations in all sessions of the user except this one.
pub async fn forget_other_confirmations(tx: &DatabaseTransaction, user_id: Uuid, this: Uuid) -> Written<()> {
    session::Entity::update_many()
        .set(session::ActiveModel { confirmed_at: Set(None), ..Default::default() })
        .filter(session::Column::UserId.eq(user_id))
        .filter(session::Column::Id.ne(this))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends the session if it belongs to the user; false if it does not, or has ended.
pub async fn end_own(tx: &DatabaseTransaction, id: Uuid, user_id: Uuid, now: DateTimeUtc) -> Written<bool> {
    let ended = session::Entity::update_many()
        .set(session::ActiveModel { revoked_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::UserId.eq(user_id))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .exec(tx)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Remembers an IP address as one of the user's, by writing a session that has ended already.
pub async fn remember(
    tx: &DatabaseTransaction,
    random: &Random,
    user_id: Uuid,
    client_address: &str,
    now: DateTimeUtc,
) -> Written<()> {
    let row = session::Model {
        id: random.id(now),
        user_id,
        active_organisation_id: None,
        user_agent: None,
        created_at: now,
        last_used_at: now,
        expires_at: now,
        revoked_at: Some(now),
        confirmed_at: None,
        client_address: Some(client_address.to_owned()),
    };
    session::Entity::insert(session::ActiveModel::from(row)).exec_without_returning(tx).await?;
    Ok(())
}

/// Removes some sessions that ended before this time, with their tokens, and says how many.
pub async fn remove_ended(tx: &DatabaseTransaction, before: DateTimeUtc) -> Written<u64> {
    let sql = format!(
        "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < $1 OR revoked_at < $1 LIMIT {SOME})"
    );
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [before.into()]);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}

/// Removes all sessions of the user, with their tokens.
pub async fn remove_all(tx: &DatabaseTransaction, user_id: Uuid) -> Written<()> {
    session::Entity::delete_many().filter(session::Column::UserId.eq(user_id)).exec(tx).await?;
    Ok(())
}

/// The open sessions of a user, the newest first.
pub async fn list_open(request: &Request, user_id: Uuid, page: &PageArguments) -> Result<Page<session::Model>> {
    let open =
        Filter::default().and("t.revoked_at IS NULL").and_with("t.expires_at > NOW", [("NOW", request.now().into())]);
    OF_USER.rows(request, user_id, page, open).await
}

/// A session of the user that is open.
pub async fn find_open(request: &Request, user_id: Uuid, id: Uuid) -> Result<Option<session::Model>> {
    let found = OF_USER.find(request.db(), &request.lists, id).await?;
    let is_open = |row: &session::Model| row.revoked_at.is_none() && row.expires_at > request.now();
    Ok(found.filter(|row| row.user_id == user_id && is_open(row)).map(Arc::unwrap_or_clone))
}

/// The IP addresses from which the user has logged in.
pub async fn client_addresses(db: &Db, user_id: Uuid) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT client_address FROM session WHERE user_id = $1 AND client_address IS NOT NULL";
    let rows = db.rows(sql, vec![user_id.into()]).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// Makes the session work in the organisation; false if it has been revoked.
pub async fn switch(tx: &DatabaseTransaction, id: Uuid, organisation_id: Uuid) -> Written<bool> {
    let switched = session::Entity::update_many()
        .set(session::ActiveModel { active_organisation_id: Set(Some(organisation_id)), ..Default::default() })
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(switched.rows_affected == 1)
}
