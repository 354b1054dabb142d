//! Foreign keys and indexes.
//!
//! All foreign keys are in `CREATE TABLE`, because SQLite cannot add one to an existing table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// `column` is the id of a row of `parent`, which cannot be deleted while it is referenced.
pub fn restrict(column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    foreign_key(column, parent, ForeignKeyAction::Restrict)
}

/// `column` is the id of a row of `parent`. The row is deleted with its parent.
pub fn cascade(column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    foreign_key(column, parent, ForeignKeyAction::Cascade)
}

/// `column` is the id of a row of `parent`.
pub fn foreign_key(
    column: &'static str,
    parent: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_col(column).to_tbl(parent).to_col("id").on_delete(on_delete).take()
}

/// `column` is the id of a row of `parent` in the same organisation. No row can point into another organisation.
///
/// The parent needs `of_organisation`.
pub fn composite_fk(
    column: &'static str,
    parent: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col(column)
        .from_col("organisation_id")
        .to_tbl(parent)
        .to_col("id")
        .to_col("organisation_id")
        .on_delete(on_delete)
        .take()
}

/// The unique key that `composite_fk` points to.
pub fn of_organisation(table: &'static str) -> IndexCreateStatement {
    unique(table, &["id", "organisation_id"])
}

/// No two rows have equal values in all `columns`; NULL equals nothing.
pub fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("key", table, columns).unique().take()
}

/// An index for finding or paging rows by `columns`.
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("idx", table, columns)
}

/// The text column is ordered by its bytes, whatever the collation of the database is.
pub async fn by_bytes(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let sql = format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE text COLLATE \"C\"");
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

fn named(suffix: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{}_{suffix}", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
