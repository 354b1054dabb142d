//! Sessions and their refresh tokens in the database.
#![expect(clippy::disallowed_methods, reason = "the statements about sessions belong in this file")]

use std::sync::Arc;

use chrono::TimeDelta;
pub use entity::session::EndedBecause;
use entity::{refresh_token, session, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    Set, Statement,
};
use uuid::Uuid;

use super::cookie::Cookie;
use super::token::Identity;
use crate::access::{Counting, places};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::memory::Look;
use crate::base::random::{Random, hash};
use crate::base::turns::Turns;
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
    /// The user's id.
    pub user_id: Uuid,
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
    /// Why it was ended.
    pub ended_because: Option<EndedBecause>,
    /// The organisation that it works in.
    pub active_organisation_id: Option<Uuid>,
    /// The hash of the secret in its cookie.
    pub cookie_hash: Option<String>,
}

/// Requests that ask for their sessions at the same time.
pub type Asking = Turns<Uuid, Arc<SessionOfUser>>;

/// The session with its user, open or not. The same statement looks at the log of changes, and serves all requests that
/// come at the same time.
pub async fn find(db: &Db, asking: &Asking, id: Uuid) -> Result<Option<Arc<SessionOfUser>>> {
    let load = async |ids: Vec<Uuid>| {
        let look = Look {
            columns: "s.id AS session_id, s.user_id, u.name, u.email, u.email_verified_at, u.state, s.expires_at, \
                      s.revoked_at, s.confirmed_at, s.ended_because, s.active_organisation_id, s.cookie_hash",
            from: "(session s JOIN \"user\" u ON u.id = s.user_id)",
            condition: &db.among("s.id", 1),
            values: vec![db.keys(&ids)],
            most: ids.len(),
        };
        let found = look.take(db).await?;
        found.iter().map(|(id, row)| Ok((*id, Arc::new(SessionOfUser::from_query_result(row, "")?)))).collect()
    };
    asking.load(id, load).await
}

/// Writes a new session. If its user belongs to exactly one organisation, the session works there.
pub async fn begin(tx: &DatabaseTransaction, mut row: session::Model) -> Written<session::Model> {
    row.active_organisation_id = only_organisation(tx, row.user_id, row.created_at).await?;
    session::Entity::insert(session::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    Ok(row)
}

async fn only_organisation(tx: &DatabaseTransaction, user_id: Uuid, now: DateTimeUtc) -> Written<Option<Uuid>> {
    // Two memberships that depend on nothing are enough to know that there is not only one.
    let condition = "m.user_id = $1 AND (m.partnership_id IS NOT NULL OR m.custody_reseller_id IS NOT NULL OR m.id IN ( \
           SELECT n.id FROM membership n JOIN organisation o ON o.id = n.organisation_id WHERE n.user_id = $1 \
           AND n.partnership_id IS NULL AND n.custody_reseller_id IS NULL AND o.state <> 'CLOSED' \
           AND (n.expires_at IS NULL OR n.expires_at > $2) LIMIT 2)) \
         AND EXISTS (SELECT 1 FROM organisation o WHERE o.id = m.organisation_id AND o.state <> 'CLOSED')";
    let places = places(tx, condition, vec![user_id.into(), now.into()]).await?.remove(&user_id).unwrap_or_default();
    let counting = Counting::new(&places, now);
    let mut open = places.keys().filter(|id| counting.counts_at(**id));
    Ok(open.next().copied().filter(|_| open.next().is_none()))
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

/// The refresh token of the session with this text, if it is kept: whether it was used.
pub async fn is_used(tx: &DatabaseTransaction, session_id: Uuid, token: &str) -> Written<Option<bool>> {
    let found = refresh_token::Entity::find_by_id(hash(token)).filter(refresh_token::Column::SessionId.eq(session_id));
    Ok(found.one(tx).await?.map(|row| row.used_at.is_some()))
}

/// The outcome of exchanging a refresh token.
pub enum Exchange {
    /// It was valid and is used up now. The session is renewed.
    Done(Identity),
    /// It was used a moment ago, within the grace. The session is renewed.
    Repeated(Identity),
    /// It was used before the grace. This ended the session of the user.
    Reused(user::Model),
    /// Its session was ended before, because a token was reused.
    EndedByReuse,
    /// It is unknown, or its session has ended.
    Refused,
}

/// Uses the token up and renews its session until `end`.
///
/// The same token comes twice from honest clients: from two tabs at once, or again because an answer was lost. Within
/// the grace this is a repetition. Later, one of the two may be a thief, so the session ends with all its tokens.
pub async fn exchange(
    tx: &DatabaseTransaction,
    token: &str,
    now: DateTimeUtc,
    end: DateTimeUtc,
    grace: TimeDelta,
) -> Written<Exchange> {
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
    let Some(session) = session::Entity::find_by_id(token.session_id).one(tx).await? else {
        return Ok(Exchange::Refused);
    };
    let Some(user) = user::Entity::find_by_id(session.user_id).one(tx).await? else { return Ok(Exchange::Refused) };
    let is_open = session.revoked_at.is_none() && now < session.expires_at && user.state == user::State::Active;
    if !is_open {
        let is_by_reuse = session.ended_because == Some(EndedBecause::TokenReused);
        return Ok(if is_by_reuse { Exchange::EndedByReuse } else { Exchange::Refused });
    }
    let is_first_use = used_up.rows_affected == 1;
    if !is_first_use && token.used_at.is_none_or(|used| used + grace <= now) {
        let has_ended = end_session(tx, session.id, EndedBecause::TokenReused, now).await?;
        return Ok(if has_ended { Exchange::Reused(user) } else { Exchange::Refused });
    }
    if !renew(tx, session.id, now, end).await? {
        return Ok(Exchange::Refused);
    }
    let identity = Identity { user_id: user.id, session_id: session.id };
    Ok(if is_first_use { Exchange::Done(identity) } else { Exchange::Repeated(identity) })
}

/// Renews the session; false if it has been revoked.
pub async fn renew(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc, end: DateTimeUtc) -> Written<bool> {
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

fn ended(because: EndedBecause, now: DateTimeUtc) -> session::ActiveModel {
    session::ActiveModel { revoked_at: Set(Some(now)), ended_because: Set(Some(because)), ..Default::default() }
}

/// Ends the session; false if it has ended already.
pub async fn end_session(tx: &DatabaseTransaction, id: Uuid, because: EndedBecause, now: DateTimeUtc) -> Written<bool> {
    let ended = session::Entity::update_many()
        .set(ended(because, now))
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Logs out of the session that the cookie names, if it is open.
pub async fn end_by_cookie(tx: &DatabaseTransaction, cookie: &Cookie, now: DateTimeUtc) -> Written<()> {
    session::Entity::update_many()
        .set(ended(EndedBecause::LoggedOut, now))
        .filter(session::Column::Id.eq(cookie.session_id))
        .filter(session::Column::CookieHash.eq(cookie.hash()))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends all sessions of the user except `except`, and says how many.
pub async fn end_all(
    tx: &DatabaseTransaction,
    user_id: Uuid,
    except: Option<Uuid>,
    because: EndedBecause,
    now: DateTimeUtc,
) -> Written<u64> {
    let mut open = session::Entity::update_many()
        .set(ended(because, now))
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
        .set(ended(EndedBecause::Revoked, now))
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
        ended_because: None,
        cookie_hash: None,
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

/// The sessions of a user, the newest first: the open ones, or those that have ended as well.
pub async fn list(
    request: &Request,
    user_id: Uuid,
    page: &PageArguments,
    with_ended: bool,
) -> Result<Page<session::Model>> {
    let filter = if with_ended {
        // Without those that only remember an IP address.
        Filter::default().and("t.expires_at > t.created_at")
    } else {
        Filter::default().and("t.revoked_at IS NULL").and_with("t.expires_at > NOW", [("NOW", request.now().into())])
    };
    OF_USER.rows(request, user_id, page, filter).await
}

/// A session of the user, open or ended, as `list` shows it.
pub async fn find_own(request: &Request, user_id: Uuid, id: Uuid) -> Result<Option<session::Model>> {
    let found = OF_USER.find(request.db(), &request.lists, id).await?;
    // One that expired when it began only remembers an IP address.
    let is_listed = |row: &session::Model| row.user_id == user_id && row.expires_at > row.created_at;
    Ok(found.filter(|row| is_listed(row)).map(Arc::unwrap_or_clone))
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

/// All sessions of a user that are still stored, open or not, the oldest first.
pub async fn list_all_of(db: &Db, user: Uuid) -> Result<Vec<session::Model>> {
    let all = session::Entity::find().filter(session::Column::UserId.eq(user));
    let all = all.order_by_asc(session::Column::CreatedAt).order_by_asc(session::Column::Id);
    Ok(all.all(db.reader()).await?)
}
