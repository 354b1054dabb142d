//! Turning the second factor off.

use macros::{mutation, payload};

use super::check::lock_on;
use super::store;
use crate::base::error::Result;
use crate::graphql::act::Act;
use crate::people::session;
use crate::people::user::letters::{self, recipient};

/// Whether the second factor is off.
#[payload]
pub struct RemoveSecondFactorPayload {
    /// True if log-in no longer needs a code.
    pub removed: bool,
}

/// Turns the second factor off: log-in needs only the password. Needs a recent `confirmIdentity`.
#[mutation]
#[authenticated]
async fn remove_second_factor(act: Act<'_>) -> Result<RemoveSecondFactorPayload> {
    let request = act.request;
    let person = request.require_person()?;
    session::require_confirmed(request)?;
    request
        .transaction(async |work| {
            let user = lock_on(work, person).await?;
            store::remove(work.tx, user.id).await?;
            let letter = letters::second_factor_off(user.locale.into(), &request.config);
            letters::send(work, recipient(&user), letter).await
        })
        .await?;
    tracing::info!(user = %person.id, "second factor off");
    Ok(RemoveSecondFactorPayload { removed: true, ..Default::default() })
}
