//! From which day on a subscription may have something that is not billed.
//!
//! Each subscription that can still be charged has a row. An act that changes it moves the day back to the first day that
//! it changes. A billing run takes the rows whose day has come, and moves the day on. So a run never looks at what is
//! billed.

pub mod store;
