//! Trees of organisations: ancestors, descendants, totals and exports.

mod above_and_below;
mod broken_off;
mod export;
mod figures;
mod viewer;
