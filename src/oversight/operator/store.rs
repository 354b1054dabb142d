//! The statements of the operator's staff.
#![expect(clippy::disallowed_methods, reason = "the statements of the operator stand here")]

use entity::{organisation, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QuerySelect, Set,
};
use uuid::Uuid;

use super::rules::{MOST, within};
use crate::access::{Access, Card, Decision};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::page::Search;

type Written<T> = Result<T, DbErr>;

/// The operator, if there is one.
pub async fn find_operator(access: &Access) -> Result<Option<Decision>> {
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

/// The users with these ids. Unknown ids are left out.
pub async fn users_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<user::Model>> {
    Ok(user::Entity::find().filter(user::Column::Id.is_in(ids)).all(db.reader()).await?)
}

/// Organisations whose name contains the text, or whose code is the text. On request, only those without an owner who can
/// sign in.
pub async fn organisations(db: &Db, search: &Search, without_owner: bool) -> Result<Vec<Card>> {
    let orphaned = if without_owner {
        "AND o.kind <> 'OPERATOR' AND o.state <> 'CLOSED' AND NOT EXISTS (SELECT 1 FROM membership m \
         JOIN membership_role mr ON mr.membership_id = m.id AND mr.builtin = 'OWNER' \
         JOIN \"user\" u ON u.id = m.user_id AND u.state = 'ACTIVE' \
         WHERE m.organisation_id = o.id AND m.partnership_id IS NULL)"
    } else {
        ""
    };
    let sql = format!(
        "SELECT o.id, o.name, o.kind FROM organisation o JOIN organisation_name n ON n.organisation_id = o.id \
         WHERE (n.folded LIKE $1 ESCAPE '!' OR o.code = $2) {orphaned} LIMIT {}",
        MOST + 1
    );
    let rows = db.rows(sql, vec![search.pattern().into(), search.text().to_uppercase().into()]).await?;
    within(rows.len())?;
    let card = |row: &QueryResult| {
        let kind: organisation::Kind = row.try_get_by_index(2)?;
        Ok(Card { id: row.try_get_by_index(0)?, name: row.try_get_by_index(1)?, kind })
    };
    Ok(rows.iter().map(card).collect::<Written<_>>()?)
}

/// Users whose name or email address contains the text.
pub async fn users(db: &Db, search: &Search) -> Result<Vec<user::Model>> {
    let sql = format!(
        "SELECT u.* FROM \"user\" u WHERE u.name_folded LIKE $1 ESCAPE '!' OR u.email LIKE $1 ESCAPE '!' LIMIT {}",
        MOST + 1
    );
    let rows = db.rows(sql, vec![search.pattern().into()]).await?;
    within(rows.len())?;
    Ok(rows.iter().map(|row| user::Model::from_query_result(row, "")).collect::<Written<_>>()?)
}

/// The user, if there is one.
pub async fn find_user(db: &Db, id: Uuid) -> Result<Option<user::Model>> {
    Ok(user::Entity::find_by_id(id).one(db.reader()).await?)
}

/// Changes the state of a user; false if the user is in it already, or was erased.
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

/// When a session of each user was last used. Users without a session are left out.
pub async fn last_seen(db: &Db, users: &[Uuid]) -> Result<Vec<(Uuid, DateTimeUtc)>> {
    let condition = db.among("user_id", 1);
    let sql = format!("SELECT user_id, MAX(last_used_at) FROM session WHERE {condition} GROUP BY user_id");
    let rows = db.rows(sql, vec![db.keys(users)]).await?;
    Ok(rows.iter().map(QueryResult::try_get_many_by_index).collect::<Written<_>>()?)
}
