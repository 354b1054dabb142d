//! The organisation in which the viewer works.

use crate::error::Result;
use crate::organisation::Organisation;
use crate::request::Request;

/// The organisation in which the viewer works.
pub async fn active_organisation(_request: &Request) -> Result<Option<Organisation>> {
    Ok(None)
}
