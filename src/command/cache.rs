//! `tenantry cache`: what the nodes keep in memory.

use clap::{Args, Subcommand};

use super::database::{IfMissing, open_current};
use super::{Failure, say};
use crate::base::config::Config;
use crate::base::memory::forget_everywhere;

/// Make the nodes forget what they keep of the database.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Make all nodes read everything anew.
    ///
    /// Nodes keep rows in memory. Triggers tell them which rows have changed, also if you change them by hand. Use this
    /// after changes that no trigger has seen: rows that were written while triggers were disabled, or by a shell of SQLite
    /// with REPLACE. It takes effect with the next request of each node, and does no harm.
    #[command(after_help = "Example:\n  tenantry cache forget")]
    Forget,
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_current(config, IfMissing::Fail).await?;
    let Act::Forget = arguments.act;
    let outcome = forget_everywhere(&db).await.map_err(Failure::from);
    db.close().await;
    outcome.map(|()| say(format_args!("All nodes read everything anew.")))
}
