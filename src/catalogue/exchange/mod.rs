//! The catalogue as a file in TOML: products, features, plans and prices.
//!
//! An export has everything. An import adds what is new and changes what differs, in one transaction. What the file does
//! not name stays. A price that has begun is never changed. Read `format.rs` for the file, and `rules.rs` for what an
//! import changes.

mod export;
mod format;
mod import;
mod read;
mod rules;
mod stored;

pub use export::export;
pub use import::import;
