//! Handing over an organisation: an owner offers it to somebody, or the operator does so for an owner who is gone.
//!
//! A PENDING transfer becomes ACCEPTED, DECLINED, WITHDRAWN, EXPIRED or ENDED. ENDED means that its maker lost the
//! right to make it. The organisation changes hands when the invited person accepts, in one transaction. A transfer
//! exists for viewers with MEMBER_READ at the organisation and, while it is pending, for the invited person.
//!
//! Every mutation locks the organisation first. If two run at the same moment, the second sees what the first has done.
//! `offering.rs` holds what both ways of making a transfer share, and `answer.rs` what both answers share.

mod accept;
mod answer;
mod decline;
mod letters;
mod object;
mod offer;
mod offering;
mod recover;
mod rules;
pub mod store;
mod withdraw;

use macros::merged;

pub use letters::offered as offer_letter;
pub use object::OwnershipTransfer;
pub use rules::{OwnershipTransferKind, OwnershipTransferState};

/// The mutations that hand over organisations.
#[merged]
pub struct OwnershipMutation(
    offer::OfferOwnership,
    withdraw::WithdrawOwnership,
    recover::RecoverOwnership,
    accept::AcceptOwnership,
    decline::DeclineOwnership,
);
