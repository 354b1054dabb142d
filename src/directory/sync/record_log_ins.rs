//! Recording log-ins by the API.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload, public_object};
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};

use super::input::external_id;
use super::log_ins::{LogIn, record};
use super::rules::MOST;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::organisation::Organisation;
use crate::oversight::audit;
use crate::people::user::Address;

/// Log-ins of people of a directory.
#[derive(InputObject)]
pub struct RecordLogInsInput {
    /// Id of the organisation whose directory it is.
    pub organisation_id: ID,
    /// The log-ins: at most 500. Only the first and the last of each person are kept.
    pub log_ins: Vec<DirectoryLogInInput>,
    /// Until when you know all log-ins, if you have sent them all. Rules about inactivity need it to be recent.
    pub complete_until: Option<DateTimeUtc>,
}

/// A log-in of a person.
#[derive(Clone, Debug, InputObject)]
pub struct DirectoryLogInInput {
    /// External id of the person. Give this or `email`.
    pub external_id: Option<String>,
    /// Address of the person. Give this or `externalId`.
    pub email: Option<String>,
    /// When it was.
    pub at: DateTimeUtc,
}

/// The outcome for one log-in.
#[public_object]
pub struct RecordLogInResult {
    /// Its position in the input, counted from 0.
    pub index: i32,
    /// Id of the person; null if the log-in was not recorded.
    pub person_id: Option<ID>,
    /// Why it was not recorded; empty otherwise.
    pub user_errors: Vec<UserError>,
}

/// The outcome for each log-in.
#[payload]
pub struct RecordLogInsPayload {
    /// One result for each log-in of the input, in the same order. A mistake in one does not stop the others.
    pub results: Vec<RecordLogInResult>,
}

/// Records log-ins of people, for rules about inactivity and for the figures of use. They can be sent again without harm.
#[mutation]
#[acts(DIRECTORY_SYNC, on = input.organisation_id)]
async fn record_log_ins(act: ActOn<'_, Organisation>, input: RecordLogInsInput) -> Result<RecordLogInsPayload> {
    if input.log_ins.len() > MOST {
        let message = [
            format!("You gave {} log-ins. Send at most {MOST}, and the others after them.", input.log_ins.len()),
            format!(
                "Sie haben {} Anmeldungen angegeben. Senden Sie höchstens {MOST}, und die anderen danach.",
                input.log_ins.len()
            ),
            format!("Du angav {} inloggningar. Skicka högst {MOST}, och de andra efter dem.", input.log_ins.len()),
        ];
        return Err(UserError::at("logIns", UserErrorCode::TooMany, message).into());
    }
    let now = act.request.now();
    if input.complete_until.is_some_and(|until| until > now) {
        let message = [
            "Log-ins of the future are not known yet. Give a moment in the past.",
            "Künftige Anmeldungen sind noch nicht bekannt. Geben Sie einen Zeitpunkt in der Vergangenheit an.",
            "Framtida inloggningar är inte kända ännu. Ange en tidpunkt i det förflutna.",
        ];
        return Err(UserError::at("completeUntil", UserErrorCode::InvalidInput, message).into());
    }
    let log_ins: Vec<Result<LogIn, UserError>> = input.log_ins.iter().map(|one| one.read(now)).collect();
    let outcomes = act
        .locked(async |work, at| {
            let outcomes = record(work, at.id(), &log_ins, input.complete_until).await?;
            let recorded = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            let after = json!({ "recorded": recorded, "completeUntil": input.complete_until });
            audit::record(work, act.event().changing(Json::Null, after)).await?;
            Ok(outcomes)
        })
        .await?;
    let results = outcomes.into_iter().enumerate().map(|(index, outcome)| {
        let (person, error) = match outcome {
            Ok(person) => (Some(Type::DirectoryPerson.id(person)), None),
            Err(error) => (None, Some(error.in_row("logIns", index))),
        };
        RecordLogInResult {
            index: i32::try_from(index).unwrap_or(i32::MAX),
            person_id: person,
            user_errors: error.into_iter().collect(),
        }
    });
    Ok(RecordLogInsPayload { results: results.collect(), ..Default::default() })
}

impl DirectoryLogInInput {
    /// The log-in, if it is well-formed.
    pub fn read(&self, now: DateTimeUtc) -> Result<LogIn, UserError> {
        if self.at > now {
            return Err(UserError::at(
                "at",
                UserErrorCode::InvalidInput,
                ["This is in the future.", "Das liegt in der Zukunft.", "Det är i framtiden."],
            ));
        }
        if self.external_id.is_some() == self.email.is_some() {
            let message = [
                "Give either externalId or email.",
                "Geben Sie entweder externalId oder email an.",
                "Ange antingen externalId eller email.",
            ];
            return Err(UserError::at("externalId", UserErrorCode::InvalidInput, message));
        }
        let email = self.email.as_deref().map(|email| Address::read("email", email)).transpose()?;
        let external_id = self.external_id.as_deref().map(|id| external_id("externalId", id)).transpose()?;
        Ok(LogIn { external_id, email, at: self.at })
    }
}
