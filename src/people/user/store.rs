//! Users in the database.
#![expect(clippy::disallowed_methods, reason = "the statements about users belong in this file")]

use entity::user::{self, State};
use entity::{link, recovery_code, second_factor};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    FromQueryResult, QueryFilter, QuerySelect, Set, SqlErr, Statement,
};
use uuid::Uuid;

use super::address::{Address, mailbox};
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::locale::Locale;

/// Whether a second factor of the user `u` is on.
const FACTOR_IS_ON: &str =
    "EXISTS (SELECT 1 FROM second_factor f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL)";

/// A user to create.
pub struct NewUser<'a> {
    /// Key of the new user.
    pub id: Uuid,
    /// The address.
    pub address: &'a Address,
    /// The name that others see.
    pub name: &'a str,
    /// Argon2id in PHC form.
    pub password_hash: &'a str,
    /// The language in which the person gets mail.
    pub locale: Locale,
    /// Whether a link from a mail has verified the address.
    pub is_verified: bool,
}

/// A user and what log-in needs to know.
#[derive(Debug, FromQueryResult)]
pub struct Login {
    /// The user.
    #[sea_orm(nested)]
    pub user: user::Model,
    /// Whether log-in also needs a code.
    pub has_second_factor: bool,
}

/// The user with the address, and whether a second factor is on: one statement.
pub async fn find_login(db: &Db, address: &Address) -> Result<Option<Login>> {
    let sql = format!("SELECT u.*, {FACTOR_IS_ON} AS has_second_factor FROM \"user\" u WHERE u.mailbox = $1");
    let rows = db.rows(&sql, vec![address.mailbox().into()]).await?;
    Ok(rows.first().map(|row| Login::from_query_result(row, "")).transpose()?)
}

/// The user whose mailbox the address names.
pub async fn find_by_address(connection: &impl ConnectionTrait, address: &str) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find().filter(user::Column::Mailbox.eq(mailbox(address))).one(connection).await
}

/// Those of these mailboxes that belong to users, with the user of each.
pub async fn list_by_mailbox(db: &Db, mailboxes: &[&str]) -> Result<Vec<(String, Uuid)>> {
    if mailboxes.is_empty() {
        return Ok(Vec::new());
    }
    let users = user::Entity::find().filter(user::Column::Mailbox.is_in(mailboxes.iter().copied())).select_only();
    let found = users.columns([user::Column::Mailbox, user::Column::Id]).into_tuple();
    Ok(found.all(db.reader()).await?)
}

/// The user.
pub async fn load(db: &Db, id: Uuid) -> Result<user::Model> {
    user::Entity::find_by_id(id).one(db.reader()).await?.ok_or_else(Error::sign_in)
}

/// Locks the user, if active. Nobody else changes the user or makes them a member until the transaction ends. (On
/// SQLite only one transaction writes at a time.)
pub async fn lock(tx: &DatabaseTransaction, id: Uuid) -> Result<Option<user::Model>, DbErr> {
    let query = user::Entity::find_by_id(id).filter(user::Column::State.eq(State::Active));
    let query = if tx.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    query.one(tx).await
}

/// Checks a log-in again, after its password was compared: whether a second factor is on now. `None` if the user is
/// disabled or has another password by now. The user is locked against changes until the transaction ends. (On SQLite
/// only one transaction writes at a time.)
pub async fn recheck_login(tx: &DatabaseTransaction, user: &user::Model) -> Result<Option<bool>, DbErr> {
    let lock = if tx.get_database_backend() == DbBackend::Postgres { "FOR SHARE OF u" } else { "" };
    let sql = format!(
        "SELECT {FACTOR_IS_ON} FROM \"user\" u WHERE u.id = $1 AND u.state = 'ACTIVE' AND u.password_hash = $2 {lock}"
    );
    let values = [user.id.into(), user.password_hash.clone().into()];
    let row = tx.query_one_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}

/// Finds the user, if active, and keeps them from being erased or disabled until the transaction ends.
pub async fn hold(tx: &DatabaseTransaction, id: Uuid) -> Result<Option<user::Model>, DbErr> {
    let query = user::Entity::find_by_id(id).filter(user::Column::State.eq(State::Active));
    let query = if tx.get_database_backend() == DbBackend::Postgres { query.lock_shared() } else { query };
    query.one(tx).await
}

/// Gives the user another address, which is verified. False if another user has it: then the transaction has failed.
pub async fn set_address(tx: &DatabaseTransaction, id: Uuid, address: &str, now: DateTimeUtc) -> Result<bool, DbErr> {
    let row = user::ActiveModel {
        email: Set(address.to_owned()),
        mailbox: Set(mailbox(address)),
        email_verified_at: Set(Some(now)),
        ..Default::default()
    };
    match user::Entity::update_many().set(row).filter(user::Column::Id.eq(id)).exec(tx).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Gives the user another name or language.
pub async fn set_profile(
    tx: &DatabaseTransaction,
    id: Uuid,
    name: Option<String>,
    locale: Option<Locale>,
) -> Result<(), DbErr> {
    let mut row = user::ActiveModel { ..Default::default() };
    if let Some(name) = name {
        row.name_folded = Set(collation::fold(&name));
        row.name = Set(name);
    }
    if let Some(locale) = locale {
        row.locale = Set(locale.into());
    }
    if row.is_changed() {
        user::Entity::update_many().set(row).filter(user::Column::Id.eq(id)).exec(tx).await?;
    }
    Ok(())
}

/// Creates the user; false if the address has one already, or one is being created at the same moment.
pub async fn create(tx: &DatabaseTransaction, new: &NewUser<'_>, now: DateTimeUtc) -> Result<bool, DbErr> {
    let row = user::ActiveModel {
        id: Set(new.id),
        email: Set(new.address.as_str().to_owned()),
        mailbox: Set(new.address.mailbox().to_owned()),
        name: Set(new.name.to_owned()),
        name_folded: Set(collation::fold(new.name)),
        password_hash: Set(new.password_hash.to_owned()),
        email_verified_at: Set(new.is_verified.then_some(now)),
        state: Set(State::Active),
        created_at: Set(now),
        locale: Set(new.locale.into()),
        erased_at: Set(None),
    };
    let taken = OnConflict::column(user::Column::Mailbox).do_nothing().to_owned();
    Ok(user::Entity::insert(row).on_conflict(taken).exec_without_returning(tx).await? == 1)
}

/// The user as the transaction sees it.
pub async fn find(tx: &DatabaseTransaction, id: Uuid) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id).one(tx).await
}

/// Gives the user a new password. No password fits an empty hash.
pub async fn set_password(tx: &DatabaseTransaction, id: Uuid, hash: &str) -> Result<(), DbErr> {
    user::Entity::update_many()
        .set(user::ActiveModel { password_hash: Set(hash.to_owned()), ..Default::default() })
        .filter(user::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Replaces the hash with one of the present cost, unless the password has changed since.
pub async fn renew_hash(tx: &DatabaseTransaction, user: &user::Model, password_hash: &str) -> Result<(), DbErr> {
    user::Entity::update_many()
        .set(user::ActiveModel { password_hash: Set(password_hash.to_owned()), ..Default::default() })
        .filter(user::Column::Id.eq(user.id))
        .filter(user::Column::PasswordHash.eq(&user.password_hash))
        .exec(tx)
        .await?;
    Ok(())
}

/// Gives an account with an unverified address to the person who has just verified it. It gets the password, if there
/// is one, and loses its second factor and links. False if the address was verified before. Called by `proof::prove`,
/// which ends what other tables hold.
pub async fn claim(
    tx: &DatabaseTransaction,
    id: Uuid,
    password_hash: Option<&str>,
    now: DateTimeUtc,
) -> Result<bool, DbErr> {
    let mut owned = user::ActiveModel { email_verified_at: Set(Some(now)), ..Default::default() };
    if let Some(hash) = password_hash {
        owned.password_hash = Set(hash.to_owned());
    }
    let claimed = user::Entity::update_many()
        .set(owned)
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::EmailVerifiedAt.is_null())
        .exec(tx)
        .await?;
    if claimed.rows_affected == 0 {
        return Ok(false);
    }
    second_factor::Entity::delete_many().filter(second_factor::Column::UserId.eq(id)).exec(tx).await?;
    recovery_code::Entity::delete_many().filter(recovery_code::Column::UserId.eq(id)).exec(tx).await?;
    link::Entity::delete_many().filter(link::Column::UserId.eq(id)).exec(tx).await?;
    Ok(true)
}
