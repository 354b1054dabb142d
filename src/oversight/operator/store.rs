//! The statements of the operator's staff.
#![expect(clippy::disallowed_methods, reason = "the statements of the operator stand here")]

use entity::{organisation, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult,
    QuerySelect, Set,
};
use uuid::Uuid;

use super::rules::{MOST, SearchPrefix, within};
use crate::access::{Access, Card, Decision};
use crate::base::db::Db;
use crate::base::error::Result;

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

/// Organisations whose name begins with the text, or whose code is the text. On request, only those without an owner who
/// can sign in.
pub async fn organisations(db: &Db, prefix: &SearchPrefix, without_owner: bool) -> Result<Vec<Card>> {
    let (condition, [one, other]) = begins_with(prefix, db.backend(), "lower(o.name)", 1);
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
    let rows = db.rows(sql, vec![one.into(), other.into(), prefix.text().to_uppercase().into()]).await?;
    within(rows.len())?;
    let card = |row: &QueryResult| {
        let kind: organisation::Kind = row.try_get_by_index(2)?;
        Ok(Card { id: row.try_get_by_index(0)?, name: row.try_get_by_index(1)?, kind })
    };
    Ok(rows.iter().map(card).collect::<Written<_>>()?)
}

/// Users whose name or email address begins with the text.
pub async fn users(db: &Db, prefix: &SearchPrefix) -> Result<Vec<user::Model>> {
    let (by_name, [one, other]) = begins_with(prefix, db.backend(), "lower(u.name)", 1);
    let (by_address, [third, fourth]) = begins_with(prefix, db.backend(), "u.email", 3);
    let sql = format!("SELECT u.* FROM \"user\" u WHERE {by_name} OR {by_address} LIMIT {}", MOST + 1);
    let rows = db.rows(sql, vec![one.into(), other.into(), third.into(), fourth.into()]).await?;
    within(rows.len())?;
    Ok(rows.iter().map(|row| user::Model::from_query_result(row, "")).collect::<Written<_>>()?)
}

/// The condition that a column begins with the text, and the values of its two parameters, which are numbered from
/// `position` on. Each database can use an index for it.
fn begins_with(prefix: &SearchPrefix, backend: DbBackend, column: &str, position: usize) -> (String, [String; 2]) {
    let (text, next) = (prefix.text(), position + 1);
    if backend == DbBackend::Postgres {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        return (format!("({column} LIKE ${position} AND ${next} = '')"), [format!("{escaped}%"), String::new()]);
    }
    let end = format!("{text}{}", char::MAX);
    (format!("({column} >= ${position} AND {column} < ${next})"), [text.to_owned(), end])
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_for_a_beginning_and_no_letter_stands_for_others() {
        let prefix = SearchPrefix::read(Some("  Å_100%\\ ")).unwrap();
        assert_eq!(prefix.text(), "å_100%\\");
        let (_, [pattern, _]) = begins_with(&prefix, DbBackend::Postgres, "name", 1);
        assert_eq!(pattern, "å\\_100\\%\\\\%");
        let (condition, [from, to]) = begins_with(&prefix, DbBackend::Sqlite, "name", 3);
        assert_eq!(condition, "(name >= $3 AND name < $4)");
        assert!(from.as_str() < "å_100%\\z" && "å_100%\\z" < to.as_str() && to.as_str() < "å_101");
    }
}
