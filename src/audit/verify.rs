//! Going through a log from its first kept event to its end, in pages, with constant memory.
#![expect(clippy::disallowed_methods, reason = "the statements about the audit log stand here")]

use entity::{audit_chain, audit_event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::rules::fault;
use crate::db::Db;
use crate::error::Result;

/// How many events are looked at at a time.
const PAGE: u64 = 1000;

/// What was found in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How many events hold.
    pub events: u64,
    /// How many of them have had their details forgotten.
    pub forgotten: u64,
    /// The place of the first event that does not hold, and why; none if all do.
    pub fault: Option<(i64, &'static str)>,
}

/// Verifies the log of an organisation: finds an event that was changed, removed or put in.
pub async fn verify(db: &Db, organisation: Uuid) -> Result<Finding> {
    let mut finding = Finding { events: 0, forgotten: 0, fault: None };
    let Some(chain) = audit_chain::Entity::find_by_id(organisation).one(db.reader()).await? else {
        return Ok(finding);
    };
    let (mut sequence, mut previous) = (chain.removed_sequence, chain.removed_hash);
    loop {
        let page = audit_event::Entity::find()
            .filter(audit_event::Column::OrganisationId.eq(organisation))
            .filter(audit_event::Column::Sequence.gt(sequence))
            .order_by_asc(audit_event::Column::Sequence)
            .limit(PAGE)
            .all(db.reader())
            .await?;
        if page.is_empty() {
            break;
        }
        for event in page {
            if let Some(reason) = fault(&event, sequence, &previous) {
                finding.fault = Some((sequence + 1, reason));
                return Ok(finding);
            }
            finding.events += 1;
            finding.forgotten += u64::from(event.details.is_none());
            (sequence, previous) = (event.sequence, event.hash);
        }
    }
    // Events may have been added since the chain was read, never removed.
    if sequence < chain.sequence {
        finding.fault = Some((sequence + 1, "the newest events are missing"));
    }
    Ok(finding)
}
