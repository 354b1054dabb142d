//! Payers of a hub: its own, and requests in both directions.

use entity::payer::State;
use tenantry::base::id::Type;

use super::hub::{Fixtures, GRANDCHILDREN, Hub, PAYER, RESELLERS};
use super::rows::{Rows, key, now};

impl Hub {
    /// The payer of the hub, and requests in both directions.
    pub(super) fn payers(&self, rows: &mut Rows, fixtures: &mut Fixtures) {
        let (hub, payer) = (self.id(), key(self.tree, PAYER));
        fixtures.add(Type::PayerAgreement, "ORGANISATION", rows.payer(hub, payer).id);
        let (owner, answerer) = (self.owner.person().id, self.colleagues[0].person().id);
        for (number, state) in RESELLERS.into_iter().zip([State::Proposed, State::Declined]) {
            let asked = rows.payer_request(hub, key(self.tree, number));
            (asked.state, asked.requested_by_id) = (state, Some(owner));
            if state == State::Declined {
                (asked.answered_by_id, asked.answered_at) = (Some(answerer), Some(now()));
            } else {
                asked.sought_code = Some("SOUGHT-CODE".to_owned());
            }
        }
        for number in GRANDCHILDREN {
            rows.payer_request(key(self.tree, number), hub).requested_by_id = Some(owner);
        }
    }
}
