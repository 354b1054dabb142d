//! Resellers: what an organisation of kind RESELLER has in addition, namely clients.
//!
//! A reseller is as visible as its organisation. Its fields need CLIENT_READ there, and each client decides what it
//! shows of itself. `object.rs` is the reseller, `criteria.rs` filters and orders its client list, and `clients.rs`
//! reads that list, or `ranked.rs` in the order of a figure. `descendant.rs` and `ancestor.rs` are flat lists of the tree, and `export.rs` writes the tree as
//! lines of JSON, and `table.rs` the client list as CSV.

mod ancestor;
mod client;
pub mod clients;
mod criteria;
mod descendant;
mod export;
mod figures;
mod object;
mod progress;
mod query;
mod ranked;
mod rules;
mod store;
mod table;
mod tree_node;

pub use ancestor::Ancestor;
pub use criteria::{ClientFilter, ClientOrder, ClientOrderField, Setting, choice};
pub use export::TreeExport;
pub use object::Reseller;
pub use progress::Progress;
pub use query::ResellerQuery;
pub use table::{TableExport, Wanted};
