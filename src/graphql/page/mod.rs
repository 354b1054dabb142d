//! Every list of the API is a connection, and all connections are made here.
//!
//! `arguments.rs` validates what the client asked for, and `mark.rs` ties cursors to their list. `filter.rs` and `key.rs`
//! define which rows and in which order. `list.rs` is the one statement that fetches a page for all parents of a level, and
//! `lists.rs` holds the batches of a request. `slice.rs` is the page itself, and `connection.rs` is what the client gets.
//! `direction.rs` is the direction of an order.

mod arguments;
mod connection;
mod direction;
mod filter;
mod key;
mod list;
mod lists;
mod mark;
mod search;
mod slice;

pub use arguments::PageArguments;
pub use connection::{Connection, Edge, Page, PageInfo, Total};
pub use direction::OrderDirection;
pub use filter::Filter;
pub use key::Key;
pub use list::{Keep, List, Placing, of_each};
pub use lists::Lists;
pub use mark::Mark;
pub use search::Search;
pub use slice::{Slice, slice_directed, slice_sorted};
