//! Deleting assets.

use std::collections::{BTreeMap, HashMap};

use async_graphql::{ID, InputObject};
use entity::asset::{Model, State};
use entity::feature;
use futures_util::future::join_all;
use macros::{mutation, payload};
use uuid::Uuid;

use super::create_many::AssetResult;
use super::object::Asset;
use super::rules::{audit_snapshot, note_first, require_count};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::{Type, wrong_id};
use crate::base::message::Message;
use crate::catalogue::feature::store as features;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::licence::pool::give_back;
use crate::organisation::Organisation;
use crate::oversight::audit::{self, Event};

/// The assets to delete, and their organisation.
#[derive(InputObject)]
pub struct DeleteAssetsInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Ids of the assets: 1 to 500, each once.
    pub asset_ids: Vec<ID>,
    /// Whether to check only: nothing is deleted.
    #[graphql(default)]
    pub dry_run: bool,
}

/// The outcome for each asset.
#[payload]
pub struct DeleteAssetsPayload {
    /// One result for each id of the input, in the same order. A mistake in one does not stop the others. In a dry run the
    /// assets are there as they are.
    pub results: Vec<AssetResult>,
}

/// The asset of the row, or what is wrong with it.
type Outcome = Result<Uuid, UserError>;

/// Deletes up to 500 assets, and gives back what they took from their pools. Deleted assets can still be read; their external
/// ids are free again.
#[mutation]
#[acts(ASSET_DELETE, on = input.organisation_id)]
async fn delete_assets(act: ActOn<'_, Organisation>, input: DeleteAssetsInput) -> Result<DeleteAssetsPayload> {
    require_count("assetIds", input.asset_ids.len())?;
    let ids: Vec<Outcome> = input.asset_ids.iter().map(read).collect();
    let outcomes = act.locked(async |work, at| delete(work, at.id(), &act.event(), &ids, input.dry_run).await).await?;
    let results = outcomes.into_iter().enumerate().map(async |(index, outcome)| {
        let (asset, error) = match outcome {
            Ok(id) => (Asset::find(act.request, id).await?, None),
            Err(error) => (None, Some(error)),
        };
        Ok(AssetResult::new("assetIds", index, asset, error))
    });
    let results = join_all(results).await.into_iter().collect::<Result<_>>()?;
    Ok(DeleteAssetsPayload { results, ..Default::default() })
}

fn read(id: &ID) -> Outcome {
    Type::Asset.parse(id).map_err(|error| UserError::general(UserErrorCode::InvalidInput, wrong_id(&error)))
}

/// Deletes the assets of the valid rows, unless it is a dry run. The caller has locked the organisation. The number of
/// statements does not depend on the number of rows.
async fn delete(
    work: &Work<'_>,
    organisation: Uuid,
    event: &Event,
    ids: &[Outcome],
    dry_run: bool,
) -> Result<Vec<Outcome>> {
    let wanted: Vec<Uuid> = ids.iter().flatten().copied().collect();
    let rows = store::find_in(work.tx, organisation, &wanted).await?;
    let rows: HashMap<Uuid, Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut first = BTreeMap::new();
    let outcomes: Vec<Outcome> =
        ids.iter().enumerate().map(|(index, id)| check(&rows, &mut first, index, id.clone()?)).collect();
    let deleted: Vec<&Model> = outcomes.iter().flatten().filter_map(|id| rows.get(id)).collect();
    if dry_run || deleted.is_empty() {
        return Ok(outcomes);
    }
    let mut returned: BTreeMap<Uuid, i64> = BTreeMap::new();
    for row in &deleted {
        *returned.entry(row.feature_id).or_default() += 1;
    }
    let counted: Vec<Uuid> = returned.keys().copied().collect();
    let counted = features::find_in(work.tx, &counted).await?;
    let counted: HashMap<Uuid, feature::Model> = counted.into_iter().map(|row| (row.id, row)).collect();
    let event_of = |row: &&Model| {
        let feature = counted.get(&row.feature_id).ok_or(Error::NotFound)?;
        let after = Model { state: State::Deleted, ..(*row).clone() };
        let event = event.clone().to(Type::Asset.id(row.id));
        Ok(event.changing(audit_snapshot(row, feature), audit_snapshot(&after, feature)))
    };
    let events = deleted.iter().map(event_of).collect::<Result<Vec<Event>>>()?;
    let keys: Vec<Uuid> = deleted.iter().map(|row| row.id).collect();
    store::delete(work.tx, &keys, work.now).await?;
    give_back(work, organisation, &returned).await?;
    audit::record_all(work, events).await?;
    Ok(outcomes)
}

fn check(rows: &HashMap<Uuid, Model>, first: &mut BTreeMap<Uuid, usize>, index: usize, id: Uuid) -> Outcome {
    let wrong = |code, message: Message| Err(UserError::general(code, message));
    match rows.get(&id) {
        None => wrong(
            UserErrorCode::Unknown,
            [
                "The organisation has no such asset.",
                "Die Organisation hat kein solches Asset.",
                "Organisationen har ingen sådan tillgång.",
            ]
            .into(),
        ),
        Some(row) if row.state == State::Deleted => wrong(
            UserErrorCode::StaleState,
            [
                format!("{} is deleted already.", row.name),
                format!("{} ist schon gelöscht.", row.name),
                format!("{} är redan borttagen.", row.name),
            ]
            .into(),
        ),
        Some(_) => match note_first(first, id, index) {
            Err(before) => wrong(
                UserErrorCode::Duplicate,
                [
                    format!("This asset is already in the list, at index {before}."),
                    format!("Dieses Asset steht schon in der Liste, an der Stelle {before}."),
                    format!("Tillgången finns redan i listan, på plats {before}."),
                ]
                .into(),
            ),
            Ok(()) => Ok(id),
        },
    }
}
