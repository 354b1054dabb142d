//! `tenantry operator`: accounts of the people who run the platform. They can be created only here.

use clap::{Args, Subcommand};

use super::database::{IfMissing, open_current};
use super::{Failure, say};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::random::Random;
use crate::people::user::Passwords;
use crate::seed;

/// Create accounts for the people who run the platform.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tenantry operator create --email ada@example.com --name \"Ada Lovelace\"")]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Create an owner of the operator, and the operator itself if there is none yet. Prints the password once.
    Create {
        /// The email address to log in with.
        #[arg(long)]
        email: String,
        /// The name of the person. The default is the part of the address before the @.
        #[arg(long)]
        name: Option<String>,
    },
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let Act::Create { email, name } = arguments.act;
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
    let db = open_current(config, IfMissing::Create).await?;
    let (passwords, random) = (Passwords::new(config), Random::system());
    let password = seed::operator(&db, &passwords, &Clock::default(), &random, &email, &name).await?;
    say(format_args!("{name} <{email}> can log in with this password, which is shown only now:\n\n  {password}"));
    db.close().await;
    Ok(())
}
