//! Giving licences to people by hand.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::{ID, InputObject};
use entity::directory_person::State as PersonState;
use entity::licence_assignment::{Model, Source, State};
use entity::{directory_person, feature};
use futures_util::future::join_all;
use macros::{mutation, payload, public_object};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::object::LicenceAssignment;
use super::rules::{Given, Reason, family, require_seat, unknown_person};
use super::settling::{end, settle};
use super::store;
use crate::access::{Authorised, Permission};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::catalogue::feature::Feature;
use crate::catalogue::subscription::raise_to;
use crate::directory::person::store as people;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::{Request, Work};
use crate::licence::pool::Pools;
use crate::organisation::Organisation;
use crate::oversight::audit::{self, Event};
use crate::oversight::idempotency::once_if;

/// The most people of one call.
pub const MOST: usize = 500;

/// The people, and the feature that they get.
#[derive(InputObject)]
pub struct AssignLicencesInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Id of the feature: one for people.
    pub feature_id: ID,
    /// Ids of people of its directory: 1 to 500.
    pub person_ids: Vec<ID>,
    /// More units of a subscription, ordered in the same step; without it, nothing is ordered.
    pub order: Option<AssignLicencesOrderInput>,
    /// Whether to check only: nothing is ordered or assigned.
    #[graphql(default)]
    pub dry_run: bool,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first. In a dry run, the key is not kept.
    pub idempotency_key: Option<String>,
}

/// A subscription that gets more units, as `changeQuantity` does. It needs `SUBSCRIPTION_ORDER`, too.
#[derive(Clone, InputObject)]
pub struct AssignLicencesOrderInput {
    /// Id of the subscription.
    pub subscription_id: ID,
    /// The number of units that it should have: more than it has now. `Subscription.previewChange` shows what that costs.
    pub quantity: i32,
}

/// The outcome for one person.
#[public_object]
pub struct AssignLicenceResult {
    /// The position in the input, counted from 0.
    pub index: i32,
    /// Id of the person, from the input.
    pub person_id: ID,
    /// The assignment; null if none was made, and in a dry run for a new one.
    pub assignment: Option<LicenceAssignment>,
    /// Why the person did not get it, or would not; empty otherwise.
    pub user_errors: Vec<UserError>,
}

/// The outcome for each person.
#[payload]
pub struct AssignLicencesPayload {
    /// One result for each person of the input, in the same order. A mistake in one does not stop the others.
    pub results: Vec<AssignLicenceResult>,
}

/// What one call did, as it is kept for a repeated call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Done(Vec<Result<Uuid, UserError>>);

/// Gives a licence to up to 500 people by hand. They keep it until it is released, unless a rule or a pin says otherwise.
/// Whoever has another feature of the family must release it first. With `order`, more units of a subscription are ordered
/// in the same step: either both happen or nothing does.
#[mutation]
#[acts(LICENCE_ASSIGN, on = input.organisation_id)]
async fn assign_licences(act: ActOn<'_, Organisation>, input: AssignLicencesInput) -> Result<AssignLicencesPayload> {
    if input.person_ids.is_empty() || input.person_ids.len() > MOST {
        let message = [
            format!("You gave {} people. Give 1 to {MOST}.", input.person_ids.len()),
            format!("Sie haben {} Personen angegeben. Geben Sie 1 bis {MOST} an.", input.person_ids.len()),
            format!("Du angav {} personer. Ange 1 till {MOST}.", input.person_ids.len()),
        ];
        return Err(UserError::at("personIds", UserErrorCode::TooMany, message).into());
    }
    let feature = visible_feature(act.request, &input.feature_id).await?;
    // Somebody who is hidden from the viewer is unknown.
    let sees_people = act.object.as_ref().grants.has(Permission::DirectoryRead);
    let parsed = input.person_ids.iter().map(|id| Type::DirectoryPerson.parse(id).ok());
    let wanted: Vec<Option<Uuid>> = parsed.map(|person| person.filter(|_| sees_people)).collect();
    let order = match &input.order {
        Some(order) => Some((Type::Subscription.parse(&order.subscription_id)?, order.quantity)),
        None => None,
    };
    let call = if input.dry_run { None } else { act.call(input.idempotency_key.as_deref())? };
    let steps = async |work: &Work<'_>, at: Authorised| {
        let assign = async || {
            if let Some((subscription, quantity)) = order {
                at.require(Permission::SubscriptionOrder)?;
                let event = Event::done(act.action, at.id(), Some(Permission::SubscriptionOrder));
                match raise_to(work, at.id(), subscription, quantity, event).await {
                    Err(Error::User(error)) => return Err(error.inside("order").into()),
                    other => other?,
                }
            }
            assign(work, &at, act.event(), &feature, &wanted).await.map(Done)
        };
        once_if(work, call.as_ref(), at.id(), |done: &Done| done.0.iter().any(Result::is_ok), assign).await
    };
    let Done(outcomes) = if input.dry_run { act.tried(steps).await? } else { act.locked(steps).await? };
    // One statement finds all of them.
    let results = outcomes.into_iter().zip(input.person_ids).enumerate().map(async |(index, (outcome, person_id))| {
        let (assignment, user_errors) = match outcome {
            Ok(id) => (LicenceAssignment::find(act.request, id).await?, Vec::new()),
            Err(error) => (None, vec![error.in_row("personIds", index)]),
        };
        let index = i32::try_from(index).unwrap_or(i32::MAX);
        Ok(AssignLicenceResult { index, person_id, assignment, user_errors })
    });
    let results = join_all(results).await.into_iter().collect::<Result<_>>()?;
    Ok(AssignLicencesPayload { results, ..Default::default() })
}

/// Gives a feature to people. The caller has locked the organisation. Returns the assignment of each.
async fn assign(
    work: &Work<'_>,
    at: &Authorised,
    event: Event,
    feature: &feature::Model,
    wanted: &[Option<Uuid>],
) -> Result<Vec<Result<Uuid, UserError>>> {
    require_seat("featureId", feature)?;
    settle(work, at.id()).await?;
    let ids: Vec<Uuid> = wanted.iter().flatten().copied().collect();
    let known = people::load_in(work.tx, at.id(), &ids).await?;
    let known: HashMap<Uuid, directory_person::Model> = known.into_iter().map(|row| (row.id, row)).collect();
    let held = store::held_by(work.tx, &ids, family(feature)).await?;
    let mut pools = Pools::load(work, at.id()).await?;
    let (mut created, mut resumed, mut replaced) = (Vec::new(), Vec::new(), Vec::new());
    let mut named = HashSet::new();
    let mut outcomes = Vec::with_capacity(wanted.len());
    for id in wanted {
        let Some(person) = id.and_then(|id| known.get(&id)) else {
            outcomes.push(Err(unknown_person("personIds")));
            continue;
        };
        let outcome = if named.insert(person.id) {
            require_active(person).and_then(|()| place(held.get(&person.id), feature))
        } else {
            Err(UserError::at(
                "personIds",
                UserErrorCode::Duplicate,
                [
                    "This person is in the list twice.",
                    "Diese Person steht zweimal in der Liste.",
                    "Personen finns två gånger i listan.",
                ],
            ))
        };
        let outcome = outcome.and_then(|placed| match placed {
            Placed::Resumed(row) => {
                let id = row.id;
                resumed.push(by_hand(row, work));
                Ok(id)
            }
            Placed::New(before) => {
                pools.plan_named(feature, 1)?;
                let given = Given {
                    organisation: at.id(),
                    person: person.id,
                    feature: feature.id,
                    family: family(feature).to_owned(),
                    source: Source::Manual,
                    reason: Reason::by_hand(),
                };
                let row = given.row(work.random.id(work.now), work.now, work.today());
                replaced.extend(before.cloned());
                let id = row.id;
                created.push(row);
                Ok(id)
            }
        });
        outcomes.push(outcome);
    }
    end(work, at.id(), &replaced).await?;
    pools.write(work).await?;
    store::update(work.tx, &resumed).await?;
    store::create(work.tx, &created).await?;
    let events = created.iter().chain(&resumed).map(|row| {
        let after = json!({ "person": known.get(&row.person_id).map(|person| &person.name), "feature": feature.name });
        let event = event.clone().to(Type::LicenceAssignment.id(row.id));
        event.changing(Json::Null, after)
    });
    audit::record_all(work, events.collect()).await?;
    Ok(outcomes)
}

/// Where a person gets the licence.
enum Placed<'a> {
    /// A new one, in place of one that was ending.
    New(Option<&'a Model>),
    /// The one that was ending.
    Resumed(&'a Model),
}

fn place<'a>(held: Option<&'a Model>, feature: &feature::Model) -> Result<Placed<'a>, UserError> {
    let duplicate = |message: [String; 3]| Err(UserError::at("personIds", UserErrorCode::Duplicate, message));
    match held {
        None => Ok(Placed::New(None)),
        Some(held) if held.state == State::Ending && held.feature_id == feature.id => Ok(Placed::Resumed(held)),
        Some(held) if held.state == State::Ending => Ok(Placed::New(Some(held))),
        Some(held) if held.feature_id == feature.id => duplicate([
            format!("This person has {} already.", feature.name),
            format!("Diese Person hat {} schon.", feature.name),
            format!("Personen har redan {}.", feature.name),
        ]),
        Some(_) => duplicate([
            format!("This person has another licence of the family {}. Release it first.", family(feature)),
            format!(
                "Diese Person hat eine andere Lizenz der Familie {}. Geben Sie diese zuerst frei.",
                family(feature)
            ),
            format!("Personen har en annan licens i familjen {}. Frigör den först.", family(feature)),
        ]),
    }
}

fn require_active(person: &directory_person::Model) -> Result<(), UserError> {
    let message = match person.state {
        PersonState::Active => return Ok(()),
        PersonState::Suspended => [
            "This person is suspended, and cannot get a licence.",
            "Diese Person ist gesperrt und kann keine Lizenz bekommen.",
            "Personen är avstängd och kan inte få någon licens.",
        ],
        PersonState::Deleted => [
            "This person is deleted, and cannot get a licence.",
            "Diese Person ist gelöscht und kann keine Lizenz bekommen.",
            "Personen är borttagen och kan inte få någon licens.",
        ],
    };
    Err(UserError::at("personIds", UserErrorCode::StaleState, message))
}

fn by_hand(row: &Model, work: &Work<'_>) -> Model {
    Model {
        state: State::Active,
        source: Source::Manual,
        reason: Reason::by_hand().text(),
        ends_on: None,
        assigned_at: work.now,
        by_hand_on: Some(work.today()),
        ..row.clone()
    }
}

/// The row of a feature that the viewer can see. One that is hidden is unknown.
pub async fn visible_feature(request: &Request, id: &ID) -> Result<Arc<feature::Model>> {
    let message = [
        "This is not a feature of the catalogue.",
        "Das ist kein Feature des Katalogs.",
        "Det är ingen funktion i katalogen.",
    ];
    let unknown = || UserError::at("featureId", UserErrorCode::Unknown, message);
    let found = Feature::find(request, Type::Feature.parse(id)?).await?.ok_or_else(unknown)?;
    Ok(found.into_row())
}
