//! Handing an organisation on: an owner offers it to somebody, or the operator does for an owner who is gone. It changes
//! hands when that one accepts, at once or not at all. A transfer exists for those who hold MEMBER_READ at the
//! organisation; who is to get it sees it as an offer.
//!
//! Whoever answers, withdraws or makes one holds `organisation::store::lock` meanwhile, so of two the second finds what
//! the first has done.

mod answer;
mod hand_over;
pub mod letters;
mod mutation;
mod object;
mod offer;
mod recovery;
mod rules;
pub mod store;

pub use answer::OwnershipAnswerMutation;
pub use letters::offered as offer_letter;
pub use mutation::OwnershipMutation;
pub use object::OwnershipTransfer;
pub use offer::OwnershipOffer;
pub use recovery::OwnershipRecoveryMutation;
pub use rules::{OwnershipTransferKind, OwnershipTransferState};
