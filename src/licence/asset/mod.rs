//! Assets: things that a quota counts, for example the data loggers of a customer.
//!
//! Creating an asset takes one from the pool of its feature, and deleting it gives that back. An asset is ACTIVE or DELETED.
//! A deleted one stays as it is, and its external id is free again. Assets exist for viewers with ASSET_READ at the
//! organisation.

mod create;
mod create_many;
mod creating;
mod delete_many;
mod object;
pub mod rules;
pub mod store;
mod update;

use macros::merged;

pub use object::{Asset, AssetFilter, AssetOrder, AssetState};

/// The mutations of assets.
#[merged]
pub struct AssetMutation(
    create::CreateAsset,
    create_many::CreateAssets,
    update::UpdateAsset,
    delete_many::DeleteAssets,
);
