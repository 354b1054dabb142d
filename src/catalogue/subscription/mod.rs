//! Subscriptions: what an organisation has bought, with the price as agreed. Exist for those who hold
//! SUBSCRIPTION_READ at the organisation.

mod object;
pub mod store;

pub use object::{Subscription, SubscriptionFilter, SubscriptionState, SubscriptionTerm};
