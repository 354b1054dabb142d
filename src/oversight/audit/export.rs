//! Exports a log as JSON lines, page by page, with constant memory.

use entity::audit_event::Model;
use sea_orm::ActiveEnum;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::rules::actor_type;
use super::store;
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;

/// How many events are read at a time.
const PAGE: u64 = 1_000;

/// The part of a log to export.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// The organisation.
    pub organisation: Uuid,
    /// Only events at or after this time.
    pub from: Option<DateTimeUtc>,
    /// Only events before this time.
    pub until: Option<DateTimeUtc>,
}

impl Export {
    /// The lines of the next page and the sequence of its last event; `None` at the end of the log. The permission is
    /// checked again for each page.
    pub async fn page(&self, request: &Request, after: Option<i64>) -> Result<Option<(String, i64)>> {
        let at =
            request.access.look(self.organisation).await?.ok_or(Error::NotFound)?.authorise(Permission::AuditRead)?;
        let shows_partnerships = at.grants.has(Permission::PartnershipRead);
        let events = store::events(request.db(), self.organisation, after, PAGE).await?;
        let Some(last) = events.last().map(|event| event.sequence) else { return Ok(None) };
        let mut lines = String::new();
        for event in events.iter().filter(|event| self.wants(event.at)) {
            lines.push_str(&line(event, shows_partnerships).to_string());
            lines.push('\n');
        }
        Ok(Some((lines, last)))
    }

    fn wants(&self, at: DateTimeUtc) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// The fields of an `AuditEvent` under their names in the schema, and everything that its hash covers.
fn line(event: &Model, shows_partnerships: bool) -> Json {
    let details: Json =
        event.details.as_deref().and_then(|details| serde_json::from_str(details).ok()).unwrap_or_default();
    json!({
        "id": Type::AuditEvent.id(event.id).0,
        "organisationId": Type::Organisation.id(event.organisation_id).0,
        "sequence": event.sequence,
        "at": event.at,
        "action": event.action,
        "outcome": event.outcome.to_value(),
        "actorKind": event.actor_kind.to_value(),
        "actorId": event.actor_id.map(|id| actor_type(event.actor_kind).id(id).0),
        "actorName": details["actor"],
        "way": event.way.to_value(),
        "partnershipId": event.partnership_id.filter(|_| shows_partnerships).map(|id| Type::Partnership.id(id).0),
        "objectId": event.object_id,
        "before": details["before"],
        "after": details["after"],
        "requestId": event.request_id,
        "detailsHash": event.details_hash,
        "previousHash": event.previous_hash,
        "hash": event.hash,
    })
}
