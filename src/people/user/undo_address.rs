//! Moving an account back to its old address, by the link that was mailed there.

use async_graphql::InputObject;
use macros::{mutation, payload};

use super::letters::{self, recipient};
use super::link::{self, Kind};
use super::{second_factor, store, throttle};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::graphql::request::{Committed, Work};
use crate::mail::Recipient;
use crate::people::session;
use crate::people::session::store::EndedBecause;

/// The link from the mail to the old address.
#[derive(InputObject)]
pub struct UndoAddressInput {
    /// The part of the link after `token=`.
    pub token: String,
}

/// Whether the account has its old address again.
#[payload]
pub struct UndoAddressPayload {
    /// True if the account has its old address again. A link to set a new password was mailed there.
    pub undone: bool,
}

/// Moves an account back to its old address by the link that was mailed there. The account may have been taken over, so
/// all sessions end and the password stops working. A second factor that was added after the move is removed.
#[mutation]
#[public]
async fn undo_address(act: Act<'_>, input: UndoAddressInput) -> Result<UndoAddressPayload> {
    act.request.transaction(async |work| undo(work, &input.token).await).await?.into_result()?;
    Ok(UndoAddressPayload { undone: true, ..Default::default() })
}

/// A link stays used even if its account is disabled.
async fn undo(work: &Work<'_>, token: &str) -> Result<Committed<()>> {
    let Work { tx, now, .. } = *work;
    let link = link::store::take(work, Kind::Undo, token).await?.ok_or_else(link::invalid)?;
    let user = store::lock(tx, link.user_id).await?;
    let (Some(user), Some(address)) = (user, link.address.clone()) else {
        return Ok(Committed::Refused(link::invalid()));
    };
    if !store::set_address(tx, user.id, &address, now).await? {
        let message = [
            "Another account now has this address.",
            "Ein anderes Konto hat inzwischen diese Adresse.",
            "Ett annat konto har nu den här adressen.",
        ];
        return Err(UserError::at("token", UserErrorCode::StaleState, message).into());
    }
    store::set_password(tx, user.id, "").await?;
    session::store::end_all(tx, user.id, None, EndedBecause::AddressRestored, now).await?;
    let factor = second_factor::store::find(tx, user.id).await?;
    // A second factor that was turned on after the move came from the person who had the account then.
    if factor.is_some_and(|factor| factor.confirmed_at.is_none_or(|at| at >= link.created_at)) {
        second_factor::store::remove(tx, user.id).await?;
    }
    second_factor::store::remove_codes_since(tx, user.id, link.created_at).await?;
    link::store::void_since(tx, &link).await?;
    throttle::store::clear_account(tx, user.id).await?;
    let secret = link::store::issue(work, user.id, Kind::Reset, &address).await?;
    let letter = letters::address_restored(user.locale.into(), &work.request.config, &secret);
    letters::send(work, Recipient { address, ..recipient(&user) }, letter).await?;
    tracing::info!(user = %user.id, "change of address undone");
    Ok(Committed::Done(()))
}
