//! The sender of a request, as its headers say. In a batch, it is looked up again after each mutation.
//!
//! Programs send a token or a key. Pages of the console send a cookie, which counts only where it is taken (`Takes`) and when
//! `console::cookie` says so.

use std::net::IpAddr;

use async_graphql::ID;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::client::{self, Peer};
use super::console::cookie;
use super::refusal::Refusal;
use super::request_id::RequestId;
use crate::access::Actor;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::base::locale::Locale;
use crate::graphql::request::Request;
use crate::people::session::{self, Cookie};

/// The organisation that the request works in. It replaces the one of the session.
pub const ORGANISATION: HeaderName = HeaderName::from_static("x-organisation");

/// How long after the last time a session of the console is renewed.
const RENEWED_AFTER: TimeDelta = TimeDelta::days(1);

/// Characters of the `User-Agent` that are kept.
const USER_AGENT_LENGTH: usize = 200;

/// The credentials that an address takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A token or a key.
    Bearer,
    /// Also the cookie of the console.
    Cookie,
}

/// The sender of a request: actor, organisation, language, program and address.
pub struct Sender {
    pub actor: Actor,
    pub organisation: Option<Uuid>,
    pub locale: Locale,
    pub user_agent: Option<String>,
    pub client_address: Option<IpAddr>,
    /// The cookie that named the sender, and when its session expires.
    cookie: Option<(Cookie, DateTimeUtc)>,
}

impl Sender {
    /// A sender whose credentials are not looked at.
    pub fn unknown(app: &App, headers: &HeaderMap, peer: Option<Peer>) -> Self {
        let client_address = client::address(headers, peer, &app.config.http);
        let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let user_agent = user_agent.map(|text| text.chars().take(USER_AGENT_LENGTH).collect());
        let locale = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let locale = locale.map(Locale::preferred).unwrap_or_default();
        Self { actor: Actor::Anonymous, organisation: None, locale, user_agent, client_address, cookie: None }
    }

    /// The sender that the headers name. Refuses an invalid token or key instead of treating the sender as anonymous.
    pub async fn of(app: &App, headers: &HeaderMap, peer: Option<Peer>, takes: Takes) -> Result<Self, Refusal> {
        let mut sender = Self { organisation: organisation(headers)?, ..Self::unknown(app, headers, peer) };
        let now = app.clock.now();
        if takes == Takes::Cookie
            && let Some(cookie) = cookie::counting(headers)
        {
            if let Some((person, expires_at)) = session::by_cookie(&app.db, &app.tokens, &cookie, now).await? {
                app.session_uses.note(person.session_id, now);
                sender.actor = Actor::User(person);
                sender.cookie = Some((cookie, expires_at));
            }
            return Ok(sender);
        }
        let address = sender.client_address;
        sender.actor = session::authenticate(&app.db, &app.tokens, bearer(headers)?, address, now).await?;
        if let Actor::ApiKey(key) = &sender.actor {
            app.key_uses.note(key.id, now);
        }
        Ok(sender)
    }

    /// The sender that the headers name. Refuses a sender that is not signed in.
    pub async fn signed_in(app: &App, headers: &HeaderMap, peer: Option<Peer>, takes: Takes) -> Result<Self, Refusal> {
        let sender = Self::of(app, headers, peer, takes).await?;
        if matches!(sender.actor, Actor::Anonymous) {
            return Err(Error::sign_in().into());
        }
        Ok(sender)
    }

    /// Renews the session of the cookie, once a day at most. Returns the header that makes the browser keep the cookie as
    /// long as the session.
    pub async fn renew(&self, app: &App) -> Result<Option<HeaderValue>> {
        let Some((cookie, expires_at)) = &self.cookie else { return Ok(None) };
        let (now, days) = (app.clock.now(), app.config.tokens.refresh_days);
        let end = app.tokens.session_end(now);
        if end - expires_at < RENEWED_AFTER {
            return Ok(None);
        }
        let id = cookie.session_id;
        let renewed = app.db.write(async |tx| Ok(session::store::renew(tx, id, now, end).await?)).await?;
        if renewed { cookie::keep(cookie, days).map(Some) } else { Ok(None) }
    }

    /// A request of the sender, which is answered for this moment.
    pub fn request(&self, app: &App, id: &RequestId) -> Request {
        let mut request = app.request(self.actor.clone());
        request.organisation = self.organisation;
        request.locale = self.locale;
        request.user_agent.clone_from(&self.user_agent);
        request.client_address = self.client_address;
        id.as_str().clone_into(&mut request.id);
        request
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750).
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), another) = (values.next(), values.next()) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        let token = token.trim();
        let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
    });
    match (token, another) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(Error::Unauthenticated("Authorization must be: Bearer, a space, and one access token.".to_owned())),
    }
}

fn organisation(headers: &HeaderMap) -> Result<Option<Uuid>, Error> {
    let Some(value) = headers.get(ORGANISATION) else { return Ok(None) };
    let id = ID(value.to_str().unwrap_or_default().to_owned());
    let read = id::Type::Organisation.parse(&id);
    read.map(Some).map_err(|error| Error::InvalidInput(format!("X-Organisation: {error}")))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn only_one_bearer_token_is_taken() {
        assert_eq!(bearer(&HeaderMap::new()).unwrap(), None);
        assert_eq!(bearer(&headers(AUTHORIZATION, "bearer abc.d-e_f")).unwrap(), Some("abc.d-e_f"));
        for wrong in ["", "Bearer", "Bearer ", "Bearer a b", "Basic YTpi", "abc"] {
            let error = bearer(&headers(AUTHORIZATION, wrong)).unwrap_err();
            assert_eq!(error.code(), "UNAUTHENTICATED", "{wrong}");
        }
        let mut two = headers(AUTHORIZATION, "Bearer a");
        two.append(AUTHORIZATION, HeaderValue::from_static("Bearer b"));
        assert!(bearer(&two).is_err());
    }

    #[test]
    fn an_organisation_is_named_by_its_id() {
        assert_eq!(organisation(&HeaderMap::new()).unwrap(), None);
        let named = headers(ORGANISATION, "organisation_01h455vb4pex5vsknk084sn02q");
        assert!(organisation(&named).unwrap().is_some());
        for wrong in ["", "acme", "user_01h455vb4pex5vsknk084sn02q"] {
            let error = organisation(&headers(ORGANISATION, wrong)).unwrap_err();
            assert_eq!(error.code(), "INVALID_INPUT", "{wrong}");
        }
    }
}
