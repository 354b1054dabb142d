//! Creating many assets at once.

use async_graphql::{ID, InputObject};
use futures_util::future::join_all;
use macros::{mutation, payload, public_object};

use super::create::NewAssetInput;
use super::creating::{Outcome, Wish, create_all};
use super::object::Asset;
use super::rules::require_count;
use crate::base::error::{Result, UserError};
use crate::graphql::act::{ActOn, Find};
use crate::organisation::Organisation;
use crate::oversight::idempotency::once_if;

/// The assets to create, and their organisation.
#[derive(InputObject)]
pub struct CreateAssetsInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The assets: 1 to 500. Send a longer list in parts.
    pub assets: Vec<NewAssetInput>,
    /// Whether to check only: nothing is created.
    #[graphql(default)]
    pub dry_run: bool,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input creates nothing, and gets the answer of the first. If no asset was created, and in a dry run,
    /// the key is not kept.
    pub idempotency_key: Option<String>,
}

/// The outcome for one asset of a list.
#[public_object]
pub struct AssetResult {
    /// Its position in the input, from 0.
    pub index: i32,
    /// The asset; null if nothing was done with it, and for a new one in a dry run.
    pub asset: Option<Asset>,
    /// Why nothing was done, or would be done; empty otherwise.
    pub user_errors: Vec<UserError>,
}

impl AssetResult {
    /// The result at this position of the list.
    pub(super) fn new(list: &str, index: usize, asset: Option<Asset>, error: Option<UserError>) -> Self {
        let user_errors = error.map(|error| error.in_row(list, index)).into_iter().collect();
        Self { index: i32::try_from(index).unwrap_or(i32::MAX), asset, user_errors }
    }
}

/// The outcome for each asset.
#[payload]
pub struct CreateAssetsPayload {
    /// One result for each asset of the input, in the same order. A mistake in one does not stop the others.
    pub results: Vec<AssetResult>,
}

/// Creates up to 500 assets, like `createAsset`. Each row is checked on its own, and all correct rows are created together.
/// When the quota is full, the rest of its rows get LICENCE_EXHAUSTED. With an external id for each asset, a list can be sent
/// again without harm.
#[mutation]
#[acts(ASSET_CREATE, on = input.organisation_id)]
async fn create_assets(act: ActOn<'_, Organisation>, input: CreateAssetsInput) -> Result<CreateAssetsPayload> {
    require_count("assets", input.assets.len())?;
    let wishes = join_all(input.assets.iter().map(async |asset: &NewAssetInput| asset.read(act.request).await)).await;
    let wishes = wishes.into_iter().collect::<Result<Vec<Wish>>>()?;
    let event = act.event();
    let call = if input.dry_run { None } else { act.call(input.idempotency_key.as_deref())? };
    let outcomes: Vec<Outcome> = act
        .locked(async |work, at| {
            let has_created = |outcomes: &Vec<Outcome>| outcomes.iter().any(Result::is_ok);
            let create = async || create_all(work, &at, &event, &wishes, input.dry_run).await;
            once_if(work, call.as_ref(), at.id(), has_created, create).await
        })
        .await?;
    let results = outcomes.into_iter().enumerate().map(async |(index, outcome)| {
        let (asset, error) = match outcome {
            Ok(Some(id)) => (Asset::find(act.request, id).await?, None),
            Ok(None) => (None, None),
            Err(error) => (None, Some(error)),
        };
        Ok(AssetResult::new("assets", index, asset, error))
    });
    let results = join_all(results).await.into_iter().collect::<Result<_>>()?;
    Ok(CreateAssetsPayload { results, ..Default::default() })
}
