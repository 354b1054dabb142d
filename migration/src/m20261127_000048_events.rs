//! Events: what happened, in one order for the whole installation, for streams and webhooks.

use crate::keys::{index, unique};
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
        // What has been committed and has no place in the order yet. Of an audit event, only the id is here. Events name
        // others by their keys alone, so that nothing can keep them from getting their places.
        let waiting = Table::create()
            .table("waiting_event")
            .col(big_integer("place").auto_increment().primary_key())
            .col(uuid("id"))
            .col(string_len_null("kind", 40))
            .col(uuid_null("organisation_id"))
            .col(uuid_null("user_id"))
            .col(uuid_null("object_key"))
            .to_owned();
        manager.create_table(waiting).await?;

        let event = Table::create()
            .table("event")
            .col(big_integer("position").primary_key())
            .col(uuid("id"))
            .col(string_len("kind", 40))
            .col(timestamp_with_time_zone("at"))
            .col(uuid_null("organisation_id"))
            .col(uuid_null("user_id"))
            .col(string_len_null("actor_kind", 16))
            .col(uuid_null("actor_id"))
            .col(uuid_null("object_key"))
            .col(text_null("object_id"))
            .to_owned();
        manager.create_table(event).await?;
        manager.create_index(unique("event", &["id"])).await?;
        manager.create_index(index("event", &["organisation_id", "position", "id"])).await?;
        manager.create_index(index("event", &["user_id", "position"])).await?;
        manager.create_index(index("event", &["at"])).await?;

        // One row: the last position. Who gives out positions locks it.
        let end =
            Table::create().table("event_end").col(integer("id").primary_key()).col(big_integer("position")).to_owned();
        manager.create_table(end).await?;
        let database = manager.get_connection();
        database.execute_unprepared("INSERT INTO event_end (id, position) VALUES (1, 0)").await?;
        for statement in announce(manager.get_database_backend())? {
            database.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let database = manager.get_connection();
        for (trigger, table) in TRIGGERS {
            let on = if manager.get_database_backend() == DbBackend::Postgres {
                format!(" ON {table}")
            } else {
                String::new()
            };
            database.execute_unprepared(&format!("DROP TRIGGER {trigger}{on}")).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            for function in ["audit_event_waits", "invoice_waits", "session_waits"] {
                database.execute_unprepared(&format!("DROP FUNCTION {function}()")).await?;
            }
        }
        for table in ["event_end", "event", "waiting_event"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// The triggers and their tables.
const TRIGGERS: [(&str, &str); 4] = [
    ("audit_event_waits", "audit_event"),
    ("invoice_waits", "invoice"),
    ("session_begins", "session"),
    ("session_ends", "session"),
];

/// Triggers that make events, in the transaction of the change: of each act that was done, of an invoice that is paid or
/// open again, and of a session that begins or ends.
fn announce(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => Ok(&[
            "CREATE TRIGGER audit_event_waits AFTER INSERT ON audit_event WHEN new.outcome = 'DONE' BEGIN \
             INSERT INTO waiting_event (id) VALUES (new.id); END",
            "CREATE TRIGGER invoice_waits AFTER UPDATE OF state, paid_minor, settled_minor, credited_minor ON invoice \
             WHEN old.state <> 'DRAFT' AND (new.state <> old.state OR new.paid_minor <> old.paid_minor \
               OR new.settled_minor <> old.settled_minor OR new.credited_minor <> old.credited_minor) BEGIN \
             INSERT INTO waiting_event (id, kind, organisation_id, object_key) VALUES (randomblob(16), \
             CASE WHEN new.state = old.state THEN 'INVOICE_CHANGED' WHEN new.state = 'PAID' THEN 'INVOICE_PAID' \
             WHEN new.state = 'OPEN' THEN 'INVOICE_REOPENED' ELSE 'INVOICE_CHANGED' END, \
             new.organisation_id, new.id); END",
            "CREATE TRIGGER session_begins AFTER INSERT ON session BEGIN \
             INSERT INTO waiting_event (id, kind, user_id, object_key) \
             VALUES (randomblob(16), 'SESSION_STARTED', new.user_id, new.id); END",
            "CREATE TRIGGER session_ends AFTER UPDATE OF revoked_at ON session \
             WHEN old.revoked_at IS NULL AND new.revoked_at IS NOT NULL BEGIN \
             INSERT INTO waiting_event (id, kind, user_id, object_key) \
             VALUES (randomblob(16), 'SESSION_ENDED', new.user_id, new.id); END",
        ]),
        DbBackend::Postgres => Ok(&[
            "CREATE FUNCTION audit_event_waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO waiting_event (id) SELECT id FROM added WHERE outcome = 'DONE' ORDER BY organisation_id, sequence; RETURN NULL; END $$",
            "CREATE TRIGGER audit_event_waits AFTER INSERT ON audit_event REFERENCING NEW TABLE AS added \
             FOR EACH STATEMENT EXECUTE FUNCTION audit_event_waits()",
            "CREATE FUNCTION invoice_waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO waiting_event (id, kind, organisation_id, object_key) VALUES (gen_random_uuid(), \
             CASE WHEN new.state = old.state THEN 'INVOICE_CHANGED' WHEN new.state = 'PAID' THEN 'INVOICE_PAID' \
             WHEN new.state = 'OPEN' THEN 'INVOICE_REOPENED' ELSE 'INVOICE_CHANGED' END, \
             new.organisation_id, new.id); RETURN NULL; END $$",
            "CREATE TRIGGER invoice_waits AFTER UPDATE OF state, paid_minor, settled_minor, credited_minor ON invoice \
             FOR EACH ROW WHEN (old.state <> 'DRAFT' AND (new.state <> old.state OR new.paid_minor <> old.paid_minor \
               OR new.settled_minor <> old.settled_minor OR new.credited_minor <> old.credited_minor)) \
             EXECUTE FUNCTION invoice_waits()",
            "CREATE FUNCTION session_waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO waiting_event (id, kind, user_id, object_key) VALUES (gen_random_uuid(), \
             CASE WHEN new.revoked_at IS NULL THEN 'SESSION_STARTED' ELSE 'SESSION_ENDED' END, new.user_id, new.id); \
             RETURN NULL; END $$",
            "CREATE TRIGGER session_begins AFTER INSERT ON session FOR EACH ROW EXECUTE FUNCTION session_waits()",
            "CREATE TRIGGER session_ends AFTER UPDATE OF revoked_at ON session FOR EACH ROW \
             WHEN (old.revoked_at IS NULL AND new.revoked_at IS NOT NULL) EXECUTE FUNCTION session_waits()",
        ]),
        other => Err(DbErr::Migration(format!("{other:?} has no triggers for events"))),
    }
}
