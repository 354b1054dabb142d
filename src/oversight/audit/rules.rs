//! The hash chain that reveals changes to a log. Pure functions.

use entity::audit_event::{ActorKind, Model};
use sea_orm::ActiveEnum;
use serde_json::json;

use crate::base::id;
use crate::base::random::hash;

/// The previous hash of the first event of a log.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The shortest retention period, in days, so that nobody can hide what was done last month.
pub const SHORTEST_DAYS: i32 = 90;

/// The hash of an event: SHA-256 over all its columns except the details, which are covered by their own hash.
pub fn hash_of(event: &Model) -> String {
    let content = json!([
        event.previous_hash,
        event.id,
        event.organisation_id,
        event.sequence,
        event.at.timestamp_micros(),
        event.actor_kind.to_value(),
        event.actor_id,
        event.acting_organisation_id,
        event.way.to_value(),
        event.partnership_id,
        event.action,
        event.object_id,
        event.outcome.to_value(),
        event.details_hash,
        event.request_id,
    ]);
    hash(&content.to_string())
}

/// The type of the ids of actors of this kind.
pub const fn actor_type(kind: ActorKind) -> id::Type {
    match kind {
        ActorKind::ApiKey => id::Type::ApiKey,
        _ => id::Type::User,
    }
}

/// What is wrong with an event that should follow the one with this sequence and hash; `None` if nothing is.
pub fn fault(event: &Model, sequence: i64, previous_hash: &str) -> Option<&'static str> {
    if event.sequence <= sequence {
        Some("the event was inserted before the first")
    } else if event.sequence != sequence + 1 {
        Some("the event was removed")
    } else if event.previous_hash != previous_hash {
        Some("the event was inserted, or the one before it was changed together with its hash")
    } else if event.hash != hash_of(event) {
        Some("the event was changed")
    } else if event.details.as_deref().is_some_and(|details| hash(details) != event.details_hash) {
        Some("the details of the event were changed")
    } else {
        None
    }
}

#[cfg(test)]
pub mod tests {
    use entity::audit_event::{Outcome, Way};
    use sea_orm::prelude::DateTimeUtc;
    use uuid::Uuid;

    use super::*;

    /// An event that follows another.
    pub fn event(sequence: i64, previous_hash: &str) -> Model {
        let details = r#"{"after":{"name":"Ada"}}"#.to_owned();
        let mut event = Model {
            id: Uuid::from_u128(7),
            organisation_id: Uuid::from_u128(8),
            sequence,
            at: DateTimeUtc::UNIX_EPOCH,
            actor_kind: ActorKind::User,
            actor_id: Some(Uuid::from_u128(9)),
            acting_organisation_id: None,
            way: Way::Membership,
            partnership_id: None,
            action: "updateOrganisation".to_owned(),
            object_id: None,
            outcome: Outcome::Done,
            details_hash: hash(&details),
            details: Some(details),
            request_id: "r".to_owned(),
            previous_hash: previous_hash.to_owned(),
            hash: String::new(),
            person_id: None,
        };
        event.hash = hash_of(&event);
        event
    }

    #[test]
    fn a_chain_holds_and_each_change_breaks_it() {
        let first = event(1, BEGINNING);
        assert_eq!(fault(&first, 0, BEGINNING), None);
        assert_eq!(fault(&event(2, &first.hash), 1, &first.hash), None);
        assert!(fault(&event(3, &first.hash), 1, &first.hash).is_some());
        assert!(fault(&event(2, BEGINNING), 1, &first.hash).is_some());
        let changes: [fn(&mut Model); 4] = [
            |event| event.actor_id = None,
            |event| event.action = "nothing".to_owned(),
            |event| event.details = Some("{}".to_owned()),
            |event| event.way = Way::Operator,
        ];
        for change in changes {
            let mut forged = first.clone();
            change(&mut forged);
            assert!(fault(&forged, 0, BEGINNING).is_some());
        }
    }

    #[test]
    fn forgotten_details_leave_the_chain_valid() {
        let mut first = event(1, BEGINNING);
        first.details = None;
        assert_eq!(fault(&first, 0, BEGINNING), None);
    }
}
