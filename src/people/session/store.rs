//! Sessions and their refresh tokens in the database.
#![expect(clippy::disallowed_methods, reason = "the statements about sessions stand here")]

use chrono::TimeDelta;
use entity::{refresh_token, session, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, Set, Statement,
};
use uuid::Uuid;

use super::object::Session;
use super::token::Identity;
use crate::access::{UserActor, loss};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::{Random, hash};
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;

/// Ended sessions that one transaction removes.
const SOME: u64 = 1_000;

type Written<T> = Result<T, DbErr>;

static OF_USER: List<session::Model> =
    List { descending: true, ..List::of_rows("session", "user_id", Key::Instant("created_at")) };

/// A session together with what matters of its user.
#[derive(Debug, FromQueryResult)]
pub struct OpenSession {
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// When the user proved to own the address.
    pub email_verified_at: Option<DateTimeUtc>,
    /// Whether the user may act.
    pub state: user::State,
    /// When it ends by itself.
    pub expires_at: DateTimeUtc,
    /// When the user last proved to be there.
    pub confirmed_at: Option<DateTimeUtc>,
    /// When it was ended.
    pub revoked_at: Option<DateTimeUtc>,
    /// The organisation that it works in.
    pub active_organisation_id: Option<Uuid>,
}

/// The session of the user, ended or not, with its user: one statement.
pub async fn find(db: &Db, identity: Identity) -> Result<Option<OpenSession>> {
    let sql = "SELECT u.name, u.email, u.email_verified_at, u.state, s.expires_at, s.revoked_at, s.confirmed_at, \
               s.active_organisation_id \
               FROM session s JOIN \"user\" u ON u.id = s.user_id WHERE s.id = $1 AND u.id = $2";
    let rows = db.rows(sql, vec![identity.session_id.into(), identity.user_id.into()]).await?;
    Ok(rows.first().map(|row| OpenSession::from_query_result(row, "")).transpose()?)
}

/// Whether the user is a member of the organisation by itself, not through a partner, at the moment.
pub async fn is_direct_member(db: &Db, user_id: Uuid, organisation_id: Uuid, now: DateTimeUtc) -> Result<bool> {
    let sql = format!(
        "SELECT 1 FROM membership m WHERE m.user_id = $1 AND m.organisation_id = $2 \
         AND (m.expires_at IS NULL OR m.expires_at > $3) AND {} IS NULL",
        loss("m", "$3")
    );
    let rows = db.rows(sql, vec![user_id.into(), organisation_id.into(), now.into()]).await?;
    Ok(!rows.is_empty())
}

/// Writes a new session. If its user works in exactly one organisation, so does the session.
pub async fn begin(tx: &DatabaseTransaction, mut row: session::Model) -> Written<session::Model> {
    row.active_organisation_id = only_organisation(tx, row.user_id, row.created_at).await?;
    session::Entity::insert(session::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    Ok(row)
}

async fn only_organisation(tx: &DatabaseTransaction, user_id: Uuid, now: DateTimeUtc) -> Written<Option<Uuid>> {
    let sql = format!(
        "SELECT o.id FROM membership m JOIN organisation o ON o.id = m.organisation_id WHERE m.user_id = $1 \
         AND (m.expires_at IS NULL OR m.expires_at > $2) AND {} IS NULL AND o.state <> 'CLOSED' LIMIT 2",
        loss("m", "$2")
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

/// What became of a refresh token that was given in for exchange.
pub enum Exchange {
    /// It was good, and is used up now. The session has been renewed.
    Done(Identity),
    /// It was used before: the session has been ended.
    Reused,
    /// It is unknown, or its session has ended.
    Refused,
}

/// Uses the token up and renews its session until `end`. Of two that exchange one token, the second finds it used; as
/// one of them may be a thief, that ends the session with all of its tokens.
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

/// False if the session was ended in the meantime.
async fn renew(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc, end: DateTimeUtc) -> Written<bool> {
    let renewed = session::Entity::update_many()
        .set(session::ActiveModel { last_used_at: Set(now), expires_at: Set(end), ..Default::default() })
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    // A used token is kept for as long as a session lives unused; one that is older would be refused all the same.
    let forgotten = now - (end - now).max(TimeDelta::zero());
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::SessionId.eq(id))
        .filter(refresh_token::Column::UsedAt.lt(forgotten))
        .exec(tx)
        .await?;
    Ok(renewed.rows_affected == 1)
}

/// Ends the session; false if it had ended already.
pub async fn end_session(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc) -> Written<bool> {
    let ended = session::Entity::update_many()
        .set(session::ActiveModel { revoked_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Ends all sessions of the user, but this one.
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

/// Says that the user of the session has proved to be there.
pub async fn confirm(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc) -> Written<()> {
    session::Entity::update_many()
        .set(session::ActiveModel { confirmed_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets, for all sessions of the user but this one, that the user has proved to be there.
pub async fn unconfirm_others(tx: &DatabaseTransaction, user_id: Uuid, this: Uuid) -> Written<()> {
    session::Entity::update_many()
        .set(session::ActiveModel { confirmed_at: Set(None), ..Default::default() })
        .filter(session::Column::UserId.eq(user_id))
        .filter(session::Column::Id.ne(this))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends the session if it is one of the user's; false if it is not, or has ended.
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

/// Remembers an address in the network as one of the user's, by a session that has ended already.
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

/// Removes some sessions that ended before the moment, with their tokens, and says how many.
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
pub async fn list(request: &Request, user: &UserActor, page: &PageArguments) -> Result<Connection<Session>> {
    let open =
        Filter::default().and("t.revoked_at IS NULL").and_with("t.expires_at > NOW", [("NOW", request.now().into())]);
    let current = Some(user.session_id);
    OF_USER.connection(request, user.id, page, open, |row| Session::new(row.as_ref().clone(), current)).await
}

/// From where the user has ever logged in.
pub async fn client_addresses(db: &Db, user_id: Uuid) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT client_address FROM session WHERE user_id = $1 AND client_address IS NOT NULL";
    let rows = db.rows(sql, vec![user_id.into()]).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// Makes the session work in the organisation; false if it has ended.
pub async fn switch(tx: &DatabaseTransaction, id: Uuid, organisation_id: Uuid) -> Written<bool> {
    let switched = session::Entity::update_many()
        .set(session::ActiveModel { active_organisation_id: Set(Some(organisation_id)), ..Default::default() })
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(switched.rows_affected == 1)
}
