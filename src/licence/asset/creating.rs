//! Creating one asset or many. Each row is checked on its own, and the valid ones are written together. The number of
//! statements does not depend on the number of rows.

use std::collections::{BTreeMap, HashMap};

use entity::asset::{Model, State};
use entity::feature;
use serde_json::Value as Json;
use uuid::Uuid;

use super::rules::{Described, audit_snapshot, note_first, require_quota, taken};
use super::store;
use crate::access::Authorised;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::catalogue::feature::store as features;
use crate::graphql::request::Work;
use crate::licence::pool::Pools;
use crate::organisation::require_active;
use crate::oversight::audit::{self, Event};

/// The key of the new asset, which is `None` in a dry run; or what is wrong with the row.
pub type Outcome = Result<Option<Uuid>, UserError>;

/// An asset to create, as it was typed.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Its feature, or what is wrong with the id.
    pub feature: Result<Uuid, UserError>,
    /// Its name, kind and external id, or what is wrong with them.
    pub described: Result<Described, UserError>,
}

/// Checks the rows and creates the valid ones, unless it is a dry run. A row is valid as long as the rows before it leave
/// something of the quota. Outcomes are in the order of the rows. The caller has locked the organisation. `event` is the
/// audit event for each asset, without its object.
pub async fn create_all(
    work: &Work<'_>,
    at: &Authorised,
    event: &Event,
    wishes: &[Wish],
    dry_run: bool,
) -> Result<Vec<Outcome>> {
    require_active(at.row())?;
    let organisation = at.id();
    let features = load_features(work, wishes).await?;
    let external: Vec<&str> =
        wishes.iter().filter_map(|wish| wish.described.as_ref().ok()?.external_id.as_deref()).collect();
    let known = store::external_ids(work.tx, organisation, &external).await?;
    let mut pools = Pools::load(work, organisation).await?;
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut valid: Vec<(Uuid, &feature::Model, &Described)> = Vec::new();
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(wishes.len());
    for (index, wish) in wishes.iter().enumerate() {
        let checked = wish.check(&features).and_then(|(feature, described)| {
            if let Some(external) = described.external_id.as_deref() {
                if known.contains(external) {
                    return Err(taken(external));
                }
                note_first(&mut first, external, index).map_err(|before| {
                    let message = [
                        format!("This external id is already in the list, at index {before}."),
                        format!("Diese externe Kennung steht schon in der Liste, an der Stelle {before}."),
                        format!("Det här externa id:t finns redan i listan, på plats {before}."),
                    ];
                    UserError::at("externalId", UserErrorCode::Duplicate, message)
                })?;
            }
            pools.plan_named(feature, 1)?;
            Ok((work.random.id(work.now), feature, described))
        });
        outcomes.push(checked.map(|row| {
            valid.push(row);
            (!dry_run).then_some(row.0)
        }));
    }
    if dry_run || valid.is_empty() {
        return Ok(outcomes);
    }
    let pools = pools.write(work).await?;
    let (mut rows, mut events) = (Vec::with_capacity(valid.len()), Vec::with_capacity(valid.len()));
    for (id, feature, described) in valid {
        let pool = pools.get(&feature.id).copied().ok_or_else(|| Error::fault("a pool was not created"))?;
        let row = new_row(work, (organisation, pool, feature.id), id, described);
        events.push(event.clone().to(Type::Asset.id(id)).changing(Json::Null, audit_snapshot(&row, feature)));
        rows.push(row);
    }
    store::create(work.tx, &rows).await?;
    audit::record_all(work, events).await?;
    Ok(outcomes)
}

impl Wish {
    /// Checks the row on its own.
    fn check<'a>(
        &'a self,
        features: &'a HashMap<Uuid, feature::Model>,
    ) -> Result<(&'a feature::Model, &'a Described), UserError> {
        let feature = self.feature.as_ref().map_err(Clone::clone)?;
        let described = self.described.as_ref().map_err(Clone::clone)?;
        Ok((require_quota(features.get(feature))?, described))
    }
}

async fn load_features(work: &Work<'_>, wishes: &[Wish]) -> Result<HashMap<Uuid, feature::Model>> {
    let ids: Vec<Uuid> = wishes.iter().filter_map(|wish| wish.feature.as_ref().ok().copied()).collect();
    Ok(features::find_in(work.tx, &ids).await?.into_iter().map(|row| (row.id, row)).collect())
}

fn new_row(
    work: &Work<'_>,
    (organisation, pool, feature): (Uuid, Uuid, Uuid),
    id: Uuid,
    described: &Described,
) -> Model {
    Model {
        id,
        organisation_id: organisation,
        licence_pool_id: pool,
        feature_id: feature,
        name: described.name.clone(),
        name_key: collation::sort_key(&described.name),
        search_text: described.search_text(),
        kind: described.kind.clone(),
        external_id: described.external_id.clone(),
        state: State::Active,
        created_at: work.now,
        deleted_at: None,
    }
}
