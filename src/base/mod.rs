//! The foundation of everything else. Nothing here knows the product.
//!
//! `config` reads the settings, and `data_dir` stores files. `db` opens the database and runs transactions. `insert` writes
//! any number of rows. `batch` combines what sibling fields ask for into one statement. `memory` keeps rows, and knows when
//! they are no longer true. `clock` and `random` are the only sources of time and randomness, so that tests can control
//! both. `error` defines the errors and how clients see them. `id`, `money`, `text`, `locale` and `message` are values that
//! many chapters use. `sheet` writes tables as CSV. `uses` remembers when rows were last used. `key_file` reads and
//! replaces keys. `log` sets up the server's log, `slow` watches statements, and `telemetry` sends traces and metrics.

pub mod batch;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod db;
pub mod error;
pub mod id;
pub mod insert;
pub mod key_file;
pub mod locale;
pub mod log;
pub mod memory;
pub mod message;
pub mod money;
pub mod random;
pub mod sheet;
pub mod slow;
pub mod telemetry;
pub mod text;
pub mod turns;
pub mod uses;
