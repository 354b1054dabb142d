//! An agreement takes its place: among those of its organisation before and after it, and in the graph of all.

use entity::payer::{Model, State};
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::chain::{self, Link, Obstacle};
use super::rules::Moment;
use super::store;
use crate::access::{Actor, Decision, Permission};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::organisation::{self, OrganisationCard};

type Written<T> = Result<T>;

/// Why an agreement was not made.
#[derive(Debug)]
pub enum Refused {
    /// The user can mend it.
    Told(UserError),
    /// It does not fit into the graph; the organisations on both of its sides are known to who asks.
    Chain(Obstacle, [Uuid; 2]),
}

impl From<UserError> for Refused {
    fn from(error: UserError) -> Self {
        Self::Told(error)
    }
}

impl Refused {
    /// As the user is told, with the names that they may know.
    pub async fn told(self, request: &Request) -> Result<UserError> {
        Ok(match self {
            Self::Told(error) => error,
            Self::Chain(Obstacle::TooLong(day), _) => too_long(None, day),
            Self::Chain(Obstacle::Cycle(day, path), known) => {
                let cards = cards(request, &path, &known).await?;
                let name = |card: &Option<OrganisationCard>| {
                    card.as_ref().map_or_else(|| "(hidden)".to_owned(), |card| card.name.clone())
                };
                let path = cards.iter().map(name).collect::<Vec<_>>().join(" → ");
                let message = format!("On {day} this would be a circle, in which nobody pays in the end: {path}.");
                UserError::general(UserErrorCode::PayerCycle, message)
            }
        })
    }
}

/// The cards of organisations each of which is paid for by the next, as far as the viewer may see them: those that are
/// known anyway, that it can see, that pay for one whose billing it reads, or are paid for by one whose invoices it does.
pub async fn cards(request: &Request, path: &[Uuid], known: &[Uuid]) -> Result<Vec<Option<OrganisationCard>>> {
    let seen = request.access.look_all(path.iter().copied().collect::<std::collections::HashSet<_>>()).await?;
    let may = |place: Option<usize>, permission| {
        place.and_then(|place| seen.get(path.get(place)?)).is_some_and(|seen| seen.grants.has(permission))
    };
    let cards = path.iter().enumerate().map(|(place, id)| {
        let is_shown = known.contains(id)
            || may(Some(place), Permission::OrganisationRead)
            || may(place.checked_sub(1), Permission::BillingRead)
            || may(Some(place + 1), Permission::InvoiceRead)
            || may(Some(place + 1), Permission::BillingRead);
        seen.get(id).filter(|_| is_shown).map(|seen| OrganisationCard::from(&*seen.row))
    });
    Ok(cards.collect())
}

/// Locks both sides of an agreement, always in the same order, so that nobody waits for who waits for them.
pub async fn lock_both(tx: &DatabaseTransaction, one: Uuid, other: Uuid) -> Written<()> {
    for id in [one.min(other), one.max(other)] {
        crate::access::lock(tx, id).await?;
    }
    Ok(())
}

/// What was agreed.
pub struct Agreed {
    /// The agreement as it is now.
    pub row: Model,
    /// What gives way to it, and when.
    pub replaced: Vec<(Link, Date)>,
}

/// Makes a request an agreement that begins on its day, or today if that is over, and lets give way what the organisation
/// had for then. It is not written yet. Both sides are locked.
pub async fn agree(
    tx: &DatabaseTransaction,
    request: &Request,
    row: &Model,
    moment: Moment,
) -> Written<Result<Agreed, Refused>> {
    let payer = row.payer_id.ok_or(Error::NotFound)?;
    let from = row.starts_on.max(moment.today());
    chain::store::lock(tx).await?;
    let own = chain::store::own(tx, row.organisation_id, from).await?;
    if own.iter().any(|link| link.payer == payer && link.holds_on(from)) {
        return Ok(Err(pays_already(from).into()));
    }
    let (replaced, until) = chain::make_room(&own, from);
    let new = Link { id: row.id, organisation: row.organisation_id, payer, from, until };
    let around = chain::store::around(tx, row.organisation_id, payer, from).await?;
    if let Err(obstacle) = chain::judge(&around, &new) {
        return Ok(Err(Refused::Chain(obstacle, [row.organisation_id, payer])));
    }
    for (link, day) in &replaced {
        store::end(tx, link.id, link.from, *day).await?;
    }
    let row = Model {
        state: State::Active,
        starts_on: from,
        ends_on: until,
        answered_by_id: person(request),
        answered_at: Some(moment.now),
        ..row.clone()
    };
    Ok(Ok(Agreed { row, replaced }))
}

/// Why an organisation cannot begin today to pay for one that is new, as a mistake in its `recipient`; none if it can.
pub async fn unfit_for_another(tx: &DatabaseTransaction, request: &Request, payer: Uuid) -> Written<Option<UserError>> {
    chain::store::lock(tx).await?;
    let from = request.now().date_naive();
    // Nobody knows the new one yet, so nothing stands below it.
    let new = Link { id: Uuid::nil(), organisation: Uuid::nil(), payer, from, until: None };
    let around = chain::store::around(tx, new.organisation, payer, from).await?;
    let Err(obstacle) = chain::judge(&around, &new) else { return Ok(None) };
    match obstacle {
        Obstacle::TooLong(day) => Ok(Some(too_long(Some("recipient"), day))),
        // Nothing that exists pays for it.
        Obstacle::Cycle(..) => Err(Error::fault("a circle of payers through one that is new").into()),
    }
}

fn too_long(field: Option<&str>, day: Date) -> UserError {
    let message = format!(
        "On {day} more than {} organisations would pay for one another in a row. Make the chain shorter.",
        chain::LONGEST
    );
    let error = UserError::general(UserErrorCode::PayerChainTooLong, message);
    UserError { field: field.map(|field| vec!["input".to_owned(), field.to_owned()]), ..error }
}

/// For who asks for what is so already.
pub fn pays_already(day: Date) -> UserError {
    let message = format!("It pays for the organisation on {day} already.");
    UserError::general(UserErrorCode::Duplicate, message)
}

/// The user who asks; none for a key.
pub fn person(request: &Request) -> Option<Uuid> {
    request.actor().user_id()
}

/// The name of who asks.
pub fn name(request: &Request) -> String {
    match request.actor() {
        Actor::User(user) => user.name.clone(),
        Actor::ApiKey(key) => key.name.clone(),
        Actor::Anonymous => String::new(),
    }
}

/// Refuses who may not act at the payer. For who does not even read its billing, there is no such request: whoever has
/// asked by a code learns nothing by this.
pub fn at_payer(payer: Option<&Decision>) -> Result<()> {
    let payer = payer.filter(|seen| seen.grants.has(Permission::BillingRead)).ok_or(Error::NotFound)?;
    payer.require(Permission::BillingUpdate)
}

/// An agreement as the audit log keeps it; whose code is not answered yet is not named.
pub fn described(row: &Model) -> Json {
    let is_known = row.sought_code.is_none() || !matches!(row.state, State::Proposed | State::Withdrawn);
    let payer = row.payer_id.filter(|_| is_known).map(|id| Type::Organisation.id(id).to_string());
    json!({
        "organisation": Type::Organisation.id(row.organisation_id).to_string(),
        "payer": payer,
        "soughtCode": row.sought_code,
        "state": sea_orm::ActiveEnum::to_value(&row.state),
        "startsOn": row.starts_on,
        "endsOn": row.ends_on,
    })
}
