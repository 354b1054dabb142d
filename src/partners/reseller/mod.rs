//! Resellers: the facet of an organisation that has clients.
//!
//! The facet is as visible as the organisation's kind; what is in it needs CLIENT_READ at the reseller. What is shown
//! of a client is decided at the client. `export.rs` is the whole tree as lines of JSON.

mod ancestor;
mod client;
pub mod clients;
mod criteria;
mod descendant;
mod export;
mod line;
mod object;
mod placed;
mod query;
mod rules;
mod store;

pub use ancestor::{Ancestor, list as ancestors};
pub use criteria::{ClientFilter, ClientOrder, ClientOrderField, OrderDirection, choice};
pub use export::{Progress, TreeExport};
pub use object::Reseller;
pub use query::ResellerQuery;
