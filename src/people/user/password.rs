//! Passwords, and their hashes with Argon2id.

use std::fmt;
use std::sync::Arc;
use std::thread::Builder;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{Semaphore, oneshot};

use crate::base::config::Config;
use crate::base::error::{Error, Result};

/// Passwords that may wait to be hashed. Each takes about 30 ms of one processor, so nobody waits much longer than a
/// second.
const WAITING: usize = 50;

/// A password as it was typed. It is never printed, logged or stored.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// The text, to be checked or hashed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Password {
    fn from(typed: String) -> Self {
        Self(typed)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The result of comparing a password with a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The password is wrong, or there is no such user.
    Wrong,
    /// The password is right.
    Right,
    /// The password is right, but the hash has another cost and should be replaced.
    Outdated,
}

/// Computes and compares hashes on separate threads, a limited number at the same time. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// Permits for the passwords that wait and for those that are hashed.
    queue: Arc<Semaphore>,
    /// The hash to compare with if there is no user, so that it takes the same time. No password fits it.
    stand_in: Arc<str>,
    minimum_length: usize,
    concurrent: usize,
}

impl Passwords {
    /// Hashes with the configured cost, raised to the minimum of Argon2.
    pub fn new(config: &Config) -> Self {
        let settings = &config.passwords;
        let memory = settings.memory_kib.max(Params::MIN_M_COST);
        let iterations = settings.iterations.max(Params::MIN_T_COST);
        let params = Params::new(memory, iterations, 1, None).unwrap_or_default();
        let concurrent = settings.concurrent.clamp(1, Semaphore::MAX_PERMITS - WAITING);
        let cost = format!("m={},t={},p={}", params.m_cost(), params.t_cost(), params.p_cost());
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            permits: Arc::new(Semaphore::new(concurrent)),
            queue: Arc::new(Semaphore::new(concurrent + WAITING)),
            stand_in: format!("$argon2id$v=19${cost}${}${}", "A".repeat(22), "A".repeat(43)).into(),
            minimum_length: settings.minimum_length,
            concurrent,
        }
    }

    /// How many hashes are computed at the same time.
    pub const fn concurrent(&self) -> usize {
        self.concurrent
    }

    /// Length of the shortest password that is accepted, in characters.
    pub const fn minimum_length(&self) -> usize {
        self.minimum_length
    }

    /// The hash in PHC form, with a new salt.
    pub async fn hash(&self, password: impl Into<Password>) -> Result<String> {
        let password = password.into();
        self.run(move |argon2| Ok(argon2.hash_password(password.expose().as_bytes())?.to_string())).await
    }

    /// Compares with the stored hash. Without one it takes the same time, and the password is wrong.
    pub async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<Verdict> {
        let password = password.clone();
        let stored = stored.map(str::to_owned);
        let stand_in = Arc::clone(&self.stand_in);
        self.run(move |argon2| {
            let stored = stored.as_deref().and_then(|hash| PasswordHash::new(hash).ok());
            let compared = match &stored {
                Some(hash) => hash,
                None => &PasswordHash::new(&stand_in)?,
            };
            // The crate compares in constant time.
            let fits = argon2.verify_password(password.expose().as_bytes(), compared).is_ok();
            Ok(match stored {
                Some(hash) if fits && is_current(argon2, &hash) => Verdict::Right,
                Some(_) if fits => Verdict::Outdated,
                _ => Verdict::Wrong,
            })
        })
        .await
    }

    /// Refuses if too many passwords wait. The work keeps its permits even if its request is cancelled.
    async fn run<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Argon2<'static>) -> argon2::password_hash::Result<T> + Send + 'static,
    {
        let waiting = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| busy())?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(Error::fault)?;
        let argon2 = self.argon2.clone();
        let (sender, receiver) = oneshot::channel();
        let thread = Builder::new().name("password".to_owned()).spawn(move || {
            let held = (permit, waiting);
            lower_priority();
            let done = work(&argon2);
            drop(held);
            // The receiver is gone if the request was cancelled.
            let _ = sender.send(done);
        });
        thread.map_err(Error::fault)?;
        receiver.await.map_err(Error::fault)?.map_err(Error::fault)
    }
}

/// If all processors are busy, reading requests go before hashes, which take a hundred times as long. A thread cannot
/// raise its priority again, so each hash has its own thread. That costs a thousandth of the hash.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(10);
}

fn busy() -> Error {
    let message = "Too many passwords are being compared right now. Try again in a moment.".to_owned();
    let limit = WAITING as u64;
    Error::Limited { message, limit, value: limit + 1 }
}

fn is_current(argon2: &Argon2<'_>, hash: &PasswordHash) -> bool {
    let wanted = argon2.params();
    hash.algorithm == argon2::ARGON2ID_IDENT
        && hash.version == Some(Version::V0x13.into())
        && Params::try_from(hash).is_ok_and(|cost| {
            (cost.m_cost(), cost.t_cost(), cost.p_cost()) == (wanted.m_cost(), wanted.t_cost(), wanted.p_cost())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords(iterations: u32) -> Passwords {
        let mut config = Config::defaults().unwrap();
        config.passwords.memory_kib = 8;
        config.passwords.iterations = iterations;
        Passwords::new(&config)
    }

    #[tokio::test]
    async fn a_password_fits_its_hash_and_no_other() {
        let cheap = passwords(1);
        let password = Password::from("correct horse".to_owned());
        let hash = cheap.hash(password.clone()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert_ne!(hash, cheap.hash(password.clone()).await.unwrap());
        assert_eq!(cheap.verify(&password, Some(&hash)).await.unwrap(), Verdict::Right);
        assert_eq!(passwords(2).verify(&password, Some(&hash)).await.unwrap(), Verdict::Outdated);
        let other = Password::from("correct horsf".to_owned());
        assert_eq!(cheap.verify(&other, Some(&hash)).await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn without_a_hash_it_is_wrong() {
        let password = Password::from(String::new());
        for stored in [None, Some(""), Some("$argon2id$broken")] {
            assert_eq!(passwords(1).verify(&password, stored).await.unwrap(), Verdict::Wrong);
        }
    }

    #[tokio::test]
    async fn more_passwords_than_may_wait_are_refused() {
        let mut passwords = passwords(1);
        passwords.permits = Arc::new(Semaphore::new(1));
        passwords.queue = Arc::new(Semaphore::new(WAITING));
        let turn = Arc::clone(&passwords.permits).acquire_owned().await.unwrap();
        let all = futures_util::future::join_all((0..=WAITING).map(|_| passwords.hash(String::new())));
        // All of them wait before the first one ends.
        let (hashes, ()) = tokio::join!(biased; all, async { drop(turn) });
        let refused = hashes.iter().filter(|hash| matches!(hash, Err(Error::Limited { .. }))).count();
        assert_eq!((refused, hashes.iter().flatten().count()), (1, WAITING));
        assert!(passwords.hash(String::new()).await.is_ok());
    }

    #[test]
    fn a_password_does_not_print_itself() {
        assert_eq!(format!("{:?}", Password::from("hunter2".to_owned())), "Password(…)");
    }

    #[test]
    fn the_stand_in_is_a_hash_of_the_configured_cost() {
        let passwords = Passwords::new(&Config::defaults().unwrap());
        assert!(is_current(&passwords.argon2, &PasswordHash::new(&passwords.stand_in).unwrap()));
    }
}
