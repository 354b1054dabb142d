//! Agreeing on a partnership: the one way by which one comes to be or changes its terms.

use entity::partnership::{Model, State};
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use serde_json::Value as Json;
use uuid::Uuid;

use super::given;
use super::reminder::reminded;
use super::rules::{PartnershipState, judge};
use super::terms::Terms;
use super::tree::{DEEPEST, Misfit, fits};
use super::{Parties, store};
use crate::access::Permission;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::random::Random;
use crate::graphql::request::Request;

/// A partnership as it is agreed on.
pub struct Agreed {
    /// The partnership.
    pub id: Uuid,
    /// Its terms before, if there was one already.
    pub before: Json,
}

/// Makes a partnership of the two, or gives the one that there is other terms. Who may agree is judged before, and the
/// graph of partnerships is locked.
pub async fn agree(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    parties: Parties,
    client_name: &str,
    terms: Terms,
) -> Result<Result<Agreed, UserError>> {
    let now = request.now();
    let Parties { reseller, client } = parties;
    if let Some(row) = store::between(tx, reseller, client).await? {
        if judge(&row, now) == PartnershipState::Expired {
            given::take_back(tx, request, random, &row, "acceptPartnership").await?;
        }
        store::set_terms(tx, row.id, terms, reminded(terms.ends_at, now)).await?;
        return Ok(Ok(Agreed { id: row.id, before: Terms::of(&row).described() }));
    }
    if let Some(error) = misfit(tx, request, parties).await? {
        return Ok(Err(error));
    }
    let row = new(random, now, parties, client_name, terms, None);
    let id = row.id;
    store::create(tx, vec![row]).await?;
    Ok(Ok(Agreed { id, before: Json::Null }))
}

/// Why the two, who are no partners yet, cannot become partners, if they cannot.
pub async fn misfit(
    tx: &DatabaseTransaction,
    request: &Request,
    Parties { reseller, client }: Parties,
) -> Result<Option<UserError>> {
    let pairs = store::around(tx, reseller, client).await?;
    match fits(&pairs, reseller, client) {
        Ok(()) => Ok(None),
        Err(misfit) => Ok(Some(told(tx, request, misfit).await?)),
    }
}

/// A partnership that begins now.
pub fn new(
    random: &Random,
    now: DateTimeUtc,
    Parties { reseller, client }: Parties,
    client_name: &str,
    terms: Terms,
    reference: Option<String>,
) -> Model {
    Model {
        id: random.id(now),
        reseller_id: reseller,
        client_id: client,
        client_name: client_name.to_owned(),
        delegated: terms.delegated.to_stored(),
        client_delegated: terms.client_delegated.to_stored(),
        includes_upstream: terms.includes_upstream,
        state: State::Active,
        starts_at: now,
        ends_at: terms.ends_at,
        ended_at: None,
        created_at: now,
        ended_by: None,
        reminded_days: reminded(terms.ends_at, now),
        reference,
        template_id: None,
    }
}

/// Why the two cannot be partners, with the way as far as the actor may see it.
async fn told(tx: &DatabaseTransaction, request: &Request, misfit: Misfit) -> Result<UserError> {
    let (way, code) = match &misfit {
        Misfit::Cycle(way) => (way, UserErrorCode::Cycle),
        Misfit::TooDeep(way) => (way, UserErrorCode::TooDeep),
    };
    let mut names = Vec::with_capacity(way.len());
    for id in way {
        names.push(match request.access.look_in(tx, *id).await {
            Ok(seen) if seen.grants.has(Permission::OrganisationRead) => seen.row.name.clone(),
            // One that is new is not there yet.
            Ok(_) | Err(Error::NotFound) => "(an organisation that you may not see)".to_owned(),
            Err(error) => return Err(error),
        });
    }
    let names = names.join(" → ");
    let message = match misfit {
        Misfit::Cycle(_) => format!("The reseller is below its client already, so it cannot be above it: {names}."),
        Misfit::TooDeep(_) => format!("More than {DEEPEST} partnerships would follow each other: {names}."),
    };
    Ok(UserError::general(code, message))
}
