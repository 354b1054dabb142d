//! Asking for a link to set a new password.

use async_graphql::InputObject;
use entity::user::State;
use macros::{mutation, payload};
use uuid::Uuid;

use super::address::Address;
use super::letters::{self, recipient};
use super::link::{self, Kind};
use super::store;
use super::throttle::{self, MailKind};
use crate::base::error::Result;
use crate::graphql::act::Act;

/// The account whose password is forgotten.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// E-mail address of the account.
    pub email: String,
}

/// Whether the reset was requested.
#[payload]
pub struct RequestPasswordResetPayload {
    /// True if the input is valid. It does not say whether the account exists: if it does, a mail with a link goes to its
    /// address.
    pub requested: bool,
}

/// Mails a link to set a new password, if the account exists; the answer does not say. The link is valid for one hour
/// and for one use. A few links can be sent per hour.
#[mutation]
#[public]
async fn request_password_reset(act: Act<'_>, input: RequestPasswordResetInput) -> Result<RequestPasswordResetPayload> {
    let address = Address::read("email", &input.email)?;
    throttle::count_request(act.request).await?;
    let address = address.as_str();
    act.request
        .transaction(async |work| {
            let user = store::find_by_address(work.tx, address).await?.filter(|user| user.state == State::Active);
            if !throttle::may_mail(work, MailKind::Reset, address).await? {
                return Ok(());
            }
            // An unknown address costs the same statements, so that the time reveals nothing.
            let id = user.as_ref().map_or_else(Uuid::nil, |user| user.id);
            let secret = link::store::issue(work, id, Kind::Reset, address).await?;
            let Some(user) = user else {
                store::find_by_address(work.tx, address).await?;
                return Ok(());
            };
            tracing::info!(user = %user.id, "password reset requested");
            let letter = letters::reset(user.locale.into(), &work.request.config, &secret);
            letters::send(work, recipient(&user), letter).await
        })
        .await?;
    Ok(RequestPasswordResetPayload { requested: true, ..Default::default() })
}
