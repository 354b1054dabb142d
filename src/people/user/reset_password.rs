//! Setting a new password by a link.

use async_graphql::InputObject;
use macros::{mutation, payload};
use uuid::Uuid;

use super::address::Address;
use super::letters::{self, recipient};
use super::link::{self, Kind};
use super::password::{Password, Passwords};
use super::proof::{self, Claim};
use super::rules::require_strong;
use super::{store, throttle};
use crate::base::error::Result;
use crate::graphql::act::Act;
use crate::graphql::request::{Committed, Work};
use crate::people::session;
use crate::people::session::store::EndedBecause;

/// The link and the new password.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// The part of the link after `token=`.
    pub token: String,
    /// Password: neither short nor common, and not made from the address.
    pub new_password: Password,
}

/// Whether the password was set.
#[payload]
pub struct ResetPasswordPayload {
    /// True if the new password is set. Log in with it; a second factor that you turned on is still needed.
    pub reset: bool,
}

/// Sets a new password by the link that was mailed. This ends all sessions of the account and verifies its address. If
/// the address was not verified before, the second factor and API keys from before end as well.
#[mutation]
#[public]
async fn reset_password(act: Act<'_>, input: ResetPasswordInput) -> Result<ResetPasswordPayload> {
    let request = act.request;
    let passwords = act.service::<Passwords>()?;
    // Checked first, so that nothing is hashed for an invented link.
    let found = link::store::find(request.db(), Kind::Reset, &input.token, request.now()).await?;
    let address = found.ok_or_else(link::invalid)?.address.as_deref().and_then(Address::parse);
    require_strong("newPassword", &input.new_password, address.as_ref(), passwords.minimum_length())?;
    let hash = passwords.hash(input.new_password).await?;
    let reset = request.transaction(async |work| reset(work, act.action, &input.token, &hash).await).await?;
    let user = reset.into_result()?;
    tracing::info!(%user, "password reset");
    Ok(ResetPasswordPayload { reset: true, ..Default::default() })
}

/// Returns the key of the user. A link stays used even if its account is disabled.
async fn reset(work: &Work<'_>, action: &str, token: &str, password_hash: &str) -> Result<Committed<Uuid>> {
    let Work { tx, now, .. } = *work;
    let link = link::store::take(work, Kind::Reset, token).await?.ok_or_else(link::invalid)?;
    let Some(user) = store::lock(tx, link.user_id).await? else { return Ok(Committed::Refused(link::invalid())) };
    // An account with an unverified address may have been created by somebody else, so nothing of theirs remains.
    let claim = Claim { password_hash: Some(password_hash), kept: None };
    if !proof::prove(work, action, user.id, claim).await? {
        store::set_password(tx, user.id, password_hash).await?;
        session::store::end_all(tx, user.id, None, EndedBecause::PasswordChanged, now).await?;
    }
    link::store::void(tx, user.id, &[Kind::Verify, Kind::Reset, Kind::Change]).await?;
    throttle::store::clear_account(tx, user.id).await?;
    // The holder of the link may log in from here, even while others are guessing.
    if let Some(address) = work.request.client_address {
        session::store::remember(tx, work.random, user.id, &address.to_string(), now).await?;
    }
    let letter = letters::password_reset(user.locale.into(), &work.request.config);
    letters::send(work, recipient(&user), letter).await?;
    Ok(Committed::Done(user.id))
}
