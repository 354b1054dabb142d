//! Statements about invitations.
#![expect(clippy::disallowed_methods, reason = "the statements about invitations stand here")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::invitation::{self, Model, State};
use entity::{invitation_role, membership, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryResult, Set, SqlErr, Statement,
};
use uuid::Uuid;

use super::object::Invitation;
use super::rules::{self, InvitationState};
use crate::access::{BuiltinRole, Decision, Exists, HeldRole, Kind, PermissionSet};
use crate::base::error::{Error, Result};
use crate::base::locale::Locale;
use crate::base::random::{Random, hash};
use crate::graphql::page::{Connection, Key, List, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// Rows of roles that one statement writes at most: SQLite takes 32,766 parameters.
const ROLES: usize = 5_000;

/// An invitation with its roles, and who invites.
#[derive(Clone, Debug)]
pub struct Invited {
    /// Its row.
    pub row: Model,
    /// What it gives.
    pub roles: Vec<HeldRole>,
    /// Name of the user who invites; none where it is a key.
    pub inviter: Option<String>,
    /// The membership that it became.
    pub membership: Option<Uuid>,
}

const COLUMNS: &str = "t.*, u.name AS inviter, m.id AS became, o.kind, ir.builtin, r.id AS custom, \
     r.name AS custom_name, r.permissions AS own, r.client_permissions AS clients";

static OF_ORGANISATION: List<Invited> = List {
    table: "invitation",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: true,
    columns: COLUMNS,
    joins: "JOIN organisation o ON o.id = t.organisation_id LEFT JOIN \"user\" u ON u.id = t.inviter_user_id \
            LEFT JOIN membership m ON m.organisation_id = t.organisation_id AND m.user_id = t.accepted_user_id \
            LEFT JOIN invitation_role ir ON ir.invitation_id = t.id LEFT JOIN role r ON r.id = ir.role_id",
    read,
};

fn read(rows: &[QueryResult]) -> Written<Invited> {
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("invitation".to_owned()))?;
    Ok(Invited {
        row: Model::from_query_result(row, "")?,
        roles: held(rows)?,
        inviter: row.try_get("", "inviter")?,
        membership: row.try_get("", "became")?,
    })
}

fn held(rows: &[QueryResult]) -> Written<Vec<HeldRole>> {
    let mut roles = Vec::with_capacity(rows.len());
    for row in rows {
        let kind: Kind = row.try_get("", "kind")?;
        let builtin: Option<String> = row.try_get("", "builtin")?;
        if let Some(role) = builtin.as_deref().and_then(BuiltinRole::from_name) {
            roles.push(HeldRole::builtin(role, kind));
        } else if let Some(id) = row.try_get::<Option<Uuid>>("", "custom")? {
            let own = PermissionSet::from_stored(row.try_get("", "own")?);
            let clients = PermissionSet::from_stored(row.try_get("", "clients")?);
            roles.push(HeldRole::custom(id, row.try_get("", "custom_name")?, own, clients, kind));
        }
    }
    roles.sort_by(|a, b| a.role.name().cmp(b.role.name()));
    Ok(roles)
}

/// The invitations of an organisation, the newest first.
pub async fn list(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    states: Option<&[InvitationState]>,
) -> Result<Connection<Invitation>> {
    let filter = rules::filter(states, request.now());
    let make = |row: &Arc<Invited>| Invitation::new(row, seen, request.now());
    OF_ORGANISATION.connection(request, seen.row.id, page, filter, make).await
}

/// The invitation, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Invitation>> {
    let Some(row) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(row.row.organisation_id).await?;
    Ok(seen.and_then(|seen| Invitation::new(&row, &seen, request.now()).if_visible()))
}

/// The invitation that this link opens at the moment; for whoever has the link.
pub async fn open(request: &Request, token: &str) -> Result<Option<Arc<Invited>>> {
    let Some(row) = open_row(request.db().reader(), token, request.now()).await? else { return Ok(None) };
    OF_ORGANISATION.find(request.db(), &request.lists, row.id).await
}

/// The row of the invitation that this link opens at the moment, as the connection sees it.
pub async fn open_row(connection: &impl ConnectionTrait, token: &str, now: DateTimeUtc) -> Written<Option<Model>> {
    let by_token = invitation::Entity::find().filter(invitation::Column::TokenHash.eq(hash(token)));
    let row = by_token.one(connection).await?;
    Ok(row.filter(|row| rules::state(row, now) == InvitationState::Pending))
}

/// The invitation as the transaction sees it.
pub async fn find_row(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    invitation::Entity::find_by_id(id).one(tx).await
}

/// The roles that an invitation gives, as the transaction sees them.
pub async fn roles(tx: &DatabaseTransaction, id: Uuid) -> Written<Vec<HeldRole>> {
    let sql = "SELECT o.kind, ir.builtin, r.id AS custom, r.name AS custom_name, r.permissions AS own, \
               r.client_permissions AS clients FROM invitation_role ir \
               JOIN organisation o ON o.id = ir.organisation_id LEFT JOIN role r ON r.id = ir.role_id \
               WHERE ir.invitation_id = $1";
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [id.into()]);
    held(&tx.query_all_raw(statement).await?)
}

/// What is known of an address that somebody wants to invite.
#[derive(Clone, Debug)]
pub struct Known {
    /// The user.
    pub user: Uuid,
    /// The user's language.
    pub locale: Locale,
    /// Whether the user is a member already, and not only until some time ago.
    pub is_member: bool,
}

/// The users with these addresses: two statements for any number.
pub async fn known(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    addresses: &[&str],
    now: DateTimeUtc,
) -> Written<HashMap<String, Known>> {
    let by_address = user::Entity::find().filter(user::Column::Email.is_in(addresses.iter().copied()));
    let users = by_address.all(tx).await?;
    let memberships = membership::Entity::find()
        .filter(membership::Column::OrganisationId.eq(organisation))
        .filter(membership::Column::UserId.is_in(users.iter().map(|row| row.id)))
        .all(tx)
        .await?;
    let lasting = memberships.iter().filter(|row| row.expires_at.is_none_or(|end| now < end));
    let members: HashSet<Uuid> = lasting.map(|row| row.user_id).collect();
    let known = users.into_iter().map(|row| {
        (row.email, Known { user: row.id, locale: row.locale.into(), is_member: members.contains(&row.id) })
    });
    Ok(known.collect())
}

/// The invitations to these addresses that wait, in time or not, by address.
pub async fn waiting(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    addresses: &[&str],
) -> Written<HashMap<String, Model>> {
    let rows = invitation::Entity::find()
        .filter(invitation::Column::OrganisationId.eq(organisation))
        .filter(invitation::Column::State.eq(State::Pending))
        .filter(invitation::Column::Email.is_in(addresses.iter().copied()))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.email.clone(), row)).collect())
}

/// Those that were not answered in time make room for others.
pub async fn expire(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<()> {
    if ids.is_empty() {
        return Ok(());
    }
    invitation::Entity::update_many()
        .set(invitation::ActiveModel { state: Set(State::Expired), ..Default::default() })
        .filter(invitation::Column::Id.is_in(ids.iter().copied()))
        .filter(invitation::Column::State.eq(State::Pending))
        .exec(tx)
        .await?;
    Ok(())
}

/// Writes new invitations, each with its roles: a few statements for any number.
pub async fn create(tx: &DatabaseTransaction, random: &Random, new: Vec<(Model, &[HeldRole])>) -> Result<()> {
    let mut roles = Vec::new();
    let mut rows = Vec::with_capacity(new.len());
    for (row, held) in new {
        roles.extend(held.iter().map(|held| invitation_role::ActiveModel {
            id: Set(random.id(row.created_at)),
            organisation_id: Set(row.organisation_id),
            invitation_id: Set(row.id),
            builtin: Set(held.role.builtin().map(|role| role.name().to_owned())),
            role_id: Set(held.role.key()),
        }));
        rows.push(row.into_active_model());
    }
    invitation::Entity::insert_many(rows).exec_without_returning(tx).await?;
    for some in roles.chunks(ROLES) {
        let insert = invitation_role::Entity::insert_many(some.to_vec());
        insert.exec_without_returning(tx).await.map_err(|error| match error.sql_err() {
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => {
                Error::Conflict("A role was deleted in the meantime. Try again.".to_owned())
            }
            _ => error.into(),
        })?;
    }
    Ok(())
}

/// Changes an invitation that still waits; false if it does not.
pub async fn change(tx: &DatabaseTransaction, id: Uuid, change: invitation::ActiveModel) -> Written<bool> {
    let changed = invitation::Entity::update_many()
        .set(change)
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::State.eq(State::Pending))
        .exec(tx)
        .await?;
    Ok(changed.rows_affected == 1)
}
