//! The base of the server: its tables, its locks, and the data that survives a kill.

mod calendar;
pub mod killed;
pub mod locked;
mod memory;
mod migrations;
