//! Payers: an organisation asks another one to pay its invoices, the other accepts, and either side can end it.
//!
//! An agreement is PENDING until the payer answers, and then DECLINED, or SCHEDULED, ACTIVE and ENDED by its dates. It
//! becomes EXPIRED without an answer, and WITHDRAWN if the organisation takes it back (`state.rs`). It exists for viewers
//! with BILLING_READ at one of its sides.
//!
//! On each day an organisation has at most one payer. Payers form chains: the end of the chain pays (`chain.rs`). A chain
//! never becomes a circle.
//!
//! A payer that the viewer cannot see is found by its code. Until it answers, the request looks the same whether an
//! organisation with this code exists or not: in the answer, in lists, in the log, and in the number of statements.
//!
//! Read `state.rs`, `rules.rs` and `chain.rs` first. `agreement.rs` puts an agreement into force.

mod accept;
mod agreement;
mod chain;
mod decline;
mod end;
mod explain;
mod letters;
mod object;
mod query;
mod request;
mod rules;
mod sentence;
mod state;
pub mod store;
mod withdraw;

use macros::merged;

pub use agreement::new_client_obstacle;
pub use object::PayerAgreement;
pub use query::PayerQuery;
pub use state::PayerAgreementState;

/// The mutations of payers.
#[merged]
pub struct PayerMutation(
    request::RequestPayer,
    accept::AcceptPayer,
    decline::DeclinePayer,
    withdraw::WithdrawPayerRequest,
    end::EndPayer,
);
