//! Statements about organisations.
#![expect(clippy::disallowed_methods, reason = "the statements about organisations stand here")]

use std::collections::{HashMap, HashSet};

use entity::organisation::{self, Kind, State};
use entity::{organisation_halt, organisation_name};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveEnum, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::access::{BuiltinRole, RoleRef};
use crate::base::db::{Db, is_among};
use crate::base::error::{Error, Result};
use crate::base::memory::{Heap, OfTable, Table};
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

/// Those of these organisations that are closed.
pub async fn closed_of(tx: &DatabaseTransaction, ids: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    let closed = organisation::Entity::find().filter(is_among(organisation::Column::Id, ids, tx));
    let closed = closed.filter(organisation::Column::State.eq(State::Closed)).select_only();
    let ids: Vec<Uuid> = closed.column(organisation::Column::Id).into_tuple().all(tx).await?;
    Ok(ids.into_iter().collect())
}

/// The operator, if there is one yet.
pub async fn find_operator(tx: &DatabaseTransaction) -> Result<Option<Uuid>, DbErr> {
    let operator = organisation::Entity::find().filter(organisation::Column::Kind.eq(Kind::Operator)).one(tx).await?;
    Ok(operator.map(|row| row.id))
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
        return Ok(write_names(tx, &[(new.id, &new.name)]).await?);
    }
    let taken = OnConflict::column(organisation::Column::Code).do_nothing().to_owned();
    for _ in 0..DRAWS {
        let insert = organisation::Entity::insert(row(random.code())).on_conflict(taken.clone());
        if insert.exec_without_returning(tx).await? == 1 {
            return Ok(write_names(tx, &[(new.id, &new.name)]).await?);
        }
    }
    Err(Error::fault("no free code for an organisation"))
}

/// Sets the name and the kind of an organisation. A trigger copies the name to the tables whose lists are ordered by it.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, name: &str, kind: Kind) -> Result<(), DbErr> {
    let row = organisation::ActiveModel { name: Set(name.to_owned()), kind: Set(kind), ..Default::default() };
    organisation::Entity::update_many().set(row).filter(organisation::Column::Id.eq(id)).exec(tx).await?;
    write_names(tx, &[(id, name)]).await
}

/// Writes the names of organisations in the forms by which they are found and ordered. Triggers copy them to the tables
/// whose lists are ordered by them.
pub async fn write_names(tx: &DatabaseTransaction, names: &[(Uuid, &str)]) -> Result<(), DbErr> {
    let rows = names.iter().map(|(id, name)| organisation_name::ActiveModel {
        organisation_id: Set(*id),
        folded: Set(collation::fold(name)),
        sort_key: Set(collation::sort_key(name)),
    });
    let known = OnConflict::column(organisation_name::Column::OrganisationId)
        .update_columns([organisation_name::Column::Folded, organisation_name::Column::SortKey])
        .to_owned();
    organisation_name::Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}

const HALT: OfTable<organisation_halt::Model> = OfTable::new(Table::OrganisationHalt);

impl Heap for organisation_halt::Model {
    fn heap(&self) -> usize {
        self.suspended_because.heap()
    }
}

/// When and why the organisation was suspended or closed. Concurrent calls share one statement.
pub async fn halt(request: &Request, id: Uuid) -> Result<Option<organisation_halt::Model>> {
    let load = async |ids: Vec<Uuid>| {
        let condition = organisation_halt::Column::OrganisationId.is_in(ids);
        let rows = organisation_halt::Entity::find().filter(condition).all(request.db().reader()).await?;
        Ok(rows.into_iter().map(|row| (row.organisation_id, row)).collect::<HashMap<_, _>>())
    };
    request.lists.kept("halt", id, &HALT, load).await
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

/// All rows of a table that organisations have sent to a mailbox, each with the name of its organisation, the oldest
/// first.
pub async fn list_sent_to<E: EntityTrait>(db: &Db, mailbox: &str) -> Result<Vec<(E::Model, String)>> {
    let sql = format!(
        "SELECT t.*, o.name AS organisation FROM {} t JOIN organisation o ON o.id = t.organisation_id \
         WHERE t.mailbox = $1 ORDER BY t.created_at, t.id",
        E::default().table_name()
    );
    let rows = db.rows(sql, vec![mailbox.into()]).await?;
    let found = rows.iter().map(|row| Ok((E::Model::from_query_result(row, "")?, row.try_get("", "organisation")?)));
    Ok(found.collect::<Result<_, DbErr>>()?)
}
