//! Ending a partnership, by either side or by the operator.

use entity::partnership::{EndedBy, Model};
use serde_json::{Value as Json, json};

use super::terms::Terms;
use super::{letters, memberships, store};
use crate::base::error::{Error, Result};
use crate::graphql::request::Work;
use crate::organisation::store::find_row;
use crate::people::membership::mail_admins;

/// Ends a partnership: it no longer delegates anything, and the memberships of the reseller's own people end with it.
/// The owners and admins of both sides get a mail. Returns false if it was ended already. The caller has locked the
/// client.
pub async fn end_at_once(work: &Work<'_>, row: &Model, by: EndedBy, action: &str) -> Result<bool> {
    if !store::set_ended(work.tx, row.id, by, work.now).await? {
        return Ok(false);
    }
    memberships::end_all(work, row, action).await?;
    let reseller = find_row(work.tx, row.reseller_id).await?.ok_or(Error::NotFound)?;
    let (reseller, client) = (reseller.name.as_str(), row.client_name.as_str());
    let by = match by {
        EndedBy::Reseller => reseller,
        EndedBy::Client => client,
        EndedBy::Operator => "The operator of the platform",
    };
    for at in [row.reseller_id, row.client_id] {
        mail_admins(work, at, |locale| letters::ended(locale, (reseller, client), by)).await?;
    }
    Ok(true)
}

/// A partnership as the audit log records it, before and after its end.
pub fn audit_snapshots(row: &Model) -> (Json, Json) {
    (Terms::of(row).audit_snapshot(), json!({ "state": "ENDED" }))
}
