//! Payers: an organisation asks another to pay its invoices, that one consents, and either ends it.
//!
//! An agreement holds from a day until a day, and an organisation has one payer at most on each. Payers chain; who pays is
//! the end of the chain (`chain`), and no chain closes a circle. An agreement exists for those who hold BILLING_READ at
//! either of its sides.
//!
//! A payer that one cannot see is sought by its code. Until it has answered, whoever asked learns nothing about it, not
//! even whether there is one: the answer, the request as it is listed, and the log are the same.
//!
//! `asking.rs` makes requests, `answering.rs` accepts and declines them, `ending.rs` takes them back and ends what was
//! agreed, `agreeing.rs` puts an agreement in its place among those before and after it.

mod agreeing;
mod answering;
mod asking;
pub mod chain;
mod ending;
mod explain;
mod letters;
mod object;
mod query;
mod rules;
mod sentence;
pub mod store;

pub use agreeing::unfit_for_another;
pub use answering::PayerAnswerMutation;
pub use asking::PayerMutation;
pub use ending::PayerEndMutation;
pub use object::PayerAgreement;
pub use query::PayerQuery;
pub use rules::{Moment, PayerAgreementState};
