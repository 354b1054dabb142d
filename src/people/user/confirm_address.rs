//! Moving an account to its new address, by the link that was mailed there.

use async_graphql::InputObject;
use entity::user;
use macros::{mutation, payload};

use super::letters::{self, recipient};
use super::link::{self, Kind};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::graphql::request::{Committed, Work};
use crate::mail::Recipient;

/// The link from the mail to the new address.
#[derive(InputObject)]
pub struct ConfirmAddressInput {
    /// The part of the link after `token=`.
    pub token: String,
}

/// Whether the account has moved.
#[payload]
pub struct ConfirmAddressPayload {
    /// True if the account has the new address now.
    pub confirmed: bool,
}

/// Moves your account to its new address by the link that was mailed there. Sign in to the account first: otherwise a
/// stranger could move an account of theirs to your address. The old address gets a notice. It can undo the move for
/// seven days, if it was verified.
#[mutation]
#[authenticated]
async fn confirm_address(act: Act<'_>, input: ConfirmAddressInput) -> Result<ConfirmAddressPayload> {
    let request = act.request;
    let (token, person) = (&input.token, request.require_person()?.id);
    let found = link::store::find(request.db(), Kind::Change, token, request.now()).await?;
    let owner = found.ok_or_else(link::invalid)?.user_id;
    if owner != person {
        return Err(another_account().into());
    }
    let moved = match request.transaction(async |work| confirm(work, token).await).await {
        Err(Error::Conflict(_)) => {
            request.transaction(async |work| tell_owner(work, token).await).await?;
            Committed::Refused(link::invalid())
        }
        moved => moved?,
    };
    moved.into_result()?;
    Ok(ConfirmAddressPayload { confirmed: true, ..Default::default() })
}

/// The answer to the owner of the mailbox, if the account that would move here is not theirs.
fn another_account() -> UserError {
    let message = [
        "This link moves another account to this address. If that account is yours, sign in to it first. If it is not, do nothing: it stays where it is.",
        "Dieser Link verlegt ein anderes Konto zu dieser Adresse. Wenn es Ihr Konto ist, melden Sie sich zuerst damit an. Wenn nicht, tun Sie nichts: Es bleibt, wo es ist.",
        "Länken flyttar ett annat konto till den här adressen. Om kontot är ditt, logga först in på det. Om det inte är ditt, gör ingenting: det stannar där det är.",
    ];
    UserError::at("token", UserErrorCode::WrongAddress, message)
}

/// Fails with a conflict if another account has the address by now. A link stays used even if its account is disabled.
async fn confirm(work: &Work<'_>, token: &str) -> Result<Committed<()>> {
    let link = link::store::take(work, Kind::Change, token).await?.ok_or_else(link::invalid)?;
    let user = store::lock(work.tx, link.user_id).await?;
    let (Some(user), Some(address)) = (user, link.address) else { return Ok(Committed::Refused(link::invalid())) };
    if !store::set_address(work.tx, user.id, &address, work.now).await? {
        return Err(Error::Conflict("Another account already has this address.".to_owned()));
    }
    link::store::void(work.tx, user.id, &[Kind::Verify, Kind::Reset, Kind::Change]).await?;
    tell_both_addresses(work, &user, address).await?;
    tracing::info!(user = %user.id, "address changed");
    Ok(Committed::Done(()))
}

/// Completes the move. `user` is the row from before it.
async fn tell_both_addresses(work: &Work<'_>, user: &user::Model, new_address: String) -> Result<()> {
    let (locale, config) = (user.locale.into(), &work.request.config);
    // Only a verified address can take the account back: an unverified one may belong to somebody else.
    let secret = match user.email_verified_at {
        Some(_) => Some(link::store::issue(work, user.id, Kind::Undo, &user.email).await?),
        None => None,
    };
    letters::send(work, recipient(user), letters::address_changed(locale, config, secret.as_deref())).await?;
    let to = Recipient { address: new_address, ..recipient(user) };
    letters::send(work, to, letters::is_new_address(locale, config)).await
}

/// Another account got the address after the link was mailed. Uses the link up and tells the owner of that account.
async fn tell_owner(work: &Work<'_>, token: &str) -> Result<()> {
    let Some(link) = link::store::take(work, Kind::Change, token).await? else { return Ok(()) };
    let Some(address) = link.address else { return Ok(()) };
    if let Some(owner) = store::find_by_address(work.tx, &address).await? {
        let letter = letters::address_taken(owner.locale.into(), &work.request.config);
        letters::send(work, recipient(&owner), letter).await?;
    }
    Ok(())
}
