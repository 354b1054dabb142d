//! Every list of the API is a connection, and every connection is made here.
//!
//! `arguments.rs` is what the client asked for, `list.rs` the one statement that fetches a page for all parents of a
//! level, `slice.rs` the page itself, `connection.rs` what the client gets.

mod arguments;
mod connection;
mod list;
mod slice;

pub use arguments::PageArguments;
pub use connection::{Connection, Edge, PageInfo, Total};
pub use list::{Filter, Key, List, Lists};
pub use slice::{Slice, slice_sorted};
