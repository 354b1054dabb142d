//! Proposals: one side of a partnership asks the other for one, or for other terms of the one that there is.
//!
//! The other side is named by its id, where the one who proposes may see it; by its code; or by the address of a person,
//! who chooses the organisation when accepting. Who proposes by a code or an address learns nothing by that: the answer,
//! the proposal and what becomes of it are the same whether or not there is such an organisation or account, until
//! somebody answers.
//!
//! A proposal exists for who sees the partners on its own side (PARTNERSHIP_READ at the client, CLIENT_READ at the
//! reseller), and as a `PartnershipOffer` for the person whose address it goes to. The client decides what it lets through:
//! it may accept less than was proposed, and nobody accepts or offers what they do not hold. `propose.rs` is the one side,
//! `answer.rs` and `accept.rs` the other.

mod accept;
mod answer;
mod letters;
mod object;
mod offer;
mod propose;
mod rules;
pub mod send;
pub mod store;
mod withdraw;

pub use answer::ProposalAnswerMutation;
pub use object::PartnershipProposal;
pub use offer::PartnershipOffer;
pub use propose::{ProposalMutation, enough, waits_already};
pub use rules::{Lapse, PartnershipProposalState};
pub use withdraw::ProposalWithdrawalMutation;

use std::sync::Arc;

use async_graphql::Context;

use crate::base::config::Config;
use crate::base::error::Result;
use crate::graphql::request::{Request, service};

/// Which proposals have lapsed at the moment of the request.
pub fn lapse(context: &Context<'_>) -> Result<Lapse> {
    Ok(lapse_of(Request::of(context)?))
}

/// The same of a request.
pub fn lapse_of(request: &Request) -> Lapse {
    Lapse { now: request.now(), days: request.config.partnerships.proposal_days }
}
