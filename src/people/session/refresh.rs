//! Renewing a session.

use async_graphql::InputObject;
use entity::user;
use macros::{mutation, payload};

use super::object::SessionTokens;
use super::rules;
use super::store::{self, Exchange};
use super::token::{Identity, Tokens};
use crate::base::error::Result;
use crate::graphql::act::Act;
use crate::graphql::request::{Committed, Work};
use crate::people::user::letters::{self, recipient};

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

/// Exchanges a refresh token for new tokens. Use each refresh token once. If two tabs send it at the same time, or an
/// answer is lost and you send it again within seconds, you get the same new refresh token again. A later use ends the
/// session with TOKEN_REUSED, because the token may have been stolen. The person is told by mail.
#[mutation]
#[public]
async fn refresh_session(act: Act<'_>, input: RefreshSessionInput) -> Result<RefreshSessionPayload> {
    let request = act.request;
    let tokens = act.service::<Tokens>()?;
    // A refused token stays used. If a token was reused, its session stays ended.
    let exchanged = request.transaction(async |work| exchange(work, tokens, &input.refresh_token).await).await?;
    let (identity, refresh_token) = exchanged.into_result()?;
    let tokens = SessionTokens::sign(tokens, identity, refresh_token, request.now())?;
    Ok(RefreshSessionPayload { tokens: Some(tokens), ..Default::default() })
}

/// The session and its next refresh token.
async fn exchange(work: &Work<'_>, tokens: &Tokens, presented: &str) -> Result<Committed<(Identity, String)>> {
    let end = tokens.session_end(work.now);
    match store::exchange(work.tx, presented, work.now, end, tokens.grace()).await? {
        Exchange::Done(identity) => {
            let next = tokens.successor(presented)?;
            store::add_refresh_token(work.tx, identity.session_id, &next, work.now).await?;
            Ok(Committed::Done((identity, next)))
        }
        Exchange::Repeated(identity) => {
            let next = latest(work, tokens, identity, presented).await?;
            Ok(next
                .map_or_else(|| Committed::Refused(rules::invalid_token()), |next| Committed::Done((identity, next))))
        }
        Exchange::Reused(user) => {
            tracing::warn!(user = %user.id, "a refresh token was reused; its session was ended");
            tell(work, &user).await?;
            Ok(Committed::Refused(rules::token_reused()))
        }
        Exchange::EndedByReuse => Ok(Committed::Refused(rules::token_reused())),
        Exchange::Refused => Ok(Committed::Refused(rules::invalid_token())),
    }
}

/// The most refresh tokens that a session uses up within the grace.
const LINE: usize = 100;

/// The unused refresh token that follows the presented one. The client may have used its successor by now: a slow tab
/// gets the one that the fast tab holds. `None` if there were too many.
async fn latest(work: &Work<'_>, tokens: &Tokens, identity: Identity, presented: &str) -> Result<Option<String>> {
    let mut token = tokens.successor(presented)?;
    for _ in 0..LINE {
        match store::is_used(work.tx, identity.session_id, &token).await? {
            Some(false) => return Ok(Some(token)),
            Some(true) => token = tokens.successor(&token)?,
            // The server has got another key since the first use.
            None => {
                store::add_refresh_token(work.tx, identity.session_id, &token, work.now).await?;
                return Ok(Some(token));
            }
        }
    }
    Ok(None)
}

async fn tell(work: &Work<'_>, user: &user::Model) -> Result<()> {
    let letter = letters::token_reused(user.locale.into(), &work.request.config);
    letters::send(work, recipient(user), letter).await
}
