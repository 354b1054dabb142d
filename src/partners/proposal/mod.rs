//! Proposals: one side of a partnership asks the other for a partnership, or for other terms of the present one.
//!
//! A proposal is PENDING, ACCEPTED, DECLINED, WITHDRAWN or EXPIRED. It exists for viewers who may see partners on their own
//! side: PARTNERSHIP_READ at the client, CLIENT_READ at the reseller. While it is pending, it
//! exists for the person whose address it went to as well.
//!
//! The other side is named by its id, if the viewer may see it, by its code, or by the address of a person. That person
//! chooses an organisation when accepting. A code or an address reveals nothing. Until somebody answers, the result
//! looks the same whether or not such an organisation or account exists.
//!
//! The client decides what it delegates and may accept less than was proposed. Nobody offers or accepts what they do
//! not hold. `propose.rs` and `withdraw.rs` are for the side that asks, `accept.rs` and `decline.rs` for the side that
//! answers.

mod accept;
mod accepting;
mod asked;
mod decline;
mod letters;
mod object;
mod propose;
mod rules;
pub mod sending;
pub mod store;
mod withdraw;

use macros::merged;

pub use object::PartnershipProposal;
pub use rules::{Expiry, PartnershipProposalState, pending_already};
pub use sending::require_below_daily_limit;

/// The mutations of proposals.
#[merged]
pub struct ProposalMutation(
    propose::ProposePartnership,
    accept::AcceptPartnership,
    decline::DeclinePartnership,
    withdraw::WithdrawPartnershipProposal,
);
