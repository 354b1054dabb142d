//! Assets: things that a quota counts, for example the data loggers of a customer.
//!
//! Creating an asset takes one from the pool of its feature, and deleting it gives that back. An asset is ACTIVE or DELETED.
//! A deleted one stays as it is, and its external id is free again. Assets exist for viewers with ASSET_READ at the
//! organisation.

pub mod rules;
pub mod store;
