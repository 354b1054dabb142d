//! Turns the credential of a request into an actor, with one statement.
//!
//! A token or key that is not valid is an error. A cookie that is not valid counts as none: browsers send it by themselves,
//! and the page for logging in must work with it.

use std::net::IpAddr;
use std::sync::Arc;

use entity::user::State;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::cookie::Cookie;
use super::store::SessionOfUser;
use super::token::{Rejection, Tokens};
use super::{rules, store};
use crate::access::{Actor, Grants, KeyActor, PermissionSet, UserActor};
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::people::api_key;

/// The actor that the credential names; anonymous without one. A credential that is not valid is an error.
pub async fn authenticate(
    db: &Db,
    tokens: &Tokens,
    bearer: Option<&str>,
    client_address: Option<IpAddr>,
    now: DateTimeUtc,
) -> Result<Actor> {
    let Some(bearer) = bearer else { return Ok(Actor::Anonymous) };
    if bearer.starts_with(api_key::KEY_PREFIX) {
        by_api_key(db, bearer, client_address, now).await
    } else {
        by_token(db, tokens, bearer, now).await
    }
}

async fn by_token(db: &Db, tokens: &Tokens, token: &str, now: DateTimeUtc) -> Result<Actor> {
    let (identity, until) = tokens.verify(token, now).map_err(|rejection| match rejection {
        Rejection::Invalid => refused("This access token is not valid. Sign in with logIn."),
        Rejection::Expired => refused("This access token has expired. Get a new one with refreshSession."),
    })?;
    let session = store::find(db, tokens.asking(), identity.session_id).await?;
    let session = session.filter(|session| session.user_id == identity.user_id);
    let session = session.ok_or_else(|| refused(rules::ended(None)))?;
    if session.revoked_at.is_some() || session.expires_at <= now {
        return Err(refused(rules::ended(session.ended_because)));
    }
    if session.state == State::Disabled {
        return Err(refused("This account is disabled. Ask the operator of the platform why."));
    }
    Ok(Actor::User(actor(&session, identity.session_id, until)))
}

/// The person whom the cookie names, and when the session expires; `None` if its session is not open.
pub async fn by_cookie(
    db: &Db,
    tokens: &Tokens,
    cookie: &Cookie,
    now: DateTimeUtc,
) -> Result<Option<(UserActor, DateTimeUtc)>> {
    let is_open = |session: &Arc<SessionOfUser>| {
        session.cookie_hash.as_ref() == Some(&cookie.hash())
            && session.revoked_at.is_none()
            && session.expires_at > now
            && session.state == State::Active
    };
    let session = store::find(db, tokens.asking(), cookie.session_id).await?.filter(is_open);
    Ok(session.map(|session| (actor(&session, cookie.session_id, session.expires_at), session.expires_at)))
}

fn actor(session: &SessionOfUser, id: Uuid, until: DateTimeUtc) -> UserActor {
    UserActor {
        id: session.user_id,
        name: session.name.clone(),
        email: session.email.clone(),
        is_verified: session.email_verified_at.is_some(),
        session_id: id,
        confirmed_at: session.confirmed_at,
        active_organisation: session.active_organisation_id,
        until,
    }
}

async fn by_api_key(db: &Db, key: &str, client_address: Option<IpAddr>, now: DateTimeUtc) -> Result<Actor> {
    let unknown = || refused("This API key is not valid, or was revoked. Use another.");
    let key = api_key::store::find_by_secret(db, key, now).await?.ok_or_else(unknown)?;
    if key.revoked_at.is_some() {
        return Err(unknown());
    }
    if key.expires_at.is_some_and(|end| end <= now) {
        return Err(refused("This API key has expired. Use another."));
    }
    if !api_key::works_from(&key, client_address) {
        let from = client_address.map_or_else(|| "an unknown address".to_owned(), |address| address.to_string());
        return Err(refused(&format!(
            "This API key works only from the networks that it was given, and this request came from {from}. Send it \
             from one of them, or add this network with updateApiKey."
        )));
    }
    let scopes = Grants {
        own: PermissionSet::from_stored(key.permissions),
        clients: PermissionSet::from_stored(key.client_permissions),
    };
    let (organisation_id, until) = (key.organisation_id, key.expires_at);
    Ok(Actor::ApiKey(KeyActor { id: key.id, name: key.name, organisation_id, scopes, until }))
}

fn refused(message: &str) -> Error {
    Error::Unauthenticated(message.to_owned())
}
