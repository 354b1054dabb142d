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

/// A partnership that lets these permissions through.
pub fn delegating(delegated: PermissionSet) -> Terms {
    Terms { delegated, client_delegated: PermissionSet::EMPTY, includes_upstream: false, ends_in_days: None }
}

impl Terms {
    /// Lets these through to the client's own clients.
    pub const fn and_at_clients(self, client_delegated: PermissionSet) -> Self {
        Self { client_delegated, ..self }
    }

    /// Lets people of resellers above the reseller through.
    pub const fn with_upstream(self) -> Self {
        Self { includes_upstream: true, ..self }
    }

    /// Has an end; it is over where the days are negative.
    pub const fn ending_in(self, days: i64) -> Self {
        Self { ends_in_days: Some(days), ..self }
    }
}

impl World {
    /// The client has the reseller as a partner.
    pub fn partnership(&mut self, reseller: Uuid, client: Uuid, terms: Terms) {
        let (id, created_at) = self.id();
        self.rows.partnerships.push(partnership::Model {
            client_delegated: terms.client_delegated.to_stored(),
            includes_upstream: terms.includes_upstream,
            ends_at: terms.ends_in_days.map(|days| self.now + TimeDelta::days(days)),
            ..rows::partnership(id, (reseller, client), &self.name_of(client), terms.delegated, created_at)
        });
    }
    /// The client is asked to have the reseller as a partner, and has not answered for some days.
    pub fn proposal(&mut self, reseller: Uuid, client: Uuid, terms: Terms, message: &str) {
        let created_at = self.now - TimeDelta::days(6);
        self.rows.partnership_proposals.push(partnership_proposal::Model {
            id: self.random.id(created_at),
            organisation_id: reseller,
            side: partnership_proposal::Side::Reseller,
            addressee_id: Some(client),
            code: self.code_of(client),
            email: None,
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
