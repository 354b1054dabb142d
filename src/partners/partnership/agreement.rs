//! Agreeing on a partnership: every partnership begins here, and every accepted proposal changes its terms here.

use entity::partnership::{Model, State};
use sea_orm::prelude::DateTimeUtc;
use serde_json::Value as Json;
use uuid::Uuid;

use super::memberships;
use super::reminder::reminded;
use super::rules::{PartnershipState, state_at};
use super::terms::Terms;
use super::tree::{DEEPEST, Misfit, fits};
use super::{Parties, store};
use crate::access::Permission;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::random::Random;
use crate::graphql::request::Work;

/// A partnership that was agreed on.
pub struct Agreed {
    /// Id of the partnership.
    pub id: Uuid,
    /// Its terms before, as the audit log keeps them; null if the partnership is new.
    pub before: Json,
}

/// Makes the two organisations partners, or gives their partnership other terms. The caller has checked that both may
/// agree, and has locked the graph of partnerships.
pub async fn agree(work: &Work<'_>, parties: Parties, client_name: &str, terms: Terms) -> Result<Agreed> {
    if let Some(row) = store::between(work.tx, parties.reseller, parties.client).await? {
        if state_at(&row, work.now) == PartnershipState::Expired {
            memberships::end_all(work, &row, "acceptPartnership").await?;
        }
        store::set_terms(work.tx, row.id, terms, reminded(terms.ends_at, work.now)).await?;
        return Ok(Agreed { id: row.id, before: Terms::of(&row).audit_snapshot() });
    }
    require_fit(work, parties).await?;
    let row = new_row(work.random, work.now, parties, client_name, terms, None);
    let id = row.id;
    store::create(work.tx, vec![row]).await?;
    Ok(Agreed { id, before: Json::Null })
}

/// Refuses a new partnership of two organisations that would make the graph cyclic or too deep.
pub async fn require_fit(work: &Work<'_>, Parties { reseller, client }: Parties) -> Result<()> {
    let pairs = store::around(work.tx, reseller, client).await?;
    match fits(&pairs, reseller, client) {
        Ok(()) => Ok(()),
        Err(misfit) => Err(misfit_error(work, misfit).await?.into()),
    }
}

/// The row of a partnership that begins now.
pub fn new_row(
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
        client_key: collation::sort_key(client_name),
        client_folded: collation::fold(client_name),
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
        reference_folded: reference.as_deref().map(collation::fold),
        reference,
        template_id: None,
    }
}

/// Says why the two cannot be partners, and names the organisations of the path that the actor may see.
async fn misfit_error(work: &Work<'_>, misfit: Misfit) -> Result<UserError> {
    let (path, code) = match &misfit {
        Misfit::Cycle(path) => (path, UserErrorCode::Cycle),
        Misfit::TooDeep(path) => (path, UserErrorCode::TooDeep),
    };
    let mut names = Vec::with_capacity(path.len());
    for id in path {
        let decision = work.request.access.look_in(work.tx, *id).await;
        names.push(match decision.and_then(|decision| decision.authorise(Permission::OrganisationRead)) {
            Ok(at) => Some(at.row().name.clone()),
            // A new client has no row yet.
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        });
    }
    let hidden = [
        "(an organisation that you may not see)",
        "(eine für Sie unsichtbare Organisation)",
        "(en organisation som du inte får se)",
    ];
    let path_with = |hidden| names.iter().map(|name| name.as_deref().unwrap_or(hidden)).collect::<Vec<_>>().join(" → ");
    let [en, de, sv] = hidden.map(path_with);
    let message = match misfit {
        Misfit::Cycle(_) => [
            format!("The reseller is already below its client, so it cannot be above it: {en}."),
            format!("Der Reseller steht schon unter seinem Kunden und kann daher nicht über ihm stehen: {de}."),
            format!("Återförsäljaren finns redan under sin kund och kan därför inte finnas över den: {sv}."),
        ],
        Misfit::TooDeep(_) => [
            format!("The chain of partnerships would be longer than {DEEPEST}: {en}."),
            format!("Die Kette der Partnerschaften würde länger als {DEEPEST}: {de}."),
            format!("Kedjan av partnerskap skulle bli längre än {DEEPEST}: {sv}."),
        ],
    };
    Ok(UserError::general(code, message))
}
