//! `tenantry seed`: data to look at, or to measure with.

use clap::{Args, Subcommand};

use super::database::open_current;
use super::{Failure, say};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::random::Random;
use crate::people::user::Passwords;
use crate::seed::{self, Person};

/// Fill an empty database.
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
    /// A small market in which every situation occurs: resellers, customers, payers, states, delegated rights.
    Demo,
    /// As many organisations as you like, to measure with. The same seed gives the same data.
    Scale {
        /// How many organisations.
        #[arg(long)]
        organisations: u64,
        /// How many clients one reseller has, on top of them; another has a tenth, and some of all these are resellers
        /// themselves.
        #[arg(long)]
        clients: Option<u64>,
        /// Which data.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// Runs it.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_current(config).await?;
    let passwords = Passwords::new(config);
    match arguments.what {
        What::Demo => {
            let people = seed::demo(&db, &passwords, &Clock::default(), &Random::system()).await?;
            introduce(&people);
        }
        What::Scale { organisations, clients, seed } => {
            let tell = |made| tracing::info!(made, organisations, "seeding");
            let summary = seed::scale(&db, &passwords, organisations, clients, seed, tell).await?;
            say(format_args!("{summary:#?}"));
        }
    }
    db.close().await;
    Ok(())
}

/// Lists whom to log in as.
pub fn introduce(people: &[Person]) {
    say("People to log in as:\n");
    for person in people {
        say(format_args!("  {}, {}, password: {}", person.name, person.email, person.password));
        say(format_args!("      {}", person.story));
    }
}
