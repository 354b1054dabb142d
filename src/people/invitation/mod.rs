//! Invitations: somebody is asked by mail to join an organisation, with roles. One exists for those who hold MEMBER_READ
//! at the organisation; who is invited sees it by the secret in the link.
//!
//! It waits until it is accepted, declined, taken back, or its time is over. Who invites has to hold everything that it
//! gives, then and still when it is accepted; else it is void. Whoever has the link has proved to read the mail of the
//! address: so accepting proves the address, and takes an account that nobody had proved from who made it.
//!
//! `input.rs` and `mutation.rs` are the inviter's side, `invite.rs` judges and writes any number of invitations
//! and `again.rs` sends one once more, both as an `inviter.rs`; `links` bounds how much mail that makes;
//! `answer.rs` is the side of who is invited, and `join.rs` the one way by which an invitation becomes a membership, for
//! signing up as well. `preview.rs` is what the link shows, `rules.rs` says where one stands, `letters.rs` is the mail.

mod again;
mod answer;
mod input;
mod invite;
mod inviter;
pub mod join;
mod letters;
mod links;
mod mutation;
mod object;
mod preview;
mod query;
mod rules;
pub mod store;

pub use answer::AnswerMutation;
pub use mutation::InvitationMutation;
pub use object::Invitation;
pub use query::InvitationQuery;
pub use rules::{InvitationState, invalid_link};
