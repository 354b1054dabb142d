//! Taking licences back by hand.

use std::collections::HashSet;

use async_graphql::{ID, InputObject};
use entity::licence_assignment::{Model, State};
use macros::{mutation, payload, public_object};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::assign::MOST;
use super::settling::{end, settle};
use super::store;
use crate::access::Authorised;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::graphql::request::Work;
use crate::organisation::Organisation;
use crate::oversight::audit::{self, Event};
use crate::oversight::idempotency::once_if;

/// The licences to take back.
#[derive(InputObject)]
pub struct ReleaseLicencesInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Ids of assignments: 1 to 500.
    pub assignment_ids: Vec<ID>,
    /// Whether to check only: nothing is released.
    #[graphql(default)]
    pub dry_run: bool,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first. In a dry run, the key is not kept.
    pub idempotency_key: Option<String>,
}

/// The outcome for one assignment.
#[public_object]
pub struct ReleaseLicenceResult {
    /// The position in the input, counted from 0.
    pub index: i32,
    /// Id of the assignment, from the input.
    pub assignment_id: ID,
    /// Why it was not released, or would not be; empty otherwise.
    pub user_errors: Vec<UserError>,
}

/// The outcome for each assignment.
#[payload]
pub struct ReleaseLicencesPayload {
    /// One result for each assignment of the input, in the same order. A mistake in one does not stop the others.
    pub results: Vec<ReleaseLicenceResult>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Done(Vec<Result<Uuid, UserError>>);

/// Takes up to 500 licences back at once, so that others can have them. A rule that matches gives a licence again when it
/// is applied; `pinLicence` without a feature prevents that.
#[mutation]
#[acts(LICENCE_ASSIGN, on = input.organisation_id)]
async fn release_licences(act: ActOn<'_, Organisation>, input: ReleaseLicencesInput) -> Result<ReleaseLicencesPayload> {
    if input.assignment_ids.is_empty() || input.assignment_ids.len() > MOST {
        let message = [
            format!("You gave {} assignments. Give 1 to {MOST}.", input.assignment_ids.len()),
            format!("Sie haben {} Zuweisungen angegeben. Geben Sie 1 bis {MOST} an.", input.assignment_ids.len()),
            format!("Du angav {} tilldelningar. Ange 1 till {MOST}.", input.assignment_ids.len()),
        ];
        return Err(UserError::at("assignmentIds", UserErrorCode::TooMany, message).into());
    }
    let wanted: Vec<Option<Uuid>> =
        input.assignment_ids.iter().map(|id| Type::LicenceAssignment.parse(id).ok()).collect();
    let call = if input.dry_run { None } else { act.call(input.idempotency_key.as_deref())? };
    let steps = async |work: &Work<'_>, at: Authorised| {
        let release = async || release(work, at.id(), act.event(), &wanted).await.map(Done);
        once_if(work, call.as_ref(), at.id(), |done: &Done| done.0.iter().any(Result::is_ok), release).await
    };
    let Done(outcomes) = if input.dry_run { act.tried(steps).await? } else { act.locked(steps).await? };
    let results = outcomes.into_iter().zip(input.assignment_ids).enumerate().map(|(index, (outcome, id))| {
        let user_errors = outcome.err().map(|error| error.in_row("assignmentIds", index));
        ReleaseLicenceResult {
            index: i32::try_from(index).unwrap_or(i32::MAX),
            assignment_id: id,
            user_errors: user_errors.into_iter().collect(),
        }
    });
    Ok(ReleaseLicencesPayload { results: results.collect(), ..Default::default() })
}

/// Ends assignments. The caller has locked the organisation.
async fn release(
    work: &Work<'_>,
    organisation: Uuid,
    event: Event,
    wanted: &[Option<Uuid>],
) -> Result<Vec<Result<Uuid, UserError>>> {
    settle(work, organisation).await?;
    let ids: Vec<Uuid> = wanted.iter().flatten().copied().collect();
    let found = store::load_in(work.tx, organisation, &ids).await?;
    let mut named = HashSet::new();
    let mut ended: Vec<Model> = Vec::new();
    let mut outcomes = Vec::with_capacity(wanted.len());
    for id in wanted {
        let wrong = |code, message: [&str; 3]| Err(UserError::at("assignmentIds", code, message));
        outcomes.push(match id.and_then(|id| found.iter().find(|row| row.id == id)) {
            None => wrong(
                UserErrorCode::Unknown,
                [
                    "This is not an assignment of the organisation.",
                    "Das ist keine Zuweisung der Organisation.",
                    "Det är ingen tilldelning i organisationen.",
                ],
            ),
            Some(row) if row.state == State::Ended => wrong(
                UserErrorCode::StaleState,
                [
                    "This assignment has ended already.",
                    "Diese Zuweisung ist schon beendet.",
                    "Tilldelningen har redan upphört.",
                ],
            ),
            Some(row) if !named.insert(row.id) => wrong(
                UserErrorCode::Duplicate,
                [
                    "This assignment is in the list twice.",
                    "Diese Zuweisung steht zweimal in der Liste.",
                    "Tilldelningen finns två gånger i listan.",
                ],
            ),
            Some(row) => {
                ended.push(row.clone());
                Ok(row.id)
            }
        });
    }
    end(work, organisation, &ended).await?;
    let events = ended.iter().map(|row| {
        let before = json!({ "state": row.state.to_value(), "source": row.source.to_value() });
        event.clone().to(Type::LicenceAssignment.id(row.id)).changing(before, Json::Null)
    });
    audit::record_all(work, events.collect()).await?;
    Ok(outcomes)
}
