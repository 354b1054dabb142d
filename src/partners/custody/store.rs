//! Statements about custody.
#![expect(clippy::disallowed_methods, reason = "the statements about custody belong in this file")]

use std::collections::HashSet;

use entity::ownership_transfer::{self, State};
use entity::{membership, membership_role, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryResult, Set, Statement,
    Value,
};
use uuid::Uuid;

use crate::access::{BuiltinRole, Counting, RoleRef, places};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::locale::Locale;
use crate::base::random::Random;
use crate::people::membership::rules::{is_owner, is_working, is_working_owner};
use crate::people::membership::store::{self as members, Member};

type Written<T> = Result<T, DbErr>;

/// The most custodies that one round passes on.
const PER_ROUND: u64 = 500;

/// A custody.
#[derive(Clone, Copy, Debug)]
pub struct Custody {
    /// The membership of its holder.
    pub membership: Uuid,
    /// The organisation whose owner has not accepted yet.
    pub client: Uuid,
    /// Its holder.
    pub user: Uuid,
    /// The reseller that has created the client.
    pub reseller: Uuid,
}

/// A person who has custody, or who gets it.
#[derive(Clone, Debug)]
pub struct Custodian {
    /// The user.
    pub user: Uuid,
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// The user's language.
    pub locale: Locale,
}

impl From<Member> for Custodian {
    fn from(member: Member) -> Self {
        Self { user: member.user_id, name: member.name, email: member.email, locale: member.locale }
    }
}

fn read(row: &QueryResult) -> Written<Custody> {
    Ok(Custody {
        membership: row.try_get_by_index(0)?,
        client: row.try_get_by_index(1)?,
        user: row.try_get_by_index(2)?,
        reseller: row.try_get_by_index(3)?,
    })
}

/// Joins the reseller or the operator, if it is active. Nobody can have custody for a reseller that is suspended, or no longer one, so
/// nothing is passed on there.
const WORKING: &str = "JOIN organisation ro ON ro.id = m.custody_reseller_id AND ro.kind IN ('RESELLER', 'OPERATOR') AND ro.state = 'ACTIVE'";

const COLUMNS: &str = "m.id, m.organisation_id, m.user_id, m.custody_reseller_id";

/// All custodies of a user.
pub async fn of_user(tx: &DatabaseTransaction, user: Uuid) -> Written<Vec<Custody>> {
    let sql = format!("SELECT {COLUMNS} FROM membership m WHERE m.user_id = $1 AND m.custody_reseller_id IS NOT NULL");
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [user.into()]);
    tx.query_all_raw(statement).await?.iter().map(read).collect()
}

/// Custodies at a reseller whose holders can no longer have them.
pub async fn lost_at(tx: &DatabaseTransaction, reseller: Uuid, now: DateTimeUtc) -> Written<Vec<Custody>> {
    let lost = holders_without(tx, "m.custody_reseller_id = $1", vec![reseller.into()], now).await?;
    let mut found = Vec::new();
    for (_, user) in lost {
        let left = PER_ROUND.saturating_sub(found.len() as u64);
        let sql = format!(
            "SELECT {COLUMNS} FROM membership m WHERE m.custody_reseller_id = $1 AND m.user_id = $2 ORDER BY m.id LIMIT {left}"
        );
        let values = [reseller.into(), user.into()];
        let rows = tx.query_all_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
        for row in &rows {
            found.push(read(row)?);
        }
    }
    Ok(found)
}

/// The resellers with custodies whose holders can no longer have them, and with an OWNER who can.
pub async fn resellers_with_lost(db: &Db, now: DateTimeUtc) -> Result<Vec<Uuid>> {
    let lost = holders_without(db.reader(), "m.custody_reseller_id IS NOT NULL", Vec::new(), now).await?;
    let lost: HashSet<Uuid> = lost.into_iter().map(|(reseller, _)| reseller).collect();
    let sql = format!(
        "SELECT o.id FROM organisation o WHERE {} AND EXISTS (SELECT 1 FROM membership own \
           JOIN membership_role r ON r.membership_id = own.id AND r.builtin = 'OWNER' \
           JOIN \"user\" heir ON heir.id = own.user_id AND heir.state = 'ACTIVE' WHERE own.organisation_id = o.id)",
        db.among("o.id", 1)
    );
    let rows = db.rows(sql, vec![db.keys(&lost.into_iter().collect::<Vec<_>>())]).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Written<_>>()?)
}

/// The people who have custody for an active reseller and can no longer hold it, each with the reseller. `condition` is
/// about the custodies `m`.
async fn holders_without(
    connection: &impl ConnectionTrait,
    condition: &str,
    values: Vec<Value>,
    now: DateTimeUtc,
) -> Written<Vec<(Uuid, Uuid)>> {
    let holders = format!(
        "SELECT DISTINCT m.custody_reseller_id, m.user_id, u.state FROM membership m \
         JOIN \"user\" u ON u.id = m.user_id {WORKING} WHERE {condition}"
    );
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), holders, values.clone());
    let rows = connection.query_all_raw(statement).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let at_the_reseller = format!(
        "(m.organisation_id, m.user_id) IN (SELECT m.custody_reseller_id, m.user_id FROM membership m WHERE {condition})"
    );
    let places = places(connection, &at_the_reseller, values).await?;
    let mut lost = Vec::new();
    for row in rows {
        let (reseller, user) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let is_active = row.try_get_by_index::<user::State>(2)? == user::State::Active;
        if !is_active || !places.get(&user).is_some_and(|held| Counting::new(held, now).may_keep_for(reseller)) {
            lost.push((reseller, user));
        }
    }
    Ok(lost)
}

/// The longest-standing OWNER of a reseller who can act, other than the user `except`.
pub async fn heir(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    except: Option<Uuid>,
    now: DateTimeUtc,
) -> Written<Option<Custodian>> {
    let owners_and_admins = members::list_owners_and_admins(tx, reseller).await?;
    let owners = owners_and_admins
        .into_iter()
        .filter(|member| is_owner(member) && is_working(member, now) && Some(member.user_id) != except);
    let oldest = owners.min_by_key(|member| (member.created_at, member.id));
    Ok(oldest.map(Custodian::from))
}

/// Whether the custody still holds: its holder is an OWNER of the client, which has no owner of its own.
pub async fn is_in_custody(tx: &DatabaseTransaction, custody: Custody, now: DateTimeUtc) -> Written<bool> {
    let owners: Vec<Member> =
        members::list_owners_and_admins(tx, custody.client).await?.into_iter().filter(is_owner).collect();
    let has_own = owners.iter().any(|owner| is_working_owner(owner, now) && owner.custody_reseller_id.is_none());
    Ok(!has_own && owners.iter().any(|owner| owner.id == custody.membership))
}

/// Ends all custodies of the client and returns the removed memberships. The new owner keeps theirs, without custody.
pub async fn end(tx: &DatabaseTransaction, client: Uuid, owner: Uuid) -> Written<Vec<Member>> {
    let kept =
        members::select(tx, "t.organisation_id = $1 AND t.custody_reseller_id IS NOT NULL", [client.into()]).await?;
    let (own, others): (Vec<Member>, Vec<Member>) = kept.into_iter().partition(|member| member.user_id == owner);
    for member in &own {
        members::set_end(tx, member.id, member.expires_at, member.partnership_id, None).await?;
    }
    for member in &others {
        members::remove(tx, member.id).await?;
    }
    Ok(others)
}

/// Gives a custody and its pending ownership offers to somebody else; false if the old holder no longer has it.
pub async fn pass(
    tx: &DatabaseTransaction,
    random: &Random,
    custody: Custody,
    heir: Uuid,
    now: DateTimeUtc,
) -> Written<bool> {
    let kept = membership::Entity::find_by_id(custody.membership)
        .filter(membership::Column::UserId.eq(custody.user))
        .filter(membership::Column::CustodyResellerId.eq(custody.reseller));
    if kept.one(tx).await?.is_none() {
        return Ok(false);
    }
    if let Some(member) = members::find_of_user(tx, custody.client, heir).await? {
        // The heir is a member already, so the role is added to theirs.
        if !is_owner(&member) {
            let owner = [RoleRef::Builtin(BuiltinRole::Owner)];
            members::add_roles(tx, random, (custody.client, member.id), &owner, now).await?;
            members::set_end(tx, member.id, None, None, Some(custody.reseller)).await?;
        }
        members::remove(tx, custody.membership).await?;
    } else {
        let change = membership::ActiveModel { user_id: Set(heir), ..Default::default() };
        membership::Entity::update_many()
            .set(change)
            .filter(membership::Column::Id.eq(custody.membership))
            .exec(tx)
            .await?;
        // Only the role of an owner passes to the heir.
        membership_role::Entity::delete_many()
            .filter(membership_role::Column::MembershipId.eq(custody.membership))
            .filter(membership_role::Column::Builtin.is_null().or(membership_role::Column::Builtin.ne("OWNER")))
            .exec(tx)
            .await?;
    }
    ownership_transfer::Entity::update_many()
        .set(ownership_transfer::ActiveModel { offered_by_id: Set(heir), ..Default::default() })
        .filter(ownership_transfer::Column::OrganisationId.eq(custody.client))
        .filter(ownership_transfer::Column::OfferedById.eq(custody.user))
        .filter(ownership_transfer::Column::State.eq(State::Offered))
        .exec(tx)
        .await?;
    Ok(true)
}
