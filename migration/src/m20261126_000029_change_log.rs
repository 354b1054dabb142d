//! The change log: which rows have changed, written by triggers in the transaction of the change. Nodes keep rows in
//! memory, and learn from the log which of them are no longer true.
//!
//! A log row names a table, by a number, and the keys of the changed row: its own id and the ids of its parents, before
//! and after. On PostgreSQL the log is UNLOGGED: after a crash it is empty and has another identity, and nodes forget
//! everything.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

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
            let current = Statement::from_string(DbBackend::Postgres, "SELECT quote_ident(current_schema())");
            let row = db.query_one_raw(current).await?;
            let schema: String = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
            for (table, number, columns) in TABLES {
                db.execute_unprepared(&postgres(&schema, table, number, columns)).await?;
            }
            return Ok(());
        }
        db.execute_unprepared(SQLITE).await?;
        for (table, number, columns) in TABLES {
            for trigger in sqlite(table, number, columns) {
                db.execute_unprepared(&trigger).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        for (table, ..) in TABLES {
            if is_postgres {
                db.execute_unprepared(&format!("DROP FUNCTION log_change_of_{table}() CASCADE")).await?;
                continue;
            }
            for event in ["insert", "update", "delete"] {
                db.execute_unprepared(&format!("DROP TRIGGER {table}_change_{event}")).await?;
            }
        }
        db.execute_unprepared("DROP TABLE change").await?;
        if is_postgres {
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

/// Numbers that were cleaned away are never given again. `keys` has 16 bytes for each key.
const SQLITE: &str = "\
    CREATE TABLE change ( \
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, keys BLOB NOT NULL, \
        at INTEGER NOT NULL DEFAULT (unixepoch()) \
    )";

/// The function and the triggers of one table. They also fire where the session applies changes of a replica.
fn postgres(schema: &str, table: &str, number: i16, columns: &[&str]) -> String {
    let of = |row: &str| columns.iter().map(|column| format!("{row}.{column}")).collect::<Vec<_>>().join(", ");
    let (new, old) = (of("NEW"), of("OLD"));
    let log = |keys: &str| format!("INSERT INTO {schema}.change (kind, keys) VALUES ({number}, {keys});");
    let keys = |list: &str| format!("array_remove(ARRAY[{list}], NULL)");
    let updated = format!(
        "CASE WHEN ({old}) IS DISTINCT FROM ({new}) THEN {} ELSE {} END",
        keys(&format!("{new}, {old}")),
        keys(&new)
    );
    format!(
        "CREATE FUNCTION log_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           CASE TG_OP WHEN 'INSERT' THEN {} WHEN 'DELETE' THEN {} WHEN 'UPDATE' THEN {} ELSE {} END CASE; \
           RETURN NULL; END $$; \
         CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON \"{table}\" \
           FOR EACH ROW EXECUTE FUNCTION log_change_of_{table}(); \
         CREATE TRIGGER change_all AFTER TRUNCATE ON \"{table}\" \
           FOR EACH STATEMENT EXECUTE FUNCTION log_change_of_{table}(); \
         ALTER TABLE \"{table}\" ENABLE ALWAYS TRIGGER change, ENABLE ALWAYS TRIGGER change_all",
        log(&keys(&new)),
        log(&keys(&old)),
        log(&updated),
        log("NULL"),
    )
}

/// The triggers of one table.
fn sqlite(table: &str, number: i16, columns: &[&str]) -> [String; 3] {
    let of = |row: &str| columns.iter().map(|column| format!("ifnull({row}.{column}, '')")).collect::<Vec<_>>();
    let (new, old) = (of("NEW").join(" || "), of("OLD").join(" || "));
    [("insert", new.clone()), ("delete", old.clone()), ("update", format!("{new} || {old}"))].map(|(event, keys)| {
        format!(
            "CREATE TRIGGER {table}_change_{event} AFTER {} ON \"{table}\" BEGIN \
             INSERT INTO change (kind, keys) VALUES ({number}, CAST({keys} AS BLOB)); END",
            event.to_uppercase()
        )
    })
}
