//! Pinning a licence to a person, or a person to no licence.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use entity::directory_person::State;
use entity::licence_pin::Model;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};

use super::object::LicencePin;
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::directory::person::{DirectoryPerson, store as people};
use crate::graphql::act::{ActOn, Find};
use crate::licence::assignment::rules::{family, require_seat, unknown_person};
use crate::licence::assignment::visible_feature;
use crate::organisation::Organisation;
use crate::oversight::audit;

/// The person, and what they get.
#[derive(InputObject)]
pub struct PinLicenceInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Id of the person of its directory.
    pub person_id: ID,
    /// Id of the feature that the person gets, or, with `none`, of a feature of the family from which the person gets none.
    pub feature_id: ID,
    /// Whether the person gets no licence of the family.
    #[graphql(default)]
    pub none: bool,
    /// Why: 1 to 1,000 characters.
    pub note: String,
    /// The first day without it; without it, the pin does not end.
    pub until: Option<Date>,
}

/// The pin.
#[payload]
pub struct PinLicencePayload {
    /// The pin; null if it was not set.
    pub pin: Option<LicencePin>,
}

/// Decides about one person by hand, before all rules of the family. It replaces an earlier pin of the person, and counts
/// when the rules are applied.
#[mutation]
#[acts(LICENCE_ASSIGN, on = input.organisation_id)]
async fn pin_licence(act: ActOn<'_, Organisation>, input: PinLicenceInput) -> Result<PinLicencePayload> {
    let Ok(person) = Type::DirectoryPerson.parse(&input.person_id) else {
        return Err(unknown_person("personId").into());
    };
    // Somebody who is hidden from the viewer is unknown.
    DirectoryPerson::find(act.request, person).await?.ok_or_else(|| unknown_person("personId"))?;
    let feature = visible_feature(act.request, &input.feature_id).await?;
    require_seat("featureId", &feature)?;
    let note = text::reason("note", &input.note)?;
    if input.until.is_some_and(|until| until <= act.request.today()) {
        let message = ["Give a day after today.", "Geben Sie einen Tag nach heute an.", "Ange en dag efter i dag."];
        return Err(UserError::at("until", UserErrorCode::InvalidInput, message).into());
    }
    let row = act
        .locked(async |work, at| {
            let known = people::load_in(work.tx, at.id(), &[person]).await?.pop();
            let known = known.filter(|row| row.state != State::Deleted).ok_or_else(|| unknown_person("personId"))?;
            let old = store::find(work.tx, person, family(&feature)).await?;
            let row = Model {
                id: work.random.id(work.now),
                organisation_id: at.id(),
                person_id: person,
                family: family(&feature).to_owned(),
                feature_id: (!input.none).then_some(feature.id),
                note: note.clone(),
                until: input.until,
                user_id: work.request.person()?.map(|user| user.id),
                created_at: work.now,
            };
            store::replace(work.tx, old.map(|old| old.id), row.clone()).await?;
            let after = json!({ "person": known.name, "family": row.family, "until": row.until, "note": row.note,
                                "feature": row.feature_id.map(|_| &feature.name) });
            let event = act.event().to(Type::LicencePin.id(row.id)).changing(Json::Null, after);
            audit::record(work, event).await?;
            Ok(row)
        })
        .await?;
    Ok(PinLicencePayload { pin: Some(LicencePin::new(Arc::new(row), act.object.as_ref())), ..Default::default() })
}
