//! The change log: which rows have changed, written by triggers in the transaction of the change. Nodes keep rows in
//! memory, and learn from the log which of them are no longer true.
//!
//! A log row names a table, by a number, and the keys of the changed row: its own id and the ids of its parents, before
//! and after. On PostgreSQL the log is UNLOGGED: after a crash it is empty and has another identity, and nodes forget
//! everything.

use crate::changes::{log_changes, stop_logging};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables whose changes are logged, their numbers in the log, and their columns with keys. Some parents can be NULL.
const TABLES: [(&str, i16, &[&str]); 21] = [
    ("organisation", 1, &["id"]),
    ("user", 2, &["id"]),
    ("membership", 3, &["id", "organisation_id", "user_id", "partnership_id"]),
    ("membership_role", 4, &["membership_id", "role_id"]),
    ("role", 5, &["id", "organisation_id"]),
    ("partnership", 6, &["id", "reseller_id", "client_id"]),
    ("payer", 7, &["id", "organisation_id", "payer_id"]),
    ("billing_details", 8, &["organisation_id", "contact_id"]),
    ("billing_contact", 9, &["id", "organisation_id"]),
    ("service", 10, &["id", "organisation_id"]),
    ("subscription", 11, &["id", "organisation_id"]),
    ("invoice", 12, &["id", "organisation_id", "payer_id"]),
    ("invoice_line", 13, &["id", "invoice_id"]),
    ("second_factor", 14, &["user_id"]),
    ("sign_in_policy", 15, &["organisation_id"]),
    ("organisation_halt", 16, &["organisation_id"]),
    ("reseller_programme", 17, &["organisation_id"]),
    ("property_definition", 18, &["id", "organisation_id"]),
    ("property_value", 19, &["partnership_id"]),
    ("delegation_template", 20, &["id", "organisation_id"]),
    ("client_view", 21, &["id", "organisation_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(POSTGRES).await?;
        } else {
            db.execute_unprepared(SQLITE).await?;
        }
        for (table, number, columns) in TABLES {
            log_changes(db, table, number, columns).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for (table, ..) in TABLES {
            stop_logging(db, table).await?;
        }
        db.execute_unprepared("DROP TABLE change").await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared("DROP TABLE change_log").await?;
        }
        Ok(())
    }
}

/// `xid` is the number of the outermost transaction. Without keys, the whole table has changed. `change_log` has one row:
/// the identity of the log, and below which number it has been cleaned.
const POSTGRES: &str = "\
    CREATE UNLOGGED TABLE change ( \
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(), kind smallint NOT NULL, keys uuid[], \
        at timestamptz NOT NULL DEFAULT now() \
    ); \
    CREATE INDEX change_xid_idx ON change (xid); \
    CREATE INDEX change_at_idx ON change USING brin (at); \
    CREATE UNLOGGED TABLE change_log ( \
        one boolean PRIMARY KEY DEFAULT true CHECK (one), log uuid NOT NULL DEFAULT gen_random_uuid(), \
        cleaned xid8 NOT NULL DEFAULT '0' \
    ); \
    INSERT INTO change_log DEFAULT VALUES";

/// Numbers that were cleaned away are never given again. `keys` has 16 bytes for each key. Each log begins at a random
/// number, so a node that has read another log finds a gap.
const SQLITE: &str = "\
    CREATE TABLE change ( \
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, keys BLOB NOT NULL, \
        at INTEGER NOT NULL DEFAULT (unixepoch()) \
    ); \
    INSERT INTO sqlite_sequence (name, seq) VALUES ('change', abs(random() / 1000000))";
