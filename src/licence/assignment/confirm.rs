//! What an outside system reports about assignments.

use async_graphql::{Enum, ID, InputObject};
use entity::licence_assignment::{Confirmation, Model};
use macros::{mutation, payload, public_object};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::assign::MOST;
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// What an outside system reports.
#[derive(InputObject)]
pub struct ConfirmLicencesInput {
    /// The reports: 1 to 500.
    pub reports: Vec<LicenceReportInput>,
}

/// What an outside system reports about an assignment.
#[derive(InputObject)]
pub struct LicenceReportInput {
    /// Id of the assignment.
    pub assignment_id: ID,
    /// The outcome.
    pub outcome: LicenceReportOutcome,
    /// With FAILED: why, in 1 to 1,000 characters. The customer sees it.
    pub error: Option<String>,
}

/// Whether an outside system has set an assignment up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LicenceReportOutcome {
    /// It is set up.
    Done,
    /// It could not be set up.
    Failed,
}

/// The assignment, what the outside system says of it, and why it failed.
type Report = (Uuid, Confirmation, Option<String>);

/// The outcome for one report.
#[public_object]
pub struct ConfirmLicenceResult {
    /// The position in the input, counted from 0.
    pub index: i32,
    /// Id of the assignment, from the input.
    pub assignment_id: ID,
    /// Why the report was not taken; empty otherwise.
    pub user_errors: Vec<UserError>,
}

/// The outcome for each report.
#[payload]
pub struct ConfirmLicencesPayload {
    /// One result for each report of the input, in the same order.
    pub results: Vec<ConfirmLicenceResult>,
}

/// Reports of a program that sets licences up in an outside system. `Operator.unconfirmedLicences` lists what it has to do.
#[mutation]
#[acts(SERVICE_PROVISION, on = ())]
async fn confirm_licences(act: ActOn<'_, Operator>, input: ConfirmLicencesInput) -> Result<ConfirmLicencesPayload> {
    if input.reports.is_empty() || input.reports.len() > MOST {
        let message = [
            format!("You gave {} reports. Give 1 to {MOST}.", input.reports.len()),
            format!("Sie haben {} Meldungen angegeben. Geben Sie 1 bis {MOST} an.", input.reports.len()),
            format!("Du angav {} rapporter. Ange 1 till {MOST}.", input.reports.len()),
        ];
        return Err(UserError::at("reports", UserErrorCode::TooMany, message).into());
    }
    let read: Vec<Result<Report, UserError>> = input.reports.iter().map(LicenceReportInput::read).collect();
    let outcomes = act
        .locked(async |work, _| {
            let ids: Vec<Uuid> = read.iter().flatten().map(|(id, ..)| *id).collect();
            let found = store::load_any(work.tx, &ids).await?;
            let (mut changed, mut outcomes) = (Vec::new(), Vec::new());
            for report in &read {
                let outcome = report.clone().and_then(|(id, confirmation, error)| {
                    let row = found.iter().find(|row| row.id == id).ok_or_else(|| {
                        UserError::at(
                            "assignmentId",
                            UserErrorCode::Unknown,
                            [
                                "There is no such assignment.",
                                "Eine solche Zuweisung gibt es nicht.",
                                "Det finns ingen sådan tilldelning.",
                            ],
                        )
                    })?;
                    Ok(Model { confirmation, error, ..row.clone() })
                });
                outcomes.push(outcome.map(|row| changed.push(row)));
            }
            changed.sort_by_key(|row| row.id);
            changed.dedup_by_key(|row| row.id);
            store::report(work.tx, &changed).await?;
            let failed = changed.iter().filter(|row| row.confirmation == Confirmation::Failed).count();
            let after = json!({ "reported": changed.len(), "failed": failed });
            audit::record(work, act.event().changing(Json::Null, after)).await?;
            Ok(outcomes)
        })
        .await?;
    let results = outcomes.into_iter().zip(&input.reports).enumerate().map(|(index, (outcome, report))| {
        let user_errors = outcome.err().map(|error| error.in_row("reports", index));
        ConfirmLicenceResult {
            index: i32::try_from(index).unwrap_or(i32::MAX),
            assignment_id: report.assignment_id.clone(),
            user_errors: user_errors.into_iter().collect(),
        }
    });
    Ok(ConfirmLicencesPayload { results: results.collect(), ..Default::default() })
}

impl LicenceReportInput {
    fn read(&self) -> Result<Report, UserError> {
        let wrong = |field: &str, code, message: [&str; 3]| Err(UserError::at(field, code, message));
        let Ok(id) = Type::LicenceAssignment.parse(&self.assignment_id) else {
            return wrong(
                "assignmentId",
                UserErrorCode::Unknown,
                [
                    "There is no such assignment.",
                    "Eine solche Zuweisung gibt es nicht.",
                    "Det finns ingen sådan tilldelning.",
                ],
            );
        };
        match (self.outcome, &self.error) {
            (LicenceReportOutcome::Done, None) => Ok((id, Confirmation::Done, None)),
            (LicenceReportOutcome::Done, Some(_)) => wrong(
                "error",
                UserErrorCode::InvalidInput,
                [
                    "Only a failure has an error.",
                    "Nur ein Fehlschlag hat einen Fehler.",
                    "Bara ett misslyckande har ett fel.",
                ],
            ),
            (LicenceReportOutcome::Failed, Some(error)) => {
                Ok((id, Confirmation::Failed, Some(text::reason("error", error)?)))
            }
            (LicenceReportOutcome::Failed, None) => wrong(
                "error",
                UserErrorCode::InvalidInput,
                ["Say why it failed.", "Sagen Sie, warum es fehlgeschlagen ist.", "Säg varför det misslyckades."],
            ),
        }
    }
}
