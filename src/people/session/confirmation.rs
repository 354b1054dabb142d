//! Acts that matter ask for a fresh proof that the person is there: ownership, roles, keys, who pays, the address.

use std::sync::Arc;

use async_graphql::Context;
use chrono::TimeDelta;

use crate::access::{Actor, note_refusal};
use crate::base::config::Config;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::request::{Request, service};

/// What to answer where the session of the person who asks has to be confirmed first; `None` where it is fresh.
///
/// A key has nobody who could prove anything, and never holds what only members may do.
pub fn unconfirmed(context: &Context<'_>) -> Result<Option<UserError>> {
    let request = Request::of(context)?;
    let Actor::User(user) = request.actor() else { return Ok(None) };
    let minutes = TimeDelta::minutes(service::<Arc<Config>>(context)?.accounts.confirmation_minutes);
    if user.confirmed_at.is_some_and(|at| request.now() - at < minutes) {
        return Ok(None);
    }
    note_refusal(context, "CONFIRMATION_REQUIRED", None);
    let message = "Prove first that it is you, with confirmIdentity, and repeat this.";
    Ok(Some(UserError::general(UserErrorCode::ConfirmationRequired, message)))
}

/// Refuses an act that matters so much that the person must have proved recently that it is they.
pub fn require_confirmed(request: &Request) -> Result<()> {
    let Actor::User(user) = request.actor() else { return Ok(()) };
    let minutes = TimeDelta::minutes(request.config.accounts.confirmation_minutes);
    if user.confirmed_at.is_some_and(|at| request.now() - at < minutes) {
        return Ok(());
    }
    let message = "Prove first that it is you, with confirmIdentity, and repeat this.";
    Err(UserError::general(UserErrorCode::ConfirmationRequired, message).into())
}

/// Refuses a person who would let others in, or have mail sent to them, and has not proved to own the address of the
/// account: somebody else may have made it, and would keep what is given now.
pub fn require_verified(request: &Request) -> Result<(), UserError> {
    unproved(request).map_or(Ok(()), Err)
}

/// What to answer to a person who would give others a way in, or have mail sent to them, and has not proved to own the
/// address of the account: it may have been made by somebody else, who would keep what is given now.
pub fn unproved(request: &Request) -> Option<UserError> {
    let message =
        "Prove first that your own address is yours, by the link in the mail to it. resendVerification sends it anew.";
    matches!(request.actor(), Actor::User(user) if !user.is_verified)
        .then(|| UserError::general(UserErrorCode::AddressNotVerified, message))
}
