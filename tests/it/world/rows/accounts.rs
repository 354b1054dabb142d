//! Rows of accounts: sessions and requests about them.

use chrono::TimeDelta;
use entity::{log_in_attempt, session};
use uuid::Uuid;

use super::{Rows, key, now, push};

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
            ended_because: None,
            cookie_hash: None,
        };
        push(&mut self.sessions, row).id
    }

    /// Some attempts to log in to somebody's account, with the right password.
    pub fn log_ins(&mut self, user: Uuid, device: &str) {
        let rows = (0..3_u32).map(|number| log_in_attempt::Model {
            id: key(self.tree, 800 + number),
            user_id: user,
            at: now() - TimeDelta::days(40) + TimeDelta::seconds(i64::from(number)),
            outcome: log_in_attempt::Outcome::LoggedIn,
            client_address: None,
            user_agent: Some(device.to_owned()),
            is_logged: true,
        });
        self.log_ins.extend(rows);
    }
}
