//! What everything stands on. Nothing here knows the product.
//!
//! `config` reads the settings and `data_dir` finds the folder for files. `db` opens the database and runs transactions;
//! `batch` joins what sibling fields ask for into one statement. `clock` and `random` are the only sources of time and
//! chance, so that tests can set both. `error` is what goes wrong and how a client is told; `id`, `money`, `text` and
//! `locale` are values that many nouns use; `log` sets up the server's log.

pub mod batch;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod db;
pub mod error;
pub mod id;
pub mod locale;
pub mod log;
pub mod money;
pub mod random;
pub mod text;
