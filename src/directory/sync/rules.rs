//! When a synchronisation is believed. Pure functions.

use entity::directory_sync::{Mode, Model, State};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};
use crate::base::locale::Locale;
use crate::base::message::Texts;
use crate::directory::person::rules::Outcome;

/// People, in the plural.
pub const PEOPLE: Texts = ["people", "Personen", "personer"];
/// Groups, in the plural.
pub const GROUPS: Texts = ["groups", "Gruppen", "grupper"];
/// The most people, and the most groups, of one part.
pub const MOST: usize = 500;
/// The most members of all groups of one part.
pub const MOST_MEMBERS: usize = 5_000;
/// So many may be missing from a full synchronisation without a question.
const FEW: u64 = 10;

/// Refuses a part that is too large.
pub fn check_size(people: usize, groups: usize, members: usize) -> Result<(), UserError> {
    let limits = [
        ("people", people, MOST, PEOPLE),
        ("groups", groups, MOST, GROUPS),
        ("groups", members, MOST_MEMBERS, ["members", "Mitglieder", "medlemmar"]),
    ];
    match limits.into_iter().find(|(_, given, most, _)| given > most) {
        None => Ok(()),
        Some((field, given, most, [en, de, sv])) => {
            let message = [
                format!("This part has {given} {en}. Send at most {most}, and the others in further parts."),
                format!(
                    "Dieser Teil hat {given} {de}. Senden Sie höchstens {most}, und die anderen in weiteren Teilen."
                ),
                format!("Den här delen har {given} {sv}. Skicka högst {most}, och de andra i fler delar."),
            ];
            Err(UserError::at(field, UserErrorCode::TooMany, message))
        }
    }
}

/// What a full synchronisation has not named, of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    /// The name of the kind, in the plural.
    pub what: Texts,
    /// How many are missing.
    pub missing: u64,
    /// How many there are.
    pub of: u64,
}

impl Missing {
    const fn are_many(&self) -> bool {
        self.missing > FEW && self.missing * 10 > self.of
    }
}

/// Refuses a full synchronisation from which suspiciously many of a kind are missing: more than 10, and more than a tenth of
/// all. The source confirms them by their exact number.
pub fn guard(kinds: &[Missing], confirmed: Option<i32>) -> Result<(), UserError> {
    let many: Vec<&Missing> = kinds.iter().filter(|kind| kind.are_many()).collect();
    let number: u64 = many.iter().map(|kind| kind.missing).sum();
    let is_confirmed = confirmed.is_some_and(|confirmed| u64::try_from(confirmed) == Ok(number));
    if many.is_empty() || is_confirmed {
        return Ok(());
    }
    let named = |locale: Locale, of: &str, and: &str| {
        let kinds = many.iter().map(|kind| format!("{} {of} {} {}", kind.missing, kind.of, locale.choose(kind.what)));
        kinds.collect::<Vec<_>>().join(and)
    };
    let message = [
        format!(
            "{} are missing from this synchronisation, and would be deleted. Nothing of this part was written. If they \
             are gone, send the part again with confirmRemovals: {number}.",
            named(Locale::En, "of", " and ")
        ),
        format!(
            "{} fehlen in dieser Synchronisation und würden gelöscht. Nichts aus diesem Teil wurde geschrieben. Wenn \
             es sie nicht mehr gibt, senden Sie den Teil noch einmal mit confirmRemovals: {number}.",
            named(Locale::De, "von", " und ")
        ),
        format!(
            "{} saknas i den här synkroniseringen och skulle tas bort. Inget i den här delen har skrivits. Om de är \
             borta, skicka delen igen med confirmRemovals: {number}.",
            named(Locale::Sv, "av", " och ")
        ),
    ];
    Err(UserError::at("confirmRemovals", UserErrorCode::DirectoryGuard, message))
}

/// A new synchronisation.
pub const fn begin(id: Uuid, organisation: Uuid, sync_key: String, mode: Mode, now: DateTimeUtc) -> Model {
    Model {
        id,
        organisation_id: organisation,
        sync_key,
        mode,
        state: State::Open,
        created: 0,
        updated: 0,
        unchanged: 0,
        deleted: 0,
        failed: 0,
        started_at: now,
        ended_at: None,
    }
}

/// Refuses a part of a synchronisation that has ended, or that began in another mode.
pub fn require_open(sync: &Model, mode: Mode) -> Result<(), UserError> {
    let stale = |message: Texts| Err(UserError::at("syncId", UserErrorCode::StaleState, message));
    match sync.state {
        State::Done => stale([
            "This synchronisation is complete. Begin another one with a new syncId.",
            "Diese Synchronisation ist abgeschlossen. Beginnen Sie eine neue mit einer neuen syncId.",
            "Synkroniseringen är klar. Börja en ny med ett nytt syncId.",
        ]),
        State::Abandoned => stale([
            "Another full synchronisation began, so this one cannot be completed. Begin again with a new syncId.",
            "Eine andere vollständige Synchronisation hat begonnen, daher lässt sich diese nicht abschließen. Beginnen \
             Sie neu mit einer neuen syncId.",
            "En annan fullständig synkronisering har börjat, så den här kan inte slutföras. Börja om med ett nytt \
             syncId.",
        ]),
        State::Open if sync.mode != mode => {
            let message = [
                "The synchronisation with this syncId began in another mode.",
                "Die Synchronisation mit dieser syncId hat in einem anderen Modus begonnen.",
                "Synkroniseringen med det här syncId började i ett annat läge.",
            ];
            Err(UserError::at("mode", UserErrorCode::InvalidInput, message))
        }
        State::Open => Ok(()),
    }
}

/// The synchronisation with the outcomes of a further part.
pub fn count(sync: &mut Model, outcomes: &[Result<Outcome, UserError>]) {
    for outcome in outcomes {
        let count = match outcome {
            Ok(Outcome::Created(_)) => &mut sync.created,
            Ok(Outcome::Updated(_)) => &mut sync.updated,
            Ok(Outcome::Unchanged(_)) => &mut sync.unchanged,
            Ok(Outcome::Deleted(_)) => &mut sync.deleted,
            Err(_) => &mut sync.failed,
        };
        *count = count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn people(missing: u64, of: u64) -> Missing {
        Missing { what: PEOPLE, missing, of }
    }

    #[test]
    fn more_than_ten_and_more_than_a_tenth_must_be_confirmed_by_their_number() {
        for (missing, of) in [(0, 0), (10, 10), (11, 110), (100, 1_000)] {
            assert!(guard(&[people(missing, of)], None).is_ok(), "{missing} of {of}");
        }
        for (missing, of) in [(11, 109), (11, 11), (101, 1_000)] {
            let kinds = [people(missing, of)];
            assert_eq!(guard(&kinds, None).unwrap_err().code, UserErrorCode::DirectoryGuard);
            assert!(guard(&kinds, Some(i32::try_from(missing).unwrap() - 1)).is_err());
            assert!(guard(&kinds, Some(i32::try_from(missing).unwrap())).is_ok());
        }
    }

    #[test]
    fn only_the_kinds_of_which_many_are_missing_count() {
        let groups = |missing| Missing { what: GROUPS, missing, of: 20 };
        let refused = |kinds: &[Missing]| guard(kinds, None).unwrap_err().message.to_string();
        assert!(guard(&[people(5, 1_000), groups(10)], None).is_ok());
        let message = refused(&[people(5, 1_000), groups(12)]);
        assert!(message.starts_with("12 of 20 groups are missing") && message.ends_with("confirmRemovals: 12."));
        let both = [people(50, 60), groups(12)];
        assert!(refused(&both).starts_with("50 of 60 people and 12 of 20 groups are"), "{}", refused(&both));
        assert!(guard(&both, Some(62)).is_ok() && guard(&both, Some(50)).is_err());
    }

    #[test]
    fn parts_are_taken_in_one_mode_until_the_end() {
        let sync = begin(Uuid::nil(), Uuid::nil(), "a".to_owned(), Mode::Full, DateTimeUtc::UNIX_EPOCH);
        assert!(require_open(&sync, Mode::Full).is_ok());
        assert_eq!(require_open(&sync, Mode::Patch).unwrap_err().code, UserErrorCode::InvalidInput);
        for state in [State::Done, State::Abandoned] {
            let sync = Model { state, ..sync.clone() };
            assert_eq!(require_open(&sync, Mode::Full).unwrap_err().code, UserErrorCode::StaleState);
        }
    }
}
