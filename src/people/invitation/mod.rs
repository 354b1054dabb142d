//! Invitations: somebody is asked by mail to join an organisation, with roles.
//!
//! An invitation is PENDING until it is ACCEPTED, DECLINED or WITHDRAWN, until it is EXPIRED, or until it has ENDED because
//! the inviter lost the right to give its roles. The inviter must hold everything that it gives, when it is sent and
//! still when it is accepted. It exists for viewers with MEMBER_READ at the organisation; the invited person sees it by
//! the secret in the link. That link proves the address, so accepting verifies it, and takes an unverified account away
//! from whoever created it.
//!
//! `inviting.rs` writes any number of invitations, in as many statements for many as for one. `links.rs` limits how much
//! mail they make. `join.rs` turns an invitation into a membership, for `signUp` too.

mod accept;
mod decline;
mod invite;
mod invite_many;
mod inviter;
mod inviting;
pub mod join;
mod letters;
mod links;
mod object;
mod query;
mod resend;
mod rules;
pub mod store;
mod update;
mod withdraw;

use async_graphql::MergedObject;

pub use object::Invitation;
pub use query::InvitationQuery;
pub use rules::{InvitationState, invalid_link};

/// The mutations of invitations.
#[derive(MergedObject, Default)]
pub struct InvitationMutation(
    invite::InviteMember,
    invite_many::InviteMembers,
    resend::ResendInvitation,
    update::UpdateInvitation,
    withdraw::WithdrawInvitation,
    accept::AcceptInvitation,
    decline::DeclineInvitation,
);
