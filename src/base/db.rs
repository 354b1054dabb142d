//! The database: pools, transactions with a limited number of retries, and lists of keys as one parameter.
//!
//! SQLite has one connection that writes and several that read. Every writing transaction takes the write lock when it
//! begins. Otherwise, a transaction that reads first would fail as soon as another one commits.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::sqlx::{self, Connection};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    QueryResult, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use tokio::sync::Notify;
use tokio::time::timeout;
use uuid::Uuid;

use crate::base::config::Config;
use crate::base::error::{Error, Result};
use crate::base::memory::Memory;
use crate::base::slow::Slow;
use crate::base::telemetry;

const RETRIES: u32 = 5;

/// How long a statement waits for somebody else's lock. Together with the wait for a connection this is shorter than a
/// request may take.
const LOCKED: Duration = Duration::from_secs(4);

/// Settings for PostgreSQL. All our statements find few rows by index. The planner cannot know how few rows a recursive
/// part yields, so it would build hash tables from whole tables. The time would then grow with the database. Each
/// connection plans a statement once, since no parameter changes which index is right.
const POSTGRES: [(&str, &str); 5] = [
    ("lock_timeout", "4s"),
    ("jit", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("plan_cache_mode", "force_generic_plan"),
];

tokio::task_local! {
    /// What the work that `counted` runs has sent.
    static COUNTS: Cell<Counts>;
    /// The texts of the statements of the work that `recorded` runs.
    static TEXTS: RefCell<Vec<String>>;
}

/// What work has sent to the database.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    statements: u64,
    /// Whether the database did not answer one of them.
    is_unavailable: bool,
}

/// Runs the work and counts the statements that it sends.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, u64) {
    COUNTS
        .scope(Cell::default(), async {
            let value = work.await;
            (value, COUNTS.with(Cell::get).statements)
        })
        .await
}

/// Whether the database has not answered something of the work that `counted` runs.
pub fn was_unavailable() -> bool {
    COUNTS.try_with(|counts| counts.get().is_unavailable).unwrap_or_default()
}

/// Runs the work and returns the statements that it sends, with their parameters filled in, so that their plans can be
/// examined.
pub async fn recorded<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    TEXTS
        .scope(RefCell::default(), async {
            let value = work.await;
            (value, TEXTS.with(RefCell::take))
        })
        .await
}

/// The database of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
    statements: Arc<AtomicU64>,
    memory: Arc<Memory>,
    committed: Arc<Notify>,
    slow: Slow,
}

/// The condition that a column is one of the keys, with one parameter however many there are: a statement has a largest
/// number of parameters.
pub fn is_among<C: ColumnTrait>(column: C, keys: &[Uuid], db: &impl ConnectionTrait) -> Expr {
    let backend = db.get_database_backend();
    let condition = match backend {
        DbBackend::Postgres => "$1 = ANY($2)",
        _ => "? IN (SELECT unhex(value) FROM json_each(?))",
    };
    Expr::cust_with_exprs(condition, [Expr::col(column.as_column_ref()), Expr::val(keys_for(backend, keys))])
}

/// The same for texts. PostgreSQL plans once, without knowing the texts, and would read all rows of an owner rather than
/// look up hundreds of them that stand in the statement one by one.
pub fn is_one_of<C: ColumnTrait, T: AsRef<str>>(column: C, texts: &[T], db: &impl ConnectionTrait) -> Expr {
    let texts = texts.iter().map(|text| text.as_ref().to_owned());
    let (condition, values): (_, Value) = match db.get_database_backend() {
        DbBackend::Postgres => ("$1 = ANY($2)", texts.collect::<Vec<_>>().into()),
        _ => ("? IN (SELECT value FROM json_each(?))", texts.collect::<serde_json::Value>().to_string().into()),
    };
    Expr::cust_with_exprs(condition, [Expr::col(column.as_column_ref()), Expr::val(values)])
}

/// The condition that two columns are one of the pairs, also with one parameter or two.
pub fn are_among<C: ColumnTrait>(columns: (C, C), pairs: &[(Uuid, Uuid)], db: &impl ConnectionTrait) -> Expr {
    let columns = [columns.0, columns.1].map(|column| Expr::col(column.as_column_ref()));
    let (firsts, seconds): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().copied().unzip();
    let (condition, values) = if db.get_database_backend() == DbBackend::Postgres {
        ("($1, $2) IN (SELECT * FROM unnest($3, $4))", vec![Expr::val(firsts), Expr::val(seconds)])
    } else {
        let list: Vec<String> = pairs.iter().map(|(a, b)| format!("\"{}{}\"", a.simple(), b.simple())).collect();
        let halves = "(?, ?) IN (SELECT unhex(substr(value, 1, 32)), unhex(substr(value, 33)) FROM json_each(?))";
        (halves, vec![Expr::val(format!("[{}]", list.join(",")))])
    };
    Expr::cust_with_exprs(condition, columns.into_iter().chain(values))
}

fn keys_for(backend: DbBackend, keys: &[Uuid]) -> Value {
    if backend == DbBackend::Postgres {
        return keys.to_vec().into();
    }
    let list: Vec<String> = keys.iter().map(|key| format!("\"{}\"", key.simple())).collect();
    format!("[{}]", list.join(",")).into()
}

impl Db {
    /// Opens the pools.
    pub async fn connect(config: &Config) -> Result<Self, DbErr> {
        let url = config.database_url();
        let statements = Arc::new(AtomicU64::new(0));
        let slow = Slow::new(config.log.slow_milliseconds);
        let read = open(&url, config, config.database.max_connections, &statements, &slow).await?;
        let write = match read.get_database_backend() {
            DbBackend::Sqlite => open(&url, config, 1, &statements, &slow).await?,
            _ => read.clone(),
        };
        let memory = Arc::new(Memory::new(config.cache.bytes(), config.cache.verify));
        Ok(Self { read, write, statements, memory, committed: Arc::default(), slow })
    }

    /// Why `connect` failed. A pool tries until its time is up, and then no longer knows the reason, so this asks once
    /// more without a pool.
    pub async fn cause(config: &Config, error: &DbErr) -> String {
        let reason = |error: &sqlx::Error| match error {
            sqlx::Error::Io(error) => error.to_string(),
            sqlx::Error::Database(error) => error.message().to_owned(),
            other => other.to_string(),
        };
        let DbErr::Conn(RuntimeErr::SqlxError(inner)) = error else { return error.to_string() };
        if !matches!(**inner, sqlx::Error::PoolTimedOut) {
            return reason(inner);
        }
        let limit = Duration::from_secs(config.database.acquire_seconds);
        match timeout(limit, sqlx::PgConnection::connect(&config.database_url())).await {
            Ok(Err(error)) => reason(&error),
            Ok(Ok(_)) => "it has no free connection".to_owned(),
            Err(_) => format!("it does not answer within {} seconds", limit.as_secs()),
        }
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// The connection for reads outside a transaction.
    pub const fn reader(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The connection for migrations and bulk loading.
    pub const fn writer(&self) -> &DatabaseConnection {
        &self.write
    }

    /// What this node keeps in memory.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Rings after each transaction of this process.
    pub const fn committed(&self) -> &Arc<Notify> {
        &self.committed
    }

    /// The number of statements that this process has sent.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Runs one read statement. Parameters are written `$1`, `$2`, … on both databases.
    pub async fn rows(&self, sql: impl Into<String>, values: Vec<Value>) -> Result<Vec<QueryResult>> {
        Ok(self.read.query_all_raw(Statement::from_sql_and_values(self.backend(), sql, values)).await?)
    }

    /// The condition that a column is one of the keys in parameter `$position`. The text is the same for any number of
    /// keys, so the statement is prepared once.
    pub fn among(&self, column: &str, position: usize) -> String {
        match self.backend() {
            DbBackend::Postgres => format!("{column} = ANY(${position})"),
            _ => format!("{column} IN (SELECT unhex(value) FROM json_each(${position}))"),
        }
    }

    /// The keys as the parameter that `among` expects.
    pub fn keys(&self, keys: &[Uuid]) -> Value {
        keys_for(self.backend(), keys)
    }

    /// Runs the work in one transaction, and repeats it a limited number of times if the database asks for it.
    ///
    /// (`AsyncFn` says the same without `Clone`, but the compiler then does not accept the future as `Send`.)
    pub async fn write<T, W>(&self, work: W) -> Result<T>
    where
        W: AsyncFnOnce(&DatabaseTransaction) -> Result<T> + Clone,
    {
        let mut attempt = 0;
        loop {
            let outcome = self.attempt(work.clone()).await;
            match outcome {
                Err(Error::Transient(_)) if attempt < RETRIES => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    async fn attempt<T, W>(&self, work: W) -> Result<T>
    where
        W: AsyncFnOnce(&DatabaseTransaction) -> Result<T>,
    {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = self.write.begin_with_options(options).await?;
        let value = work(&transaction).await?;
        transaction.commit().await?;
        self.committed.notify_one();
        Ok(value)
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        self.read.ping().await.is_ok()
    }

    /// Logs how the database runs slow statements, as long as it is polled.
    pub async fn explain_slow(&self) {
        self.slow.explain(&self.read).await;
    }

    /// Waits for running statements and closes the pools.
    pub async fn close(&self) {
        for pool in [&self.read, &self.write] {
            if let Err(error) = pool.clone().close().await {
                tracing::warn!(%error, "closing the database");
            }
        }
    }
}

async fn open(
    url: &str,
    config: &Config,
    connections: u32,
    statements: &Arc<AtomicU64>,
    slow: &Slow,
) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(config.database.acquire_seconds))
        .sqlx_logging(false)
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .foreign_keys(true)
                // Otherwise, REPLACE would delete rows without firing their triggers.
                .pragma("recursive_triggers", "ON")
                .busy_timeout(LOCKED)
                .statement_cache_capacity(512)
                .row_buffer_size(4096)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("mmap_size", "268435456")
                .pragma("cache_size", "-16000")
                .pragma("temp_store", "MEMORY")
                // Without a limit, ANALYZE also keeps samples. SQLite then plans most statements anew for each execution,
                // which takes 500 µs.
                .pragma("analysis_limit", "1000")
        })
        .map_sqlx_postgres_opts(|postgres| {
            postgres.application_name("tenantry").statement_cache_capacity(512).options(POSTGRES)
        });
    let mut pool = Database::connect(options).await?;
    let (counter, slow) = (Arc::clone(statements), slow.clone());
    let system = if pool.get_database_backend() == DbBackend::Postgres { "postgresql" } else { "sqlite" };
    pool.set_metric_callback(move |statement| {
        counter.fetch_add(1, Ordering::Relaxed);
        // Outside `counted` there is no counter, and this fails.
        let _ = COUNTS.try_with(|counts| {
            let known = counts.get();
            counts.set(Counts { statements: known.statements + 1, ..known });
        });
        let _ = TEXTS.try_with(|texts| texts.borrow_mut().push(statement.statement.to_string()));
        metrics::histogram!("tenantry_statement_seconds").record(statement.elapsed.as_secs_f64());
        slow.note(&statement.statement.sql, statement.elapsed);
        telemetry::add_statement(system, &statement.statement.sql, statement.elapsed, statement.failed);
    });
    Ok(pool)
}

/// Failures of the database that pass by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The same transaction may go through when it is tried again at once.
    Retry,
    /// The database cannot be reached, or is locked: a statement has waited as long as it may.
    Unavailable,
}

impl Trouble {
    /// What kind of trouble the error is, if any.
    pub fn of(error: &DbErr) -> Option<Self> {
        let inner = match error {
            DbErr::ConnectionAcquire(_) => return Some(Self::Unavailable),
            DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner))
            | DbErr::Conn(RuntimeErr::SqlxError(inner)) => inner,
            _ => return None,
        };
        match &**inner {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Some(Self::Unavailable),
            sqlx::Error::Database(inner) => inner.code().and_then(|code| Self::of_code(&code)),
            _ => None,
        }
    }

    /// By the SQLSTATE of PostgreSQL (five characters), or the result code of SQLite (a number).
    fn of_code(code: &str) -> Option<Self> {
        // The lower byte is the kind of failure.
        let sqlite = || code.parse::<u32>().ok().map(|code| code & 0xff);
        match (code.len(), code) {
            // Serialisation failures and deadlocks.
            (5, "40001" | "40P01") => Some(Self::Retry),
            // The lock is held by another, the server shuts down or starts, or it has no room for another connection.
            (5, "55P03" | "57P01" | "57P02" | "57P03" | "53300") => Some(Self::Unavailable),
            (5, code) => code.starts_with("08").then_some(Self::Unavailable),
            // Busy, locked, failed to read, cannot be opened.
            _ => matches!(sqlite()?, 5 | 6 | 10 | 14).then_some(Self::Unavailable),
        }
    }
}

/// Notes that the database did not answer the work that `counted` runs.
pub fn note_unavailable() {
    // Outside `counted` there is nothing to set, and this fails.
    let _ = COUNTS.try_with(|counts| counts.set(Counts { is_unavailable: true, ..counts.get() }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_locked_or_gone_is_no_fault() {
        for (code, trouble) in [
            ("40001", Some(Trouble::Retry)),
            ("40P01", Some(Trouble::Retry)),
            ("55P03", Some(Trouble::Unavailable)),
            ("57P01", Some(Trouble::Unavailable)),
            ("08006", Some(Trouble::Unavailable)),
            ("23505", None),
            ("42P01", None),
            ("5", Some(Trouble::Unavailable)),
            ("517", Some(Trouble::Unavailable)),
            ("262", Some(Trouble::Unavailable)),
            ("14", Some(Trouble::Unavailable)),
            ("1", None),
            ("2067", None),
        ] {
            assert_eq!(Trouble::of_code(code), trouble, "{code}");
        }
        assert_eq!(Trouble::of(&DbErr::RecordNotInserted), None);
        let timeout = DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout);
        assert_eq!(Trouble::of(&timeout), Some(Trouble::Unavailable));
    }
}
