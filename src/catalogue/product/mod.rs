//! Products: what the operator sells.
//!
//! A product is DRAFT, OFFERED or RETIRED. Only an offered one can be ordered. Subscriptions to a retired one go on.

pub mod store;
