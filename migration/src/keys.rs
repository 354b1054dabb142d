//! Foreign keys and indexes, as the tables use them.
//!
//! All foreign keys stand in `CREATE TABLE`, because SQLite cannot add one to a table that exists.

use sea_orm_migration::prelude::*;

/// `column` is the id of a row of `parent`, which stays as long as it is named.
pub fn restrict(column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    foreign_key(column, parent, ForeignKeyAction::Restrict)
}

/// `column` is the id of a row of `parent`, and goes with it.
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

/// `column` is the id of a row of `parent` in the same organisation: no row can point into another one.
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

/// What `composite_fk` points to.
pub fn of_organisation(table: &'static str) -> IndexCreateStatement {
    unique(table, &["id", "organisation_id"])
}

/// No two rows agree in all `columns`; NULL agrees with nothing.
pub fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("key", table, columns).unique().take()
}

/// Rows are found, or paged, by `columns`.
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("idx", table, columns)
}

fn named(suffix: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{}_{suffix}", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
