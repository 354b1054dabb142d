//! Rows of what partners propose, and of how they became partners.

use entity::organisation::Kind;
use entity::{partnership_proposal, reseller_programme, reseller_request};
use tenantry::access::PermissionSet;
use uuid::Uuid;

use super::{Rows, push};

impl Rows {
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

    /// The organisation has asked to become a reseller, and the operator has answered.
    pub fn answered_request(&mut self, organisation: Uuid, state: reseller_request::State) -> Uuid {
        let row = reseller_request::Model {
            id: self.id(),
            organisation_id: organisation,
            state,
            message: "We have customers of our own".to_owned(),
            answer: Some("Seen by the operator".to_owned()),
            requested_by_id: None,
            answered_at: Some(self.made()),
            created_at: self.made(),
        };
        push(&mut self.requests, row).id
    }

    /// The terms under which it is a reseller.
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
