//! Rows of unused API keys, and of pending invitations.

use chrono::TimeDelta;
use entity::{api_key, invitation, invitation_role, user};
use tenantry::access::PermissionSet;
use tenantry::base::random;
use tenantry::people::api_key::KEY_PREFIX;
use uuid::Uuid;

use super::{Held, Rows, now, push};
use crate::world::people::{Key, Person};

impl Rows {
    /// A key that the tests use.
    pub fn key(&mut self, key: &Key) -> &mut api_key::Model {
        self.next += 1;
        let row = api_key::Model {
            id: key.id,
            organisation_id: key.organisation,
            name: key.name.to_owned(),
            secret_hash: random::hash(&format!("{KEY_PREFIX}{}", key.secret)),
            permissions: key.own.to_stored(),
            client_permissions: key.clients.to_stored(),
            expires_at: None,
            revoked_at: None,
            created_at: self.made(),
            prefix: key.secret.chars().take(6).collect(),
            created_by_id: None,
            last_used_at: None,
            previous_hash: None,
            previous_until: None,
        };
        push(&mut self.keys, row)
    }

    /// A key that holds everything that can be delegated, created by this person.
    pub fn spare_key(&mut self, organisation: Uuid, name: &'static str, creator: Person) -> Uuid {
        let id = self.id();
        let secret = format!("{}-{id}", name.to_lowercase().replace(' ', "-"));
        let (own, clients) = (PermissionSet::DELEGABLE, PermissionSet::EMPTY);
        let key = Key { id, name, organisation, secret: "", own, clients };
        let row: &mut api_key::Model = self.key(&key);
        row.secret_hash = random::hash(&secret);
        row.prefix = secret.chars().take(6).collect();
        row.created_by_id = Some(creator.id);
        id
    }

    /// A pending invitation with one role.
    pub fn invitation(&mut self, organisation: Uuid, email: &str, inviter: Person, role: Held) -> Uuid {
        let id = self.id();
        let (builtin, role_id) = match role {
            Held::Builtin(role) => (Some(role.name().to_owned()), None),
            Held::Custom(role) => (None, Some(role)),
        };
        let role = invitation_role::Model {
            id: self.id(),
            organisation_id: organisation,
            invitation_id: id,
            builtin,
            role_id,
        };
        self.invitation_roles.push(role);
        let sent_at = self.made();
        let row = invitation::Model {
            id,
            organisation_id: organisation,
            email: email.to_owned(),
            locale: user::Locale::En,
            state: invitation::State::Pending,
            token_hash: random::hash(&id.to_string()),
            inviter_user_id: Some(inviter.id),
            inviter_key_id: None,
            partnership_id: None,
            membership_expires_at: None,
            accepted_user_id: None,
            times_sent: 1,
            sent_lately: 1,
            sent_at,
            expires_at: now() + TimeDelta::days(7),
            answered_at: None,
            created_at: sent_at,
        };
        push(&mut self.invitations, row).id
    }
}
