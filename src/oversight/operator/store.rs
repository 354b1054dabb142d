//! Statements of those who run the platform.
#![expect(clippy::disallowed_methods, reason = "the statements of the operator stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::{organisation, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QuerySelect, Set,
};
use uuid::Uuid;

use super::account::UserAccount;
use super::rules::{Beginning, MOST, within};
use crate::access::{Access, Decision, Exists, Permission};
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

type Written<T> = Result<T, DbErr>;

/// The operator, if there is one.
pub async fn look(access: &Access) -> Result<Option<Decision>> {
    let id: Option<Uuid> = organisation::Entity::find()
        .select_only()
        .column(organisation::Column::Id)
        .filter(organisation::Column::Kind.eq(organisation::Kind::Operator))
        .into_tuple()
        .one(access.db().reader())
        .await?;
    match id {
        Some(id) => access.look(id).await,
        None => Ok(None),
    }
}

/// The operator, for who holds the permission there.
pub async fn act(access: &Access, permission: Permission) -> Result<Decision> {
    let seen = look(access).await?.ok_or(Error::NotFound)?;
    seen.require(permission)?;
    Ok(seen)
}

/// The account, if it is there for the viewer: asked together with those of its siblings.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<UserAccount>> {
    let batch = request.lists.batch::<UserAccount>("accounts".to_owned());
    let load = async |ids: Vec<Uuid>| {
        let Some(operator) = look(&request.access).await? else { return Ok(HashMap::new()) };
        let rows = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(request.db().reader()).await?;
        let accounts = rows.into_iter().map(|row| (row.id, UserAccount::new(&Arc::new(row), &operator)));
        Ok(accounts.filter_map(|(id, account)| Some((id, account.if_visible()?))).collect())
    };
    batch.load(id, load).await
}

/// Organisations whose name begins so, or that have that code; only those without a working owner, if so asked.
pub async fn organisations(db: &Db, begins: &Beginning, without_owner: bool) -> Result<Vec<OrganisationCard>> {
    let (condition, [one, other]) = begins.condition(db.backend(), "lower(o.name)", 1);
    let orphaned = if without_owner {
        "AND o.kind <> 'OPERATOR' AND o.state <> 'CLOSED' AND NOT EXISTS (SELECT 1 FROM membership m \
         JOIN membership_role mr ON mr.membership_id = m.id AND mr.builtin = 'OWNER' \
         JOIN \"user\" u ON u.id = m.user_id AND u.state = 'ACTIVE' \
         WHERE m.organisation_id = o.id AND m.partnership_id IS NULL)"
    } else {
        ""
    };
    let sql = format!(
        "SELECT o.id, o.name, o.kind FROM organisation o WHERE ({condition} OR o.code = $3) {orphaned} LIMIT {}",
        MOST + 1
    );
    let rows = db.rows(sql, vec![one.into(), other.into(), begins.text().to_uppercase().into()]).await?;
    within(rows.len())?;
    let card = |row: &QueryResult| {
        let kind: organisation::Kind = row.try_get_by_index(2)?;
        Ok(OrganisationCard { id: row.try_get_by_index(0)?, name: row.try_get_by_index(1)?, kind })
    };
    Ok(rows.iter().map(card).collect::<Written<_>>()?)
}

/// Users whose name or address begins so.
pub async fn users(db: &Db, begins: &Beginning) -> Result<Vec<user::Model>> {
    let (by_name, [one, other]) = begins.condition(db.backend(), "lower(u.name)", 1);
    let (by_address, [third, fourth]) = begins.condition(db.backend(), "u.email", 3);
    let sql = format!("SELECT u.* FROM \"user\" u WHERE {by_name} OR {by_address} LIMIT {}", MOST + 1);
    let rows = db.rows(sql, vec![one.into(), other.into(), third.into(), fourth.into()]).await?;
    within(rows.len())?;
    Ok(rows.iter().map(|row| user::Model::from_query_result(row, "")).collect::<Written<_>>()?)
}

/// The user, if there is one.
pub async fn user(db: &Db, id: Uuid) -> Result<Option<user::Model>> {
    Ok(user::Entity::find_by_id(id).one(db.reader()).await?)
}

/// Lets a user in again, or no longer; false if that is so already, or the user was erased.
pub async fn set_state(tx: &DatabaseTransaction, id: Uuid, state: user::State) -> Written<bool> {
    let changed = user::Entity::update_many()
        .set(user::ActiveModel { state: Set(state), ..Default::default() })
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::State.ne(state))
        .filter(user::Column::ErasedAt.is_null())
        .exec(tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// When the user's newest session was last used, of many users at once.
pub async fn last_seen(db: &Db, users: &[Uuid]) -> Result<Vec<(Uuid, DateTimeUtc)>> {
    let among = db.among("user_id", 1);
    let sql = format!("SELECT user_id, MAX(last_used_at) FROM session WHERE {among} GROUP BY user_id");
    let rows = db.rows(sql, vec![db.keys(users)]).await?;
    Ok(rows.iter().map(QueryResult::try_get_many_by_index).collect::<Written<_>>()?)
}
