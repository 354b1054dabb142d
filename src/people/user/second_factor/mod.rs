//! The second factor: codes of an authenticator app, and recovery codes for who has lost it. `codes.rs` says which codes
//! are right, `seal.rs` keeps the secrets sealed, `mutation.rs` turns it on and off, and `accept` takes a code.

mod codes;
mod mutation;
mod object;
mod seal;
pub mod store;

use entity::{second_factor, user};
use sea_orm::DatabaseTransaction;

use super::desk::Desk;
use super::letters;
use crate::base::error::{Result, UserError, UserErrorCode};
use codes::Given;
pub use codes::{code_at, step_at};
pub use mutation::SecondFactorMutation;
pub use object::SecondFactor;
pub use seal::SecretKeys;

/// Takes a code of the user, whose second factor the transaction has locked. Each is good for one use. Who uses a
/// recovery code is told.
pub async fn accept(
    desk: Desk<'_>,
    tx: &DatabaseTransaction,
    user: &user::Model,
    factor: &second_factor::Model,
    typed: &str,
) -> Result<bool> {
    match codes::read(typed) {
        Some(Given::Timed(code)) => {
            let Some(secret) = desk.keys.open(factor.user_id, &factor.sealed_secret) else {
                tracing::error!(user = %factor.user_id, "no key of accounts.secret_keys opens a second factor");
                return Ok(false);
            };
            match codes::matching_step(&secret, code, desk.now, factor.last_step) {
                Some(step) => Ok(store::take_step(tx, factor.user_id, step).await?),
                None => Ok(false),
            }
        }
        Some(Given::Recovery(hash)) if factor.confirmed_at.is_some() => {
            if !store::take_code(tx, factor.user_id, &hash, desk.now).await? {
                return Ok(false);
            }
            let left = store::codes_left(tx, factor.user_id).await?;
            let letter = letters::recovery_code_used(user.locale.into(), desk.config, left);
            desk.mail(tx, super::recipient(user), letter).await?;
            tracing::info!(user = %user.id, left, "recovery code used");
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// What to answer to a code that is not right.
pub fn wrong_code() -> UserError {
    let message = "The code is wrong, or was used already. Wait for the next one, or use a recovery code.";
    UserError::at("code", UserErrorCode::WrongCode, message)
}
