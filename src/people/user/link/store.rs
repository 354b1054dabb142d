//! Links in the database.
#![expect(clippy::disallowed_methods, reason = "the statements about links belong in this file")]

use entity::link::{self, Kind};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter,
    Statement,
};
use uuid::Uuid;

use super::lifetime;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::hash;
use crate::graphql::request::Work;

type Written<T> = Result<T, DbErr>;

/// Creates a link and returns its secret. Older links of the same kind are removed, except those that move an account
/// back; so are expired links. For an unknown user it runs the same statements and creates none.
pub async fn issue(work: &Work<'_>, user: Uuid, kind: Kind, address: &str) -> Written<String> {
    let Work { tx, random, now, .. } = *work;
    let mut replaced = link::Column::ExpiresAt.lte(now);
    if kind != Kind::Undo {
        replaced = replaced.or(link::Column::Kind.eq(kind));
    }
    link::Entity::delete_many().filter(link::Column::UserId.eq(user)).filter(replaced).exec(tx).await?;
    let secret = random.secret();
    let sql = "INSERT INTO link (id, kind, user_id, token_hash, address, expires_at, created_at) \
               SELECT $1, $2, u.id, $3, $4, $5, $6 FROM \"user\" u WHERE u.id = $7";
    let values = [
        random.id(now).into(),
        kind.to_value().into(),
        hash(&secret).into(),
        address.into(),
        (now + lifetime(kind)).into(),
        now.into(),
        user.into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(secret)
}

/// The link, if it is valid now.
pub async fn find(db: &Db, kind: Kind, secret: &str, now: DateTimeUtc) -> Result<Option<link::Model>> {
    let found = link::Entity::find()
        .filter(link::Column::TokenHash.eq(hash(secret)))
        .filter(link::Column::Kind.eq(kind))
        .filter(link::Column::UsedAt.is_null())
        .filter(link::Column::ExpiresAt.gt(now));
    Ok(found.one(db.reader()).await?)
}

/// Uses the link up, if it is valid now. Only one of several simultaneous requests gets it.
pub async fn take(work: &Work<'_>, kind: Kind, secret: &str) -> Written<Option<link::Model>> {
    let Work { tx, now, .. } = *work;
    let sql = "UPDATE link SET used_at = $1 \
               WHERE token_hash = $2 AND kind = $3 AND used_at IS NULL AND expires_at > $1 RETURNING *";
    let values = [now.into(), hash(secret).into(), kind.to_value().into()];
    let row = tx.query_one_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    row.map(|row| link::Model::from_query_result(&row, "")).transpose()
}

/// Removes the user's links of these kinds.
pub async fn void(tx: &DatabaseTransaction, user: Uuid, kinds: &[Kind]) -> Written<()> {
    let of_these = link::Column::Kind.is_in(kinds.iter().copied());
    link::Entity::delete_many().filter(link::Column::UserId.eq(user)).filter(of_these).exec(tx).await?;
    Ok(())
}

/// Removes all links of the user, except those that move the account back to an address from before this link.
pub async fn void_since(tx: &DatabaseTransaction, this: &link::Model) -> Written<()> {
    let later = link::Column::Kind.ne(Kind::Undo).or(link::Column::Id.gte(this.id));
    link::Entity::delete_many().filter(link::Column::UserId.eq(this.user_id)).filter(later).exec(tx).await?;
    Ok(())
}
