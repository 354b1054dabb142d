//! What the mutations of the inviter take and give.

use async_graphql::{ID, InputObject, SimpleObject};
use sea_orm::prelude::DateTimeUtc;

use super::object::Invitation;
use crate::access::directive;
use crate::base::error::UserError;
use crate::base::locale::Locale;
use crate::people::membership::RoleChoice;

/// Who is invited, and to what.
#[derive(InputObject)]
pub struct InviteMemberInput {
    /// The organisation.
    pub organisation_id: ID,
    /// The address that the link is sent to.
    pub email: String,
    /// The roles that the member is to have, 1 to 20. You have to hold everything in them.
    pub roles: Vec<RoleChoice>,
    /// When the membership is to end by itself; never for an OWNER.
    pub membership_expires_at: Option<DateTimeUtc>,
    /// The language of the mail, where the address has no account that says another.
    #[graphql(default)]
    pub locale: Locale,
}

/// One of many who are invited.
#[derive(InputObject)]
pub struct InvitationInput {
    /// The address that the link is sent to.
    pub email: String,
    /// The roles that the member is to have, 1 to 20. You have to hold everything in them.
    pub roles: Vec<RoleChoice>,
    /// When the membership is to end by itself; never for an OWNER.
    pub membership_expires_at: Option<DateTimeUtc>,
    /// The language of the mail, where the address has no account that says another.
    #[graphql(default)]
    pub locale: Locale,
}

/// Many who are invited.
#[derive(InputObject)]
pub struct InviteMembersInput {
    /// The organisation.
    pub organisation_id: ID,
    /// Who is invited: 1 to 500.
    pub invitations: Vec<InvitationInput>,
    /// Only says what would be done: nothing is written, nothing is sent.
    #[graphql(default)]
    pub dry_run: bool,
}

/// The invitation to send once more.
#[derive(InputObject)]
pub struct ResendInvitationInput {
    /// The invitation.
    pub invitation_id: ID,
}

/// The invitation to take back.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    /// The invitation.
    pub invitation_id: ID,
}

/// The invitation that was sent.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct InviteMemberPayload {
    /// The invitation; null if none was sent.
    pub invitation: Option<Invitation>,
    /// Why none was sent.
    pub user_errors: Vec<UserError>,
}

/// What became of one of many.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct InvitationResult {
    /// Its place in the input, from 0 on.
    pub index: i32,
    /// The address as it was given.
    pub email: String,
    /// The invitation; null if none was sent, and in a dry run.
    pub invitation: Option<Invitation>,
    /// Why none was sent, or would be.
    pub user_errors: Vec<UserError>,
}

/// What became of each.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct InviteMembersPayload {
    /// One for each in the input, in its order. What is wrong with one does not stop the others.
    pub results: Vec<InvitationResult>,
    /// Why none at all was looked at.
    pub user_errors: Vec<UserError>,
}

/// The invitation as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ResendInvitationPayload {
    /// The invitation; null if nothing was sent.
    pub invitation: Option<Invitation>,
    /// Why nothing was sent.
    pub user_errors: Vec<UserError>,
}

/// The invitation as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RevokeInvitationPayload {
    /// The invitation; null if it was not taken back.
    pub invitation: Option<Invitation>,
    /// Why it was not taken back.
    pub user_errors: Vec<UserError>,
}
