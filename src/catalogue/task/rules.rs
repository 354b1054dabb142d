//! The state machine of tasks. Pure functions.
//!
//! A service has at most one unfinished task: WAITING, CLAIMED or FAILED. A new wish changes that task in place: the newest
//! generation counts, and whoever holds the old one can no longer report. A program brings the service to what is wanted,
//! whatever the kind of the task, and then does the action if there is one. So wishes can be put together.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use entity::service::{DesiredState, Kind as ServiceKind, Model as Service, State as ServiceState};
use entity::service_task::{Kind, Model, State};
use sea_orm::ActiveEnum;
use sea_orm::prelude::DateTimeUtc;
use serde_json::json;
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};
use crate::base::text::{is_deceptive, is_visible};

/// After so many attempts a task waits for staff.
pub const MOST_ATTEMPTS: i32 = 10;
/// The longest wait between two attempts, in minutes.
const LONGEST_WAIT: i64 = 6 * 60;
/// The longest error of a program that is kept, in characters.
const LONGEST_ERROR: usize = 2_000;
/// The most tasks that a program claims at once.
pub const MOST_CLAIMED: i32 = 50;
/// The shortest and the longest lease, in seconds.
const LEASE: (i32, i32) = (30, 3_600);

/// What was bought of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// Code of the product; `None` for a service that no subscription pays for.
    pub product: Option<String>,
    /// The number of units.
    pub quantity: i32,
}

impl Bought {
    /// So many units of nothing in particular.
    pub const fn units(quantity: i32) -> Self {
        Self { product: None, quantity }
    }
}

/// What a service should be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The state that it should have.
    pub state: DesiredState,
    /// Host name, domain name or label.
    pub name: String,
    /// The product and the number of units.
    pub bought: Bought,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
}

impl Wanted {
    /// What is wanted of a service.
    pub fn of(service: &Service, bought: &Bought) -> Self {
        Self {
            state: service.desired_state,
            name: service.name.clone(),
            bought: bought.clone(),
            attributes: serde_json::from_str(&service.attributes).unwrap_or_default(),
        }
    }

    /// The form that is stored.
    pub fn to_stored(&self) -> String {
        let Self { state, name, bought: Bought { product, quantity }, attributes } = self;
        json!({
            "state": state.to_value(),
            "name": name,
            "product": product,
            "quantity": quantity,
            "attributes": attributes,
        })
        .to_string()
    }

    /// Reads what is stored. What is missing gets a default.
    pub fn read(stored: &str) -> Self {
        let read: serde_json::Value = serde_json::from_str(stored).unwrap_or_default();
        let state = read["state"].as_str().and_then(|state| DesiredState::try_from_value(&state.to_owned()).ok());
        Self {
            state: state.unwrap_or(DesiredState::Active),
            name: read["name"].as_str().unwrap_or_default().to_owned(),
            bought: Bought {
                product: read["product"].as_str().map(str::to_owned),
                quantity: read["quantity"].as_i64().and_then(|quantity| i32::try_from(quantity).ok()).unwrap_or(1),
            },
            attributes: serde_json::from_value(read["attributes"].clone()).unwrap_or_default(),
        }
    }
}

/// What is to be done with a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What kind of task.
    pub kind: Kind,
    /// An action that is to be done when the service is as wanted.
    pub action: Option<String>,
}

impl Wish {
    /// A wish without an action.
    pub const fn new(kind: Kind) -> Self {
        Self { kind, action: None }
    }

    /// A wish for an action.
    pub fn action(name: &str) -> Self {
        Self { kind: Kind::Action, action: Some(name.to_owned()) }
    }
}

/// Whether the task is neither done nor replaced.
pub const fn is_unfinished(row: &Model) -> bool {
    !matches!(row.state, State::Done)
}

/// What the task of a service becomes by a new wish. `unfinished` is what its unfinished task was for.
pub fn merged(service: ServiceState, unfinished: Option<Wish>, wish: Wish) -> Wish {
    if wish.kind == Kind::End {
        return wish;
    }
    // What does not exist yet must be created, whatever else is wanted.
    if service == ServiceState::Pending {
        return Wish::new(Kind::Create);
    }
    let Some(before) = unfinished else { return wish };
    // A service that is to stop does no action first.
    let action = if wish.kind == Kind::Suspend { None } else { wish.action.or(before.action) };
    let is_halt = |kind| matches!(kind, Kind::Suspend | Kind::Resume);
    let kind = match (before.kind, wish.kind) {
        (before, wish) if before == wish => wish,
        (before, wish) if is_halt(before) && is_halt(wish) => wish,
        (Kind::Action, Kind::Suspend) => Kind::Suspend,
        // Several things: all of what is wanted is to be applied.
        _ => Kind::Change,
    };
    Wish { kind, action }
}

/// The task of a service for a new wish. An unfinished task keeps its id, by which the program knows what it has begun.
pub fn next(
    service: &Service,
    unfinished: Option<&Model>,
    wish: Wish,
    bought: &Bought,
    id: Uuid,
    now: DateTimeUtc,
) -> Model {
    let before = unfinished.map(|row| Wish { kind: row.kind, action: row.action.clone() });
    let Wish { kind, action } = merged(service.state, before, wish);
    Model {
        id: unfinished.map_or(id, |row| row.id),
        organisation_id: service.organisation_id,
        service_id: service.id,
        generation: service.generation,
        kind,
        action,
        wanted: Wanted::of(service, bought).to_stored(),
        state: State::Waiting,
        attempts: 0,
        lease_until: None,
        claimed_by_key_id: None,
        not_before: now,
        error: None,
        created_at: unfinished.map_or(now, |row| row.created_at),
        finished_at: None,
    }
}

/// Who reports, and about what.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// The generation that the program has worked on.
    pub generation: i32,
    /// The attempt by which it got the task.
    pub attempt: i32,
    /// The API key, if it is not a person.
    pub key: Option<Uuid>,
}

/// Refuses a report that comes too late, or from somebody who does not hold the task.
pub fn require_holder(row: &Model, report: Report, now: DateTimeUtc) -> Result<(), UserError> {
    let stale = |message| Err(UserError::at("generation", UserErrorCode::StaleState, message));
    let lost = |message| Err(UserError::at("attempt", UserErrorCode::LeaseLost, message));
    if row.generation != report.generation {
        return stale([
            "Something else is wanted by now. Claim the task again, and do what the new generation says.",
            "Inzwischen ist etwas anderes gewünscht. Übernehmen Sie die Aufgabe erneut, und tun Sie, was die neue \
             generation sagt.",
            "Något annat är önskat nu. Ta uppgiften igen, och gör det som den nya generation säger.",
        ]);
    }
    if row.state == State::Done {
        return stale([
            "The task is done already. Go on with another one.",
            "Die Aufgabe ist schon erledigt. Machen Sie mit einer anderen weiter.",
            "Uppgiften är redan klar. Fortsätt med en annan.",
        ]);
    }
    if (row.attempts, row.claimed_by_key_id) != (report.attempt, report.key) {
        return lost([
            "Another program has this task now. Go on with another one.",
            "Diese Aufgabe hat jetzt ein anderes Programm. Machen Sie mit einer anderen weiter.",
            "Ett annat program har uppgiften nu. Fortsätt med en annan.",
        ]);
    }
    if row.state != State::Claimed || row.lease_until.is_none_or(|end| end <= now) {
        return lost([
            "The lease has ended. Claim the task again: it keeps its id, so you can go on with what you have begun.",
            "Die Frist ist abgelaufen. Übernehmen Sie die Aufgabe erneut: Sie behält ihre id, Sie können also mit dem \
             Begonnenen weitermachen.",
            "Tidsfristen har gått ut. Ta uppgiften igen: den behåller sitt id, så du kan fortsätta med det du har \
             börjat.",
        ]);
    }
    Ok(())
}

/// When a task is tried again after so many attempts. None: it waits for staff.
pub fn next_attempt(attempts: i32, is_final: bool, now: DateTimeUtc) -> Option<DateTimeUtc> {
    (!is_final && attempts < MOST_ATTEMPTS).then(|| now + wait(attempts))
}

/// One minute after the first attempt, then twice as long each time.
fn wait(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or_default();
    TimeDelta::minutes(1_i64.checked_shl(doublings.min(32)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
}

/// What the customer reads if a task waits for staff and the program says nothing better.
pub const fn problem(kind: Kind) -> &'static str {
    match kind {
        Kind::Create => "The service could not be set up yet. Our staff are looking into it.",
        Kind::Change => "The service could not be changed yet. Our staff are looking into it.",
        Kind::Suspend => "The service could not be stopped yet. Our staff are looking into it.",
        Kind::Resume => "The service could not be started again yet. Our staff are looking into it.",
        Kind::End => "The service could not be removed yet. Our staff are looking into it.",
        Kind::Action => "What you requested could not be done yet. Our staff are looking into it.",
    }
}

/// Refuses to try a task again that nobody waits for.
pub fn require_waiting(row: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    let stale = |message| Err(UserError::at("taskId", UserErrorCode::StaleState, message));
    match row.state {
        State::Failed => Ok(()),
        State::Waiting if row.not_before > now => Ok(()),
        State::Waiting => stale([
            "The task waits for a program already.",
            "Die Aufgabe wartet schon auf ein Programm.",
            "Uppgiften väntar redan på ett program.",
        ]),
        State::Claimed => stale([
            "A program works on the task.",
            "Ein Programm arbeitet an der Aufgabe.",
            "Ett program arbetar med uppgiften.",
        ]),
        State::Done => stale(["The task is done.", "Die Aufgabe ist erledigt.", "Uppgiften är klar."]),
    }
}

/// The length of a lease.
pub fn lease(seconds: i32) -> Result<TimeDelta, UserError> {
    let (least, most) = LEASE;
    if (least..=most).contains(&seconds) {
        return Ok(TimeDelta::seconds(seconds.into()));
    }
    let message = [
        format!("A lease has {least} to {most} seconds. Extend it if the work takes longer."),
        format!("Eine Frist hat {least} bis {most} Sekunden. Verlängern Sie sie, wenn die Arbeit länger dauert."),
        format!("En tidsfrist har {least} till {most} sekunder. Förläng den om arbetet tar längre tid."),
    ];
    Err(UserError::at("leaseSeconds", UserErrorCode::InvalidInput, message))
}

/// How many tasks, and of which kinds of services; `None` for all kinds.
pub fn check_claim(first: i32, kinds: Option<&[ServiceKind]>) -> Result<(), UserError> {
    if !(1..=MOST_CLAIMED).contains(&first) {
        let message = [
            format!("Claim 1 to {MOST_CLAIMED} tasks at once."),
            format!("Übernehmen Sie 1 bis {MOST_CLAIMED} Aufgaben auf einmal."),
            format!("Ta 1 till {MOST_CLAIMED} uppgifter åt gången."),
        ];
        return Err(UserError::at("first", UserErrorCode::InvalidInput, message));
    }
    if kinds.is_some_and(<[_]>::is_empty) {
        let message = [
            "Name at least one kind of service, or leave the list out for all kinds.",
            "Nennen Sie mindestens eine Art von Dienst, oder lassen Sie die Liste für alle Arten weg.",
            "Ange minst en sorts tjänst, eller utelämna listan för alla.",
        ];
        return Err(UserError::at("kinds", UserErrorCode::InvalidInput, message));
    }
    Ok(())
}

/// The error of a program in the form that is kept: without control characters, and not longer than needed.
pub fn error_text(typed: &str) -> Result<String, UserError> {
    let is_kept = |letter: &char| *letter == '\n' || !letter.is_control();
    let text: String = typed.trim().chars().filter(is_kept).take(LONGEST_ERROR).collect();
    if !text.chars().any(is_visible) || text.chars().any(|letter| letter != '\n' && is_deceptive(letter)) {
        let message = [
            "Say what went wrong, without characters that hide or reverse text.",
            "Sagen Sie, was schiefging, ohne Zeichen, die Text verbergen oder umkehren.",
            "Säg vad som gick fel, utan tecken som döljer eller vänder text.",
        ];
        return Err(UserError::at("error", UserErrorCode::InvalidInput, message));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
