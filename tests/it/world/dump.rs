//! The whole database as text, to compare it before and after.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend};

use super::World;

/// The rows of each table, as text.
pub type Dump = BTreeMap<String, Vec<String>>;

impl World {
    /// All rows of all tables.
    pub async fn db_dump(&self) -> Dump {
        let mut dump = Dump::new();
        // The ids of what waits for its place in the order of events are made by the database, at random.
        for table in self.db_tables().await.into_iter().filter(|table| table != "waiting_event") {
            let row = if self.db().backend() == DbBackend::Postgres {
                "t::text".to_owned()
            } else {
                let columns = self.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
                let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
                quoted.join(" || '|' || ")
            };
            let rows = self.texts(&format!("SELECT {row} FROM \"{table}\" t ORDER BY 1")).await;
            dump.insert(table, rows);
        }
        dump
    }

    /// Empties all tables.
    pub async fn db_clear(&self) {
        let tables = self.db_tables().await.into_iter().filter(|table| table != "seaql_migrations");
        let deletes = tables.map(|table| format!("DELETE FROM \"{table}\";")).collect::<Vec<_>>().concat();
        // What earlier worlds have changed need not be read again. A gap makes every node forget everything.
        let deletes = format!("DELETE FROM change;{deletes}");
        // The order is arbitrary, so foreign keys are not checked meanwhile.
        let [before, after] = if self.db().backend() == DbBackend::Postgres {
            ["SET session_replication_role = replica;", "SET session_replication_role = DEFAULT"]
        } else {
            ["PRAGMA foreign_keys = OFF;", "PRAGMA foreign_keys = ON"]
        };
        self.db().writer().execute_unprepared(&format!("{before}{deletes}{after}")).await.unwrap();
    }

    /// The names of all tables but those of the log of changes, and the one that counts events.
    pub async fn db_tables(&self) -> Vec<String> {
        let sql = if self.db().backend() == DbBackend::Postgres {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        };
        self.texts(sql)
            .await
            .into_iter()
            .filter(|table| !["change", "change_log", "event_end"].contains(&table.as_str()))
            .collect()
    }

    /// The number of rows.
    pub async fn db_count(&self, from: &str) -> i64 {
        let rows = self.db().rows(format!("SELECT COUNT(*) FROM {from}"), Vec::new()).await.unwrap();
        rows[0].try_get_by_index(0).unwrap()
    }

    /// The first column of each row.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.db().rows(sql, Vec::new()).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }
}
