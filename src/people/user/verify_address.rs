//! Verifying an address by the link that was mailed to it.

use async_graphql::InputObject;
use macros::{mutation, payload};
use uuid::Uuid;

use super::address::{Address, mailbox};
use super::link::{self, Kind};
use super::password::{Password, Passwords};
use super::proof::{self, Claim};
use super::rules::require_strong;
use super::store;
use crate::access::Actor;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::graphql::request::{Committed, Work};

/// The link from the mail, and the password that counts from now on.
#[derive(InputObject)]
pub struct VerifyAddressInput {
    /// The part of the link after `token=`.
    pub token: String,
    /// The password of the account from now on: the one you chose when you signed up, or another. Leave it out if you are
    /// signed in to the account.
    pub password: Option<Password>,
}

/// Whether the address is verified.
#[payload]
pub struct VerifyAddressPayload {
    /// True if the link was valid; the address is verified now.
    pub verified: bool,
}

/// Verifies an address by the link that was mailed to it. The link is valid for 48 hours and for one use.
///
/// Somebody else may have signed up with the address. So whoever opens the link chooses the password of the account, and
/// everything from before ends: sessions, second factor, API keys and other links. If you are signed in to the account,
/// the password can be left out; your session goes on, and all others end.
#[mutation]
#[public]
async fn verify_address(act: Act<'_>, input: VerifyAddressInput) -> Result<VerifyAddressPayload> {
    let request = act.request;
    let passwords = act.service::<Passwords>()?;
    // Checked first, so that nothing is hashed for an invented link.
    let found = link::store::find(request.db(), Kind::Verify, &input.token, request.now()).await?;
    let found = found.ok_or_else(link::invalid)?;
    let address = found.address.as_deref().and_then(Address::parse);
    let own_session = match request.actor() {
        Actor::User(user) if user.id == found.user_id => Some(user.session_id),
        _ => None,
    };
    let hash = match (own_session, input.password) {
        (_, Some(password)) => {
            require_strong("password", &password, address.as_ref(), passwords.minimum_length())?;
            Some(passwords.hash(password).await?)
        }
        (Some(_), None) => None,
        (None, None) => return Err(choose_password().into()),
    };
    let claim = Claim { password_hash: hash.as_deref(), kept: own_session };
    let verified = request.transaction(async |work| verify(work, act.action, &input.token, claim).await).await?;
    let user = verified.into_result()?;
    tracing::info!(%user, "address verified");
    Ok(VerifyAddressPayload { verified: true, ..Default::default() })
}

/// A link stays used, even if the account has another address by now.
async fn verify(work: &Work<'_>, action: &str, token: &str, claim: Claim<'_>) -> Result<Committed<Uuid>> {
    let link = link::store::take(work, Kind::Verify, token).await?.ok_or_else(link::invalid)?;
    let user = store::lock(work.tx, link.user_id).await?;
    let Some(user) = user.filter(|user| link.address.as_deref().map(mailbox).as_ref() == Some(&user.mailbox)) else {
        return Ok(Committed::Refused(link::invalid()));
    };
    proof::prove(work, action, user.id, claim).await?;
    Ok(Committed::Done(user.id))
}

fn choose_password() -> UserError {
    let message = [
        "Give the password that the account has from now on: the one you chose when you signed up, or another. Or sign in to the account first.",
        "Geben Sie das Passwort an, das ab jetzt für das Konto gilt: das von der Registrierung oder ein anderes. Oder melden Sie sich zuerst mit dem Konto an.",
        "Ange det lösenord som ska gälla för kontot: det du valde när du registrerade dig, eller ett annat. Eller logga först in på kontot.",
    ];
    UserError::at("password", UserErrorCode::InvalidInput, message)
}
