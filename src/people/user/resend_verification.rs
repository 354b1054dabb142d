//! Sending another link to verify an address.

use macros::{mutation, payload};

use super::letters::{self, recipient};
use super::link::{self, Kind};
use super::store;
use super::throttle::{self, MailKind};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::Act;

/// Whether a mail was sent.
#[payload]
pub struct ResendVerificationPayload {
    /// True if a mail with a new link was sent.
    pub sent: bool,
}

/// Mails you another link to verify your address. Earlier links stop working. Works a few times an hour.
#[mutation]
#[authenticated]
async fn resend_verification(act: Act<'_>) -> Result<ResendVerificationPayload> {
    let person = act.request.require_person()?;
    act.request
        .transaction(async |work| {
            let user = store::lock(work.tx, person.id).await?.ok_or_else(Error::sign_in)?;
            if user.email_verified_at.is_some() {
                let message = [
                    "Your address is already verified.",
                    "Ihre Adresse ist schon bestätigt.",
                    "Din adress är redan bekräftad.",
                ];
                return Err(UserError::general(UserErrorCode::StaleState, message).into());
            }
            if !throttle::may_mail(work, MailKind::Verify, &user.email).await? {
                return Err(throttle::too_many_mails().into());
            }
            let secret = link::store::issue(work, user.id, Kind::Verify, &user.email).await?;
            let letter = letters::verify(user.locale.into(), &work.request.config, &secret);
            letters::send(work, recipient(&user), letter).await
        })
        .await?;
    Ok(ResendVerificationPayload { sent: true, ..Default::default() })
}
