//! Pools: how many of a feature an organisation may use, and how many it uses.
//!
//! What is **granted** is stored nowhere. It follows from the subscriptions that are ACTIVE or CANCELLED: the units that
//! their histories give on the day, times what one unit of their product entitles to. So an order, a raise, a lowering and
//! the end of a subscription count from their own day on, without a job. Only what is **used** is stored.
//!
//! Taking and giving back happen under the lock of the organisation, like every change of a subscription: see `taking.rs`.
//! Nothing takes more than is granted. Only a lowering can leave more used than granted; the pool then says how many, and
//! the preview of the change says it before: `short.rs`. Pools exist for viewers with LICENCE_READ at the organisation.

pub mod granted;
mod object;
pub mod rules;
mod short;
pub mod store;
mod taking;

pub use granted::{granted, granted_in, licences_of, used_in};
pub use object::{Licence, LicencePool, main_source};
pub use short::ShortLicencePool;
pub use taking::{Pools, give_back};
