//! Statements about products.
#![expect(clippy::disallowed_methods, reason = "the statements about products stand here")]

use entity::product::{Column, Entity, Model};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

type Written<T> = Result<T, DbErr>;

/// The products of a seller with these ids, as the transaction sees them.
pub async fn find_rows(tx: &DatabaseTransaction, seller: Uuid, ids: &[Uuid]) -> Written<Vec<Model>> {
    let of_seller = Entity::find().filter(Column::OrganisationId.eq(seller));
    of_seller.filter(Column::Id.is_in(ids.iter().copied())).all(tx).await
}
