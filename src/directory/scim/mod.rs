//! SCIM 2.0 (RFC 7643 and 7644): identity providers such as Entra ID and Okta keep a directory up to date with it.
//!
//! A request says what to change, attribute by attribute: `step` reads that from bodies and from operations of PATCH, with
//! the paths of `attribute`. `user` and `group` collect the steps and know what they mean for a person or a group of the
//! directory. `users` and `groups` do it, in one transaction each. `filter` reads filters, `resource` writes what clients
//! get, `discovery` says what this server can do, and `tag` has the versions of resources.
//!
//! The grammar of paths and filters comes from the crate `scim_v2`. Its messages are not used: they have no place for a key
//! such as `name.givenName` in a body, they know an operation in three spellings only, and their errors have no `scimType`.

pub mod attribute;
pub mod discovery;
mod error;
pub mod filter;
pub mod group;
pub mod groups;
pub mod page;
pub mod resource;
pub mod step;
pub mod tag;
pub mod user;
pub mod users;

use uuid::Uuid;

pub use error::{Kind, ScimError};

use crate::access::Permission;
use crate::base::error::Result;
use crate::directory::person::rules::Context;
use crate::graphql::request::Work;

/// The schema of users (RFC 7643, section 4.1).
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of groups (RFC 7643, section 4.2).
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The extension for people of a company (RFC 7643, section 4.3).
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Our own extension (RFC 7643, section 3.3): the path of the unit.
pub const DIRECTORY: &str = "urn:tenantry:params:scim:schemas:extension:directory:2.0:User";

/// Locks the organisation, and asks once more for the permission.
async fn authorise(work: &Work<'_>, organisation: Uuid) -> Result<()> {
    work.request.access.authorise_in(work.tx, organisation, Permission::DirectorySync).await.map(drop)
}

/// When and for whom a request changes the directory. It is no part of a full synchronisation.
fn context<'a>(work: &Work<'a>, organisation: Uuid) -> Context<'a> {
    Context { organisation, seen_in: None, now: work.now, today: work.today(), random: work.random }
}
