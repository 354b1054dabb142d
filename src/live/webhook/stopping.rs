//! The end of sending to a receiver that fails for days or is gone.

use entity::webhook::Reason;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{letters, store};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::random::Random;
use crate::oversight::audit;
use crate::people::membership::mail_admins_of;

/// The act in the audit log.
const ACT: &str = "disableWebhook";

/// Disables a webhook, records it in the log of its organisation, and writes to the owners and admins. Does nothing if it is
/// disabled or deleted, or works again.
pub async fn stop(db: &Db, random: &Random, now: DateTimeUtc, webhook: Uuid, reason: Reason) -> Result<()> {
    db.write(async |tx| {
        let Some(row) = store::find_by_id(tx, webhook).await? else { return Ok(()) };
        let at = crate::access::lock(tx, row.organisation_id).await?;
        // It may have changed before the lock.
        let Some(row) = store::find_by_id(tx, webhook).await? else { return Ok(()) };
        if row.disabled_at.is_some() || reason == Reason::Failing && row.failing_since.is_none() {
            return Ok(());
        }
        store::disable(tx, webhook, now, Some(reason)).await?;
        let word = match reason {
            Reason::Failing => "FAILING",
            Reason::Gone => "GONE",
        };
        let event = audit::Event::done(ACT, row.organisation_id, None).to(Type::Webhook.id(webhook));
        let event = event.changing(Json::Null, json!({ "name": row.name, "reason": word }));
        audit::record_by_system(tx, random, now, event).await?;
        let letter = |locale| letters::disabled(locale, &row.name, &at.name, reason);
        Ok(mail_admins_of(tx, random, now, row.organisation_id, letter).await?)
    })
    .await?;
    tracing::warn!(%webhook, ?reason, "a webhook was disabled");
    Ok(())
}
