//! What is told as it happens: `event`, made of the audit log, `stream`, which sends events to those who may read them, and
//! `webhook`, which delivers them to programs. `kinds` says which act is which event, and who reads it.

pub mod event;
mod kinds;
pub mod stream;
pub mod webhook;
