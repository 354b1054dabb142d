//! Rows of the audit log, chained as the server chains them.

use entity::audit_event::{ActorKind, Outcome, Way};
use entity::{audit_chain, audit_event, event};
use serde_json::json;
use tenantry::base::id::Type;
use tenantry::base::random;
use tenantry::oversight::audit::{BEGINNING, hash_of};
use uuid::Uuid;

use super::Rows;
use crate::world::people::Person;

impl Rows {
    /// The next event in the log of an organisation.
    pub fn event(&mut self, organisation: Uuid, actor: Person, partnership: Option<Uuid>) -> Uuid {
        let last = self.events.iter().rfind(|event| event.organisation_id == organisation);
        let (sequence, previous_hash) =
            last.map_or((0, BEGINNING.to_owned()), |last| (last.sequence, last.hash.clone()));
        if sequence == 0 {
            self.chains.push(audit_chain::Model {
                organisation_id: organisation,
                sequence: 0,
                hash: BEGINNING.to_owned(),
                removed_sequence: 0,
                removed_hash: BEGINNING.to_owned(),
                retention_days: Some(3_650),
            });
        }
        self.event_at(organisation, sequence + 1, previous_hash, actor, partnership)
    }

    /// An event with a given sequence in an existing log, for tests that do not check the chain.
    pub fn unchained_event(&mut self, organisation: Uuid, sequence: i64, actor: Person) -> Uuid {
        self.event_at(organisation, sequence, BEGINNING.to_owned(), actor, None)
    }

    fn event_at(
        &mut self,
        organisation: Uuid,
        sequence: i64,
        previous_hash: String,
        actor: Person,
        partnership: Option<Uuid>,
    ) -> Uuid {
        let id = self.id();
        let details = json!({ "actor": actor.name, "before": null, "after": { "by": actor.name } }).to_string();
        let mut event = audit_event::Model {
            id,
            organisation_id: organisation,
            sequence,
            at: self.made(),
            actor_kind: ActorKind::User,
            actor_id: Some(actor.id),
            acting_organisation_id: Some(organisation),
            way: if partnership.is_some() { Way::Partnership } else { Way::Membership },
            partnership_id: partnership,
            action: "switchOrganisation".to_owned(),
            object_id: None,
            outcome: Outcome::Done,
            details_hash: random::hash(&details),
            details: Some(details),
            request_id: format!("request-{}", id.simple()),
            previous_hash,
            hash: String::new(),
            person_id: None,
        };
        event.hash = hash_of(&event);
        // Positions of the server begin behind these.
        let place = i64::try_from(id.as_u128() & 0xffff_ffff_ffff).unwrap();
        self.happened.push(event::Model {
            position: -place,
            id,
            kind: "ORGANISATION_CHANGED".to_owned(),
            at: event.at,
            organisation_id: Some(organisation),
            user_id: None,
            actor_kind: Some(event.actor_kind),
            actor_id: event.actor_id,
            object_key: Some(organisation),
            object_id: Some(Type::Organisation.id(organisation).0),
        });
        self.events.push(event);
        id
    }
}
