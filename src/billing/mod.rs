//! Who pays: the billing `details` and contacts of an organisation, the `payer` that another organisation can be, and the
//! `invoice`s.

pub mod details;
pub mod invoice;
pub mod payer;
