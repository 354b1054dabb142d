//! Putting an agreement into force: it replaces the payer before it, and must not close a circle of payers.

use std::collections::HashSet;

use entity::payer::{Model, State};
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::Date;
use serde_json::Value as Json;
use uuid::Uuid;

use super::chain::{self, Link, Obstacle};
use super::state::Moment;
use super::{rules, store};
use crate::access::{self, Card, Permission};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::{self, Event};

/// Locks both sides of an agreement, always in the same order, so that two transactions never wait for each other.
pub async fn lock_both(work: &Work<'_>, one: Uuid, other: Uuid) -> Result<()> {
    for id in [one.min(other), one.max(other)] {
        access::lock(work.tx, id).await?;
    }
    Ok(())
}

/// What an attempt to agree results in.
pub enum Outcome {
    /// An agreement that can be written.
    Agreed(Agreed),
    /// It does not fit into the chains of payers. `obstacle_error` says why, after the transaction.
    Blocked(Obstacle),
}

/// An agreement in force.
pub struct Agreed {
    /// The new row; not written yet.
    pub row: Model,
    /// The agreements that it replaces, and from when.
    pub replaced: Vec<(Link, Date)>,
}

/// Turns a request into an agreement that starts on its day, or today if that day has passed. Ends what it replaces. Both
/// sides are locked.
pub async fn agree(work: &Work<'_>, row: &Model, moment: Moment) -> Result<Outcome> {
    let payer = row.payer_id.ok_or(Error::NotFound)?;
    let from = row.starts_on.max(moment.today);
    store::lock_chains(work.tx).await?;
    let own = store::own_links(work.tx, row.organisation_id, from).await?;
    if own.iter().any(|link| link.payer == payer && link.holds_on(from)) {
        return Err(rules::pays_already(from).into());
    }
    let (replaced, until) = chain::make_room(&own, from);
    let new = Link { id: row.id, organisation: row.organisation_id, payer, from, until };
    let around = store::links_around(work.tx, row.organisation_id, payer, from).await?;
    if let Err(obstacle) = chain::check(&around, &new) {
        return Ok(Outcome::Blocked(obstacle));
    }
    for (link, day) in &replaced {
        store::end(work.tx, link.id, link.from, *day).await?;
    }
    let row = Model {
        state: State::Active,
        starts_on: from,
        ends_on: until,
        answered_by_id: work.request.actor().user_id(),
        answered_at: Some(moment.now),
        ..row.clone()
    };
    Ok(Outcome::Agreed(Agreed { row, replaced }))
}

/// Records a change of an agreement in the logs of both sides.
pub async fn record(work: &Work<'_>, action: &str, before: Option<&Model>, after: &Model) -> Result<()> {
    let snapshot = before.map_or(Json::Null, rules::audit_snapshot);
    for side in [Some(after.organisation_id), after.payer_id].into_iter().flatten() {
        let event = Event::done(action, side, Some(Permission::BillingUpdate)).to(Type::PayerAgreement.id(after.id));
        audit::record(work, event.changing(snapshot.clone(), rules::audit_snapshot(after))).await?;
    }
    Ok(())
}

/// The error about an obstacle. It names the organisations in the circle that the viewer may see. Runs after the
/// transaction, because it reads other organisations.
pub async fn obstacle_error(request: &Request, obstacle: Obstacle, row: &Model) -> Result<UserError> {
    match obstacle {
        Obstacle::TooLong(day) => Ok(too_long(day)),
        Obstacle::Cycle(day, path) => {
            let known: Vec<Uuid> = [Some(row.organisation_id), row.payer_id].into_iter().flatten().collect();
            let cards = visible_cards(request, &path, &known).await?;
            let path_with = |hidden: &str| {
                let names = cards.iter().map(|card| card.as_ref().map_or(hidden, |card| card.name.as_str()));
                names.collect::<Vec<_>>().join(" → ")
            };
            let [en, de, sv] = ["(hidden)", "(verborgen)", "(dold)"].map(path_with);
            let message = [
                format!("On {day} the payers would form a circle in which nobody pays: {en}."),
                format!("Am {day} bildeten die Zahler einen Kreis, in dem niemand bezahlt: {de}."),
                format!("Den {day} skulle betalarna bilda en cirkel där ingen betalar: {sv}."),
            ];
            Ok(UserError::general(UserErrorCode::PayerCycle, message))
        }
    }
}

/// Why an organisation cannot start today to pay for a new client, as an error of the field `recipient`; `None` if it
/// can.
pub async fn new_client_obstacle(
    tx: &DatabaseTransaction,
    request: &Request,
    payer: Uuid,
) -> Result<Option<UserError>> {
    store::lock_chains(tx).await?;
    let from = request.today();
    // The client does not exist yet, so it pays for nobody.
    let new = Link { id: Uuid::nil(), organisation: Uuid::nil(), payer, from, until: None };
    let around = store::links_around(tx, new.organisation, payer, from).await?;
    match chain::check(&around, &new) {
        Ok(()) => Ok(None),
        Err(Obstacle::TooLong(day)) => {
            let field = Some(vec!["input".to_owned(), "recipient".to_owned()]);
            Ok(Some(UserError { field, ..too_long(day) }))
        }
        Err(Obstacle::Cycle(..)) => Err(Error::fault("a circle of payers through a client that does not exist yet")),
    }
}

fn too_long(day: Date) -> UserError {
    let longest = chain::LONGEST;
    let message = [
        format!("On {day} the chain of payers would have more than {longest} agreements. Make it shorter."),
        format!("Am {day} hätte die Kette der Zahler mehr als {longest} Vereinbarungen. Machen Sie sie kürzer."),
        format!("Den {day} skulle kedjan av betalare ha fler än {longest} avtal. Gör den kortare."),
    ];
    UserError::general(UserErrorCode::PayerChainTooLong, message)
}

/// The cards of a chain, in which each organisation is paid for by the next. `None` means that the viewer may not see
/// the organisation. A card is visible if the organisation is in `known`, or if the viewer sees it. It is also visible
/// if the viewer reads the billing of one that it pays for, or the billing or invoices of the one that pays for it.
pub async fn visible_cards(request: &Request, path: &[Uuid], known: &[Uuid]) -> Result<Vec<Option<Card>>> {
    let decisions = request.access.look_all(path.iter().copied().collect::<HashSet<_>>()).await?;
    let may = |index: Option<usize>, permission| {
        index.and_then(|index| decisions.get(path.get(index)?)).is_some_and(|at| at.grants.has(permission))
    };
    let cards = path.iter().enumerate().map(|(index, id)| {
        let is_visible = known.contains(id)
            || may(Some(index), Permission::OrganisationRead)
            || may(index.checked_sub(1), Permission::BillingRead)
            || may(Some(index + 1), Permission::InvoiceRead)
            || may(Some(index + 1), Permission::BillingRead);
        decisions.get(id).filter(|_| is_visible).map(access::Decision::card)
    });
    Ok(cards.collect())
}
