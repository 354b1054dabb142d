//! What the link of an invitation shows to whoever has it.

use async_graphql::{Enum, SimpleObject};
use sea_orm::prelude::DateTimeUtc;

use crate::access::directive;
use crate::organisation::OrganisationCard;

/// How an invitation is accepted: it depends on whether the address has an account. Whoever has the link has proved to
/// read its mail, so that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InvitationStep {
    /// There is no account yet: use `signUp` with `invitationToken`.
    SignUp,
    /// There is one: sign in with `logIn`, then use `acceptInvitation`.
    SignIn,
    /// There is one that nobody has proved to own: use `acceptInvitation` with `newPassword`, without being signed in.
    SetPassword,
}

/// What an invitation is about, for who is invited.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct InvitationPreview {
    /// The organisation that one would join.
    pub organisation: OrganisationCard,
    /// Name of the person who invites; null for an API key.
    pub invited_by: Option<String>,
    /// Names of the roles that it gives.
    pub roles: Vec<String>,
    /// The address that is invited.
    pub email: String,
    /// Until when it can be accepted.
    pub expires_at: DateTimeUtc,
    /// When the membership would end by itself, if ever.
    pub membership_expires_at: Option<DateTimeUtc>,
    /// How it is accepted.
    pub next: InvitationStep,
}
