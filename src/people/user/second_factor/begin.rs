//! Making a secret for an authenticator app.

use entity::second_factor;
use macros::{mutation, payload};

use super::seal::SecretKeys;
use super::{codes, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::people::session;

/// A secret for an authenticator app. It is shown only now.
#[payload]
pub struct BeginSecondFactorPayload {
    /// The secret in base32, to be typed in; null if none was made.
    pub secret: Option<String>,
    /// The secret as an `otpauth://` address, to be shown as a QR code; null if none was made.
    pub uri: Option<String>,
}

/// Makes a secret for an authenticator app. Log-in needs a code of the app after the first one is given to
/// `confirmSecondFactor`. Needs a verified address and a recent `confirmIdentity`.
#[mutation]
#[authenticated]
async fn begin_second_factor(act: Act<'_>) -> Result<BeginSecondFactorPayload> {
    let request = act.request;
    let person = request.require_person()?;
    session::require_confirmed(request)?;
    session::require_verified(request)?;
    let secret = request.random.bytes::<20>();
    let row = second_factor::Model {
        user_id: person.id,
        sealed_secret: act.service::<SecretKeys>()?.seal(&request.random, person.id, &secret)?,
        confirmed_at: None,
        last_step: 0,
        created_at: request.now(),
    };
    request
        .transaction(async |work| {
            if !store::begin(work.tx, row).await? {
                let message =
                    [
"Your second factor is already on. To use another app, turn it off first: removeSecondFactor.",
"Ihre Anmeldung in zwei Schritten ist schon eingeschaltet. Für eine andere App schalten Sie sie zuerst aus: removeSecondFactor.",
"Din tvåstegsverifiering är redan påslagen. För att använda en annan app, stäng först av den: removeSecondFactor."
];
                return Err(UserError::general(UserErrorCode::Duplicate, message).into());
            }
            Ok(())
        })
        .await?;
    let secret = codes::base32(&secret);
    let uri = codes::uri(&request.config.accounts.issuer, &person.email, &secret);
    Ok(BeginSecondFactorPayload { secret: Some(secret), uri: Some(uri), ..Default::default() })
}
