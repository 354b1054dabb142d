//! Decides what may be sent, right before it is sent: a webhook acts for its organisation like an API key with its scopes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::webhook::Model;
use entity::webhook_delivery as delivery;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::{rules, store};
use crate::access::{Access, Actor, KeyActor};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::live::kinds::EventKind;

/// What was decided.
#[derive(Default)]
pub struct Decided {
    /// The webhooks as they are now.
    pub webhooks: HashMap<Uuid, Arc<Model>>,
    /// The deliveries that may be sent.
    pub allowed: HashSet<Uuid>,
}

/// Decides about deliveries, with what is true now. One statement, if what decides is in memory.
pub async fn decide(db: &Db, rows: &[delivery::Model], now: DateTimeUtc) -> Result<Decided> {
    let mut by_webhook: HashMap<Uuid, Vec<&delivery::Model>> = HashMap::new();
    for row in rows {
        by_webhook.entry(row.webhook_id).or_default().push(row);
    }
    let ids: Vec<Uuid> = by_webhook.keys().copied().collect();
    let webhooks = store::look(db, &ids).await?;
    let mut decided = Decided::default();
    for (id, webhook) in webhooks {
        let rows = by_webhook.remove(&id).unwrap_or_default();
        if webhook.disabled_at.is_none() {
            decided.allowed.extend(allowed(db, &webhook, &rows, now).await?);
        }
        decided.webhooks.insert(id, Arc::new(webhook));
    }
    Ok(decided)
}

/// Those of the deliveries that the webhook may have.
async fn allowed(db: &Db, webhook: &Model, rows: &[&delivery::Model], now: DateTimeUtc) -> Result<Vec<Uuid>> {
    let key = KeyActor {
        id: webhook.id,
        name: webhook.name.clone(),
        organisation_id: webhook.organisation_id,
        scopes: rules::scopes(webhook),
        until: None,
    };
    let access = Access::new(db.clone(), Actor::ApiKey(key), now);
    // The statement that read the webhooks has looked for changes.
    access.sight().open();
    let organisations: HashSet<Uuid> = rows.iter().map(|row| row.organisation_id).collect();
    let decisions = access.look_all(organisations).await?;
    let may = |row: &&&delivery::Model| {
        if row.kind == rules::TEST {
            return true;
        }
        let Some(kind) = EventKind::from_stored(&row.kind) else { return false };
        let (Some(permission), Some(at)) = (kind.permission(), decisions.get(&row.organisation_id)) else {
            return false;
        };
        rules::asks_for(webhook, kind, row.is_own) && at.grants.has(permission)
    };
    Ok(rows.iter().filter(may).map(|row| row.id).collect())
}
