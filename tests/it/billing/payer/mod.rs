//! Stories of organisations that pay for others: asked, agreed, ended, and never in a circle.

mod agency;
mod answered;
mod by_code;
mod calendar;
mod currency;
mod cycles;
mod holding;
mod waiting;

use super::*;
