//! Services: servers, web sites, domains and the like.
//!
//! A service is PENDING, ACTIVE, SUSPENDED or ENDED. A domain exists for viewers with DOMAIN_READ at its organisation, any
//! other service for viewers with SERVICE_READ, and each of them for programs with SERVICE_PROVISION.
//!
//! `desired_state`, the attributes and the quantity say what it should be like. Each change of them is a generation, and
//! leaves it with a task (`catalogue/task`). `provisioning.rs` is what orders and subscriptions call. Read `attributes.rs` and `rules.rs` for what each kind knows.

pub mod attributes;
mod object;
pub mod provisioning;
mod request_action;
pub mod rules;
pub mod store;
mod update;

use macros::merged;

pub use object::{
    DesiredServiceState, Service, ServiceAttribute, ServiceAttributeInput, ServiceFilter, ServiceKind, ServiceState,
    visible_at,
};
pub use rules::ServiceAction;

/// The mutations of services.
#[merged]
pub struct ServiceMutation(update::UpdateService, request_action::RequestServiceAction);
