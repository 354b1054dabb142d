//! Slowing down who guesses: passwords, codes, and how much mail somebody can be sent. It is in the database, so it
//! survives a restart and holds for all nodes. `rules.rs` says how long to wait.
//!
//! A log-in is looked at before its password is hashed (`admit`) and counted when it fails (`count`). Guesses that are
//! made at the same moment all pass until the first of them is counted, which the number of passwords that may wait to
//! be hashed keeps few; from then on one at a time gets its turn.

mod rules;
pub mod store;

use std::net::IpAddr;

use chrono::TimeDelta;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::random::hash;
use crate::people::session;
use rules::{Counter, Pressure};

/// Whose attempts are counted.
#[derive(Clone, Debug)]
pub struct Subject {
    user: Uuid,
    network: String,
    tallies: Vec<Tally>,
}

#[derive(Clone, Debug)]
struct Tally {
    counter: Counter,
    key: String,
    account: Option<String>,
}

/// Whether an attempt may be made.
pub enum Admission {
    /// It may.
    Open(Attempt),
    /// Not before so much time has passed.
    Wait(TimeDelta),
}

/// An attempt that may be made.
pub struct Attempt {
    /// Whether earlier ones have failed, so that a success has something to clear.
    has_failed: bool,
    /// Turns that were taken, with the moment of the failure before.
    turns: Vec<(String, DateTimeUtc)>,
}

impl Subject {
    /// A log-in to an account. Where no user has the address, the address stands for one, so that both are alike.
    pub fn log_in(user: Option<Uuid>, typed: &str, client: Option<IpAddr>) -> Self {
        let account = user.map_or_else(|| hash(typed), |id| id.to_string());
        let network = client.map_or_else(|| "unknown".to_owned(), network);
        let tally = |counter, key, account: Option<&String>| Tally { counter, key, account: account.cloned() };
        // In one order everywhere, so that no two transactions wait for each other.
        let tallies = vec![
            tally(Counter::Account, format!("account:{account}"), Some(&account)),
            tally(Counter::Client, format!("client:{network}"), None),
            tally(Counter::Pair, format!("pair:{account}:{network}"), Some(&account)),
        ];
        Self { user: user.unwrap_or_default(), network, tallies }
    }

    /// A proof of who it is, in a session of the user. Counted apart from log-ins, so that who has taken a session over
    /// cannot keep its owner from logging in.
    pub fn identity(user: Uuid) -> Self {
        let tally =
            Tally { counter: Counter::Identity, key: format!("identity:{user}"), account: Some(user.to_string()) };
        Self { user, network: String::new(), tallies: vec![tally] }
    }

    fn keys(&self) -> Vec<String> {
        self.tallies.iter().map(|tally| tally.key.clone()).collect()
    }

    /// What stands against an attempt, by the rows.
    fn pressures<'a>(
        &'a self,
        rows: &'a [store::Count],
        now: DateTimeUtc,
    ) -> Vec<(&'a store::Count, Counter, Pressure)> {
        let of = |tally: &'a Tally| {
            let row = rows.iter().find(|row| row.key == tally.key)?;
            Some((row, tally.counter, tally.counter.pressure(row.failures, row.last_at, now)))
        };
        self.tallies.iter().filter_map(of).filter(|(.., pressure)| *pressure != Pressure::None).collect()
    }
}

/// The part of an address that one line has: all of it, or the first half in the sixth version.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Whether a log-in may be tried: one statement, where not many have failed.
pub async fn admit(db: &Db, subject: &Subject, now: DateTimeUtc) -> Result<Admission> {
    let rows = store::read(db.reader(), &subject.keys()).await?;
    let mut pressures = subject.pressures(&rows, now);
    if pressures.iter().any(|(_, counter, _)| counter.spares_the_known()) {
        let known = session::store::client_addresses(db, subject.user).await?;
        if known.into_iter().filter_map(|text| text.parse().ok()).any(|known| network(known) == subject.network) {
            pressures.retain(|(_, counter, _)| !counter.spares_the_known());
        }
    }
    if let Some(wait) = longest_wait(&pressures) {
        return Ok(Admission::Wait(wait));
    }
    let has_failed = !rows.is_empty();
    if pressures.is_empty() {
        return Ok(Admission::Open(Attempt { has_failed, turns: Vec::new() }));
    }
    let pressures = &pressures;
    db.write(async |tx| take_turns(tx, pressures, now).await).await
}

/// Whether a proof may be tried, as the transaction sees it.
pub async fn admit_in(tx: &DatabaseTransaction, subject: &Subject, now: DateTimeUtc) -> Result<Admission> {
    let rows = store::read(tx, &subject.keys()).await?;
    let pressures = subject.pressures(&rows, now);
    match longest_wait(&pressures) {
        Some(wait) => Ok(Admission::Wait(wait)),
        None => take_turns(tx, &pressures, now).await,
    }
}

fn longest_wait(pressures: &[(&store::Count, Counter, Pressure)]) -> Option<TimeDelta> {
    let wait = |pressure: &Pressure| if let Pressure::Wait(rest) = pressure { Some(*rest) } else { None };
    pressures.iter().filter_map(|(.., pressure)| wait(pressure)).max()
}

async fn take_turns(
    tx: &DatabaseTransaction,
    pressures: &[(&store::Count, Counter, Pressure)],
    now: DateTimeUtc,
) -> Result<Admission> {
    let mut turns = Vec::new();
    for (row, _, pressure) in pressures {
        let Pressure::Turn(wait) = *pressure else { continue };
        if !store::take_turn(tx, &row.key, now - wait, now).await? {
            return Ok(Admission::Wait(wait));
        }
        turns.push((row.key.clone(), row.last_at));
    }
    Ok(Admission::Open(Attempt { has_failed: true, turns }))
}

/// Counts a failure, and forgets some that are old.
pub async fn count(tx: &DatabaseTransaction, subject: &Subject, now: DateTimeUtc) -> Result<()> {
    for Tally { counter, key, account } in &subject.tallies {
        store::count(tx, key, account.as_deref(), counter.forgotten(now), now).await?;
    }
    Ok(store::forget_old(tx, now - TimeDelta::days(2)).await?)
}

impl Attempt {
    /// It succeeded: what failed before from there was the owner. Failures from elsewhere stay counted.
    pub async fn succeed(&self, tx: &DatabaseTransaction, subject: &Subject) -> Result<()> {
        let own = subject.tallies.iter().filter(|tally| tally.counter.ends_with_success());
        for tally in own.filter(|_| self.has_failed) {
            store::clear(tx, &tally.key).await?;
        }
        Ok(())
    }

    /// It was neither right nor wrong: the turns that it took are given back.
    pub async fn give_back(&self, db: &Db) -> Result<()> {
        if self.turns.is_empty() {
            return Ok(());
        }
        db.write(async |tx| {
            for (key, at) in &self.turns {
                store::give_back(tx, key, *at).await?;
            }
            Ok(())
        })
        .await
    }
}

/// What to answer who has to wait.
pub fn too_many(wait: TimeDelta) -> UserError {
    let seconds = (wait + TimeDelta::milliseconds(999)).num_seconds().max(1);
    let message = format!("Too many attempts have failed. Try again in {seconds} seconds.");
    UserError::general(UserErrorCode::TooManyAttempts, message)
}

/// A sort of mail that anybody can have sent to an address.
#[derive(Clone, Copy, Debug)]
pub enum MailKind {
    /// Somebody signed up.
    SignUp,
    /// A link to prove the address.
    Verify,
    /// A link to set a new password.
    Reset,
    /// About an account that is to move to the address.
    Change,
    /// An account was erased.
    Erased,
}

/// Whether another mail of the sort may go to the address; counts it.
pub async fn may_mail(tx: &DatabaseTransaction, kind: MailKind, address: &str, now: DateTimeUtc) -> Result<bool> {
    let key = format!("mail:{kind:?}:{}", hash(address));
    store::forget_old(tx, now - TimeDelta::days(2)).await?;
    Ok(store::count_up_to(tx, &key, MAILS, now - TimeDelta::hours(1), now).await?)
}

/// Whether who comes from this address of the network may once more do what sends mail to somebody else; counts it.
pub async fn may_ask(tx: &DatabaseTransaction, client: Option<IpAddr>, most: i32, now: DateTimeUtc) -> Result<bool> {
    let key = format!("asks:{}", client.map_or_else(|| "unknown".to_owned(), network));
    Ok(store::count_up_to(tx, &key, most, now - TimeDelta::hours(1), now).await?)
}

/// Mails of one sort to one address; after so many there is an hour of silence.
const MAILS: i32 = 5;

/// What to answer who has asked for as much as may be asked for.
pub fn too_many_requests() -> UserError {
    let message = "There were too many requests like this from your network. Try again in 3600 seconds.";
    UserError::general(UserErrorCode::TooManyAttempts, message)
}

/// What to answer who has been sent as many mails as may be.
pub fn too_many_mails() -> UserError {
    let message = "So many mails have been sent already. Look for them, also among spam, or try again in 3600 seconds.";
    UserError::general(UserErrorCode::TooManyAttempts, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_sixth_version_counts_as_one_client() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:0:7::1"), of("2001:db8:0:7:ffff::2"));
        assert_ne!(of("2001:db8:0:7::1"), of("2001:db8:0:8::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn no_key_is_longer_than_its_column() {
        let subject = Subject::log_in(None, "x", Some("ffff:ffff:ffff:ffff::1".parse().unwrap()));
        assert!(subject.keys().iter().all(|key| key.len() <= 128), "{subject:?}");
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_too_short() {
        assert!(too_many(TimeDelta::milliseconds(1_001)).message.contains("in 2 seconds"));
        assert!(too_many(TimeDelta::zero()).message.contains("in 1 seconds"));
    }
}
