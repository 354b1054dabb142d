//! The words for partnerships.

use chrono::TimeDelta;
use entity::{partnership, partnership_proposal};
use uuid::Uuid;

use super::super::rows;
use super::world::World;
use crate::access::PermissionSet;

/// The terms of a partnership.
#[derive(Clone, Copy)]
pub struct Terms {
    delegated: PermissionSet,
    client_delegated: PermissionSet,
    includes_upstream: bool,
    ends_in_days: Option<i64>,
}

/// The terms of a partnership that delegates these permissions at the client.
pub fn delegating(delegated: PermissionSet) -> Terms {
    Terms { delegated, client_delegated: PermissionSet::EMPTY, includes_upstream: false, ends_in_days: None }
}

impl Terms {
    /// Also delegates these permissions at the client's own clients.
    pub const fn and_at_clients(self, client_delegated: PermissionSet) -> Self {
        Self { client_delegated, ..self }
    }

    /// Also delegates to people of the resellers above.
    pub const fn with_upstream(self) -> Self {
        Self { includes_upstream: true, ..self }
    }

    /// Sets the end, in days from now. If negative, the partnership has expired.
    pub const fn ending_in(self, days: i64) -> Self {
        Self { ends_in_days: Some(days), ..self }
    }
}

impl World {
    /// Adds a partnership of the reseller with the client.
    pub fn partnership(&mut self, reseller: Uuid, client: Uuid, terms: Terms) {
        let (id, created_at) = self.id();
        self.rows.partnerships.push(partnership::Model {
            client_delegated: terms.client_delegated.to_stored(),
            includes_upstream: terms.includes_upstream,
            ends_at: terms.ends_in_days.map(|days| self.now + TimeDelta::days(days)),
            ..rows::partnership(id, (reseller, client), &self.name_of(client), terms.delegated, created_at)
        });
    }
    /// Adds a proposal of the reseller that the client has not answered for some days.
    pub fn proposal(&mut self, reseller: Uuid, client: Uuid, terms: Terms, message: &str) {
        let created_at = self.now - TimeDelta::days(6);
        self.rows.partnership_proposals.push(partnership_proposal::Model {
            id: self.random.id(created_at),
            organisation_id: reseller,
            side: partnership_proposal::Side::Reseller,
            addressee_id: Some(client),
            code: self.code_of(client),
            email: None,
            mailbox: None,
            partnership_id: None,
            delegated: terms.delegated.to_stored(),
            client_delegated: terms.client_delegated.to_stored(),
            includes_upstream: terms.includes_upstream,
            ends_at: None,
            message: Some(message.to_owned()),
            state: partnership_proposal::State::Proposed,
            proposed_by_id: None,
            answered_at: None,
            created_at,
        });
    }
}
