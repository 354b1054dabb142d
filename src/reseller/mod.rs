//! Resellers: the facet of an organisation that has clients.
//!
//! The facet is as visible as the organisation's kind; what is in it needs CLIENT_READ at the reseller. What is shown
//! of a client is decided at the client.

mod client;
mod criteria;
mod descendant;
mod object;
mod query;
mod rules;

pub use criteria::{ClientFilter, ClientOrder, ClientOrderField, OrderDirection, choice};
pub use object::Reseller;
pub use query::ResellerQuery;
