//! Organisations in the database: looking them up, and making them.

use entity::organisation::{self, Kind, State};
use entity::{membership, membership_role};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveEnum, DatabaseTransaction, EntityTrait, Set};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::object::Organisation;
use crate::access::{Access, BuiltinRole, Exists};
use crate::db::WriteError;
use crate::error::{Error, Result};
use crate::random::Random;

/// How many codes are drawn until one is free. There are 10^12, so a second is hardly ever needed.
const DRAWS: usize = 8;

/// The organisation, if it is there for the viewer.
pub async fn find(access: &Access, id: Uuid) -> Result<Option<Organisation>> {
    Ok(access.look(id).await?.and_then(|seen| Organisation(seen).if_visible()))
}

/// An organisation that is to be made.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    /// Key of the new organisation.
    pub id: Uuid,
    /// What others see.
    pub name: String,
    /// What sort of organisation.
    pub kind: Kind,
    /// The code to be found by; one is drawn if none is given.
    pub code: Option<String>,
    /// The user who becomes its OWNER.
    pub owner: Uuid,
}

impl NewOrganisation {
    /// As the audit log keeps it.
    pub fn described(&self) -> Json {
        json!({ "name": self.name, "kind": self.kind.to_value() })
    }
}

/// Makes an organisation with its first OWNER. A given code that is taken is an error, and so is a second operator.
pub async fn create_with_owner(
    tx: &DatabaseTransaction,
    random: &Random,
    new: &NewOrganisation,
    now: DateTimeUtc,
) -> std::result::Result<(), WriteError> {
    insert_organisation(tx, random, new, now).await?;
    let membership_id = random.id(now);
    let membership = membership::ActiveModel {
        id: Set(membership_id),
        organisation_id: Set(new.id),
        user_id: Set(new.owner),
        partnership_id: Set(None),
        expires_at: Set(None),
        created_at: Set(now),
    };
    membership::Entity::insert(membership).exec_without_returning(tx).await?;
    let owner = membership_role::ActiveModel {
        id: Set(random.id(now)),
        organisation_id: Set(new.id),
        membership_id: Set(membership_id),
        builtin: Set(Some(BuiltinRole::Owner.name().to_owned())),
        role_id: Set(None),
    };
    membership_role::Entity::insert(owner).exec_without_returning(tx).await?;
    Ok(())
}

async fn insert_organisation(
    tx: &DatabaseTransaction,
    random: &Random,
    new: &NewOrganisation,
    now: DateTimeUtc,
) -> std::result::Result<(), WriteError> {
    let row = |code: String| organisation::ActiveModel {
        id: Set(new.id),
        name: Set(new.name.clone()),
        kind: Set(new.kind),
        state: Set(State::Active),
        code: Set(code),
        created_at: Set(now),
    };
    if let Some(code) = &new.code {
        organisation::Entity::insert(row(code.clone())).exec_without_returning(tx).await?;
        return Ok(());
    }
    let taken = OnConflict::column(organisation::Column::Code).do_nothing().to_owned();
    for _ in 0..DRAWS {
        let insert = organisation::Entity::insert(row(random.code())).on_conflict(taken.clone());
        if insert.exec_without_returning(tx).await? == 1 {
            return Ok(());
        }
    }
    Err(Error::fault("no free code for an organisation").into())
}
