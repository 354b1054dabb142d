//! Ending a partnership, by either side or by the operator.

use entity::partnership::{EndedBy, Model};
use sea_orm::DatabaseTransaction;
use serde_json::{Value as Json, json};

use super::terms::Terms;
use super::{given, letters, store};
use crate::base::error::{Error, Result};
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::organisation::store::find_row;
use crate::people::membership::mail_admins;

/// Ends it at once: nobody comes through any more, and the memberships of the reseller's own people end with it. Both
/// sides are told. False if it was ended already. The client is locked.
pub async fn end(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    row: &Model,
    by: EndedBy,
    action: &str,
) -> Result<bool> {
    let now = request.now();
    if !store::set_ended(tx, row.id, by, now).await? {
        return Ok(false);
    }
    given::take_back(tx, request, random, row, action).await?;
    let reseller = find_row(tx, row.reseller_id).await?.ok_or(Error::NotFound)?;
    let (reseller, client) = (reseller.name.as_str(), row.client_name.as_str());
    let by = match by {
        EndedBy::Reseller => reseller,
        EndedBy::Client => client,
        EndedBy::Operator => "The operator of the platform",
    };
    for at in [row.reseller_id, row.client_id] {
        mail_admins(&request.work(tx), at, |locale| letters::ended(locale, (reseller, client), by)).await?;
    }
    Ok(true)
}

/// How a partnership was before it ended and how it is afterwards, for the audit log.
pub fn described(row: &Model) -> (Json, Json) {
    (Terms::of(row).described(), json!({ "state": "ENDED" }))
}
