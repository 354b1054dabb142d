//! Creating a feature.

use std::sync::Arc;

use async_graphql::InputObject;
use entity::feature::Model;
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::{Feature, FeatureKind};
use super::{rules, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::catalogue::product::Seen;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The feature to create.
#[derive(InputObject)]
pub struct CreateFeatureInput {
    /// Its key: 1 to 40 letters A to Z or a to z, digits, dots, underscores or hyphens. It is unique and never changes.
    pub key: String,
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// What it counts.
    pub kind: FeatureKind,
    /// The family that it belongs to, written like a key. A person has at most one feature of a family.
    pub family: Option<String>,
}

/// The new feature.
#[payload]
pub struct CreateFeaturePayload {
    /// The feature; null if it was not created.
    pub feature: Option<Feature>,
}

/// Creates a feature that products can entitle to: see `setEntitlements`.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = ())]
async fn create_feature(act: ActOn<'_, Operator>, input: CreateFeatureInput) -> Result<CreateFeaturePayload> {
    let now = act.request.now();
    let row = rules::checked(Model {
        id: act.request.random.id(now),
        organisation_id: act.organisation(),
        key: input.key,
        name: input.name,
        name_key: String::new(),
        kind: input.kind.into(),
        family: input.family,
        created_at: now,
    })?;
    let feature = act
        .locked(async |work, at| {
            let others = store::all_in(work.tx, at.id()).await?;
            if others.iter().any(|other| other.key == row.key) {
                let message = [
                    "There is already a feature with this key. Choose another key.",
                    "Ein Feature mit diesem Schlüssel gibt es schon. Wählen Sie einen anderen Schlüssel.",
                    "Det finns redan en funktion med den här nyckeln. Välj en annan nyckel.",
                ];
                return Err(UserError::at("key", UserErrorCode::Duplicate, message).into());
            }
            store::create(work.tx, vec![row.clone()]).await?;
            let event = act.event().to(Type::Feature.id(row.id));
            audit::record(work, event.changing(Json::Null, rules::audit_snapshot(&row))).await?;
            Ok(Feature::new(Arc::new(row), Seen::at(&at)))
        })
        .await?;
    Ok(CreateFeaturePayload { feature: Some(feature), ..Default::default() })
}
