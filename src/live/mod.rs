//! What is told as it happens: `event`, made of the audit log, and `stream`, which sends events to those who may read them.

pub mod event;
pub mod stream;
