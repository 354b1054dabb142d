//! The reseller programme: an organisation asks to become a reseller, and the operator approves it with a rate of
//! commission and terms, or declines. Staff change the terms and take a reseller out again; its partnerships end with that.
//!
//! A request exists for who sees the commission of the organisation (COMMISSION_READ). `mutation.rs` is the side of the
//! organisation, `desk.rs` and `withdrawal.rs` that of the operator.

mod desk;
mod letters;
mod mutation;
mod object;
pub mod store;
mod withdrawal;

pub use desk::ProgrammeDeskMutation;
pub use mutation::ProgrammeMutation;
pub use object::{ResellerProgramme, ResellerRequest, ResellerRequestState};
pub use withdrawal::ResellerWithdrawalMutation;
