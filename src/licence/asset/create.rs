//! Creating an asset.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use uuid::Uuid;

use super::creating::{Wish, create_all};
use super::object::Asset;
use super::rules::{Described, unknown_feature};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::{Type, wrong_id};
use crate::catalogue::feature::Feature;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Request;
use crate::organisation::Organisation;

/// An asset to create.
#[derive(InputObject)]
pub struct NewAssetInput {
    /// Id of the feature that counts it: one of kind QUOTA.
    pub feature_id: ID,
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// What kind of thing it is, in your words: 1 to 100 characters.
    pub kind: String,
    /// Its id in another system: 1 to 100 characters. No other asset of the organisation has it.
    pub external_id: Option<String>,
}

impl NewAssetInput {
    /// What it asks for, with what is wrong about it. A feature that is hidden from the viewer is unknown.
    pub(super) async fn read(&self, request: &Request) -> Result<Wish> {
        let feature = match Type::Feature.parse(&self.feature_id) {
            Err(error) => Err(UserError::at("featureId", UserErrorCode::InvalidInput, wrong_id(&error))),
            Ok(key) => Feature::find(request, key).await?.map(|_| key).ok_or_else(unknown_feature),
        };
        Ok(Wish { feature, described: Described::read(&self.name, &self.kind, self.external_id.as_deref()) })
    }
}

/// The asset to create, and its organisation.
#[derive(InputObject)]
pub struct CreateAssetInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Id of the feature that counts it: one of kind QUOTA.
    pub feature_id: ID,
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// What kind of thing it is, in your words: 1 to 100 characters.
    pub kind: String,
    /// Its id in another system: 1 to 100 characters. No other asset of the organisation has it.
    pub external_id: Option<String>,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The new asset.
#[payload]
pub struct CreateAssetPayload {
    /// The asset; null if it was not created.
    pub asset: Option<Asset>,
}

/// Creates an asset, and takes one from the pool of its feature. `Organisation.licencePools` shows what is left.
#[mutation]
#[acts(ASSET_CREATE, on = input.organisation_id)]
async fn create_asset(act: ActOn<'_, Organisation>, input: CreateAssetInput) -> Result<CreateAssetPayload> {
    let CreateAssetInput { feature_id, name, kind, external_id, idempotency_key, .. } = input;
    Type::Feature.parse(&feature_id)?;
    let wish = NewAssetInput { feature_id, name, kind, external_id }.read(act.request).await?;
    let id: Uuid = act
        .once(idempotency_key.as_deref(), async |work, at| {
            let made = create_all(work, &at, &act.event(), std::slice::from_ref(&wish), false).await?.pop();
            made.transpose()?.flatten().ok_or_else(|| Error::fault("an asset without an outcome"))
        })
        .await?;
    Ok(CreateAssetPayload { asset: Asset::find(act.request, id).await?, ..Default::default() })
}
