//! Inserting any number of rows. A statement has a largest number of parameters, so many rows take several statements.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait, InsertMany, IntoActiveModel, Iterable, ModelTrait,
};

/// The most parameters of one statement: enough for 500 rows of 32 columns. SQLite accepts 32,766 and PostgreSQL 65,535.
const PARAMETERS: usize = 16_384;

/// Inserts the rows. No rows take no statement.
pub async fn insert_all<M, A>(tx: &DatabaseTransaction, rows: &[M]) -> Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    insert(tx, rows, None).await
}

/// Inserts the rows. `known` says what happens to those that are there already.
pub async fn insert_or<M, A>(tx: &DatabaseTransaction, rows: &[M], known: &OnConflict) -> Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    insert(tx, rows, Some(known)).await
}

async fn insert<M, A>(tx: &DatabaseTransaction, rows: &[M], known: Option<&OnConflict>) -> Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    let columns = <M::Entity as EntityTrait>::Column::iter().count();
    for some in rows.chunks(PARAMETERS / columns) {
        let mut insert = InsertMany::<A>::many(some.iter().cloned());
        if let Some(known) = known {
            insert = insert.on_conflict(known.clone());
        }
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}
