//! Erasing one's own account.

use macros::{mutation, payload};

use super::{Erasure, erase_user, last_owner};
use crate::base::error::{Error, Result};
use crate::graphql::act::Act;
use crate::people::session;

/// Whether the account is erased.
#[payload]
pub struct EraseAccountPayload {
    /// True if the account is erased.
    pub erased: bool,
}

/// Erases your account for good, with everything that names you. Organisations where you are the only member are closed.
/// Fails while you are the last owner of others: hand them over or close them first. Needs a recent `confirmIdentity`.
#[mutation]
#[authenticated]
async fn erase_account(act: Act<'_>) -> Result<EraseAccountPayload> {
    let person = act.request.require_person()?;
    session::require_confirmed(act.request)?;
    let erased = act.request.transaction(async |work| erase_user(work, act.action, person.id).await).await?;
    match erased {
        Erasure::Done => Ok(EraseAccountPayload { erased: true, ..Default::default() }),
        Erasure::LastOwner(names) => Err(last_owner(&names).into()),
        Erasure::NotThere => Err(Error::sign_in()),
    }
}
