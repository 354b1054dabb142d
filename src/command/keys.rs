//! `tenantry keys`: replaces the keys that sign tokens and seal secrets, while nodes run.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use clap::{Args, Subcommand, ValueEnum};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::database::{IfMissing, open_current};
use super::{Failure, say, store};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::key_file::{self, Entry};
use crate::base::random::Random;
use crate::people::session::{SigningKey, Tokens};
use crate::people::user::SecretKeys;

/// Rows that one transaction seals anew.
const PAGE: u64 = 500;
/// Other programs keep the public keys for five minutes, and nodes read their keys every ten seconds.
const DELAY: i64 = 600;

/// List and replace the keys that sign tokens and seal secrets, while the server runs.
///
/// A rotation has three steps. `rotate` adds a key that is used from a later moment on; nodes read their keys every ten
/// seconds, so all know it by then. `reseal` is for secret keys only: it seals all secrets in the database with the new key.
/// `retire` removes the old key once nothing needs it. No step needs a restart, and nobody is logged out.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry keys list
  tenantry keys rotate signing                  # then, half an hour later:
  tenantry keys retire kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k
  tenantry keys rotate secret && sleep 660 && tenantry keys reseal

Keys are in files: signing-key.pem and secret-key in the data folder, or the one file in tokens.signing_keys and
accounts.secret_keys. If nodes have copies of the file, bring the changed file to all of them before the new key is used
(--in). Back up the file with the new key before that moment.")]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List all keys: what they are for, their names, and from when they are used.
    List,
    /// Add a key that is used from a later moment on.
    Rotate {
        /// Which key.
        kind: Kind,
        /// After how many seconds nodes begin to use it. Until then, all nodes and whoever keeps the public keys must know
        /// it.
        #[arg(long = "in", value_name = "SECONDS", default_value_t = DELAY,
              value_parser = clap::value_parser!(i64).range(0..=31_536_000))]
        delay: i64,
    },
    /// Seal all secrets in the database with the key that is used now.
    ///
    /// Works in small steps beside the server. If it is stopped, run it again: it goes on with what is left.
    Reseal,
    /// Remove a key that nothing needs any more.
    ///
    /// A signing key is needed until the last token that it signed has expired, and a secret key until `reseal` has ended.
    Retire {
        /// The name of the key, as `list` shows it.
        key: String,
        /// Remove a signing key at once, because somebody may have copied it. Nodes refuse its tokens within ten seconds;
        /// clients renew them.
        #[arg(long)]
        now: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Signs access tokens.
    Signing,
    /// Seals the secrets of second factors and webhooks in the database.
    Secret,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Signing, Self::Secret];

    const fn word(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Secret => "secret",
        }
    }

    const fn setting(self) -> &'static str {
        match self {
            Self::Signing => "tokens.signing_keys",
            Self::Secret => "accounts.secret_keys",
        }
    }

    fn configured(self, config: &Config) -> &[String] {
        match self {
            Self::Signing => &config.tokens.signing_keys,
            Self::Secret => &config.accounts.secret_keys,
        }
    }

    /// The file that holds all keys, if there is one.
    fn file(self, config: &Config) -> Result<PathBuf, Failure> {
        match (self.configured(config), self) {
            ([], Self::Signing) => Ok(Tokens::key_file(config)),
            ([], Self::Secret) => Ok(SecretKeys::key_file(config)),
            ([one], _) if Path::new(one).is_file() => Ok(PathBuf::from(one)),
            (_, kind) => Err(Failure(format!(
                "{0} holds keys itself, or several files. This command changes one file: put all keys into it, the newest \
                 first, and set {0} to its path.",
                kind.setting()
            ))),
        }
    }

    fn name(self, entry: &Entry) -> Result<String, Failure> {
        let name = match self {
            Self::Signing => SigningKey::from_pem(&entry.text).map(|key| key.id),
            Self::Secret => SecretKeys::name(&entry.text),
        };
        name.map_err(|problem| Failure(format!("A {} key {problem}.", self.word())))
    }

    /// The keys, the one in use first.
    fn entries(self, config: &Config, now: DateTimeUtc) -> Result<Vec<Entry>, Failure> {
        let file = self.file(config)?;
        let read =
            |error| format!("{} cannot be read: {error}. The first start of the server makes it.", file.display());
        let text = std::fs::read_to_string(&file).map_err(read)?;
        let mut entries = key_file::read(&text).map_err(|problem| format!("{} {problem}.", file.display()))?;
        key_file::sort(&mut entries, now);
        Ok(entries)
    }
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let now = Clock::default().now();
    match arguments.act {
        Act::List => list(config, now),
        Act::Rotate { kind, delay } => rotate(config, kind, now, now + TimeDelta::seconds(delay)),
        Act::Reseal => {
            let keys = SecretKeys::load(config, &Random::system())?;
            let db = open_current(config, IfMissing::Fail).await?;
            let outcome = reseal(&db, &keys).await;
            db.close().await;
            outcome
        }
        Act::Retire { key, now: at_once } => retire(config, &key, at_once, now).await,
    }
}

fn list(config: &Config, now: DateTimeUtc) -> Result<(), Failure> {
    for kind in Kind::ALL {
        for (index, entry) in kind.entries(config, now)?.iter().enumerate() {
            let state = match entry.from {
                Some(from) if from > now => format!("in use from {}", from.format("%F %T UTC")),
                _ if index == 0 => "in use".to_owned(),
                _ => "still accepted".to_owned(),
            };
            say(format_args!("{:<8} {:<43}  {state}", kind.word(), kind.name(entry)?));
        }
    }
    Ok(())
}

fn rotate(config: &Config, kind: Kind, now: DateTimeUtc, from: DateTimeUtc) -> Result<(), Failure> {
    let mut entries = kind.entries(config, now)?;
    if let Some(next) = entries.iter().find(|entry| entry.from.is_some_and(|from| from > now)) {
        let name = kind.name(next)?;
        return Err(Failure(format!("A rotation is under way: {name} is not in use yet. See `tenantry keys list`.")));
    }
    let random = Random::system();
    let text = match kind {
        Kind::Signing => Tokens::new_key(&random),
        Kind::Secret => SecretKeys::new_key(&random),
    };
    let entry = Entry { from: Some(from), text };
    let name = kind.name(&entry)?;
    entries.push(entry);
    save(kind, config, &entries)?;
    let file = kind.file(config)?;
    let from = from.format("%F %T UTC");
    say(format_args!(
        "Added {name} to {}. Nodes use it from {from} on, and know it within 10 seconds.",
        file.display()
    ));
    if !kind.configured(config).is_empty() {
        say("If other nodes have copies of the file, replace them before that moment.");
    }
    say(match kind {
        Kind::Signing => {
            "Next: `tenantry keys retire` with the name of the old key, when its last tokens have expired."
        }
        Kind::Secret => "Next: `tenantry keys reseal` after that moment, then `tenantry keys retire` with the old key.",
    });
    Ok(())
}

fn save(kind: Kind, config: &Config, entries: &[Entry]) -> Result<(), Failure> {
    let file = kind.file(config)?;
    key_file::write(&file, entries).map_err(|error| Failure(format!("{} cannot be written: {error}.", file.display())))
}

/// Calls the work for each sealed secret, page by page. Returns for how many it gave a new text.
async fn each_secret(
    db: &Db,
    mut work: impl FnMut(Uuid, &str) -> Result<Option<String>, Failure>,
) -> Result<u64, Failure> {
    let (mut read, mut changed) = (0_u64, 0_u64);
    for place in store::SEALED {
        let mut after = Uuid::nil();
        loop {
            let rows = store::sealed(db, place, after, PAGE).await?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            let mut news = Vec::new();
            for (id, sealed) in rows {
                read += 1;
                if let Some(new) = work(id, &sealed)? {
                    news.push((id, sealed, new));
                }
            }
            // A secret that was replaced meanwhile stays as it is.
            changed += store::replace_sealed(db, place, &news).await?;
            tracing::info!(table = place.table, read, changed, "reading sealed secrets");
        }
    }
    Ok(changed)
}

async fn reseal(db: &Db, keys: &SecretKeys) -> Result<(), Failure> {
    let random = Random::system();
    let mut lost = 0_u64;
    let changed = each_secret(db, |id, sealed| {
        if keys.is_sealed_with_first(id, sealed) {
            return Ok(None);
        }
        let Some(secret) = keys.open(id, sealed) else {
            lost += 1;
            return Ok(None);
        };
        Ok(Some(keys.seal(&random, id, &secret)?))
    })
    .await?;
    say(format_args!("Secrets sealed anew: {changed}. All others were sealed with the key in use already."));
    if lost > 0 {
        return Err(Failure(format!("No key opens {lost} secrets. Add the key that sealed them, and run this again.")));
    }
    Ok(())
}

async fn retire(config: &Config, key: &str, at_once: bool, now: DateTimeUtc) -> Result<(), Failure> {
    for kind in Kind::ALL {
        let mut entries = kind.entries(config, now)?;
        let names = entries.iter().map(|entry| kind.name(entry)).collect::<Result<Vec<_>, _>>()?;
        let Some(place) = names.iter().position(|name| name == key) else { continue };
        if place == 0 {
            return Err(Failure(format!(
                "{key} is in use. Run `tenantry keys rotate {}` first, and wait until the new key is in use.",
                kind.word()
            )));
        }
        let retired = entries.remove(place);
        match kind {
            Kind::Signing if !at_once => require_expired(config, &retired, &entries, now)?,
            Kind::Signing => {}
            Kind::Secret => require_unused(config, &entries, now).await?,
        }
        save(kind, config, &entries)?;
        say(format_args!("Retired {key}. Nodes no longer accept it after 10 seconds."));
        return Ok(());
    }
    Err(Failure(format!("There is no key {key}. See `tenantry keys list`.")))
}

/// Refuses to remove a key whose tokens may still be valid.
fn require_expired(config: &Config, retired: &Entry, left: &[Entry], now: DateTimeUtc) -> Result<(), Failure> {
    // It signed until the next key came into use, on each node ten seconds later at most.
    let next = left.iter().filter(|entry| entry.from > retired.from).filter_map(|entry| entry.from).min();
    let lifetime = TimeDelta::minutes(config.tokens.access_minutes) + TimeDelta::seconds(60);
    match next.map(|next| next + lifetime) {
        Some(end) if end > now && retired.from.is_none_or(|from| from <= now) => Err(Failure(format!(
            "Tokens of this key are valid until {}. Wait until then, or add --now if somebody may have copied the key.",
            end.format("%F %T UTC")
        ))),
        _ => Ok(()),
    }
}

/// Refuses to remove a key that secrets in the database still need.
async fn require_unused(config: &Config, left: &[Entry], now: DateTimeUtc) -> Result<(), Failure> {
    let in_use = left.first().and_then(|entry| entry.from);
    if in_use.is_some_and(|from| from <= now && now < from + TimeDelta::seconds(60)) {
        return Err(Failure("Nodes may still seal with the old key. Wait a minute.".to_owned()));
    }
    let keys = SecretKeys::of(left)?;
    let db = open_current(config, IfMissing::Fail).await?;
    let mut needing = 0_u64;
    let looked = each_secret(&db, |id, sealed| {
        needing += u64::from(keys.open(id, sealed).is_none());
        Ok(None)
    })
    .await;
    db.close().await;
    looked?;
    match needing {
        0 => Ok(()),
        needing => Err(Failure(format!("{needing} secrets are sealed with this key. Run: tenantry keys reseal"))),
    }
}
