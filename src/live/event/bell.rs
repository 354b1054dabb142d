//! Wakes the task that numbers events: after each commit of this node, and when another node has numbered some.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DbBackend;
use sea_orm::sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::base::db::Db;

/// The channel of PostgreSQL on which nodes tell each other of new events.
pub const CHANNEL: &str = "tenantry_events";

/// How long to wait before listening again after a failure.
const PAUSE: Duration = Duration::from_secs(5);

/// Rings when other nodes have numbered events, as long as the server runs. A pooler that gives each transaction another
/// connection lets nobody listen: then readers look once a second.
pub async fn listen(db: Db, rung: Arc<Notify>) {
    if db.backend() != DbBackend::Postgres {
        return std::future::pending().await;
    }
    loop {
        let pool = db.reader().get_postgres_connection_pool();
        let listening = async {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.listen(CHANNEL).await?;
            loop {
                listener.recv().await?;
                rung.notify_one();
            }
        };
        let ended: Result<(), sea_orm::sqlx::Error> = listening.await;
        if let Err(error) = ended {
            tracing::debug!(%error, "not listening for events of other nodes");
        }
        sleep(PAUSE).await;
    }
}
