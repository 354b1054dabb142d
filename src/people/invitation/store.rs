//! Statements about invitations.
#![expect(clippy::disallowed_methods, reason = "the statements about invitations belong in this file")]

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;
use entity::invitation::{self, Column, Model, State};
use entity::{invitation_role, membership, user};
use futures_util::future::join_all;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryResult, QuerySelect, Set, SqlErr, Statement, Value,
};
use uuid::Uuid;

use super::links::{AN_HOUR, Links};
use super::rules::{self, InvitationState};
use crate::access::{BuiltinRole, HeldRole, Kind, PermissionSet};
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::locale::Locale;
use crate::base::random::{Random, hash};
use crate::graphql::page::{Filter, Key, List};
use crate::graphql::request::Request;
use crate::organisation::store as organisation_store;
use crate::people::user::mailbox;

type Written<T> = Result<T, DbErr>;

/// The most rows of roles that one statement writes: SQLite takes 32,766 parameters.
const ROLES: usize = 5_000;

/// The most open invitations that a person is shown.
const MOST_OPEN: usize = 200;

/// An invitation with its roles and its inviter.
#[derive(Clone, Debug)]
pub struct Invited {
    /// Its row.
    pub row: Model,
    /// The roles that it gives.
    pub roles: Vec<HeldRole>,
    /// Name of the inviting user; none for a key.
    pub inviter: Option<String>,
    /// The membership that it became.
    pub membership: Option<Uuid>,
}

const COLUMNS: &str = "t.*, u.name AS inviter, m.id AS became, o.kind, ir.builtin, r.id AS custom, \
     r.name AS custom_name, r.permissions AS own, r.client_permissions AS clients";

/// The invitations of an organisation, the newest first.
pub static OF_ORGANISATION: List<Invited> = List {
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
    keep: None,
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
    roles.sort_by_cached_key(|held| collation::sort_key(held.role.name()));
    Ok(roles)
}

/// The condition that an invitation is in one of the states at the moment. Without states, it admits all.
pub fn in_states(states: Option<&[InvitationState]>, now: DateTimeUtc) -> Filter {
    use InvitationState as S;
    let Some(states) = states else { return Filter::default() };
    // Each state once and in a fixed order, so that the same request always has the same statement.
    let wanted: Vec<&str> = [
        (S::Pending, "(t.state = 'PENDING' AND t.expires_at > :now)"),
        (S::Accepted, "t.state = 'ACCEPTED'"),
        (S::Declined, "t.state = 'DECLINED'"),
        (S::Withdrawn, "t.state = 'REVOKED'"),
        (S::Ended, "t.state = 'VOID'"),
        (S::Expired, "(t.state = 'EXPIRED' OR (t.state = 'PENDING' AND t.expires_at <= :now))"),
    ]
    .into_iter()
    .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
    .collect();
    match wanted.join(" OR ") {
        none if none.is_empty() => Filter::default().and("FALSE"),
        any if any.contains(":now") => Filter::default().and_with(&format!("({any})"), [(":now", now.into())]),
        any => Filter::default().and(&format!("({any})")),
    }
}

/// The pending invitation that this link opens, for everybody with the link.
pub async fn find_open(request: &Request, token: &str) -> Result<Option<Arc<Invited>>> {
    let Some(row) = find_open_row(request.db().reader(), token, request.now()).await? else { return Ok(None) };
    OF_ORGANISATION.find(request.db(), &request.lists, row.id).await
}

/// The invitation with this key. It is for code that decides by its address who may answer it.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Arc<Invited>>> {
    OF_ORGANISATION.find(request.db(), &request.lists, id).await
}

/// The open invitations to the mailbox of this address, the oldest first: some.
pub async fn list_open_to(request: &Request, email: &str) -> Result<Vec<Arc<Invited>>> {
    let sql = format!(
        "SELECT t.id FROM invitation t WHERE t.mailbox = $1 AND t.state = 'PENDING' AND t.expires_at > $2 \
         ORDER BY t.created_at, t.id LIMIT {MOST_OPEN}"
    );
    let rows = request.db().rows(sql, vec![mailbox(email).into(), request.now().into()]).await?;
    let ids = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Written<Vec<Uuid>>>()?;
    let found = join_all(ids.into_iter().map(|id| find(request, id))).await;
    found.into_iter().filter_map(Result::transpose).collect()
}

/// The row of the pending invitation that this link opens, as the connection sees it.
pub async fn find_open_row(connection: &impl ConnectionTrait, token: &str, now: DateTimeUtc) -> Written<Option<Model>> {
    let by_token = invitation::Entity::find().filter(invitation::Column::TokenHash.eq(hash(token)));
    let row = by_token.one(connection).await?;
    Ok(row.filter(|row| rules::state_at(row, now) == InvitationState::Pending))
}

/// The invitation as the transaction sees it.
pub async fn find_by_id(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    invitation::Entity::find_by_id(id).one(tx).await
}

/// The roles that an invitation gives, as the transaction sees them.
pub async fn list_roles(tx: &DatabaseTransaction, id: Uuid) -> Written<Vec<HeldRole>> {
    let sql = "SELECT o.kind, ir.builtin, r.id AS custom, r.name AS custom_name, r.permissions AS own, \
               r.client_permissions AS clients FROM invitation_role ir \
               JOIN organisation o ON o.id = ir.organisation_id LEFT JOIN role r ON r.id = ir.role_id \
               WHERE ir.invitation_id = $1";
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [id.into()]);
    held(&tx.query_all_raw(statement).await?)
}

/// The user with an address that somebody wants to invite.
#[derive(Clone, Debug)]
pub struct Known {
    /// The user.
    pub user: Uuid,
    /// The user's language.
    pub locale: Locale,
    /// Whether the user is a member whose membership has not expired.
    pub is_member: bool,
}

/// The users with these mailboxes: two statements for any number.
pub async fn list_known(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    mailboxes: &[&str],
    now: DateTimeUtc,
) -> Written<HashMap<String, Known>> {
    let by_mailbox = user::Entity::find().filter(user::Column::Mailbox.is_in(mailboxes.iter().copied()));
    let users = by_mailbox.all(tx).await?;
    let memberships = membership::Entity::find()
        .filter(membership::Column::OrganisationId.eq(organisation))
        .filter(membership::Column::UserId.is_in(users.iter().map(|row| row.id)))
        .all(tx)
        .await?;
    let lasting = memberships.iter().filter(|row| row.expires_at.is_none_or(|end| now < end));
    let members: HashSet<Uuid> = lasting.map(|row| row.user_id).collect();
    let known = users.into_iter().map(|row| {
        (row.mailbox, Known { user: row.id, locale: row.locale.into(), is_member: members.contains(&row.id) })
    });
    Ok(known.collect())
}

/// The unanswered invitations to these mailboxes, expired or not, by mailbox.
pub async fn list_pending(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    mailboxes: &[&str],
) -> Written<HashMap<String, Model>> {
    let rows = invitation::Entity::find()
        .filter(invitation::Column::OrganisationId.eq(organisation))
        .filter(invitation::Column::State.eq(State::Pending))
        .filter(invitation::Column::Mailbox.is_in(mailboxes.iter().copied()))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.mailbox.clone(), row)).collect())
}

/// Marks invitations that were not answered in time, so that the addresses can be invited again.
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
        roles.extend(role_rows(random, &row, held, row.created_at));
        rows.push(row.into_active_model());
    }
    invitation::Entity::insert_many(rows).exec_without_returning(tx).await?;
    insert_roles(tx, &roles).await
}

/// Replaces the roles that an invitation gives.
pub async fn replace_roles(
    tx: &DatabaseTransaction,
    random: &Random,
    row: &Model,
    roles: &[HeldRole],
    now: DateTimeUtc,
) -> Result<()> {
    let old = invitation_role::Entity::delete_many().filter(invitation_role::Column::InvitationId.eq(row.id));
    old.exec(tx).await?;
    insert_roles(tx, &role_rows(random, row, roles, now)).await
}

fn role_rows(random: &Random, row: &Model, roles: &[HeldRole], now: DateTimeUtc) -> Vec<invitation_role::ActiveModel> {
    let of = |held: &HeldRole| invitation_role::ActiveModel {
        id: Set(random.id(now)),
        organisation_id: Set(row.organisation_id),
        invitation_id: Set(row.id),
        builtin: Set(held.role.builtin().map(|role| role.name().to_owned())),
        role_id: Set(held.role.key()),
    };
    roles.iter().map(of).collect()
}

async fn insert_roles(tx: &DatabaseTransaction, roles: &[invitation_role::ActiveModel]) -> Result<()> {
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

/// Changes a pending invitation; false if it is not pending.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, change: invitation::ActiveModel) -> Written<bool> {
    let changed = invitation::Entity::update_many()
        .set(change)
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::State.eq(State::Pending))
        .exec(tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// How many links may still be sent for the organisation now. An invitation that was sent again counts all its links.
pub async fn count_links_left(tx: &DatabaseTransaction, organisation: Uuid, now: DateTimeUtc) -> Written<i64> {
    let sent: Option<Option<i64>> = invitation::Entity::find()
        .select_only()
        .column_as(Column::TimesSent.sum(), "sent")
        .filter(Column::OrganisationId.eq(organisation))
        .filter(Column::SentAt.gt(now - TimeDelta::hours(1)))
        .into_tuple()
        .one(tx)
        .await?;
    Ok(AN_HOUR - sent.flatten().unwrap_or_default())
}

/// How many links were sent to these mailboxes within a day, whatever the state of the invitations. Locks the mailboxes
/// until the transaction ends. Two statements for any number.
pub async fn lock_and_count_links(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    mailboxes: &[&str],
    now: DateTimeUtc,
) -> Written<HashMap<String, Links>> {
    lock_mailboxes(tx, mailboxes).await?;
    let own = Expr::case(Column::OrganisationId.eq(organisation), Expr::col(Column::SentLately)).finally(0);
    let rows: Vec<(String, i64, i64)> = invitation::Entity::find()
        .select_only()
        .column(Column::Mailbox)
        .column_as(Expr::expr(own).sum(), "own")
        .column_as(Column::SentLately.sum(), "all")
        .filter(Column::Mailbox.is_in(mailboxes.iter().copied()))
        .filter(Column::SentAt.gt(now - TimeDelta::days(1)))
        .group_by(Column::Mailbox)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|(mailbox, own, all)| (mailbox, Links { own, all })).collect())
}

/// Keeps other transactions from sending links to these mailboxes, for any organisation. All transactions lock in the
/// same order, so there are no deadlocks. (On SQLite only one transaction writes at a time.)
async fn lock_mailboxes(tx: &DatabaseTransaction, mailboxes: &[&str]) -> Written<()> {
    if tx.get_database_backend() != DbBackend::Postgres || mailboxes.is_empty() {
        return Ok(());
    }
    let number = |mailbox: &&str| {
        let digits = hash(&format!("invitation to {mailbox}"));
        i64::from_str_radix(digits.get(..15).unwrap_or_default(), 16).unwrap_or_default()
    };
    let numbers: BTreeSet<i64> = mailboxes.iter().map(number).collect();
    let list: Vec<String> = (1..=numbers.len()).map(|index| format!("(${index}::bigint)")).collect();
    let sql = format!("SELECT pg_advisory_xact_lock(number) FROM (VALUES {}) AS held(number)", list.join(", "));
    let values = numbers.into_iter().map(Value::from);
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}

/// All invitations to a mailbox, in any state, each with the name of its organisation, the oldest first.
pub async fn list_all_to(db: &Db, mailbox: &str) -> Result<Vec<(Model, String)>> {
    organisation_store::list_sent_to::<invitation::Entity>(db, mailbox).await
}
