//! What an assignment is, and why it is as it is. Pure functions.

use entity::feature;
use entity::licence_assignment::{Confirmation, Model, Source, State};
use sea_orm::prelude::{Date, DateTimeUtc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};

/// Why an assignment is as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The reason in a sentence.
    pub sentence: String,
    /// The rule that decided, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Ruled>,
    /// What the rule looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
}

/// The rule behind an assignment, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruled {
    /// The rule.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The version of its set.
    pub version: i32,
}

/// A fact that a rule looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Reason {
    /// A reason without a rule.
    pub fn plain(sentence: &str) -> Self {
        Self { sentence: sentence.to_owned(), ..Self::default() }
    }

    /// Somebody gave the licence.
    pub fn by_hand() -> Self {
        Self::plain("It was assigned by hand.")
    }

    /// As the database keeps it.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From the database.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// A licence that somebody gets.
pub struct Given {
    /// The organisation.
    pub organisation: Uuid,
    /// The person.
    pub person: Uuid,
    /// The feature.
    pub feature: Uuid,
    /// The family of the feature.
    pub family: String,
    /// What gives it.
    pub source: Source,
    /// Why.
    pub reason: Reason,
}

impl Given {
    /// The new assignment, from a moment and its business day on.
    pub fn row(self, id: Uuid, now: DateTimeUtc, today: Date) -> Model {
        Model {
            id,
            organisation_id: self.organisation,
            person_id: self.person,
            feature_id: self.feature,
            family: self.family,
            state: State::Active,
            source: self.source,
            reason: self.reason.text(),
            assigned_at: now,
            by_hand_on: (self.source == Source::Manual).then_some(today),
            ends_on: None,
            ended_at: None,
            confirmation: Confirmation::None,
            error: None,
        }
    }
}

/// The family of a feature. A feature without one is a family of its own, named by its key.
pub fn family(feature: &feature::Model) -> &str {
    feature.family.as_deref().unwrap_or(&feature.key)
}

/// Refuses a feature that is not for people.
pub fn require_seat(field: &str, feature: &feature::Model) -> Result<(), UserError> {
    if feature.kind == feature::Kind::Seat {
        return Ok(());
    }
    let message = [
        format!("{} counts things and not people. Create assets for it.", feature.name),
        format!("{} zählt Dinge und nicht Personen. Legen Sie dafür Assets an.", feature.name),
        format!("{} räknar saker och inte personer. Skapa tillgångar för det.", feature.name),
    ];
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// The error for an id that is no person of the directory.
pub fn unknown_person(field: &str) -> UserError {
    UserError::at(
        field,
        UserErrorCode::Unknown,
        [
            "This is not a person of the directory of the organisation.",
            "Das ist keine Person aus dem Verzeichnis der Organisation.",
            "Det är ingen person i organisationens personkatalog.",
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_kept_as_json() {
        let reason = Reason {
            rule: Some(Ruled { id: Uuid::nil(), name: "Sales".to_owned(), version: 3 }),
            facts: vec![Fact { name: "unit".to_owned(), value: "/Sales".to_owned() }],
            ..Reason::plain("A rule matches.")
        };
        assert_eq!(Reason::read(&reason.text()), reason);
        assert_eq!(Reason::read("nothing"), Reason::default());
        assert_eq!(Reason::plain("x").text(), r#"{"sentence":"x"}"#);
    }
}
