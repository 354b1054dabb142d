//! Organisations that change owners, and suspended ones.

use chrono::TimeDelta;
use entity::organisation_halt;
use entity::ownership_transfer::{Kind, Model, State};
use tenantry::base::random::hash;
use tenantry::people::user::mailbox;
use uuid::Uuid;

use super::{Rows, now, push};
use crate::world::people::Person;

impl Rows {
    /// A pending transfer that the operator has started and that is already open.
    pub fn transfer(&mut self, organisation: Uuid, by: Uuid, email: &str) -> &mut Model {
        let id = self.id();
        let row = Model {
            id,
            organisation_id: organisation,
            kind: Kind::Recovery,
            state: State::Offered,
            email: email.to_owned(),
            mailbox: mailbox(email),
            token_hash: hash(&id.to_string()),
            offered_by_id: by,
            leaves: false,
            reason: Some(format!("nobody answers {email}")),
            accepted_user_id: None,
            opens_at: now() - TimeDelta::days(1),
            expires_at: now() + TimeDelta::days(13),
            answered_at: None,
            created_at: self.made(),
        };
        push(&mut self.transfers, row)
    }

    /// A transfer that was answered.
    pub fn answered_transfer(&mut self, organisation: Uuid, by: Person, state: State) -> Uuid {
        let row = self.transfer(organisation, by.id, by.email);
        (row.state, row.answered_at) = (state, Some(now()));
        row.accepted_user_id = (state == State::Accepted).then_some(by.id);
        row.id
    }

    /// A record of a suspension, while the organisation itself stays active.
    pub fn halt(&mut self, organisation: Uuid, reason: &str) {
        let row = organisation_halt::Model {
            organisation_id: organisation,
            suspended_at: Some(now()),
            suspended_because: Some(reason.to_owned()),
            closed_at: None,
        };
        self.halts.push(row);
    }
}
