//! Features: what products entitle to, a kind of seat or a quota.
//!
//! An entitlement says how many of a feature each unit of a product gives. A person has at most one feature of a family.
//! Features exist for viewers with SUBSCRIPTION_READ, LICENCE_READ, ASSET_READ or USAGE_READ at any organisation, and for staff who manage
//! the catalogue. What an organisation has and uses of a feature is in `licence/pool`.

mod create;
mod entitlement;
mod object;
pub mod rules;
mod set_entitlements;
pub mod store;

use macros::merged;

pub use entitlement::Entitlement;
pub use object::{Feature, FeatureKind};

/// The mutations of features.
#[merged]
pub struct FeatureMutation(create::CreateFeature, set_entitlements::SetEntitlements);
