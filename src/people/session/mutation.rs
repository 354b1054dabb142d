//! Renewing and ending a session, and choosing the organisation to work in.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::active::{Standing, standing};
use super::rules;
use super::store::{self, Exchange};
use super::token::{Identity, Tokens};
use crate::access::{directive, note_refusal};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation::Organisation;
use crate::oversight::audit::{self, Event};

/// What a refresh token begins with, so that a leaked one is recognised.
const REFRESH_PREFIX: &str = "tenantry_refresh_";

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
        let Some(user) = request.person()? else {
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
        let Some(user) = request.person()? else { return refused(UserError::for_people_only()) };
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
        let act = Event::done("switchOrganisation", id, Some(needed)).to(id::Type::Organisation.id(id));
        let switched = request
            .write(async |tx| {
                let switched = store::switch(tx, user.session_id, id).await?;
                if switched {
                    audit::record(&request.work(tx), act).await?;
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

/// A new refresh token.
pub fn new_refresh_token(random: &Random) -> String {
    format!("{REFRESH_PREFIX}{}", random.secret())
}

/// What a session is used with.
pub fn session_tokens(
    tokens: &Tokens,
    identity: Identity,
    refresh_token: String,
    now: DateTimeUtc,
) -> Result<SessionTokens> {
    let (access_token, access_token_expires_at) = tokens.sign(identity, now)?;
    Ok(SessionTokens { access_token, access_token_expires_at, refresh_token })
}
