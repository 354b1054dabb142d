//! Every list of the API is a connection, and every connection is made here.
//!
//! `arguments.rs` is what the client asked for, `mark.rs` ties a cursor to its list, `filter.rs` and `key.rs` which rows and in which order, `list.rs` the one
//! statement that fetches a page for all parents of a level, `slice.rs` the page itself, `connection.rs` what the client
//! gets.

mod arguments;
mod connection;
mod filter;
mod key;
mod list;
mod mark;
mod slice;

pub use arguments::PageArguments;
pub use connection::{Connection, Edge, Page, PageInfo, Total};
pub use filter::Filter;
pub use key::Key;
pub use list::{List, Lists, Placing, of_each};
pub use slice::{Slice, slice_sorted};
