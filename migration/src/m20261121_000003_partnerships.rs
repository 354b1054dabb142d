//! Partnerships: a reseller, a client, and the permissions that the client delegates.

use crate::{
    checks::{comes_after, differ, one_of},
    keys::{index, restrict, unique},
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let partnership = Table::create()
            .table("partnership")
            .col(pk_uuid("id"))
            .col(uuid("reseller_id"))
            .col(uuid("client_id"))
            .col(string("client_name"))
            .col(big_integer("delegated"))
            .col(big_integer("client_delegated"))
            .col(boolean("includes_upstream"))
            .col(string_len("state", 16))
            .col(timestamp_with_time_zone("starts_at"))
            .col(timestamp_with_time_zone_null("ends_at"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("reseller_id", "organisation"))
            .foreign_key(&mut restrict("client_id", "organisation"))
            .check(differ("reseller_id", "client_id"))
            .check(one_of("state", &["PROPOSED", "ACTIVE", "ENDED"]))
            .check(comes_after("ends_at", "starts_at"))
            .to_owned();
        manager.create_table(partnership).await?;
        // Two organisations can have many ended partnerships, but only one that has not ended.
        let alive =
            unique("partnership", &["reseller_id", "client_id"]).and_where(Expr::col("state").ne("ENDED")).take();
        manager.create_index(alive).await?;
        manager.create_index(climb()).await?;
        // For the list of partners.
        manager.create_index(index("partnership", &["client_id", "created_at", "id"])).await?;
        // For the lists of clients: by name, by age, by state.
        manager.create_index(index("partnership", &["reseller_id", "client_name", "id"])).await?;
        manager.create_index(index("partnership", &["reseller_id", "created_at", "id"])).await?;
        manager.create_index(index("partnership", &["reseller_id", "state"])).await?;
        for statement in keep_client_name(manager.get_database_backend())? {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The trigger belongs to `organisation`, so it is not dropped with this table.
        for statement in forget_client_name(manager.get_database_backend())? {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        manager.drop_table(Table::drop().table("partnership").to_owned()).await
    }
}

/// The index from an organisation to its resellers. Every request reads it, so it covers all the columns that are
/// needed, and the table is not read.
fn climb() -> IndexCreateStatement {
    index(
        "partnership",
        &[
            "client_id",
            "state",
            "reseller_id",
            "delegated",
            "client_delegated",
            "includes_upstream",
            "starts_at",
            "ends_at",
            "id",
        ],
    )
    .name("partnership_climb_idx")
    .take()
}

/// Lists of clients are sorted and paged by the client's name. An index cannot span two tables, so the name is copied
/// to this table. A trigger updates the copy whenever the organisation is renamed.
fn keep_client_name(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        // On SQLite, the trigger contains the statements. The condition skips a rename to the same name.
        DbBackend::Sqlite => Ok(&["CREATE TRIGGER partnership_client_name AFTER UPDATE OF name ON organisation \
             WHEN new.name <> old.name \
             BEGIN UPDATE partnership SET client_name = new.name WHERE client_id = new.id; END"]),
        // PostgreSQL needs a function, and ignores the row that an AFTER trigger returns. OR REPLACE is needed because
        // the function remains when all tables are dropped at once.
        DbBackend::Postgres => Ok(&[
            "CREATE OR REPLACE FUNCTION partnership_client_name() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN UPDATE partnership SET client_name = new.name WHERE client_id = new.id; RETURN NULL; END $$",
            "CREATE TRIGGER partnership_client_name AFTER UPDATE OF name ON organisation \
             FOR EACH ROW WHEN (new.name <> old.name) EXECUTE FUNCTION partnership_client_name()",
        ]),
        other => Err(unsupported(other)),
    }
}

fn forget_client_name(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => Ok(&["DROP TRIGGER partnership_client_name"]),
        DbBackend::Postgres => {
            Ok(&["DROP TRIGGER partnership_client_name ON organisation", "DROP FUNCTION partnership_client_name()"])
        }
        other => Err(unsupported(other)),
    }
}

fn unsupported(backend: DbBackend) -> DbErr {
    DbErr::Migration(format!("{backend:?} has no trigger for the name of a client"))
}
