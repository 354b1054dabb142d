//! Ending sessions on other devices.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use macros::guarded;

use super::store;
use crate::access::directive;
use crate::base::error::{Error, Result, UserError};
use crate::base::id::Type;
use crate::graphql::request::Request;

/// The session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// Id of one of your sessions.
    pub session_id: ID,
}

/// Whether the session has ended.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RevokeSessionPayload {
    /// True if it has ended, with all of its tokens.
    pub revoked: bool,
    /// Why it has not.
    pub user_errors: Vec<UserError>,
}

/// How many sessions have ended.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RevokeOtherSessionsPayload {
    /// How many have ended, with all of their tokens.
    pub count: u64,
    /// Why none has.
    pub user_errors: Vec<UserError>,
}

/// Ending sessions.
#[derive(Default)]
pub struct RevocationMutation;

#[guarded]
#[Object]
impl RevocationMutation {
    /// Ends one of your sessions, at once. One that is not yours or has ended is not found.
    #[authenticated]
    async fn revoke_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The session to end.")] input: RevokeSessionInput,
    ) -> Result<Option<RevokeSessionPayload>> {
        let request = Request::of(context)?;
        let Some(person) = request.person()? else {
            return Ok(Some(RevokeSessionPayload { revoked: false, user_errors: vec![UserError::for_people_only()] }));
        };
        let id = Type::Session.parse(&input.session_id)?;
        let now = request.now();
        if !request.write(async |tx| Ok(store::end_own(tx, id, person.id, now).await?)).await? {
            return Err(Error::NotFound);
        }
        tracing::info!(user = %person.id, session = %id, "session revoked");
        Ok(Some(RevokeSessionPayload { revoked: true, user_errors: Vec::new() }))
    }

    /// Ends all of your sessions but the one that asks, at once.
    #[authenticated]
    async fn revoke_other_sessions(&self, context: &Context<'_>) -> Result<Option<RevokeOtherSessionsPayload>> {
        let request = Request::of(context)?;
        let Some(person) = request.person()? else {
            let user_errors = vec![UserError::for_people_only()];
            return Ok(Some(RevokeOtherSessionsPayload { count: 0, user_errors }));
        };
        let (kept, now) = (Some(person.session_id), request.now());
        let count = request.write(async |tx| Ok(store::end_all(tx, person.id, kept, now).await?)).await?;
        tracing::info!(user = %person.id, count, "other sessions revoked");
        Ok(Some(RevokeOtherSessionsPayload { count, user_errors: Vec::new() }))
    }
}
