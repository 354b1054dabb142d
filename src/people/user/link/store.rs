//! Links in the database.
#![expect(clippy::disallowed_methods, reason = "the statements about links stand here")]

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
use crate::base::random::{Random, hash};

type Written<T> = Result<T, DbErr>;

/// Makes a link and gives its secret. Older ones of the kind die, but for those that put an address back; those whose
/// time is over are removed. For a user who is not there it does as much and makes none.
pub async fn issue(
    tx: &DatabaseTransaction,
    random: &Random,
    user: Uuid,
    kind: Kind,
    address: &str,
    now: DateTimeUtc,
) -> Written<String> {
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

/// The link, if it could be used now.
pub async fn find(db: &Db, kind: Kind, secret: &str, now: DateTimeUtc) -> Result<Option<link::Model>> {
    let found = link::Entity::find()
        .filter(link::Column::TokenHash.eq(hash(secret)))
        .filter(link::Column::Kind.eq(kind))
        .filter(link::Column::UsedAt.is_null())
        .filter(link::Column::ExpiresAt.gt(now));
    Ok(found.one(db.reader()).await?)
}

/// Uses the link up; of several at once, one gets it.
pub async fn take(
    tx: &DatabaseTransaction,
    kind: Kind,
    secret: &str,
    now: DateTimeUtc,
) -> Written<Option<link::Model>> {
    let sql = "UPDATE link SET used_at = $1 \
               WHERE token_hash = $2 AND kind = $3 AND used_at IS NULL AND expires_at > $1 RETURNING *";
    let values = [now.into(), hash(secret).into(), kind.to_value().into()];
    let row = tx.query_one_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    row.map(|row| link::Model::from_query_result(&row, "")).transpose()
}

/// Kills the links of the user that are of these kinds.
pub async fn void(tx: &DatabaseTransaction, user: Uuid, kinds: &[Kind]) -> Written<()> {
    let of_these = link::Column::Kind.is_in(kinds.iter().copied());
    link::Entity::delete_many().filter(link::Column::UserId.eq(user)).filter(of_these).exec(tx).await?;
    Ok(())
}

/// Kills all links of the user, but those that put back an address which the account had before this one was made.
pub async fn void_since(tx: &DatabaseTransaction, this: &link::Model) -> Written<()> {
    let later = link::Column::Kind.ne(Kind::Undo).or(link::Column::Id.gte(this.id));
    link::Entity::delete_many().filter(link::Column::UserId.eq(this.user_id)).filter(later).exec(tx).await?;
    Ok(())
}
