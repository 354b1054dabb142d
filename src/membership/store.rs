//! Statements about memberships.

use std::sync::Arc;

use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::object::Membership;
use crate::access::{BuiltinRole, Exists, HeldRole, Kind, PermissionSet, Seen};
use crate::error::Result;
use crate::page::{Connection, Filter, Key, List, PageArguments, Slice, Total};
use crate::request::Request;

/// A membership with its user and its roles.
#[derive(Clone, Debug)]
pub struct Member {
    /// The membership.
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The user.
    pub user_id: Uuid,
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// Since when.
    pub created_at: DateTimeUtc,
    /// Until when.
    pub expires_at: Option<DateTimeUtc>,
    /// The roles.
    pub roles: Vec<HeldRole>,
}

const COLUMNS: &str = "t.organisation_id, t.user_id, u.name, u.email, t.created_at, t.expires_at, \
     mr.builtin, r.id, r.name, r.permissions, r.client_permissions, o.kind";
const JOINS: &str = "JOIN \"user\" u ON u.id = t.user_id JOIN organisation o ON o.id = t.organisation_id \
     LEFT JOIN membership_role mr ON mr.membership_id = t.id LEFT JOIN role r ON r.id = mr.role_id";

static OF_ORGANISATION: List<Member> = List {
    table: "membership",
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: false,
    columns: COLUMNS,
    joins: JOINS,
    read,
};

static OF_USER: List<Member> = List { parent: "user_id", ..OF_ORGANISATION };

fn read(rows: &[QueryResult]) -> std::result::Result<Member, DbErr> {
    let Some(row) = rows.first() else { return Err(DbErr::RecordNotFound("membership".to_owned())) };
    let kind: Kind = row.try_get_by_index(14)?;
    let mut roles = Vec::with_capacity(rows.len());
    for row in rows {
        let builtin: Option<String> = row.try_get_by_index(9)?;
        if let Some(role) = builtin.as_deref().and_then(BuiltinRole::from_name) {
            roles.push(HeldRole::builtin(role, kind));
        } else if let Some(id) = row.try_get_by_index::<Option<Uuid>>(10)? {
            let own = PermissionSet::from_stored(row.try_get_by_index(12)?);
            let clients = PermissionSet::from_stored(row.try_get_by_index(13)?);
            roles.push(HeldRole::custom(id, row.try_get_by_index(11)?, own, clients, kind));
        }
    }
    roles.sort_by(|a, b| a.role.name().cmp(b.role.name()));
    Ok(Member {
        id: row.try_get_by_index(1)?,
        organisation_id: row.try_get_by_index(3)?,
        user_id: row.try_get_by_index(4)?,
        name: row.try_get_by_index(5)?,
        email: row.try_get_by_index(6)?,
        created_at: row.try_get_by_index(7)?,
        expires_at: row.try_get_by_index(8)?,
        roles,
    })
}

/// The members of an organisation, in the order in which they joined.
pub async fn list(request: &Request, seen: &Seen, page: &PageArguments) -> Result<Connection<Membership>> {
    OF_ORGANISATION.connection(request, seen.row.id, page, Filter::default(), |row| Membership::new(row, seen)).await
}

/// The memberships of a user.
pub async fn list_of_user(request: &Request, user: Uuid, page: &PageArguments) -> Result<(Arc<Slice<Member>>, Total)> {
    OF_USER.read(request, user, page, Filter::default()).await
}

/// The membership, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Membership>> {
    let Some(member) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    Ok(request.access.look(member.organisation_id).await?.and_then(|seen| Membership::new(&member, &seen).if_visible()))
}
