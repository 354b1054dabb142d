//! Statements about API keys.
#![expect(clippy::disallowed_methods, reason = "the statements about API keys belong in this file")]

use entity::api_key::{self, Model};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, Set,
};
use uuid::Uuid;

use super::rules::ApiKeyState;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::memory::Look;
use crate::base::random::hash;
use crate::graphql::page::{Filter, Key, List};

type Written<T> = Result<T, DbErr>;

/// The most keys of one person that are named.
const NAMED: u64 = 100;

/// A key and the name of its creator.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its row.
    pub model: Model,
    /// Name of its creator.
    pub creator: Option<String>,
}

/// The keys of an organisation, the oldest first.
pub static OF_ORGANISATION: List<KeyRow> = List {
    table: "api_key",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: false,
    columns: "t.*, u.name AS creator",
    joins: "LEFT JOIN \"user\" u ON u.id = t.created_by_id",
    read,
    keep: None,
};

fn read(rows: &[QueryResult]) -> Written<KeyRow> {
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("API key".to_owned()))?;
    Ok(KeyRow { model: Model::from_query_result(row, "")?, creator: row.try_get("", "creator")? })
}

/// The condition that a key is in one of the states at the moment. Without states, it admits all.
pub fn in_states(states: Option<&[ApiKeyState]>, now: DateTimeUtc) -> Filter {
    use ApiKeyState as S;
    let Some(states) = states else { return Filter::default() };
    // Each state once and in a fixed order, so that the same request always has the same statement.
    let wanted: Vec<&str> = [
        (S::Active, "(t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now))"),
        (S::Expired, "(t.revoked_at IS NULL AND t.expires_at <= :now)"),
        (S::Revoked, "t.revoked_at IS NOT NULL"),
    ]
    .into_iter()
    .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
    .collect();
    match wanted.join(" OR ") {
        none if none.is_empty() => Filter::default().and("FALSE"),
        any if any.contains(":now") => Filter::default().and_with(&format!("({any})"), [(":now", now.into())]),
        any => Filter::default().and(&any),
    }
}

/// The key with this secret, whatever its state. A secret that was replaced can stay valid for a while.
pub async fn find_by_secret(db: &Db, key: &str, now: DateTimeUtc) -> Result<Option<Model>> {
    let look = Look {
        columns: "k.*",
        from: "api_key k",
        condition: "(k.secret_hash = $1 OR (k.previous_hash = $1 AND k.previous_until > $2))",
        values: vec![hash(key).into(), now.into()],
        most: 1,
    };
    let row = look.take(db).await?.into_values().next();
    Ok(row.map(|row| Model::from_query_result(&row, "")).transpose()?)
}

/// The key with this id, whatever its state.
pub async fn find(db: &Db, id: Uuid) -> Result<Option<Model>> {
    Ok(api_key::Entity::find_by_id(id).one(db.reader()).await?)
}

/// The key as the transaction sees it.
pub async fn find_by_id(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    api_key::Entity::find_by_id(id).one(tx).await
}

/// The keys of an organisation that the user created and that work, the newest first: some.
pub async fn list_working_of(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    user: Uuid,
    now: DateTimeUtc,
) -> Written<Vec<Uuid>> {
    let theirs = api_key::Entity::find()
        .select_only()
        .column(api_key::Column::Id)
        .filter(api_key::Column::OrganisationId.eq(organisation))
        .filter(api_key::Column::CreatedById.eq(user))
        .filter(api_key::Column::RevokedAt.is_null())
        .filter(api_key::Column::ExpiresAt.is_null().or(api_key::Column::ExpiresAt.gt(now)))
        .order_by_desc(api_key::Column::CreatedAt)
        .order_by_desc(api_key::Column::Id)
        .limit(NAMED);
    theirs.into_tuple().all(tx).await
}

/// Writes a new key.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    api_key::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Changes a key.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, change: api_key::ActiveModel) -> Written<()> {
    api_key::Entity::update_many().set(change).filter(api_key::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Revokes all keys that the user has created and that are not revoked yet, and returns them.
pub async fn revoke_all_by(tx: &DatabaseTransaction, user: Uuid, now: DateTimeUtc) -> Written<Vec<Model>> {
    let theirs = api_key::Column::CreatedById.eq(user).and(api_key::Column::RevokedAt.is_null());
    let keys = api_key::Entity::find().filter(theirs).all(tx).await?;
    for key in &keys {
        let revoked = api_key::ActiveModel {
            revoked_at: Set(Some(now)),
            previous_hash: Set(None),
            previous_until: Set(None),
            ..Default::default()
        };
        update(tx, key.id, revoked).await?;
    }
    Ok(keys)
}

/// The keys that a user made, in all organisations, the oldest first.
pub async fn list_made_by(db: &Db, user: Uuid) -> Result<Vec<Model>> {
    let made = api_key::Entity::find().filter(api_key::Column::CreatedById.eq(user));
    Ok(made.order_by_asc(api_key::Column::CreatedAt).order_by_asc(api_key::Column::Id).all(db.reader()).await?)
}
