//! Statements about issuers.
#![expect(clippy::disallowed_methods, reason = "the statements about issuers stand here")]

use std::sync::Arc;

use entity::issuer::{Column, Entity, Model};
use entity::organisation;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Iterable, QueryFilter,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::Result;

type Written<T> = Result<T, DbErr>;

/// The issuer, as the connection sees it; `None` until its details are set.
pub async fn find(db: &impl ConnectionTrait, organisation: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(organisation).one(db).await
}

/// The issuer of the installation; `None` until its details are set.
pub async fn find_only(db: &impl ConnectionTrait) -> Written<Option<Model>> {
    let operator = organisation::Entity::find()
        .select_only()
        .column(organisation::Column::Id)
        .filter(organisation::Column::Kind.eq(organisation::Kind::Operator));
    Entity::find().filter(Column::OrganisationId.in_subquery(operator.into_query())).one(db).await
}

/// The issuer for a reader.
pub async fn load(db: &Db, organisation: Uuid) -> Result<Option<Arc<Model>>> {
    Ok(find(db.reader(), organisation).await?.map(Arc::new))
}

/// Writes the details of an issuer.
pub async fn save(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    let known = OnConflict::column(Column::OrganisationId).update_columns(Column::iter()).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}
