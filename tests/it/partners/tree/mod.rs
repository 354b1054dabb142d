//! Trees of organisations: what is above and below, what it has in all, and the whole of it as lines.

mod above_and_below;
mod broken_off;
mod export;
mod figures;
mod viewer;
