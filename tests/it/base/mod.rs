//! What the server stands on: its tables, its locks, and what survives when it is killed.

mod killed;
pub mod locked;
mod migrations;
