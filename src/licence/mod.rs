//! What the things that an organisation has bought give it the right to, and who uses it.
//!
//! A subscription gives licences: so many of each `feature` that its product entitles to. Together they fill the `pool` of
//! the organisation for that feature. Seats are for people, and quotas are for things: an `asset` is such a thing.
//!
//! An `assignment` is the seat of a person in the directory. Somebody gives it by hand, or a `rule` does; a `pin` goes
//! before all rules. `usage` counts every day what is granted, given and used.

pub mod asset;
pub mod assignment;
pub mod pin;
pub mod pool;
pub mod rule;
pub mod usage;
