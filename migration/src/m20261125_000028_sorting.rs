//! Sort keys and folded texts, by which lists are ordered and searched.
//!
//! The server writes them, because the two databases would neither fold nor order texts alike.

use crate::fill::{fill_names, rewrite_values};
use crate::keys::{index, restrict};
use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// A table, its column with names, its column with sort keys, and the parent of its lists.
const ORDERED: [(&str, &str, &str, &str); 6] = [
    ("role", "name", "name_key", "organisation_id"),
    ("client_view", "name", "name_key", "organisation_id"),
    ("delegation_template", "name", "name_key", "organisation_id"),
    ("billing_contact", "name", "name_key", "organisation_id"),
    ("service", "name", "name_key", "organisation_id"),
    ("partnership", "client_name", "client_key", "reseller_id"),
];
const FOLDED: [(&str, &str); 2] = [("partnership", "client_folded"), ("user", "name_folded")];
/// Indexes for the beginning of a name. Searches look for parts of a name now, so no index serves them.
const SEARCHES: [(&str, &str, &str); 3] = [
    ("organisation_search_idx", "organisation", "lower(name)"),
    ("user_search_idx", "user", "lower(name)"),
    ("user_address_search_idx", "user", "email"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // Ordered by bytes, whatever the collation of the database is.
        let by_bytes = if manager.get_database_backend() == DbBackend::Postgres { "COLLATE \"C\"" } else { "" };
        let added = ORDERED.iter().map(|(table, _, key, _)| (*table, *key)).chain(FOLDED);
        for (table, column) in added {
            let sql = format!("ALTER TABLE \"{table}\" ADD COLUMN {column} text {by_bytes} NOT NULL DEFAULT ''");
            db.execute_unprepared(&sql).await?;
        }
        let sql = format!("ALTER TABLE partnership ADD COLUMN reference_folded text {by_bytes}");
        db.execute_unprepared(&sql).await?;
        let name = Table::create()
            .table("organisation_name")
            .col(pk_uuid("organisation_id"))
            .col(text("folded"))
            .col(text("sort_key"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .to_owned();
        manager.create_table(name).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            for column in ["folded", "sort_key"] {
                let sql = format!("ALTER TABLE organisation_name ALTER COLUMN {column} TYPE text COLLATE \"C\"");
                db.execute_unprepared(&sql).await?;
            }
        }
        fill_names(db).await?;
        for (table, name, key, parent) in ORDERED {
            let old = format!("{table}_{parent}_{name}_id_idx");
            manager.drop_index(Index::drop().table(table).name(old).to_owned()).await?;
            manager.create_index(index(table, &[parent, key, "id"])).await?;
        }
        for (name, table, _) in SEARCHES {
            manager.drop_index(Index::drop().table(table).name(name).to_owned()).await?;
        }
        for statement in keep_keys(manager.get_database_backend())? {
            db.execute_unprepared(statement).await?;
        }
        rewrite_values(db, |text| {
            let folded = collation::fold(text);
            let key = collation::sort_key(&folded.chars().take(200).collect::<String>());
            (folded, format!("a{key}"))
        })
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        rewrite_values(db, |text| {
            let folded = text.to_lowercase();
            let key = format!("a{}", folded.chars().take(200).collect::<String>());
            (folded, key)
        })
        .await?;
        for statement in forget_keys(manager.get_database_backend())? {
            db.execute_unprepared(statement).await?;
        }
        let order = if manager.get_database_backend() == DbBackend::Postgres { " text_pattern_ops" } else { "" };
        for (name, table, column) in SEARCHES {
            db.execute_unprepared(&format!("CREATE INDEX {name} ON \"{table}\" ({column}{order})")).await?;
        }
        for (table, name, key, parent) in ORDERED {
            let new = format!("{table}_{parent}_{key}_id_idx");
            manager.drop_index(Index::drop().table(table).name(new).to_owned()).await?;
            manager.create_index(index(table, &[parent, name, "id"])).await?;
        }
        manager.drop_table(Table::drop().table("organisation_name").to_owned()).await?;
        let added = ORDERED.iter().map(|(table, _, key, _)| (*table, *key)).chain(FOLDED);
        for (table, column) in added.chain([("partnership", "reference_folded")]) {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// Lists of clients are ordered by the name of the client, so its keys are copied to the partnership. A name that was
/// changed by hand loses its keys, so that `fill` writes them anew.
fn keep_keys(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => Ok(&[
            "CREATE TRIGGER partnership_client_key AFTER INSERT ON organisation_name BEGIN \
             UPDATE partnership SET client_key = new.sort_key, client_folded = new.folded \
             WHERE client_id = new.organisation_id; END",
            "CREATE TRIGGER partnership_client_key_changed AFTER UPDATE ON organisation_name BEGIN \
             UPDATE partnership SET client_key = new.sort_key, client_folded = new.folded \
             WHERE client_id = new.organisation_id; END",
            "CREATE TRIGGER organisation_name_stale AFTER UPDATE OF name ON organisation WHEN new.name <> old.name \
             BEGIN DELETE FROM organisation_name WHERE organisation_id = new.id; END",
        ]),
        DbBackend::Postgres => Ok(&[
            "CREATE OR REPLACE FUNCTION partnership_client_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             UPDATE partnership SET client_key = new.sort_key, client_folded = new.folded \
             WHERE client_id = new.organisation_id; RETURN NULL; END $$",
            "CREATE TRIGGER partnership_client_key AFTER INSERT OR UPDATE ON organisation_name \
             FOR EACH ROW EXECUTE FUNCTION partnership_client_key()",
            "CREATE OR REPLACE FUNCTION organisation_name_stale() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             DELETE FROM organisation_name WHERE organisation_id = new.id; RETURN NULL; END $$",
            "CREATE TRIGGER organisation_name_stale AFTER UPDATE OF name ON organisation \
             FOR EACH ROW WHEN (new.name <> old.name) EXECUTE FUNCTION organisation_name_stale()",
        ]),
        other => Err(unsupported(other)),
    }
}

fn forget_keys(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => Ok(&[
            "DROP TRIGGER organisation_name_stale",
            "DROP TRIGGER partnership_client_key",
            "DROP TRIGGER partnership_client_key_changed",
        ]),
        DbBackend::Postgres => Ok(&[
            "DROP TRIGGER organisation_name_stale ON organisation",
            "DROP FUNCTION organisation_name_stale()",
            "DROP TRIGGER partnership_client_key ON organisation_name",
            "DROP FUNCTION partnership_client_key()",
        ]),
        other => Err(unsupported(other)),
    }
}

fn unsupported(backend: DbBackend) -> DbErr {
    DbErr::Migration(format!("{backend:?} has no trigger for the sort key of a client"))
}
