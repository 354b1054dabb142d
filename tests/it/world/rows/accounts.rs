//! Rows of accounts: sessions and requests about them.

use chrono::TimeDelta;
use entity::session;
use uuid::Uuid;

use super::{Rows, now, push};

impl Rows {
    /// An open session of a user, on another device.
    pub fn session(&mut self, user: Uuid, device: &str) -> Uuid {
        let row = session::Model {
            id: self.id(),
            user_id: user,
            active_organisation_id: None,
            user_agent: Some(device.to_owned()),
            created_at: self.made(),
            last_used_at: self.made(),
            expires_at: now() + TimeDelta::days(30),
            revoked_at: None,
            confirmed_at: None,
            client_address: None,
        };
        push(&mut self.sessions, row).id
    }
}
