//! What a set of rules may say, and when it may be applied. Pure functions.

use entity::feature;
use entity::licence_rule_set::Model;
use sea_orm::prelude::DateTimeUtc;

use super::conditions::Condition;
use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Texts;
use crate::base::text::counted;
use crate::licence::assignment::rules::family;

/// The most rules of a set.
pub const MOST_RULES: usize = 50;
/// The most conditions of a rule.
pub const MOST_CONDITIONS: usize = 10;
/// The most days of a condition.
const MOST_DAYS: i32 = 3_650;
/// The most days of grace.
const MOST_GRACE: i32 = 90;
/// So many may lose their licence without a question.
const FEW: usize = 5;
/// The oldest log-ins that a rule about inactivity accepts, in days.
const MOST_STALE_DAYS: i64 = 7;

/// Checks the settings of a set.
pub fn check_settings(grace_days: i32, guard_basis_points: i32) -> Result<(), UserError> {
    let wrong = |field: &str, message: Texts| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if !(0..=MOST_GRACE).contains(&grace_days) {
        return wrong(
            "graceDays",
            [
                "A lost licence is kept for 0 to 90 days.",
                "Eine verlorene Lizenz bleibt 0 bis 90 Tage erhalten.",
                "En förlorad licens behålls i 0 till 90 dagar.",
            ],
        );
    }
    if !(0..=10_000).contains(&guard_basis_points) {
        return wrong(
            "guardBasisPoints",
            [
                "The share is 0 to 10,000 basis points: 10,000 is all.",
                "Der Anteil ist 0 bis 10.000 Basispunkte: 10.000 sind alle.",
                "Andelen är 0 till 10 000 baspunkter: 10 000 är alla.",
            ],
        );
    }
    Ok(())
}

/// Checks the days of a condition.
pub fn check_days(days: i32) -> Result<i32, UserError> {
    if (1..=MOST_DAYS).contains(&days) {
        return Ok(days);
    }
    Err(UserError::at(
        "days",
        UserErrorCode::InvalidInput,
        ["Give 1 to 3,650 days.", "Geben Sie 1 bis 3.650 Tage an.", "Ange 1 till 3 650 dagar."],
    ))
}

/// Refuses a family without a feature for people.
pub fn require_family(name: &str, features: &[feature::Model]) -> Result<(), UserError> {
    let is_of_family = |row: &feature::Model| family(row) == name && row.kind == feature::Kind::Seat;
    if features.iter().any(is_of_family) {
        return Ok(());
    }
    let message = [
        "There is no such family of features for people. A feature without a family is one of its own, named by its \
         key.",
        "Eine solche Familie von Features für Personen gibt es nicht. Ein Feature ohne Familie bildet eine eigene, die \
         nach seinem Schlüssel heißt.",
        "Det finns ingen sådan familj av funktioner för personer. En funktion utan familj är en egen, med sin nyckel \
         som namn.",
    ];
    Err(UserError::at("family", UserErrorCode::Unknown, message))
}

/// How many people lose their licence, and whether that must be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// How many lose it.
    pub losing: usize,
    /// How many have one.
    pub of: usize,
    /// Whether the number must be confirmed.
    pub stops: bool,
}

impl Guard {
    /// More than 5, and more than a share of all.
    pub const fn new(losing: usize, of: usize, basis_points: i32) -> Self {
        let stops = losing > FEW && (losing as u128) * 10_000 > (of as u128) * (basis_points.unsigned_abs() as u128);
        Self { losing, of, stops }
    }

    /// Refuses what must be confirmed, unless it is by the very number.
    pub fn require(self, confirmed: Option<i32>) -> Result<(), UserError> {
        let is_confirmed = confirmed.is_some_and(|number| usize::try_from(number) == Ok(self.losing));
        if !self.stops || is_confirmed {
            return Ok(());
        }
        let message = [
            format!(
                "{} of {} people would lose their licence. Nothing was changed. If that is right, apply the rules with \
                 confirmLosses: {}.",
                self.losing, self.of, self.losing
            ),
            format!(
                "{} von {} Personen würden ihre Lizenz verlieren. Nichts wurde geändert. Wenn das richtig ist, wenden \
                 Sie die Regeln mit confirmLosses: {} an.",
                self.losing, self.of, self.losing
            ),
            format!(
                "{} av {} personer skulle förlora sin licens. Inget har ändrats. Om det är rätt, tillämpa reglerna med \
                 confirmLosses: {}.",
                self.losing, self.of, self.losing
            ),
        ];
        Err(UserError::at("confirmLosses", UserErrorCode::LicenceGuard, message))
    }
}

/// Refuses rules about inactivity while the log-ins are not known well enough: until the smaller of 7 days and half of the
/// days that a rule asks for.
pub fn require_fresh<'a>(
    conditions: impl Iterator<Item = &'a Condition>,
    log_ins_until: Option<DateTimeUtc>,
    now: DateTimeUtc,
) -> Result<(), UserError> {
    let days = conditions.filter_map(|condition| condition.test.log_in_days()).min();
    let Some(days) = days else { return Ok(()) };
    let most = (i64::from(days) * 12).min(MOST_STALE_DAYS * 24);
    let age = log_ins_until.map(|until| (now - until).num_hours());
    if age.is_some_and(|age| age <= most) {
        return Ok(());
    }
    let known = match log_ins_until {
        Some(until) => {
            let until = until.format("%Y-%m-%d %H:%M UTC");
            [format!("are known until {until}"), format!("sind bis {until} bekannt"), format!("är kända till {until}")]
        }
        None => ["are not known", "sind nicht bekannt", "är inte kända"].map(str::to_owned),
    };
    let [en, de, sv] = known;
    let [days_en, days_de, days_sv] = counted(days.into(), ["day", "Tag", "dag"], ["days", "Tage", "dagar"]);
    let message = [
        format!(
            "A rule asks for {days_en} without a log-in, and the log-ins {en}. Send newer ones with recordLogIns, with \
             completeUntil at most {most} hours ago."
        ),
        format!(
            "Eine Regel verlangt {days_de} ohne Anmeldung, und die Anmeldungen {de}. Senden Sie neuere mit \
             recordLogIns, mit completeUntil vor höchstens {most} Stunden."
        ),
        format!(
            "En regel kräver {days_sv} utan inloggning, och inloggningarna {sv}. Skicka nyare med recordLogIns, med \
             completeUntil för högst {most} timmar sedan."
        ),
    ];
    Err(UserError::general(UserErrorCode::DirectoryStale, message))
}

/// Refuses another version than the present one: somebody else has saved the rules meanwhile.
pub fn require_version(present: Option<&Model>, expected: i32) -> Result<(), UserError> {
    let present = present.map_or(0, |set| set.version);
    if present == expected {
        return Ok(());
    }
    let message = [
        format!("The rules have version {present} now. Look at them, and save yours with that version."),
        format!(
            "Die Regeln haben jetzt die Version {present}. Sehen Sie sie an, und speichern Sie Ihre mit dieser Version."
        ),
        format!("Reglerna har nu version {present}. Titta på dem, och spara dina med den versionen."),
    ];
    Err(UserError::at("version", UserErrorCode::StaleState, message))
}

/// The error for a rule about a group that is not there.
pub fn deleted_group(rule: &str) -> UserError {
    let message = [
        format!("The rule {rule} names a group that was deleted. Save the rules without it."),
        format!("Die Regel {rule} nennt eine Gruppe, die gelöscht wurde. Speichern Sie die Regeln ohne sie."),
        format!("Regeln {rule} nämner en grupp som har tagits bort. Spara reglerna utan den."),
    ];
    UserError::general(UserErrorCode::Unknown, message)
}

/// The error for a digest of something else than what would be done now.
pub fn moved() -> UserError {
    let message = [
        "The rules, the directory, the licences or the day changed since the preview. Nothing was changed. Look at the \
         preview again.",
        "Die Regeln, das Verzeichnis, die Lizenzen oder der Tag haben sich seit der Vorschau geändert. Nichts wurde \
         geändert. Sehen Sie sich die Vorschau noch einmal an.",
        "Reglerna, personkatalogen, licenserna eller dagen har ändrats sedan förhandsvisningen. Inget har gjorts. \
         Titta på förhandsvisningen igen.",
    ];
    UserError::at("digest", UserErrorCode::StaleState, message)
}

#[cfg(test)]
mod tests {
    use super::super::conditions::Test;
    use super::*;

    #[test]
    fn of_120_licences_12_can_be_lost_without_a_question() {
        assert!(!Guard::new(12, 120, 1_000).stops && Guard::new(13, 120, 1_000).stops);
        assert!(!Guard::new(5, 5, 1_000).stops && Guard::new(6, 6, 1_000).stops);
        assert!(!Guard::new(100, 100, 10_000).stops && Guard::new(6, 1_000_000, 0).stops);
        let guard = Guard::new(13, 120, 1_000);
        assert_eq!(guard.require(None).unwrap_err().code, UserErrorCode::LicenceGuard);
        assert!(guard.require(Some(12)).is_err() && guard.require(Some(-13)).is_err());
        assert!(guard.require(Some(13)).is_ok());
    }

    #[test]
    fn log_ins_are_fresh_for_half_the_days_and_at_most_seven() {
        let now: DateTimeUtc = "2026-03-31T12:00:00Z".parse().unwrap();
        let condition = |days| Condition { test: Test::Inactive { days }, negated: false };
        let check = |days: i32, hours: i64| {
            require_fresh([condition(days)].iter(), Some(now - chrono::TimeDelta::hours(hours)), now).is_ok()
        };
        assert!(check(60, 168) && !check(60, 169));
        assert!(check(2, 24) && !check(2, 25));
        let unknown = require_fresh([condition(60)].iter(), None, now).unwrap_err();
        assert_eq!(unknown.code, UserErrorCode::DirectoryStale);
        let unit = Condition { test: Test::Unit { path: String::new() }, negated: false };
        assert!(require_fresh([unit].iter(), None, now).is_ok());
    }
}
