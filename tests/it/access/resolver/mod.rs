//! The role resolver against a second implementation that is as simple as it can be, on random tenants.
//!
//! `tenancy.rs` makes the tenants, `naive.rs` decides by walking every path, `decided.rs` compares in memory, and
//! `stored.rs` through the database, and `walked.rs` walks the trees that these decisions open.

mod decided;
mod naive;
mod stored;
mod tenancy;
mod walked;
