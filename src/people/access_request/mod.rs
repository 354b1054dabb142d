//! Asking for access: a person who lacks a permission asks those who can give it, and they grant or decline.
//!
//! What is missing follows from the explanation of access: a role of the person's membership, or a delegation of the
//! partnership. The request goes to the organisation that can change that, to its owners and admins. A request exists for
//! its person, and for viewers who may grant it: with MEMBER_UPDATE or PARTNERSHIP_MANAGE there. Nobody grants what they do
//! not hold, as with `updateMember` and `updatePartnership`, which the grants use.

mod decline;
mod grant;
mod letters;
mod object;
mod request;
mod rules;
pub mod store;

use macros::merged;

pub use object::AccessRequest;

/// The mutations of requests for access.
#[merged]
pub struct AccessRequestMutation(request::RequestAccess, grant::GrantAccess, decline::DeclineAccess);
