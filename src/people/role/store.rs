//! Statements about custom roles.
#![expect(clippy::disallowed_methods, reason = "the statements about roles stand here")]

use entity::role;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set, Statement, Value,
};
use uuid::Uuid;

use super::object::Role;
use crate::access::{Decision, Grants, HeldRole, Kind, Permission, PermissionSet};
use crate::base::error::Result;
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_ORGANISATION: List<role::Model> = List::of_rows("role", "organisation_id", Key::Text("name"));

/// A row as somebody holds it at an organisation of the kind.
pub fn held(row: &role::Model, kind: Kind) -> HeldRole {
    let own = PermissionSet::from_stored(row.permissions);
    HeldRole::custom(row.id, row.name.clone(), own, PermissionSet::from_stored(row.client_permissions), kind)
}

/// The custom roles of an organisation, by name.
pub async fn list(request: &Request, seen: &Decision, page: &PageArguments) -> Result<Connection<Role>> {
    let node = |row: &std::sync::Arc<role::Model>| Role::new(held(row, seen.row.kind), seen.clone());
    OF_ORGANISATION.connection(request, seen.row.id, page, Filter::default(), node).await
}

/// The role with its organisation, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<(HeldRole, Decision)>> {
    let Some(row) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(row.organisation_id).await?;
    let seen = seen.filter(|seen| seen.grants.has(Permission::RoleRead));
    Ok(seen.map(|seen| (held(&row, seen.row.kind), seen)))
}

/// The role as the transaction sees it.
pub async fn load(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<role::Model>> {
    role::Entity::find_by_id(id).one(tx).await
}

/// The names of the custom roles of an organisation, but of this one.
pub async fn names(tx: &DatabaseTransaction, organisation_id: Uuid, but: Option<Uuid>) -> Written<Vec<String>> {
    let rows = role::Entity::find().filter(role::Column::OrganisationId.eq(organisation_id)).all(tx).await?;
    Ok(rows.into_iter().filter(|row| Some(row.id) != but).map(|row| row.name).collect())
}

/// Makes a role.
pub async fn create(
    tx: &DatabaseTransaction,
    (organisation_id, id): (Uuid, Uuid),
    name: &str,
    sets: Grants,
    now: DateTimeUtc,
) -> Written<()> {
    let row = role::ActiveModel {
        id: Set(id),
        organisation_id: Set(organisation_id),
        name: Set(name.to_owned()),
        permissions: Set(sets.own.to_stored()),
        client_permissions: Set(sets.clients.to_stored()),
        created_at: Set(now),
    };
    role::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Gives a role another name and other sets.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, name: &str, sets: Grants) -> Written<()> {
    let row = role::ActiveModel {
        name: Set(name.to_owned()),
        permissions: Set(sets.own.to_stored()),
        client_permissions: Set(sets.clients.to_stored()),
        ..Default::default()
    };
    role::Entity::update_many().set(row).filter(role::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Who has a role.
pub struct Holders {
    /// Names of the first members.
    pub names: Vec<String>,
    /// How many members.
    pub members: u64,
    /// How many invitations that wait for an answer; those past their time count, because they can be sent again.
    pub invitations: u64,
}

/// Who has the role. Only so many are named.
pub async fn holders(tx: &DatabaseTransaction, id: Uuid, most: u64) -> Written<Holders> {
    let backend = tx.get_database_backend();
    let send = async |sql: &str, values: Vec<Value>| {
        tx.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await
    };
    let sql = "SELECT u.name FROM membership_role mr JOIN membership m ON m.id = mr.membership_id \
               JOIN \"user\" u ON u.id = m.user_id WHERE mr.role_id = $1 ORDER BY u.name, u.id LIMIT $2";
    let rows = send(sql, vec![id.into(), i64::try_from(most).unwrap_or(i64::MAX).into()]).await?;
    let names = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Written<_>>()?;
    let sql = "SELECT (SELECT COUNT(*) FROM membership_role WHERE role_id = $1), \
               (SELECT COUNT(*) FROM invitation_role ir JOIN invitation i ON i.id = ir.invitation_id \
                WHERE ir.role_id = $1 AND i.state = 'PENDING')";
    let rows = send(sql, vec![id.into()]).await?;
    let count = |index| rows.first().map_or(Ok(0), |row| row.try_get_by_index::<i64>(index));
    Ok(Holders { names, members: count(0)?.unsigned_abs(), invitations: count(1)?.unsigned_abs() })
}

/// Deletes a role that nobody has, and takes it out of invitations that were answered. A foreign key refuses where
/// somebody has it after all.
pub async fn delete(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    let sql = "DELETE FROM invitation_role WHERE role_id = $1 \
               AND invitation_id IN (SELECT id FROM invitation WHERE state <> 'PENDING')";
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, [id.into()])).await?;
    role::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
