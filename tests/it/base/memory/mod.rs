//! The memory of a node: what the log of changes says, and that no answer from memory is older than its request.

mod histories;
mod logged;
