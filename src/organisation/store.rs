//! Statements about organisations.
#![expect(clippy::disallowed_methods, reason = "the statements about organisations stand here")]

use std::collections::HashMap;

use entity::organisation::{self, Kind, State};
use entity::organisation_halt;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveEnum, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::access::{BuiltinRole, RoleRef};
use crate::base::error::{Error, Result};
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::people::membership::{self, store::NewMember};

/// How many random codes are tried. There are 10^12, so a second one is hardly ever needed.
const DRAWS: usize = 8;

/// An organisation to create.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    /// Key of the new organisation.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The code by which others find it; a random one if none is given.
    pub code: Option<String>,
    /// The user who becomes its OWNER.
    pub owner: Uuid,
}

impl NewOrganisation {
    /// The organisation as recorded in the audit log.
    pub fn described(&self) -> Json {
        json!({ "name": self.name, "kind": self.kind.to_value() })
    }
}

/// The organisation as the transaction sees it.
pub async fn find_row(tx: &DatabaseTransaction, id: Uuid) -> Result<Option<organisation::Model>, DbErr> {
    organisation::Entity::find_by_id(id).one(tx).await
}

/// Creates an organisation with its first OWNER. It is an error if a given code is taken, or if there would be a second
/// operator.
pub async fn create_with_owner(
    tx: &DatabaseTransaction,
    random: &Random,
    new: &NewOrganisation,
    now: DateTimeUtc,
) -> Result<()> {
    insert_organisation(tx, random, new, now).await?;
    let owner = NewMember {
        id: random.id(now),
        organisation_id: new.id,
        user_id: new.owner,
        partnership_id: None,
        expires_at: None,
        roles: vec![RoleRef::Builtin(BuiltinRole::Owner)],
    };
    membership::store::add(tx, random, &owner, now).await?;
    Ok(())
}

async fn insert_organisation(
    tx: &DatabaseTransaction,
    random: &Random,
    new: &NewOrganisation,
    now: DateTimeUtc,
) -> Result<()> {
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
    Err(Error::fault("no free code for an organisation"))
}

/// Sets the name and the kind of an organisation. A trigger copies the name to the tables whose lists are ordered by it.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, name: &str, kind: Kind) -> Result<(), DbErr> {
    let row = organisation::ActiveModel { name: Set(name.to_owned()), kind: Set(kind), ..Default::default() };
    organisation::Entity::update_many().set(row).filter(organisation::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// When and why the organisation was suspended or closed. Concurrent calls share one statement.
pub async fn halt(request: &Request, id: Uuid) -> Result<Option<organisation_halt::Model>> {
    let batch = request.lists.batch::<organisation_halt::Model>("halt".to_owned());
    let load = async |ids: Vec<Uuid>| {
        let condition = organisation_halt::Column::OrganisationId.is_in(ids);
        let rows = organisation_halt::Entity::find().filter(condition).all(request.db().reader()).await?;
        Ok(rows.into_iter().map(|row| (row.organisation_id, row)).collect::<HashMap<_, _>>())
    };
    batch.load(id, load).await
}

/// The same within a transaction.
pub async fn load_halt(tx: &DatabaseTransaction, id: Uuid) -> Result<organisation_halt::Model, DbErr> {
    let nothing =
        organisation_halt::Model { organisation_id: id, suspended_at: None, suspended_because: None, closed_at: None };
    Ok(organisation_halt::Entity::find_by_id(id).one(tx).await?.unwrap_or(nothing))
}

/// Sets the state of an organisation, with its dates and reason.
pub async fn set_state(tx: &DatabaseTransaction, state: State, halt: organisation_halt::Model) -> Result<(), DbErr> {
    let of_it = organisation::Column::Id.eq(halt.organisation_id);
    let row = organisation::ActiveModel { state: Set(state), ..Default::default() };
    organisation::Entity::update_many().set(row).filter(of_it).exec(tx).await?;
    let known = OnConflict::column(organisation_halt::Column::OrganisationId)
        .update_columns([
            organisation_halt::Column::SuspendedAt,
            organisation_halt::Column::SuspendedBecause,
            organisation_halt::Column::ClosedAt,
        ])
        .to_owned();
    organisation_halt::Entity::insert(halt.into_active_model()).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}
