//! `tenantry seed`: fills a database with demo data, or with data for measurements.

use clap::{Args, Subcommand};

use super::database::{IfMissing, open_current};
use super::{Failure, say};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::random::Random;
use crate::people::user::Passwords;
use crate::seed::{self, Person};

/// Fill an empty database with data.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry seed demo --data-dir demo
  tenantry seed scale --organisations 10000 --data-dir large")]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Demo data: a small market with resellers, customers, payers, every state and delegated rights.
    Demo,
    /// Data for measurements, with any number of organisations. The same seed gives the same data.
    Scale {
        /// Number of organisations.
        #[arg(long)]
        organisations: u64,
        /// Number of additional clients of one reseller. Another reseller gets a tenth as many. Some of these clients
        /// are resellers themselves.
        #[arg(long)]
        clients: Option<u64>,
        /// Seed of the random generator.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_current(config, IfMissing::Create).await?;
    let passwords = Passwords::new(config);
    match arguments.what {
        What::Demo => {
            let people = seed::demo(&db, &passwords, &Clock::default(), &Random::system()).await?;
            introduce(&people);
        }
        What::Scale { organisations, clients, seed } => {
            let progress = |made| tracing::info!(made, organisations, "seeding");
            let summary = seed::scale(&db, &passwords, organisations, clients, seed, progress).await?;
            say(format_args!("{summary:#?}"));
        }
    }
    db.close().await;
    Ok(())
}

/// Lists the people of the demo, with their passwords.
pub fn introduce(people: &[Person]) {
    say("You can log in as:\n");
    for person in people {
        say(format_args!("  {}, {}, password: {}", person.name, person.email, person.password));
        say(format_args!("      {}", person.story));
    }
}
