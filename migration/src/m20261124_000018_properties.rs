//! Properties that resellers keep about their clients: definitions, values, and saved views of the client list.
//!
//! Every client of a reseller has a row of `property_value` for every definition, even without a value. So one index
//! gives the whole list of clients in the order of a property, page by page.

use crate::checks::{is_not_negative, one_of};
use crate::keys::{composite_fk, index, of_organisation, restrict, unique};
use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let definition = Table::create()
            .table("property_definition")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            // `key` is a reserved word of SQL, so handwritten statements quote it.
            .col(string_len("key", 40))
            .col(string("label"))
            .col(string_len("kind", 16))
            .col(integer("position"))
            .col(boolean("is_required"))
            .col(text_null("choices"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .check(one_of("kind", &["TEXT", "NUMBER", "DATE", "BOOLEAN", "CHOICE", "URL"]))
            .check(is_not_negative("position"))
            .to_owned();
        manager.create_table(definition).await?;
        manager.create_index(of_organisation("property_definition")).await?;
        manager.create_index(unique("property_definition", &["organisation_id", "key"])).await?;
        manager.create_index(index("property_definition", &["organisation_id", "position", "id"])).await?;

        // A value cannot belong to another reseller's client.
        manager.create_index(unique("partnership", &["id", "reseller_id"])).await?;
        let mut of_partnership = ForeignKey::create();
        of_partnership
            .from_col("partnership_id")
            .from_col("organisation_id")
            .to_tbl("partnership")
            .to_col("id")
            .to_col("reseller_id")
            .on_delete(ForeignKeyAction::Cascade);
        let value = Table::create()
            .table("property_value")
            .col(uuid("partnership_id"))
            // The key of the definition, which never changes. Filters find values by it.
            .col(string_len("key", 40))
            .col(uuid("organisation_id"))
            .col(uuid("definition_id"))
            .col(text_null("value"))
            // The value in lower case, for searching in it.
            .col(text_null("folded"))
            // Rows without a value come last in both directions, so each direction has its own key.
            .col(text("ascending_key"))
            .col(text("descending_key"))
            .primary_key(Index::create().col("partnership_id").col("key"))
            .foreign_key(&mut composite_fk("definition_id", "property_definition", ForeignKeyAction::Cascade))
            .foreign_key(&mut of_partnership)
            .to_owned();
        manager.create_table(value).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            for column in KEYS {
                // Sorted by bytes, whatever the collation of the database is.
                let sql = format!("ALTER TABLE property_value ALTER COLUMN {column} TYPE text COLLATE \"C\"");
                manager.get_connection().execute_unprepared(&sql).await?;
            }
        }
        for column in KEYS {
            manager.create_index(index("property_value", &["definition_id", column, "partnership_id"])).await?;
        }
        for statement in keep_rows(manager.get_database_backend())? {
            manager.get_connection().execute_unprepared(statement).await?;
        }

        let view = Table::create()
            .table("client_view")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string("name"))
            .col(text_null("filter"))
            .col(text_null("ordering"))
            .col(text("columns"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .to_owned();
        manager.create_table(view).await?;
        manager.create_index(unique("client_view", &["organisation_id", "name"])).await?;
        manager.create_index(index("client_view", &["organisation_id", "name", "id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("client_view").to_owned()).await?;
        for statement in forget_rows(manager.get_database_backend())? {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        manager.drop_table(Table::drop().table("property_value").to_owned()).await?;
        let key = Index::drop().table("partnership").name("partnership_id_reseller_id_key").to_owned();
        manager.drop_index(key).await?;
        manager.drop_table(Table::drop().table("property_definition").to_owned()).await
    }
}

const KEYS: [&str; 2] = ["ascending_key", "descending_key"];

/// Triggers that add a row for each definition to a new client, and a row for each client to a new definition.
fn keep_rows(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => Ok(&[
            "CREATE TRIGGER property_value_of_partnership AFTER INSERT ON partnership BEGIN \
             INSERT INTO property_value \
               (partnership_id, \"key\", organisation_id, definition_id, ascending_key, descending_key) \
             SELECT new.id, d.\"key\", d.organisation_id, d.id, 'z', '' \
             FROM property_definition d WHERE d.organisation_id = new.reseller_id; END",
            "CREATE TRIGGER property_value_of_definition AFTER INSERT ON property_definition BEGIN \
             INSERT INTO property_value \
               (partnership_id, \"key\", organisation_id, definition_id, ascending_key, descending_key) \
             SELECT p.id, new.\"key\", new.organisation_id, new.id, 'z', '' \
             FROM partnership p WHERE p.reseller_id = new.organisation_id; END",
        ]),
        // A transaction that defines a property locks the reseller. A transaction that creates a client waits for that
        // lock, because neither would see the row of the other.
        DbBackend::Postgres => Ok(&[
            "CREATE OR REPLACE FUNCTION property_value_of_partnership() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             PERFORM 1 FROM organisation WHERE id = new.reseller_id FOR SHARE; \
             INSERT INTO property_value \
               (partnership_id, \"key\", organisation_id, definition_id, ascending_key, descending_key) \
             SELECT new.id, d.\"key\", d.organisation_id, d.id, 'z', '' \
             FROM property_definition d WHERE d.organisation_id = new.reseller_id; RETURN NULL; END $$",
            "CREATE TRIGGER property_value_of_partnership AFTER INSERT ON partnership \
             FOR EACH ROW EXECUTE FUNCTION property_value_of_partnership()",
            "CREATE OR REPLACE FUNCTION property_value_of_definition() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO property_value \
               (partnership_id, \"key\", organisation_id, definition_id, ascending_key, descending_key) \
             SELECT p.id, new.\"key\", new.organisation_id, new.id, 'z', '' \
             FROM partnership p WHERE p.reseller_id = new.organisation_id; RETURN NULL; END $$",
            "CREATE TRIGGER property_value_of_definition AFTER INSERT ON property_definition \
             FOR EACH ROW EXECUTE FUNCTION property_value_of_definition()",
        ]),
        other => Err(unsupported(other)),
    }
}

fn forget_rows(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => {
            Ok(&["DROP TRIGGER property_value_of_partnership", "DROP TRIGGER property_value_of_definition"])
        }
        DbBackend::Postgres => Ok(&[
            "DROP TRIGGER property_value_of_partnership ON partnership",
            "DROP FUNCTION property_value_of_partnership()",
            "DROP TRIGGER property_value_of_definition ON property_definition",
            "DROP FUNCTION property_value_of_definition()",
        ]),
        other => Err(unsupported(other)),
    }
}

fn unsupported(backend: DbBackend) -> DbErr {
    DbErr::Migration(format!("{backend:?} has no trigger for the values of properties"))
}
