//! Sensitive acts need a recent `confirmIdentity`: ownership, roles, keys, who pays, the address of the account.

use chrono::TimeDelta;

use crate::access::Actor;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::request::Request;

/// Refuses a person who has not confirmed their identity recently. An API key passes: it cannot confirm anything, and it
/// never holds what only members may do.
pub fn require_confirmed(request: &Request) -> Result<()> {
    let Actor::User(user) = request.actor() else { return Ok(()) };
    let lifetime = TimeDelta::minutes(request.config.accounts.confirmation_minutes);
    if user.confirmed_at.is_some_and(|at| request.now() - at < lifetime) {
        return Ok(());
    }
    let message = [
        "Confirm your identity first with confirmIdentity, then repeat this.",
        "Bestätigen Sie zuerst mit confirmIdentity, dass Sie es sind. Wiederholen Sie dann diesen Schritt.",
        "Bekräfta först med confirmIdentity att det är du. Gör sedan om det här.",
    ];
    Err(UserError::general(UserErrorCode::ConfirmationRequired, message).into())
}

/// Refuses a person whose address is not verified. Somebody else may have created such an account, and must not use it
/// to let people in or to send mail.
pub fn require_verified(request: &Request) -> Result<(), UserError> {
    if !matches!(request.actor(), Actor::User(user) if !user.is_verified) {
        return Ok(());
    }
    let message = [
        "Verify your own address first: use the link in the mail. resendVerification sends a new one.",
        "Bestätigen Sie zuerst Ihre eigene Adresse mit dem Link in der Mail. resendVerification schickt einen neuen.",
        "Bekräfta först din egen adress med länken i mejlet. resendVerification skickar en ny.",
    ];
    Err(UserError::general(UserErrorCode::AddressNotVerified, message))
}
