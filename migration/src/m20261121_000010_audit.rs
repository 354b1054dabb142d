//! The audit log: events are only ever added, and each organisation's events form a chain of hashes.

use crate::checks::one_of;
use crate::keys::{index, restrict, unique};
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
        let chain = Table::create()
            .table("audit_chain")
            .col(uuid("organisation_id").primary_key())
            .col(big_integer("sequence"))
            .col(string_len("hash", 64))
            .col(big_integer("removed_sequence"))
            .col(string_len("removed_hash", 64))
            .col(integer_null("retention_days"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .to_owned();
        manager.create_table(chain).await?;

        let event = Table::create()
            .table("audit_event")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(big_integer("sequence"))
            .col(timestamp_with_time_zone("at"))
            .col(string_len("actor_kind", 16))
            .col(uuid_null("actor_id"))
            .col(uuid_null("acting_organisation_id"))
            .col(string_len("way", 16))
            .col(uuid_null("partnership_id"))
            .col(string("action"))
            .col(text_null("object_id"))
            .col(string_len("outcome", 16))
            .col(text_null("details"))
            .col(string_len("details_hash", 64))
            .col(string("request_id"))
            .col(string_len("previous_hash", 64))
            .col(string_len("hash", 64))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .check(one_of("actor_kind", &["USER", "API_KEY", "SYSTEM"]))
            .check(one_of("way", &["OWN", "MEMBERSHIP", "PARTNERSHIP", "OPERATOR", "API_KEY"]))
            .check(one_of("outcome", &["DONE", "REFUSED"]))
            .to_owned();
        manager.create_table(event).await?;
        manager.create_index(unique("audit_event", &["organisation_id", "sequence"])).await?;
        manager.create_index(index("audit_event", &["organisation_id", "at", "id"])).await?;
        manager.create_index(index("audit_event", &["actor_id"])).await?;
        for statement in keep_end(manager.get_database_backend())? {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_event").to_owned()).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION audit_chain_end()").await?;
        }
        manager.drop_table(Table::drop().table("audit_chain").to_owned()).await
    }
}

/// A trigger that moves the end of the chain to each added event, in the same statement.
fn keep_end(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => Ok(&["CREATE TRIGGER audit_chain_end AFTER INSERT ON audit_event BEGIN \
             UPDATE audit_chain SET sequence = new.sequence, hash = new.hash \
             WHERE organisation_id = new.organisation_id; END"]),
        DbBackend::Postgres => Ok(&[
            "CREATE OR REPLACE FUNCTION audit_chain_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             UPDATE audit_chain SET sequence = new.sequence, hash = new.hash \
             WHERE organisation_id = new.organisation_id; RETURN NULL; END $$",
            "CREATE TRIGGER audit_chain_end AFTER INSERT ON audit_event \
             FOR EACH ROW EXECUTE FUNCTION audit_chain_end()",
        ]),
        other => Err(DbErr::Migration(format!("{other:?} has no trigger for the end of the audit log"))),
    }
}
