//! Changing an asset.

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::asset::{Model, State};
use macros::{mutation, payload};

use super::object::Asset;
use super::rules::{Described, audit_snapshot, taken};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::catalogue::feature::store as features;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::require_active;
use crate::oversight::audit;

/// The changes to an asset. Fields that are left out stay the same.
#[derive(InputObject)]
pub struct UpdateAssetInput {
    /// Id of the asset.
    pub asset_id: ID,
    /// Its new name: 1 to 200 characters.
    pub name: Option<String>,
    /// Its new kind: 1 to 100 characters.
    pub kind: Option<String>,
    /// Its new id in another system: 1 to 100 characters; null for none.
    pub external_id: MaybeUndefined<String>,
}

/// The changed asset.
#[payload]
pub struct UpdateAssetPayload {
    /// The asset; null if it was not changed.
    pub asset: Option<Asset>,
}

/// Changes what is known about an asset. The feature that counts it stays.
#[mutation]
#[acts(ASSET_CREATE, on = input.asset_id)]
async fn update_asset(act: ActOn<'_, Asset>, input: UpdateAssetInput) -> Result<UpdateAssetPayload> {
    let id = act.object.key();
    act.locked(async |work, at| {
        require_active(at.row())?;
        let old = store::find_in(work.tx, at.id(), &[id]).await?.pop().ok_or(Error::NotFound)?;
        if old.state == State::Deleted {
            let message = [
                "The asset is deleted. Create a new one instead.",
                "Das Asset ist gelöscht. Legen Sie stattdessen ein neues an.",
                "Tillgången är borttagen. Skapa en ny i stället.",
            ];
            return Err(UserError::at("assetId", UserErrorCode::StaleState, message).into());
        }
        let new = input.apply(&old)?;
        if let Some(external) = new.external_id.as_deref().filter(|_| new.external_id != old.external_id)
            && store::external_ids(work.tx, at.id(), &[external]).await?.contains(external)
        {
            return Err(taken(external).into());
        }
        let feature = features::find_in(work.tx, &[old.feature_id]).await?.pop().ok_or(Error::NotFound)?;
        store::update(work.tx, id, &new).await?;
        let Described { name, kind, external_id } = new;
        let after = Model { name, kind, external_id, ..old.clone() };
        let event = act.event().to(input.asset_id.clone());
        let event = event.changing(audit_snapshot(&old, &feature), audit_snapshot(&after, &feature));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(UpdateAssetPayload { asset: Asset::find(act.request, id).await?, ..Default::default() })
}

impl UpdateAssetInput {
    /// The asset after the change. The first invalid field is the error.
    fn apply(&self, old: &Model) -> Result<Described, UserError> {
        let external = match &self.external_id {
            MaybeUndefined::Undefined => old.external_id.as_deref(),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(typed) => Some(typed.as_str()),
        };
        let (name, kind) = (self.name.as_deref().unwrap_or(&old.name), self.kind.as_deref().unwrap_or(&old.kind));
        Described::read(name, kind, external)
    }
}
