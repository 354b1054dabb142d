//! Logging in and out, and choosing the organisation to work in.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{session, user};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::active::{Standing, standing};
use super::object::Session;
use super::rules;
use super::store::{self, Exchange};
use super::token::{Identity, Tokens};
use crate::access::{Actor, UserActor, directive, note_refusal};
use crate::audit::{self, Act};
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::id;
use crate::organisation::Organisation;
use crate::random::Random;
use crate::request::{Request, service};
use crate::user::{self as users, Address, Password, Passwords, Verdict};

/// What a refresh token begins with, so that a leaked one is recognised.
const REFRESH_PREFIX: &str = "tenantry_refresh_";

/// Who logs in.
#[derive(InputObject)]
pub struct LogInInput {
    /// E-mail address; capitals make no difference.
    pub email: String,
    /// Password.
    pub password: Password,
}

/// The session to renew.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token that came last. It is good for one use.
    pub refresh_token: String,
}

/// The organisation to work in.
#[derive(InputObject)]
pub struct SwitchOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
}

/// What a session is used with.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SessionTokens {
    /// For the header of each request: `Authorization: Bearer …`.
    pub access_token: String,
    /// When it expires; get new tokens with `refreshSession` before.
    pub access_token_expires_at: DateTimeUtc,
    /// For one use of `refreshSession`. A second use ends the session, because one of both may be a thief's.
    pub refresh_token: String,
}

/// The session that has begun.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct LogInPayload {
    /// Its tokens; null if it has not begun.
    pub tokens: Option<SessionTokens>,
    /// The session; null if it has not begun.
    pub session: Option<Session>,
    /// Why it has not begun.
    pub user_errors: Vec<UserError>,
}

/// The tokens that follow.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RefreshSessionPayload {
    /// The new tokens; null if the old one was not good.
    pub tokens: Option<SessionTokens>,
    /// Why there are none.
    pub user_errors: Vec<UserError>,
}

/// What became of the session.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct LogOutPayload {
    /// Whether the session has ended, with all of its tokens.
    pub ended: bool,
    /// Why it has not.
    pub user_errors: Vec<UserError>,
}

/// The organisation that the session works in now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SwitchOrganisationPayload {
    /// The organisation; null if nothing was switched.
    pub organisation: Option<Organisation>,
    /// Why nothing was switched.
    pub user_errors: Vec<UserError>,
}

/// Mutations of sessions.
#[derive(Default)]
pub struct SessionMutation;

#[guarded]
#[Object]
impl SessionMutation {
    /// Begins a session. If you belong to one organisation, the session works in it; with several, choose one with
    /// `switchOrganisation`. A wrong password, an unknown address and a disabled account get the same answer.
    #[public]
    async fn log_in(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who logs in.")] input: LogInInput,
    ) -> Result<Option<LogInPayload>> {
        let request = Request::of(context)?;
        let passwords = service::<Passwords>(context)?;
        let user = match Address::parse(&input.email) {
            Some(address) => users::store::find_by_address(request.db(), &address).await?,
            None => None,
        };
        let stored = user.as_ref().map(|user| user.password_hash.as_str());
        let verdict = passwords.verify(&input.password, stored).await?;
        let Some(user) = user.filter(|user| verdict != Verdict::Wrong && user.state == user::State::Active) else {
            let message = "The address or the password is wrong, or the account is disabled.";
            let error = UserError::general(UserErrorCode::WrongCredentials, message);
            return Ok(Some(LogInPayload { user_errors: vec![error], ..Default::default() }));
        };
        let renewed_hash = match verdict {
            Verdict::Outdated => Some(passwords.hash(input.password).await?),
            _ => None,
        };
        let (tokens, session) = begin(context, &user, renewed_hash.as_deref()).await?;
        let session = Session::new(session.clone(), Some(session.id));
        Ok(Some(LogInPayload { tokens: Some(tokens), session: Some(session), user_errors: Vec::new() }))
    }

    /// Gives new tokens for a refresh token, which is used up. Give in each only once: a second use ends the session.
    #[public]
    async fn refresh_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The session to renew.")] input: RefreshSessionInput,
    ) -> Result<Option<RefreshSessionPayload>> {
        let request = Request::of(context)?;
        let tokens = service::<Tokens>(context)?;
        let now = request.now();
        let refresh_token = new_refresh_token(service::<Random>(context)?);
        let end = tokens.session_end(now);
        let exchanged = request
            .write(async |tx| {
                let exchanged = store::exchange(tx, &input.refresh_token, now, end).await?;
                if let Exchange::Done(identity) = &exchanged {
                    store::add_refresh_token(tx, identity.session_id, &refresh_token, now).await?;
                }
                Ok(exchanged)
            })
            .await?;
        if let Exchange::Done(identity) = exchanged {
            let tokens = Some(session_tokens(tokens, identity, refresh_token, now)?);
            return Ok(Some(RefreshSessionPayload { tokens, user_errors: Vec::new() }));
        }
        if matches!(exchanged, Exchange::Reused) {
            tracing::warn!("a refresh token was used twice; its session was ended");
        }
        let message = "This refresh token was used, has expired, or its session has ended. Sign in again with logIn.";
        let error = UserError::at("refreshToken", UserErrorCode::InvalidToken, message);
        Ok(Some(RefreshSessionPayload { tokens: None, user_errors: vec![error] }))
    }

    /// Ends the session that asks, with all of its tokens, at once.
    #[authenticated]
    async fn log_out(&self, context: &Context<'_>) -> Result<Option<LogOutPayload>> {
        let request = Request::of(context)?;
        let Some(user) = person(request)? else {
            return Ok(Some(LogOutPayload { ended: false, user_errors: vec![UserError::for_people_only()] }));
        };
        let now = request.now();
        request.write(async |tx| Ok(store::end_session(tx, user.session_id, now).await?)).await?;
        Ok(Some(LogOutPayload { ended: true, user_errors: Vec::new() }))
    }

    /// Makes the session work in an organisation: one that you belong to, or one where a partnership lets you do more
    /// than read.
    #[authenticated]
    async fn switch_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation to work in.")] input: SwitchOrganisationInput,
    ) -> Result<Option<SwitchOrganisationPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(SwitchOrganisationPayload { organisation: None, user_errors: vec![error] }));
        let Some(user) = person(request)? else { return refused(UserError::for_people_only()) };
        let id = id::Type::Organisation.parse(&input.organisation_id)?;
        let organisation = match standing(request, id).await? {
            Standing::Open(organisation) => organisation,
            Standing::Barred(reason) => {
                note_refusal(context, "NOT_SWITCHABLE", None);
                return refused(UserError::at("organisationId", UserErrorCode::NotSwitchable, reason));
            }
            Standing::Unknown => return Err(Error::NotFound),
        };
        let random = service::<Random>(context)?;
        let needed = rules::needed(organisation.0.grants);
        let act = Act::done("switchOrganisation", id, Some(needed)).to(id::Type::Organisation.id(id));
        let switched = request
            .write(async |tx| {
                let switched = store::switch(tx, user.session_id, id).await?;
                if switched {
                    audit::record(tx, request, random, act).await?;
                }
                Ok(switched)
            })
            .await?;
        if !switched {
            return Err(Error::sign_in());
        }
        request.switch_to(id);
        Ok(Some(SwitchOrganisationPayload { organisation: Some(organisation), user_errors: Vec::new() }))
    }
}

/// The person who asks; `None` for an API key.
fn person(request: &Request) -> Result<Option<&UserActor>> {
    match request.actor() {
        Actor::User(user) => Ok(Some(user)),
        Actor::ApiKey(_) => Ok(None),
        Actor::Anonymous => Err(Error::sign_in()),
    }
}

/// Writes a session of the user with its first refresh token.
async fn begin(
    context: &Context<'_>,
    user: &user::Model,
    renewed_hash: Option<&str>,
) -> Result<(SessionTokens, session::Model)> {
    let request = Request::of(context)?;
    let (tokens, random) = (service::<Tokens>(context)?, service::<Random>(context)?);
    let now = request.now();
    let row = session::Model {
        id: random.id(now),
        user_id: user.id,
        active_organisation_id: None,
        user_agent: request.user_agent.clone(),
        created_at: now,
        last_used_at: now,
        expires_at: tokens.session_end(now),
        revoked_at: None,
        confirmed_at: Some(now),
        client_address: None,
    };
    let refresh_token = new_refresh_token(random);
    let row = request
        .db()
        .write(async |tx| {
            let row = store::begin(tx, row.clone()).await?;
            store::add_refresh_token(tx, row.id, &refresh_token, now).await?;
            if let Some(hash) = renewed_hash {
                users::store::renew_hash(tx, user, hash).await?;
            }
            Ok(row)
        })
        .await?;
    let identity = Identity { user_id: user.id, session_id: row.id };
    Ok((session_tokens(tokens, identity, refresh_token, now)?, row))
}

fn new_refresh_token(random: &Random) -> String {
    format!("{REFRESH_PREFIX}{}", random.secret())
}

fn session_tokens(
    tokens: &Tokens,
    identity: Identity,
    refresh_token: String,
    now: DateTimeUtc,
) -> Result<SessionTokens> {
    let (access_token, access_token_expires_at) = tokens.sign(identity, now)?;
    Ok(SessionTokens { access_token, access_token_expires_at, refresh_token })
}
