//! The catalogue, orders, subscriptions and services.

mod offers;
mod orders;
mod provisioning;
mod subscriptions;
