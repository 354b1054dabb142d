//! What has changed since a moment, for tools that ask now and then instead of following a stream.
//!
//! A token stands for a place in the order of events. What happened behind it has changed; something may be named once
//! more although it is known, and nothing is left out.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::store;
use crate::base::error::{Error, Result};
use crate::graphql::page::Filter;
use crate::graphql::request::Request;

/// What tokens begin with.
const PREFIX: &str = "c";

/// A token that stands for now.
pub async fn token(request: &Request) -> Result<String> {
    Ok(format!("{PREFIX}{}", store::end(request.db()).await?))
}

/// The position that a token stands for. Refuses one behind which events have been removed.
pub async fn position(request: &Request, token: &str) -> Result<i64> {
    let malformed = || {
        let message = "changedSince takes a token that changeToken gave.";
        Error::InvalidInput(message.to_owned())
    };
    let digits = token.strip_prefix(PREFIX).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let position: i64 = digits.and_then(|digits| digits.parse().ok()).ok_or_else(malformed)?;
    // All lists of a request ask once.
    let load = async |_| Ok([(Uuid::nil(), store::ends(request.db()).await?)].into());
    let batch = request.lists.batch::<(i64, i64)>("ends of events".to_owned());
    let (first, last) = batch.load(Uuid::nil(), load).await?.unwrap_or_default();
    if position > last || position.saturating_add(1) < first {
        let message = "This token is too old: events behind it have been removed. Read everything again, with a new \
                       changeToken taken before.";
        return Err(Error::InvalidInput(message.to_owned()));
    }
    Ok(position)
}

/// Keeps the rows `t` of which one of these columns names a changed organisation or a changed object.
pub fn narrow(filter: Filter, position: i64, organisation: Option<&str>, objects: &[&str]) -> Filter {
    let objects = objects.iter().map(|column| {
        format!("{column} IN (SELECT e.object_key FROM event e WHERE e.position > :since AND e.object_key IS NOT NULL)")
    });
    let organisation = organisation.map(|column| {
        format!(
            "{column} IN (SELECT e.organisation_id FROM event e WHERE e.position > :since AND e.organisation_id IS NOT NULL)"
        )
    });
    let conditions: Vec<String> = organisation.into_iter().chain(objects).collect();
    filter.and_with(&format!("({})", conditions.join(" OR ")), [(":since", position.into())])
}

/// The organisations where something has happened behind the position. All lists of a request ask once.
pub async fn organisations(request: &Request, position: i64) -> Result<Arc<HashSet<Uuid>>> {
    let load = async |_| Ok([(Uuid::nil(), Arc::new(store::changed(request.db(), position).await?))].into());
    let batch = request.lists.batch::<Arc<HashSet<Uuid>>>(format!("organisations behind {position}"));
    Ok(batch.load(Uuid::nil(), load).await?.unwrap_or_default())
}
