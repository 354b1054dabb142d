//! What an outside system has to do about licences.

use std::collections::HashMap;

use async_graphql::ID;
use entity::licence_assignment::State;
use macros::public_object;
use uuid::Uuid;

use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::catalogue::feature::store as features;
use crate::directory::person::store as people;
use crate::graphql::request::Request;

/// The most that is listed at once.
const MOST: i32 = 500;

/// A licence that an outside system has to set up or to remove.
#[public_object]
pub struct LicenceToSetUp {
    /// Id of the assignment.
    pub assignment_id: ID,
    /// Whether the licence ended, and is to be removed.
    pub is_removal: bool,
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Key of the feature.
    pub feature_key: String,
    /// Id of the person in the source of the directory.
    pub external_id: String,
    /// Address of the person, if it is known.
    pub email: Option<String>,
    /// Name of the person.
    pub name: String,
}

impl LicenceToSetUp {
    /// The oldest ones behind an assignment: of all features or of one. Three statements.
    pub async fn list(request: &Request, feature: Option<&ID>, after: Option<&ID>, first: i32) -> Result<Vec<Self>> {
        let Some(most) = u64::try_from(first).ok().filter(|_| (1..=MOST).contains(&first)) else {
            return Err(Error::InvalidInput(format!("first: give 1 to {MOST}.")));
        };
        let feature = feature.map(|id| Type::Feature.parse(id)).transpose()?;
        let after = after.map(|id| Type::LicenceAssignment.parse(id)).transpose()?;
        let db = request.db().reader();
        let rows = store::unconfirmed(db, feature, after.unwrap_or_default(), most).await?;
        let ids = |of: fn(&entity::licence_assignment::Model) -> Uuid| rows.iter().map(of).collect::<Vec<_>>();
        let keys: HashMap<Uuid, String> = features::keys(db, &ids(|row| row.feature_id)).await?;
        let people = people::load(db, &ids(|row| row.person_id)).await?;
        let people: HashMap<Uuid, _> = people.into_iter().map(|row| (row.id, row)).collect();
        let found = rows.iter().filter_map(|row| {
            let person = people.get(&row.person_id)?;
            Some(Self {
                assignment_id: Type::LicenceAssignment.id(row.id),
                is_removal: row.state == State::Ended,
                organisation_id: Type::Organisation.id(row.organisation_id),
                feature_key: keys.get(&row.feature_id)?.clone(),
                external_id: person.external_id.clone(),
                email: person.email.clone(),
                name: person.name.clone(),
            })
        });
        Ok(found.collect())
    }
}
