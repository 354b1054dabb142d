//! Statements about custom roles.
#![expect(clippy::disallowed_methods, reason = "the statements about roles belong in this file")]

use entity::role;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set, SqlErr, Statement, Value,
};
use uuid::Uuid;

use crate::access::{Decision, Grants, HeldRole, Kind, Permission, PermissionSet};
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Key, List};

type Written<T> = Result<T, DbErr>;

/// The custom roles of an organisation, by name.
pub static OF_ORGANISATION: List<role::Model> =
    List::of_kept_rows(Table::Role, "organisation_id", Key::Text("name_key"));

impl Heap for role::Model {
    fn heap(&self) -> usize {
        self.name.heap() + self.name_key.heap()
    }
}

impl Kept for role::Model {}

/// The role of a row, as members of this kind of organisation hold it.
pub fn held(row: &role::Model, kind: Kind) -> HeldRole {
    let own = PermissionSet::from_stored(row.permissions);
    HeldRole::custom(row.id, row.name.clone(), own, PermissionSet::from_stored(row.client_permissions), kind)
}

/// The custom roles of the organisation with these keys. `kind` is the kind of the organisation. Without keys, no
/// statement is sent.
pub async fn list_custom(
    db: &impl ConnectionTrait,
    organisation_id: Uuid,
    kind: Kind,
    keys: &[Uuid],
) -> Written<Vec<HeldRole>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let rows = role::Entity::find()
        .filter(role::Column::OrganisationId.eq(organisation_id))
        .filter(role::Column::Id.is_in(keys.iter().copied()))
        .all(db)
        .await?;
    Ok(rows.iter().map(|row| held(row, kind)).collect())
}

/// Those of them that exist for the viewer: none without ROLE_READ there. Whatever names roles in an input looks them up
/// here, so that a role that is hidden and one that nobody made are answered alike.
pub async fn list_visible(db: &impl ConnectionTrait, at: &Decision, keys: &[Uuid]) -> Written<Vec<HeldRole>> {
    if !at.grants.has(Permission::RoleRead) {
        return Ok(Vec::new());
    }
    let card = at.card();
    list_custom(db, card.id, card.kind, keys).await
}

/// The roles with what they hold now that the organisation is locked; `None` if one was deleted in the meantime.
pub async fn find_current(
    tx: &DatabaseTransaction,
    organisation_id: Uuid,
    kind: Kind,
    roles: &[HeldRole],
) -> Written<Option<Vec<HeldRole>>> {
    let keys: Vec<Uuid> = roles.iter().filter_map(|held| held.role.key()).collect();
    let mut current = list_custom(tx, organisation_id, kind, &keys).await?;
    if current.len() < keys.len() {
        return Ok(None);
    }
    current.extend(roles.iter().filter(|held| held.role.key().is_none()).cloned());
    current.sort_by_cached_key(|held| collation::sort_key(held.role.name()));
    Ok(Some(current))
}

/// The role as the transaction sees it.
pub async fn find_by_id(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<role::Model>> {
    role::Entity::find_by_id(id).one(tx).await
}

/// The names of the custom roles of an organisation, except one role.
pub async fn list_names(tx: &DatabaseTransaction, organisation_id: Uuid, except: Option<Uuid>) -> Written<Vec<String>> {
    let rows = role::Entity::find().filter(role::Column::OrganisationId.eq(organisation_id)).all(tx).await?;
    Ok(rows.into_iter().filter(|row| Some(row.id) != except).map(|row| row.name).collect())
}

/// Writes a new role.
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
        name_key: Set(collation::sort_key(name)),
        permissions: Set(sets.own.to_stored()),
        client_permissions: Set(sets.clients.to_stored()),
        created_at: Set(now),
    };
    role::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Changes the name and the sets of a role.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, name: &str, sets: Grants) -> Written<()> {
    let row = role::ActiveModel {
        name: Set(name.to_owned()),
        name_key: Set(collation::sort_key(name)),
        permissions: Set(sets.own.to_stored()),
        client_permissions: Set(sets.clients.to_stored()),
        ..Default::default()
    };
    role::Entity::update_many().set(row).filter(role::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// The members and invitations that have a role.
pub struct Holders {
    /// Names of the first members.
    pub names: Vec<String>,
    /// How many members.
    pub members: u64,
    /// Addresses of the first pending invitations.
    pub addresses: Vec<String>,
    /// How many pending invitations. Expired ones count, because they can be sent again.
    pub invitations: u64,
}

/// The members and invitations that have the role, with the names and addresses of the first.
pub async fn load_holders(tx: &DatabaseTransaction, id: Uuid, most: u64) -> Written<Holders> {
    let backend = tx.get_database_backend();
    let send = async |sql: &str, values: Vec<Value>| {
        tx.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await
    };
    let sql = "SELECT u.name FROM membership_role mr JOIN membership m ON m.id = mr.membership_id \
               JOIN \"user\" u ON u.id = m.user_id WHERE mr.role_id = $1 ORDER BY u.name_folded, u.id LIMIT $2";
    let first = || vec![id.into(), i64::try_from(most).unwrap_or(i64::MAX).into()];
    let names = send(sql, first()).await?.iter().map(|row| row.try_get_by_index(0)).collect::<Written<_>>()?;
    let sql = "SELECT i.email FROM invitation_role ir JOIN invitation i ON i.id = ir.invitation_id \
               WHERE ir.role_id = $1 AND i.state = 'PENDING' ORDER BY i.email, i.id LIMIT $2";
    let addresses = send(sql, first()).await?.iter().map(|row| row.try_get_by_index(0)).collect::<Written<_>>()?;
    let sql = "SELECT (SELECT COUNT(*) FROM membership_role WHERE role_id = $1), \
               (SELECT COUNT(*) FROM invitation_role ir JOIN invitation i ON i.id = ir.invitation_id \
                WHERE ir.role_id = $1 AND i.state = 'PENDING')";
    let rows = send(sql, vec![id.into()]).await?;
    let count = |index| rows.first().map_or(Ok(0), |row| row.try_get_by_index::<i64>(index));
    Ok(Holders { names, members: count(0)?.unsigned_abs(), addresses, invitations: count(1)?.unsigned_abs() })
}

/// Deletes a role that nobody has, and removes it from answered invitations. False if a foreign key refuses because
/// somebody has it after all; the transaction must be rolled back then.
pub async fn delete(tx: &DatabaseTransaction, id: Uuid) -> Written<bool> {
    let sql = "DELETE FROM invitation_role WHERE role_id = $1 \
               AND invitation_id IN (SELECT id FROM invitation WHERE state <> 'PENDING')";
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, [id.into()])).await?;
    match role::Entity::delete_by_id(id).exec(tx).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error),
    }
}
