//! Services: servers, web sites, domains and the like.
//!
//! A service is PENDING, ACTIVE, SUSPENDED or ENDED. A domain exists for viewers with DOMAIN_READ at its organisation, any
//! other service for viewers with SERVICE_READ.

mod object;
mod store;

pub use object::{Service, ServiceFilter, ServiceKind, ServiceState};
