//! Verifying an address by the link that was mailed to it.

use async_graphql::InputObject;
use macros::{mutation, payload};

use super::address::mailbox;
use super::link::{self, Kind};
use super::store;
use crate::base::error::Result;
use crate::graphql::act::Act;
use crate::graphql::request::Committed;

/// The link from the mail.
#[derive(InputObject)]
pub struct VerifyAddressInput {
    /// The part of the link after `token=`.
    pub token: String,
}

/// Whether the address is verified.
#[payload]
pub struct VerifyAddressPayload {
    /// True if the link was valid; the address is verified now.
    pub verified: bool,
}

/// Verifies an address by the link that was mailed to it. The link is valid for 48 hours and for one use.
#[mutation]
#[public]
async fn verify_address(act: Act<'_>, input: VerifyAddressInput) -> Result<VerifyAddressPayload> {
    // A link stays used, even if the account has another address by now.
    let user = act
        .request
        .transaction(async |work| {
            let link = link::store::take(work, Kind::Verify, &input.token).await?.ok_or_else(link::invalid)?;
            let user = store::lock(work.tx, link.user_id).await?;
            let Some(user) = user.filter(|user| link.address.as_deref().map(mailbox).as_ref() == Some(&user.mailbox))
            else {
                return Ok(Committed::Refused(link::invalid()));
            };
            store::verify(work.tx, user.id, work.now).await?;
            Ok(Committed::Done(user.id))
        })
        .await?
        .into_result()?;
    tracing::info!(%user, "address verified");
    Ok(VerifyAddressPayload { verified: true, ..Default::default() })
}
