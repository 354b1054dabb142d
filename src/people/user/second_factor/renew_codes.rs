//! Replacing the recovery codes.

use macros::{mutation, payload};

use super::check::lock_on;
use super::{codes, store};
use crate::base::error::Result;
use crate::graphql::act::Act;
use crate::people::session;
use crate::people::user::letters::{self, recipient};

/// The new recovery codes.
#[payload]
pub struct RenewRecoveryCodesPayload {
    /// Ten codes that replace the old ones. They are shown only now; null if none were made.
    pub recovery_codes: Option<Vec<String>>,
}

/// Gives you ten new recovery codes. The old ones stop working. Needs a recent `confirmIdentity`.
#[mutation]
#[authenticated]
async fn renew_recovery_codes(act: Act<'_>) -> Result<RenewRecoveryCodesPayload> {
    let request = act.request;
    let person = request.require_person()?;
    session::require_confirmed(request)?;
    let codes = codes::new_recovery_codes(&request.random);
    let new_codes = &codes;
    request
        .transaction(async |work| {
            let user = lock_on(work, person).await?;
            store::replace_codes(work.tx, user.id, codes::hashes(new_codes), work.now).await?;
            let letter = letters::recovery_codes_renewed(user.locale.into(), &request.config);
            letters::send(work, recipient(&user), letter).await
        })
        .await?;
    tracing::info!(user = %person.id, "recovery codes renewed");
    Ok(RenewRecoveryCodesPayload { recovery_codes: Some(codes), ..Default::default() })
}
