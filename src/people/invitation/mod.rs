//! Invitations ask people by mail to join an organisation, with roles.
//!
//! A PENDING invitation becomes ACCEPTED, DECLINED, WITHDRAWN, EXPIRED or ENDED. ENDED means that the inviter lost the
//! right to give its roles. The inviter must hold everything that it gives, both when it is sent and when it is
//! accepted. It exists for viewers with MEMBER_READ at the organisation. The invited person sees it by the secret in the
//! link, or in `viewer.invitations` once the address of the account is verified. The link proves the address, so accepting
//! by it verifies the address, and takes over an unverified account of it, whoever created that. An id proves nothing, so
//! only a person with the verified address can answer by it (`answer.rs`).
//!
//! `inviting.rs` writes any number of invitations with the same few statements. `links.rs` limits how much mail they
//! make. `join.rs` turns an invitation into a membership, for `signUp` too.

mod accept;
mod answer;
mod decline;
mod invite;
mod invite_many;
mod inviter;
mod inviting;
pub mod join;
mod letters;
mod links;
mod named;
mod object;
mod query;
mod resend;
mod rules;
pub mod store;
mod update;
mod withdraw;

use macros::merged;

pub use named::Named;
pub use object::Invitation;
pub use query::InvitationQuery;
pub use rules::{InvitationState, invalid_link};

/// The mutations of invitations.
#[merged]
pub struct InvitationMutation(
    invite::InviteMember,
    invite_many::InviteMembers,
    resend::ResendInvitation,
    update::UpdateInvitation,
    withdraw::WithdrawInvitation,
    accept::AcceptInvitation,
    decline::DeclineInvitation,
);
