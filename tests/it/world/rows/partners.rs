//! Rows of proposals, and of how organisations became resellers.

use entity::organisation::Kind;
use entity::{delegation_template, partnership_proposal, reseller_programme, reseller_request};
use tenantry::access::PermissionSet;
use uuid::Uuid;

use super::{Rows, push};

impl Rows {
    /// Marks the memberships of all members except one as granted through the partnership.
    pub fn give_through(&mut self, organisation: Uuid, partnership: Uuid, but: Uuid) {
        let of_it = self.memberships.iter_mut().filter(|row| row.organisation_id == organisation);
        of_it.filter(|row| row.user_id != but).for_each(|row| row.partnership_id = Some(partnership));
    }

    /// The reseller proposes a partnership, by the id of the client.
    pub fn proposal(
        &mut self,
        reseller: Uuid,
        client: Uuid,
        delegated: PermissionSet,
    ) -> &mut partnership_proposal::Model {
        let row = partnership_proposal::Model {
            id: self.id(),
            organisation_id: reseller,
            side: partnership_proposal::Side::Reseller,
            addressee_id: Some(client),
            code: None,
            email: None,
            partnership_id: None,
            delegated: delegated.to_stored(),
            client_delegated: 0,
            includes_upstream: false,
            ends_at: None,
            message: None,
            state: partnership_proposal::State::Proposed,
            proposed_by_id: None,
            answered_at: None,
            created_at: self.made(),
        };
        push(&mut self.proposals, row)
    }

    /// A request to become a reseller that the operator has answered.
    pub fn answered_request(&mut self, organisation: Uuid, state: reseller_request::State) -> Uuid {
        let row = reseller_request::Model {
            id: self.id(),
            organisation_id: organisation,
            state,
            message: "We have customers of our own".to_owned(),
            answer: Some("Decision by the operator".to_owned()),
            requested_by_id: None,
            answered_at: Some(self.made()),
            created_at: self.made(),
        };
        push(&mut self.requests, row).id
    }

    /// A template of the reseller, assigned to this many of its clients.
    pub fn template(&mut self, reseller: Uuid, name: &str, wanted: PermissionSet, clients: usize) -> Uuid {
        let row = delegation_template::Model {
            id: self.id(),
            organisation_id: reseller,
            name: name.to_owned(),
            delegated: wanted.to_stored(),
            client_delegated: 0,
            includes_upstream: false,
            created_at: self.made(),
        };
        let id = push(&mut self.templates, row).id;
        let free = self.partnerships.iter_mut().filter(|row| row.reseller_id == reseller && row.template_id.is_none());
        free.take(clients).for_each(|row| row.template_id = Some(id));
        id
    }

    /// The terms of the reseller.
    pub fn programme(&mut self, organisation: Uuid, terms: &str) {
        self.programmes.push(reseller_programme::Model {
            organisation_id: organisation,
            commission_basis_points: 1_250,
            terms: terms.to_owned(),
            kind_before: Kind::Company,
            approved_at: self.made(),
        });
    }
}
