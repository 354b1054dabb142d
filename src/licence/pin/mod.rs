//! Pins: decisions by hand about a person, which go before all rules of a family.
//!
//! A pin gives a feature, or none at all. It counts when the rules are applied, until its last day. Pins exist for viewers
//! with LICENCE_READ at the organisation.

mod object;
mod set;
pub mod store;
mod unpin;

use macros::merged;

pub use object::LicencePin;

/// The mutations of pins.
#[merged]
pub struct LicencePinMutation(set::PinLicence, unpin::UnpinLicence);
