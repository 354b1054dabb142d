//! Asking to move an account to another address.

use async_graphql::InputObject;
use entity::user;
use macros::{mutation, payload};
use uuid::Uuid;

use super::address::Address;
use super::letters::{self, recipient};
use super::link::{self, Kind};
use super::store;
use super::throttle::{self, MailKind};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::graphql::request::{Committed, Work};
use crate::mail::Recipient;
use crate::people::session;

/// The address to move the account to.
#[derive(InputObject)]
pub struct ChangeAddressInput {
    /// The new e-mail address; capitals make no difference.
    pub new_email: String,
}

/// Whether the change was requested.
#[payload]
pub struct ChangeAddressPayload {
    /// True if the input is valid. The address changes when the link in the mail to it is used. It does not say whether
    /// another account has the address: if so, its owner gets a mail, and nothing changes.
    pub requested: bool,
}

/// Requests to move your account to another address. A link is mailed to the new address, and a notice to the old one.
/// Needs a recent `confirmIdentity`.
#[mutation]
#[authenticated]
async fn change_address(act: Act<'_>, input: ChangeAddressInput) -> Result<ChangeAddressPayload> {
    let request = act.request;
    let person = request.require_person()?;
    session::require_confirmed(request)?;
    let address = Address::read("newEmail", &input.new_email)?;
    let address = address.as_str();
    throttle::count_request(request).await?;
    // A mail that was counted stays counted, even if the second limit refuses.
    request
        .transaction(async |work| {
            let user = store::lock(work.tx, person.id).await?.ok_or_else(Error::sign_in)?;
            if user.email == address {
                let message =
                    ["This is already your address.", "Das ist schon Ihre Adresse.", "Det är redan din adress."];
                return Err(UserError::at("newEmail", UserErrorCode::InvalidInput, message).into());
            }
            // Limits the mail to the new address, and the mail that one account can cause.
            for counted in [address, &format!("from {}", user.id)] {
                if !throttle::may_mail(work, MailKind::Change, counted).await? {
                    return Ok(Committed::Refused(throttle::too_many_mails()));
                }
            }
            request_change(work, &user, address).await.map(Committed::Done)
        })
        .await?
        .into_result()?;
    tracing::info!(user = %person.id, "change of address requested");
    Ok(ChangeAddressPayload { requested: true, ..Default::default() })
}

/// Replaces the link that moves the account, and writes to both addresses.
async fn request_change(work: &Work<'_>, user: &user::Model, address: &str) -> Result<()> {
    let config = &work.request.config;
    link::store::void(work.tx, user.id, &[Kind::Change]).await?;
    // A new spelling of one's own mailbox is no other account.
    let owner = store::find_by_address(work.tx, address).await?.filter(|owner| owner.id != user.id);
    // A taken address costs the same statements, so that the time reveals nothing. That link does nothing.
    let id = if owner.is_some() { Uuid::nil() } else { user.id };
    let secret = link::store::issue(work, id, Kind::Change, address).await?;
    letters::send(work, recipient(user), letters::change_asked(user.locale.into(), config)).await?;
    if let Some(owner) = owner {
        return letters::send(work, recipient(&owner), letters::address_taken(owner.locale.into(), config)).await;
    }
    let to = Recipient { address: address.to_owned(), ..recipient(user) };
    letters::send(work, to, letters::confirm_address(user.locale.into(), config, &secret)).await
}
