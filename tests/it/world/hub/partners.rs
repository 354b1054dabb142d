//! The partners of the hub.

use chrono::TimeDelta;
use entity::{partnership_proposal, reseller_request};
use tenantry::access::{DelegationPreset, PermissionSet};
use tenantry::base::id::Type;

use super::{ABOVE, CLIENTS, Fixtures, GRANDCHILDREN, Hub, PAID_FOR, RESELLERS};
use crate::world::rows::{Rows, key, now};

impl Hub {
    pub(super) fn partnerships(&self, rows: &mut Rows, fixtures: &mut Fixtures) {
        let full = DelegationPreset::Full.set();
        let [above, later, over] = RESELLERS.map(|number| key(self.tree, number));
        let active = rows.partnership(above, self.id(), DelegationPreset::Overview.set());
        fixtures.add(Type::Partnership, "CLIENT", active.id);
        rows.partnership(later, self.id(), full).starts_at = now() + TimeDelta::days(30);
        rows.partnership(over, self.id(), full).ends_at = Some(now() - TimeDelta::days(1));
        for reseller in ABOVE {
            rows.partnership(key(self.tree, reseller), self.id(), PermissionSet::EMPTY);
        }
        for client in CLIENTS.map(|number| key(self.tree, number)) {
            let below = rows.partnership(self.id(), client, full);
            below.client_delegated = full.to_stored();
            below.reference = Some(format!("{} {client}", self.word));
            fixtures.add(Type::Partnership, "RESELLER", below.id);
        }
        for client in GRANDCHILDREN {
            rows.partnership(key(self.tree, CLIENTS[0]), key(self.tree, client), full).includes_upstream = true;
        }
    }

    /// Proposals in both directions, and the request by which the hub became a reseller.
    pub(super) fn proposals(&self, rows: &mut Rows, fixtures: &mut Fixtures) {
        use partnership_proposal::State;
        let overview = DelegationPreset::Overview.set();
        for (number, state) in PAID_FOR.into_iter().zip([State::Proposed, State::Declined, State::Withdrawn]) {
            let sent = rows.proposal(self.id(), key(self.tree, number), overview);
            (sent.state, sent.message) = (state, Some(format!("{} asks", self.word)));
            fixtures.add(Type::PartnershipProposal, "RESELLER", sent.id);
        }
        for reseller in RESELLERS.map(|number| key(self.tree, number)) {
            let received = rows.proposal(reseller, self.id(), overview);
            received.message = Some(format!("{} is asked", self.word));
            fixtures.add(Type::PartnershipProposal, "CLIENT", received.id);
            let personal = rows.proposal(reseller, self.id(), overview);
            personal.addressee_id = None;
            personal.email = Some(self.owner.person().email.to_owned());
            personal.mailbox.clone_from(&personal.email);
        }
        for state in
            [reseller_request::State::Declined, reseller_request::State::Withdrawn, reseller_request::State::Approved]
        {
            fixtures.add(Type::ResellerRequest, "", rows.answered_request(self.id(), state));
        }
        for number in PAID_FOR {
            rows.answered_request(key(self.tree, number), reseller_request::State::Requested);
        }
        for (name, clients) in [("schools", 2), ("shops", 1), ("others", 0)] {
            let wanted = DelegationPreset::Support.set();
            let id = rows.template(self.id(), &format!("{} {name}", self.word), wanted, clients);
            fixtures.add(Type::DelegationTemplate, "", id);
        }
        rows.programme(self.id(), &format!("{} sells to schools", self.word));
    }
}
