//! What a list of people from a source changes. Pure functions.

use std::collections::{HashMap, HashSet};

use entity::directory_person::{Model, State};
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Texts;
use crate::base::random::Random;
use crate::base::text;
use crate::people::user::Address;

/// The deepest path of a unit.
const MOST_UNITS: usize = 20;
/// The longest path of a unit, in characters.
const LONGEST_PATH: usize = 500;

/// A person as a source describes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The id in the source.
    pub external_id: String,
    /// The address, if there is one.
    pub email: Option<Address>,
    /// The name.
    pub name: String,
    /// The path of the unit.
    pub unit_path: String,
    /// The state.
    pub state: State,
    /// The day of joining, if the source knows it.
    pub joined_on: Option<Date>,
}

/// What happened to one row of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new person or group.
    Created(Uuid),
    /// It changed.
    Updated(Uuid),
    /// It was so already.
    Unchanged(Uuid),
    /// It was deleted.
    Deleted(Uuid),
}

/// When and for whom people change.
pub struct Context<'a> {
    /// The organisation.
    pub organisation: Uuid,
    /// The full synchronisation that names them, if it is one.
    pub seen_in: Option<Uuid>,
    /// The moment.
    pub now: DateTimeUtc,
    /// Its business day.
    pub today: Date,
    /// The generator of ids.
    pub random: &'a Random,
}

/// What a list of people changes.
#[derive(Debug, Default)]
pub struct Plan {
    /// New rows and changed ones.
    pub rows: Vec<Model>,
    /// People who are as the list says already.
    pub unchanged: Vec<Uuid>,
    /// People who give up their address: it goes first, so that others in the list can have it.
    pub moving: Vec<Uuid>,
    /// The outcome for each row of the list.
    pub outcomes: Vec<Result<Outcome, UserError>>,
}

/// The path of a unit in one form: `/Sales/North`, or nothing for the top.
pub fn unit_path(field: &str, typed: &str) -> Result<String, UserError> {
    let wrong = |message: Texts| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if typed.chars().count() > LONGEST_PATH {
        return wrong([
            "The path of a unit has at most 500 characters.",
            "Der Pfad einer Einheit hat höchstens 500 Zeichen.",
            "Sökvägen till en enhet har högst 500 tecken.",
        ]);
    }
    let mut path = String::new();
    let mut depth = 0;
    for segment in typed.split('/').map(str::trim).filter(|segment| !segment.is_empty()) {
        depth += 1;
        path.push('/');
        path.push_str(&text::name(field, segment)?);
    }
    if depth > MOST_UNITS {
        return wrong([
            "A unit is at most 20 units deep.",
            "Eine Einheit liegt höchstens 20 Einheiten tief.",
            "En enhet ligger högst 20 enheter djupt.",
        ]);
    }
    Ok(path)
}

/// Whether a unit is at the path or below it: by whole segments, so `/SalesOps` is not below `/Sales`.
pub fn is_below(unit: &str, path: &str) -> bool {
    unit.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Plans what a list changes. `known` are the people of the organisation with these ids or these mailboxes, and `named` the
/// external ids of the list, also of rows that cannot be read.
///
/// A person is found by the id in the source, and only then by the address: then the id changes. Who was named by this
/// synchronisation under another id already, or is named by the same list, keeps the address, and the row is refused.
pub fn plan(known: &[Model], wanted: Vec<Result<Wanted, UserError>>, named: &[String], context: &Context<'_>) -> Plan {
    let by_id: HashMap<&str, &Model> = known.iter().map(|row| (row.external_id.as_str(), row)).collect();
    let in_use = known.iter().filter(|row| row.state != State::Deleted);
    let by_mailbox: HashMap<&str, &Model> = in_use.filter_map(|row| Some((row.mailbox.as_deref()?, row))).collect();
    let mut wanted = refuse_doubled(wanted, &by_mailbox);
    let named: HashSet<&str> = named.iter().map(String::as_str).collect();
    let target = |one: &Wanted| {
        by_id.get(one.external_id.as_str()).copied().or_else(|| {
            // An address alone deletes nobody.
            if one.state == State::Deleted {
                return None;
            }
            let holder = *by_mailbox.get(one.email.as_ref()?.mailbox())?;
            let is_taken = named.contains(holder.external_id.as_str());
            let was_seen = context.seen_in.is_some() && holder.seen_in == context.seen_in;
            (!is_taken && !was_seen).then_some(holder)
        })
    };
    // Who gives up an address makes it free for another. A row that is refused gives up nothing, so this goes on until no
    // further row is refused.
    loop {
        let gives_up: HashSet<Uuid> = wanted
            .iter()
            .flatten()
            .filter_map(|one| {
                let row = target(one)?;
                let keeps =
                    one.state != State::Deleted && row.mailbox.as_deref() == one.email.as_ref().map(Address::mailbox);
                (!keeps).then_some(row.id)
            })
            .collect();
        let mut refused = false;
        for slot in &mut wanted {
            let Ok(one) = slot else { continue };
            if one.state == State::Deleted {
                continue;
            }
            let Some(holder) = one.email.as_ref().and_then(|email| by_mailbox.get(email.mailbox())) else { continue };
            if target(one).is_some_and(|row| row.id == holder.id) || gives_up.contains(&holder.id) {
                continue;
            }
            *slot = Err(address_taken(&holder.external_id));
            refused = true;
        }
        if !refused {
            break;
        }
    }
    let mut plan = Plan::default();
    for one in &wanted {
        let outcome = match one {
            Ok(one) => plan.place(target(one), one, context),
            Err(error) => Err(error.clone()),
        };
        plan.outcomes.push(outcome);
    }
    plan
}

impl Plan {
    fn place(&mut self, known: Option<&Model>, wanted: &Wanted, context: &Context<'_>) -> Result<Outcome, UserError> {
        let Some(known) = known else {
            if wanted.state == State::Deleted {
                let message = [
                    "There is no person with this external id.",
                    "Eine Person mit dieser externen Kennung gibt es nicht.",
                    "Det finns ingen person med det här externa id:t.",
                ];
                return Err(UserError::at("externalId", UserErrorCode::Unknown, message));
            }
            let row = changed(None, wanted, context);
            let id = row.id;
            self.rows.push(row);
            return Ok(Outcome::Created(id));
        };
        let row = changed(Some(known), wanted, context);
        let same = Model { seen_in: known.seen_in, updated_at: known.updated_at, ..row.clone() };
        if same == *known {
            self.unchanged.push(known.id);
            return Ok(Outcome::Unchanged(known.id));
        }
        let gives_up = known.mailbox != row.mailbox || row.state == State::Deleted;
        if known.state != State::Deleted && known.mailbox.is_some() && gives_up {
            self.moving.push(known.id);
        }
        let outcome = match row.state {
            State::Deleted => Outcome::Deleted(row.id),
            State::Active | State::Suspended => Outcome::Updated(row.id),
        };
        self.rows.push(row);
        Ok(outcome)
    }
}

/// The person after the change. What only some sources know stays as it is.
pub fn changed(known: Option<&Model>, wanted: &Wanted, context: &Context<'_>) -> Model {
    let is_back = known.is_some_and(|row| row.state != State::Active) && wanted.state == State::Active;
    let email = wanted.email.as_ref().map(|email| email.as_str().to_owned());
    let searched = format!("{} {} {}", wanted.name, email.as_deref().unwrap_or_default(), wanted.external_id);
    Model {
        id: known.map_or_else(|| context.random.id(context.now), |row| row.id),
        organisation_id: context.organisation,
        external_id: wanted.external_id.clone(),
        mailbox: wanted.email.as_ref().map(|email| email.mailbox().to_owned()),
        email,
        user_name: known.and_then(|row| row.user_name.clone()),
        user_name_key: known.and_then(|row| row.user_name_key.clone()),
        name_key: collation::sort_key(&wanted.name),
        search_text: collation::fold(&searched),
        name: wanted.name.clone(),
        unit_path: wanted.unit_path.clone(),
        state: wanted.state,
        joined_on: wanted.joined_on.or(known.map(|row| row.joined_on)).unwrap_or(context.today),
        reactivated_on: if is_back { Some(context.today) } else { known.and_then(|row| row.reactivated_on) },
        first_log_in_at: known.and_then(|row| row.first_log_in_at),
        last_log_in_at: known.and_then(|row| row.last_log_in_at),
        deleted_at: match (wanted.state, known) {
            (State::Deleted, Some(row)) => row.deleted_at.or(Some(context.now)),
            (State::Deleted, None) => Some(context.now),
            (State::Active | State::Suspended, _) => None,
        },
        seen_in: context.seen_in.or_else(|| known.and_then(|row| row.seen_in)),
        created_at: known.map_or(context.now, |row| row.created_at),
        updated_at: context.now,
    }
}

/// Refuses rows whose id an earlier row of the list has, and rows whose address another row has: the one that keeps it, or
/// else the first.
fn refuse_doubled(
    wanted: Vec<Result<Wanted, UserError>>,
    by_mailbox: &HashMap<&str, &Model>,
) -> Vec<Result<Wanted, UserError>> {
    let mut ids = HashSet::new();
    let once = wanted.into_iter().map(|row| {
        let row = row?;
        if ids.insert(row.external_id.clone()) {
            return Ok(row);
        }
        let message = [
            "This person is in the list twice. Give each once.",
            "Diese Person steht zweimal in der Liste. Geben Sie jede einmal an.",
            "Personen finns två gånger i listan. Ange varje person en gång.",
        ];
        Err(UserError::at("externalId", UserErrorCode::Duplicate, message))
    });
    let once: Vec<Result<Wanted, UserError>> = once.collect();
    let keeps = |row: &Wanted| {
        let mailbox = row.email.as_ref().filter(|_| row.state != State::Deleted)?.mailbox();
        let is_holder = by_mailbox.get(mailbox)?.external_id == row.external_id;
        is_holder.then(|| (mailbox.to_owned(), row.external_id.clone()))
    };
    let kept: HashMap<String, String> = once.iter().flatten().filter_map(keeps).collect();
    let mut mailboxes = HashSet::new();
    let alone = once.into_iter().map(|row| {
        let row = row?;
        let is_in_use = row.state != State::Deleted;
        if let Some(email) = row.email.as_ref().filter(|_| is_in_use)
            && (kept.get(email.mailbox()).is_some_and(|holder| *holder != row.external_id)
                || !mailboxes.insert(email.mailbox().to_owned()))
        {
            let message = [
                "Another person in the list has this address. Two people have different addresses.",
                "Eine andere Person in der Liste hat diese Adresse. Zwei Personen haben verschiedene Adressen.",
                "En annan person i listan har den här adressen. Två personer har olika adresser.",
            ];
            return Err(UserError::at("email", UserErrorCode::Duplicate, message));
        }
        Ok(row)
    });
    alone.collect()
}

fn address_taken(by: &str) -> UserError {
    let message = [
        format!(
            "The person with the external id {by} has this address. Send that person with another address, or as \
             deleted, in the same list or before."
        ),
        format!(
            "Die Person mit der externen Kennung {by} hat diese Adresse. Senden Sie diese Person mit einer anderen \
             Adresse oder als gelöscht, in derselben Liste oder vorher."
        ),
        format!(
            "Personen med det externa id:t {by} har den här adressen. Skicka den personen med en annan adress, eller \
             som borttagen, i samma lista eller före."
        ),
    ];
    UserError::at("email", UserErrorCode::Duplicate, message)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
