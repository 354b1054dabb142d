//! The people of an organisation's own domains, as its directory knows them: not members of the portal, but those who use
//! what it has bought.
//!
//! A `person` has an id in the source that never changes, an address, a unit and log-ins. A `group` has people and other
//! groups. A `sync` brings both, in parts: by a mutation, by an uploaded file, or by SCIM. Licences are given to these
//! people: see `licence`.

pub mod group;
pub mod person;
pub mod scim;
pub mod sync;
