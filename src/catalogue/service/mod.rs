//! Services: the things themselves, servers, sites, domains. A domain exists for those who hold DOMAIN_READ at its
//! organisation, any other service for those who hold SERVICE_READ.

mod object;
pub mod store;

pub use object::{Service, ServiceFilter, ServiceKind, ServiceState};
