//! Subscriptions: what an organisation has bought, with the agreed price.
//!
//! A subscription is PENDING, ACTIVE, CANCELLED or ENDED. It exists for viewers with SUBSCRIPTION_READ at the organisation.

mod object;
mod store;

pub use object::{BillingInterval, Subscription, SubscriptionFilter, SubscriptionState, SubscriptionTerm};
