//! Renewing a session.

use async_graphql::InputObject;
use macros::{mutation, payload};

use super::object::SessionTokens;
use super::store::{self, Exchange};
use super::token::{Tokens, new_refresh_token};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::graphql::request::Committed;

/// The session to renew.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The latest refresh token of the session. It is valid for one use.
    pub refresh_token: String,
}

/// The new tokens of the session.
#[payload]
pub struct RefreshSessionPayload {
    /// The new tokens; null if the refresh token was not valid.
    pub tokens: Option<SessionTokens>,
}

/// Exchanges a refresh token for new tokens. Use each refresh token only once: a second use ends the session.
#[mutation]
#[public]
async fn refresh_session(act: Act<'_>, input: RefreshSessionInput) -> Result<RefreshSessionPayload> {
    let request = act.request;
    let tokens = act.service::<Tokens>()?;
    let refresh_token = new_refresh_token(&request.random);
    let end = tokens.session_end(request.now());
    // A refused token stays used. If a token was used twice, its session stays ended.
    let identity = request
        .transaction(async |work| {
            let exchanged = store::exchange(work.tx, &input.refresh_token, work.now, end).await?;
            let Exchange::Done(identity) = exchanged else {
                if matches!(exchanged, Exchange::Reused) {
                    tracing::warn!("a refresh token was used twice; its session was ended");
                }
                return Ok(Committed::Refused(invalid_token()));
            };
            store::add_refresh_token(work.tx, identity.session_id, &refresh_token, work.now).await?;
            Ok(Committed::Done(identity))
        })
        .await?
        .into_result()?;
    let tokens = SessionTokens::sign(tokens, identity, refresh_token, request.now())?;
    Ok(RefreshSessionPayload { tokens: Some(tokens), ..Default::default() })
}

fn invalid_token() -> UserError {
    let message = "This refresh token was used, has expired, or its session has ended. Sign in again with logIn.";
    UserError::at("refreshToken", UserErrorCode::InvalidToken, message)
}
