//! What the things that an organisation has bought give it the right to, and what it uses of that.
//!
//! A subscription gives licences: so many of each `feature` that its product entitles to. Together they fill the `pool` of
//! the organisation for that feature. Seats are for people, and quotas are for things: an `asset` is such a thing.

pub mod asset;
pub mod pool;
