//! Slows down guessing of passwords and codes, and limits the mail that one person can be sent. The counts are in the
//! database, so they survive a restart and hold for all nodes. `rules.rs` says how long to wait.
//!
//! A log-in is admitted before its password is hashed (`admit`), and counted when it fails (`count`). Guesses at the
//! same moment all pass until the first one is counted. They are few, because few passwords may wait to be hashed. From
//! then on, attempts are admitted one at a time.

mod rules;
pub mod store;

use std::net::IpAddr;

use chrono::TimeDelta;
use entity::user;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::base::db::Db;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::random::hash;
use crate::graphql::request::{Request, Work};
use crate::people::session;
use crate::people::user::mailbox;
use rules::{Counter, Pressure};

/// The account and the client whose attempts are counted.
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
enum Admission {
    /// It may be made now.
    Open(Attempt),
    /// It may be made after this time.
    Wait(TimeDelta),
}

impl Admission {
    fn attempt(self) -> Result<Attempt, UserError> {
        match self {
            Self::Open(attempt) => Ok(attempt),
            Self::Wait(wait) => Err(too_many(wait)),
        }
    }
}

/// An attempt that may be made.
pub struct Attempt {
    /// Whether earlier attempts have failed, so that a success has counts to clear.
    has_failed: bool,
    /// The keys of the turns that it took, each with the time of the last failure before it.
    turns: Vec<(String, DateTimeUtc)>,
}

impl Subject {
    /// A log-in to an account. If no user has the address, the address itself is counted in the same way.
    pub fn log_in(user: Option<Uuid>, typed: &str, client: Option<IpAddr>) -> Self {
        let account = user.map_or_else(|| hash(typed), |id| id.to_string());
        let network = network_of(client, network);
        let tally = |counter, key, account: Option<&String>| Tally { counter, key, account: account.cloned() };
        // The same order everywhere keeps two transactions from waiting for each other.
        let tallies = vec![
            tally(Counter::Account, format!("account:{account}"), Some(&account)),
            tally(Counter::Client, format!("client:{network}"), None),
            tally(Counter::Pair, format!("pair:{account}:{network}"), Some(&account)),
        ];
        Self { user: user.unwrap_or_default(), network, tallies }
    }

    /// A confirmation of identity in a session of the user. It is counted apart from log-ins: a stolen session cannot
    /// keep its owner from logging in.
    pub fn identity(user: Uuid) -> Self {
        let tally =
            Tally { counter: Counter::Identity, key: format!("identity:{user}"), account: Some(user.to_string()) };
        Self { user, network: String::new(), tallies: vec![tally] }
    }

    fn keys(&self) -> Vec<String> {
        self.tallies.iter().map(|tally| tally.key.clone()).collect()
    }

    /// The counts that hold up an attempt, each with its effect.
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

/// The part of an IP address that identifies one client: all of an IPv4 address, the first half of an IPv6 address.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Admits an attempt, or refuses it until some time has passed. One statement, unless many have failed.
pub async fn admit(request: &Request, subject: &Subject) -> Result<Attempt> {
    Ok(decide(request.db(), subject, request.now()).await?.attempt()?)
}

async fn decide(db: &Db, subject: &Subject, now: DateTimeUtc) -> Result<Admission> {
    let rows = store::read(db.reader(), &subject.keys()).await?;
    let mut pressures = subject.pressures(&rows, now);
    if pressures.iter().any(|(_, counter, _)| counter.spares_known_clients()) {
        let known = session::store::client_addresses(db, subject.user).await?;
        if known.into_iter().filter_map(|text| text.parse().ok()).any(|known| network(known) == subject.network) {
            pressures.retain(|(_, counter, _)| !counter.spares_known_clients());
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

/// Admits an attempt as the transaction sees it, or refuses it. Only for subjects with one count, so that a refusal has
/// written nothing.
pub async fn admit_in(work: &Work<'_>, subject: &Subject) -> Result<Attempt> {
    let rows = store::read(work.tx, &subject.keys()).await?;
    let pressures = subject.pressures(&rows, work.now);
    if let Some(wait) = longest_wait(&pressures) {
        return Err(too_many(wait).into());
    }
    Ok(take_turns(work.tx, &pressures, work.now).await?.attempt()?)
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

/// Counts a failure of the subject in a transaction of its own.
pub async fn count_failure(request: &Request, subject: &Subject) -> Result<()> {
    request.db().write(async |tx| count(tx, subject, request.now()).await).await
}

/// Counts a failure, and forgets some old ones.
pub async fn count(tx: &DatabaseTransaction, subject: &Subject, now: DateTimeUtc) -> Result<()> {
    for Tally { counter, key, account } in &subject.tallies {
        store::count(tx, key, account.as_deref(), counter.forgotten(now), now).await?;
    }
    Ok(store::forget_old(tx, now - TimeDelta::days(2)).await?)
}

impl Attempt {
    /// The attempt succeeded, so earlier failures from the same client were the owner's and are cleared. Failures from
    /// other clients stay counted.
    pub async fn succeed(&self, tx: &DatabaseTransaction, subject: &Subject) -> Result<()> {
        let own = subject.tallies.iter().filter(|tally| tally.counter.ends_with_success());
        for tally in own.filter(|_| self.has_failed) {
            store::clear(tx, &tally.key).await?;
        }
        Ok(())
    }

    /// Gives back the turns that the attempt took, because it was neither right nor wrong.
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

/// The error for an attempt that has to wait.
fn too_many(wait: TimeDelta) -> UserError {
    let seconds = (wait + TimeDelta::milliseconds(999)).num_seconds().max(1);
    let message = [
        format!("Too many attempts have failed. Try again in {seconds} seconds."),
        format!("Zu viele Versuche sind fehlgeschlagen. Versuchen Sie es in {seconds} Sekunden erneut."),
        format!("För många försök har misslyckats. Försök igen om {seconds} sekunder."),
    ];
    UserError::general(UserErrorCode::TooManyAttempts, message)
}

/// A kind of mail that anybody can have sent to an address.
#[derive(Clone, Copy, Debug)]
pub enum MailKind {
    /// Somebody signed up.
    SignUp,
    /// A link to verify the address.
    Verify,
    /// A link to set a new password.
    Reset,
    /// An account is to move to the address.
    Change,
    /// An account was erased.
    Erased,
}

/// Whether another mail of this kind may go to the address; if so, counts it.
pub async fn may_mail(work: &Work<'_>, kind: MailKind, address: &str) -> Result<bool> {
    let Work { tx, now, .. } = *work;
    let key = mail_key(kind, address);
    store::forget_old(tx, now - TimeDelta::days(2)).await?;
    Ok(store::count_up_to(tx, &key, MAILS, now - TimeDelta::hours(1), now).await?)
}

/// Forgets everything that is counted for the user or their address, on all networks. What is counted against spam
/// alone stays: it ends within two days, and names nobody.
pub async fn forget(work: &Work<'_>, user: &user::Model) -> Result<()> {
    store::clear_account(work.tx, user.id).await?;
    Ok(store::clear_subject(work.tx, &hash(&user.mailbox)).await?)
}

/// The key under which mails of a kind to a mailbox are counted.
fn mail_key(kind: MailKind, address: &str) -> String {
    format!("mail:{kind:?}:{}", hash(&mailbox(address)))
}

/// Counts a request that can send mail to somebody else. Refuses if the client has made too many in an hour.
pub async fn count_request(request: &Request) -> Result<()> {
    let (settings, now) = (&request.config.accounts, request.now());
    let key = format!("asks:{}", network_of(request.client_address, network));
    let hour = now.format("%Y-%m-%dT%H").to_string();
    let wide = wide_network_of(request.client_address);
    let wide = [format!("asks:{wide}:{hour}"), format!("asks:all:{hour}")];
    let most = [settings.requests_per_network, settings.requests_in_all].map(i64::from);
    let is_counted = request
        .db()
        .write(async |tx| {
            if !store::count_up_to(tx, &key, settings.requests_per_client, now - TimeDelta::hours(1), now).await? {
                return Ok(false);
            }
            let counts = store::add(tx, &wide.each_ref().map(String::as_str), 1, now).await?;
            Ok(counts.iter().zip(most).all(|(count, most)| *count <= most))
        })
        .await?;
    if is_counted { Ok(()) } else { Err(too_many_requests().into()) }
}

/// The wide network of a client. All clients without a known address count as one.
pub fn wide_network_of(client: Option<IpAddr>) -> String {
    network_of(client, wide_network)
}

fn network_of(client: Option<IpAddr>, part: impl FnOnce(IpAddr) -> String) -> String {
    client.map_or_else(|| "unknown".to_owned(), part)
}

/// The part of an IP address that stands for a whole network: /24 of IPv4, /48 of IPv6.
fn wide_network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

/// How many mails of one kind may go to one address. The count starts again after an hour without one.
const MAILS: i32 = 5;

/// The error for a client that has made too many requests.
fn too_many_requests() -> UserError {
    let message = [
        "There were too many requests like this from your network. Try again in 3600 seconds.",
        "Aus Ihrem Netz kamen zu viele solche Anfragen. Versuchen Sie es in 3600 Sekunden erneut.",
        "Det har kommit för många sådana förfrågningar från ditt nätverk. Försök igen om 3600 sekunder.",
    ];
    UserError::general(UserErrorCode::TooManyAttempts, message)
}

/// The error if too many mails were sent.
pub fn too_many_mails() -> UserError {
    let message = [
        "Too many mails have been sent already. Look for them, also in the spam folder, or try again in 3600 seconds.",
        "Es wurden schon zu viele Mails verschickt. Suchen Sie danach, auch im Spam-Ordner, oder versuchen Sie es in 3600 Sekunden erneut.",
        "För många mejl har redan skickats. Leta efter dem, även i skräpposten, eller försök igen om 3600 sekunder.",
    ];
    UserError::general(UserErrorCode::TooManyAttempts, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_counts_as_one_client() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:0:7::1"), of("2001:db8:0:7:ffff::2"));
        assert_ne!(of("2001:db8:0:7::1"), of("2001:db8:0:8::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn a_wide_network_is_a_part_of_an_address() {
        let of = |text: &str| wide_network(text.parse().unwrap());
        assert_eq!(of("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.77"));
        assert_eq!(of("2001:db8:7:1::1"), of("2001:db8:7:ffff::2"));
        assert_ne!(of("2001:db8:7::1"), of("2001:db8:8::1"));
    }

    #[test]
    fn no_key_is_longer_than_its_column() {
        let subject = Subject::log_in(None, "x", Some("ffff:ffff:ffff:ffff::1".parse().unwrap()));
        assert!(subject.keys().iter().all(|key| key.len() <= 128), "{subject:?}");
    }

    #[test]
    fn a_wait_is_given_in_whole_seconds_and_never_too_short() {
        assert!(too_many(TimeDelta::milliseconds(1_001)).message.to_string().contains("in 2 seconds"));
        assert!(too_many(TimeDelta::zero()).message.to_string().contains("in 1 seconds"));
    }
}
