//! The reseller programme: an organisation asks to become a reseller, and the operator reviews the request.
//!
//! A request is PENDING until the operator accepts or declines it, or the organisation withdraws it. Accepting sets a rate
//! of commission and terms. Staff can change both later, and can take a reseller out again, which ends its partnerships.
//! A request exists for viewers who may read, withdraw or answer it: with COMMISSION_READ, ORGANISATION_UPDATE or
//! RESELLER_MANAGE at the organisation. `request.rs` and `withdraw_request.rs` are what
//! the organisation does; `approve.rs`, `decline.rs`, `update.rs` and `withdraw.rs` are what the operator does.

mod approve;
mod decline;
mod letters;
mod object;
mod request;
mod rules;
pub mod store;
mod update;
mod withdraw;
mod withdraw_request;

use macros::merged;

pub use object::{ResellerProgramme, ResellerRequest, ResellerRequestState};

/// The mutations of the reseller programme.
#[merged]
pub struct ProgrammeMutation(
    request::RequestReseller,
    withdraw_request::WithdrawResellerRequest,
    approve::ApproveReseller,
    decline::DeclineReseller,
    update::UpdateResellerProgramme,
    withdraw::WithdrawReseller,
);
