//! Inviting one person.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::inviting::{Wish, invite};
use super::object::Invitation;
use crate::base::error::{Error, Result};
use crate::base::locale::Locale;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::Organisation;
use crate::people::role::RoleChoice;
use crate::people::session;

/// Who is invited, and to what.
#[derive(InputObject)]
pub struct InviteMemberInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The address that the link is sent to.
    pub email: String,
    /// The roles that the member gets: 1 to 20. You must hold everything in them.
    pub roles: Vec<RoleChoice>,
    /// When the membership ends by itself; null for never. An OWNER has no end.
    pub membership_expires_at: Option<DateTimeUtc>,
    /// The language of the mail, unless the address has an account with another one.
    #[graphql(default)]
    pub locale: Locale,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The new invitation.
#[payload]
pub struct InviteMemberPayload {
    /// The invitation; null if none was sent.
    pub invitation: Option<Invitation>,
}

/// Invites somebody by mail to join the organisation. The link in the mail is valid for some days and works once. Your
/// own address must be verified, and one address gets only so many links a day.
#[mutation]
#[acts(MEMBER_INVITE, on = input.organisation_id)]
async fn invite_member(act: ActOn<'_, Organisation>, input: InviteMemberInput) -> Result<InviteMemberPayload> {
    let request = act.request;
    session::require_verified(request)?;
    let InviteMemberInput { email, roles, membership_expires_at, locale, idempotency_key, .. } = input;
    let wish = Wish::new(&email, &roles, membership_expires_at, locale);
    let event = act.event();
    let id: Uuid = act
        .once(idempotency_key.as_deref(), async |work, at| {
            let outcome = invite(work, &at, &event, &[wish], false).await?.pop().transpose()?;
            outcome.flatten().ok_or_else(|| Error::fault("an invitation without an outcome"))
        })
        .await?;
    let invitation = Invitation::find(request, id).await?;
    Ok(InviteMemberPayload { invitation, ..Default::default() })
}
