//! Checking a code of the second factor.

use entity::{second_factor, user};

use super::codes::{self, Given};
use super::seal::SecretKeys;
use super::store;
use crate::access::UserActor;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::request::Work;
use crate::people::user::letters::{self, recipient};
use crate::people::user::store as users;

/// Uses up a code of the user, whose second factor the transaction has locked. Each code is valid once. The user gets a
/// mail when a recovery code is used.
pub async fn accept(
    work: &Work<'_>,
    keys: &SecretKeys,
    user: &user::Model,
    factor: &second_factor::Model,
    typed: &str,
) -> Result<bool> {
    match codes::read(typed) {
        Some(Given::Timed(code)) => {
            let Some(secret) = keys.open(factor.user_id, &factor.sealed_secret) else {
                tracing::error!(user = %factor.user_id, "no key in accounts.secret_keys opens a second factor");
                return Ok(false);
            };
            match codes::matching_step(&secret, code, work.now, factor.last_step) {
                Some(step) => Ok(store::take_step(work.tx, factor.user_id, step).await?),
                None => Ok(false),
            }
        }
        Some(Given::Recovery(hash)) if factor.confirmed_at.is_some() => {
            if !store::take_code(work.tx, factor.user_id, &hash, work.now).await? {
                return Ok(false);
            }
            let left = store::codes_left(work.tx, factor.user_id).await?;
            let letter = letters::recovery_code_used(user.locale.into(), &work.request.config, left);
            letters::send(work, recipient(user), letter).await?;
            tracing::info!(user = %user.id, left, "recovery code used");
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Locks the person's second factor; refuses if it is not on.
pub async fn lock_on(work: &Work<'_>, person: &UserActor) -> Result<user::Model> {
    let user = users::lock(work.tx, person.id).await?.ok_or_else(Error::sign_in)?;
    let factor = store::lock(work.tx, person.id).await?;
    if factor.is_none_or(|factor| factor.confirmed_at.is_none()) {
        return Err(UserError::general(
            UserErrorCode::StaleState,
            [
                "Your second factor is not on.",
                "Ihre Anmeldung in zwei Schritten ist nicht eingeschaltet.",
                "Din tvåstegsverifiering är inte påslagen.",
            ],
        )
        .into());
    }
    Ok(user)
}

/// The error for a wrong code.
pub fn wrong_code() -> UserError {
    let message = [
        "The code is wrong or was used already. Wait for the next one, or use a recovery code.",
        "Der Code ist falsch oder wurde schon benutzt. Warten Sie auf den nächsten, oder nehmen Sie einen Wiederherstellungscode.",
        "Koden är fel eller har redan använts. Vänta på nästa, eller använd en återställningskod.",
    ];
    UserError::at("code", UserErrorCode::WrongCode, message)
}
