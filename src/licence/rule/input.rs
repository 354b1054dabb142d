//! Rules as clients of the API write them.

use async_graphql::{Enum, ID, InputObject};
use sea_orm::prelude::Date;

use super::conditions::{Condition, Test};
use super::rules::{MOST_CONDITIONS, check_days};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::directory::person::rules::unit_path;

/// What a condition tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LicenceConditionKind {
    /// The person is in the unit `path`, or below it.
    Unit,
    /// The person is in the group `groupId`, or in one that it contains.
    Group,
    /// Nothing has happened for `days` days: no log-in, no licence of the family given by hand, no return to the directory.
    /// Never true of somebody without any log-in.
    Inactive,
    /// The person has never logged in, and joined at least `days` days ago.
    NeverLoggedIn,
    /// The first log-in was before `day`.
    FirstLogInBefore,
    /// The first log-in was after `day`.
    FirstLogInAfter,
}

/// A condition of a rule.
#[derive(Clone, Debug, InputObject)]
pub struct LicenceConditionInput {
    /// What it tests.
    pub kind: LicenceConditionKind,
    /// With UNIT: the path, for example `/Sales`.
    pub path: Option<String>,
    /// With GROUP: id of the group.
    pub group_id: Option<ID>,
    /// With INACTIVE and NEVER_LOGGED_IN: how many days, 1 to 3,650.
    pub days: Option<i32>,
    /// With FIRST_LOG_IN_BEFORE and FIRST_LOG_IN_AFTER: the day.
    pub day: Option<Date>,
    /// Whether the test must fail.
    #[graphql(default)]
    pub negated: bool,
}

/// A rule.
#[derive(Clone, Debug, InputObject)]
pub struct LicenceRuleInput {
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// Its conditions, which must all hold: at most 10. Without one, it matches everybody.
    #[graphql(default)]
    pub conditions: Vec<LicenceConditionInput>,
    /// Id of the feature that it gives: one of the family. Without it, the rule gives nothing.
    pub feature_id: Option<ID>,
    /// The most people whom it applies to; without it, there is no limit. The next rules decide about the others.
    pub ceiling: Option<i32>,
}

impl LicenceConditionInput {
    /// The condition, if it is well-formed.
    pub fn read(&self) -> Result<Condition, UserError> {
        let needed = |field: &str| {
            let message = [
                "This kind of condition needs it.",
                "Diese Art von Bedingung braucht das.",
                "Den här sortens villkor kräver det.",
            ];
            UserError::at(field, UserErrorCode::InvalidInput, message)
        };
        let days = || check_days(self.days.ok_or_else(|| needed("days"))?);
        let day = || self.day.ok_or_else(|| needed("day"));
        let test = match self.kind {
            LicenceConditionKind::Unit => {
                let path = self.path.as_deref().ok_or_else(|| needed("path"))?;
                Test::Unit { path: unit_path("path", path)? }
            }
            LicenceConditionKind::Group => {
                let id = self.group_id.as_ref().ok_or_else(|| needed("groupId"))?;
                let message = [
                    "This is not a group of the directory of the organisation.",
                    "Das ist keine Gruppe aus dem Verzeichnis der Organisation.",
                    "Det är ingen grupp i organisationens personkatalog.",
                ];
                let unknown = |_| UserError::at("groupId", UserErrorCode::Unknown, message);
                Test::Group { id: Type::DirectoryGroup.parse(id).map_err(unknown)? }
            }
            LicenceConditionKind::Inactive => Test::Inactive { days: days()? },
            LicenceConditionKind::NeverLoggedIn => Test::NeverLoggedIn { days: days()? },
            LicenceConditionKind::FirstLogInBefore => Test::FirstLogInBefore { day: day()? },
            LicenceConditionKind::FirstLogInAfter => Test::FirstLogInAfter { day: day()? },
        };
        let used = match test {
            Test::Unit { .. } => "path",
            Test::Group { .. } => "groupId",
            Test::Inactive { .. } | Test::NeverLoggedIn { .. } => "days",
            Test::FirstLogInBefore { .. } | Test::FirstLogInAfter { .. } => "day",
        };
        let given = [
            ("path", self.path.is_some()),
            ("groupId", self.group_id.is_some()),
            ("days", self.days.is_some()),
            ("day", self.day.is_some()),
        ];
        if let Some((field, _)) = given.into_iter().find(|(field, is_given)| *is_given && *field != used) {
            let message = [
                "This kind of condition does not use it.",
                "Diese Art von Bedingung verwendet das nicht.",
                "Den här sortens villkor använder inte det.",
            ];
            return Err(UserError::at(field, UserErrorCode::InvalidInput, message));
        }
        Ok(Condition { test, negated: self.negated })
    }
}

impl LicenceRuleInput {
    /// The name and the conditions, if they are well-formed.
    pub fn read(&self) -> Result<(String, Vec<Condition>), UserError> {
        if self.conditions.len() > MOST_CONDITIONS {
            let message = [
                "A rule has at most 10 conditions.",
                "Eine Regel hat höchstens 10 Bedingungen.",
                "En regel har högst 10 villkor.",
            ];
            return Err(UserError::at("conditions", UserErrorCode::TooMany, message));
        }
        if self.ceiling.is_some_and(|ceiling| ceiling < 0) {
            let message =
                ["Give 0 or more people.", "Geben Sie 0 oder mehr Personen an.", "Ange 0 eller fler personer."];
            return Err(UserError::at("ceiling", UserErrorCode::InvalidInput, message));
        }
        let conditions = self.conditions.iter().enumerate();
        let conditions = conditions.map(|(index, one)| one.read().map_err(|error| error.in_row("conditions", index)));
        Ok((text::name("name", &self.name)?, conditions.collect::<Result<_, UserError>>()?))
    }
}
