//! Webhooks, and what was delivered to them.

use chrono::TimeDelta;
use entity::webhook_delivery::{Model as Delivery, State};
use entity::{event, webhook};
use tenantry::access::{Permission, PermissionSet};
use tenantry::base::id::Type;
use uuid::Uuid;

use super::{Rows, now, push};

/// The rows about webhooks.
#[derive(Clone, Default)]
pub struct WebhookRows {
    webhooks: Vec<webhook::Model>,
    deliveries: Vec<Delivery>,
    events: Vec<event::Model>,
}

impl WebhookRows {
    pub async fn db_write(self, db: &impl sea_orm::ConnectionTrait) {
        super::db_insert(db, self.webhooks).await;
        super::db_insert(db, self.deliveries).await;
        super::db_insert(db, self.events).await;
    }
}

impl Rows {
    /// A webhook that gets everything about the organisation that its members may read.
    pub fn webhook(&mut self, organisation: Uuid, name: &str, creator: Uuid) -> &mut webhook::Model {
        let row = webhook::Model {
            id: self.id(),
            organisation_id: organisation,
            name: name.to_owned(),
            url: "https://receiver.example/hook".to_owned(),
            search_text: collation::fold(name),
            types: None,
            permissions: PermissionSet::of(&[Permission::OrganisationRead]).to_stored(),
            client_permissions: 0,
            includes_clients: false,
            is_ordered: false,
            sealed_secret: String::new(),
            previous_secret: None,
            previous_until: None,
            failing_since: None,
            disabled_at: None,
            disabled_reason: None,
            leased_until: None,
            replay_after: None,
            replay_until: None,
            created_at: self.made(),
            created_by_id: Some(creator),
        };
        push(&mut self.webhooked.webhooks, row)
    }

    /// A change of the organisation that was delivered, after the receiver had failed once.
    pub fn webhook_delivery(&mut self, webhook: Uuid, organisation: Uuid, event: Uuid) -> Uuid {
        let id = self.id();
        let at = now() - TimeDelta::days(1);
        let attempts = serde_json::json!([
            { "at": at, "status": null, "body": "", "error": "no answer within 10 s", "millis": 10_000 },
            { "at": at, "status": 500, "body": "busy", "error": null, "millis": 7 },
            { "at": at, "status": 204, "body": "", "error": null, "millis": 5 },
        ]);
        self.webhooked.deliveries.push(Delivery {
            id,
            webhook_id: webhook,
            event_id: event,
            position: i64::from(self.next),
            kind: "ORGANISATION_CHANGED".to_owned(),
            organisation_id: organisation,
            is_own: true,
            object_id: Some(Type::Organisation.id(organisation).0),
            at,
            state: State::Delivered,
            waits_since: at,
            next_attempt_at: None,
            claims: 3,
            attempts: attempts.to_string(),
            attempted_at: Some(at),
            created_at: self.made(),
        });
        id
    }

    /// A change of the organisation, with its place in the order of events.
    pub fn numbered_event(&mut self, organisation: Uuid, position: i64) -> Uuid {
        let id = self.id();
        self.webhooked.events.push(event::Model {
            position,
            id,
            kind: "ORGANISATION_CHANGED".to_owned(),
            at: now(),
            organisation_id: Some(organisation),
            user_id: None,
            actor_kind: None,
            actor_id: None,
            object_key: Some(organisation),
            object_id: Some(Type::Organisation.id(organisation).0),
        });
        id
    }
}
