//! Encrypts the secrets of second factors, so that a copy of the database is not enough to make codes. The keys come
//! from the configuration, or from a file that the first start creates.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use uuid::Uuid;

use crate::base::clock::{Clock, every};
use crate::base::config::Config;
use crate::base::data_dir;
use crate::base::error::{Error, Result};
use crate::base::key_file::{self, Entry, PERIOD};
use crate::base::random::{Random, hash};

const FILE: &str = "secret-key";

/// The keys; the first one seals. Cheap to clone. They have no `Debug`, so that they are never printed by mistake.
#[derive(Clone)]
pub struct SecretKeys(Arc<RwLock<Keys>>);

/// The keys, and the names of all of them.
#[derive(Clone)]
struct Keys {
    keys: Arc<[LessSafeKey]>,
    names: Vec<String>,
}

impl SecretKeys {
    /// Reads the configured keys, or those in the data directory, where the first start creates one.
    pub fn load(config: &Config, random: &Random) -> Result<Self, String> {
        Ok(Self(Arc::new(RwLock::new(Keys::load(config, random)?))))
    }

    /// The keys of a file.
    pub fn of(entries: &[Entry]) -> Result<Self, String> {
        Ok(Self(Arc::new(RwLock::new(Keys::of(entries)?))))
    }

    /// Reads the keys again and again, so that a new key is known and used without a restart.
    pub async fn keep_up(&self, config: &Config, random: &Random) {
        every(PERIOD, async || match Keys::load(config, random) {
            Ok(keys) if keys.names == self.now().names => {}
            Ok(keys) => {
                tracing::info!(keys = keys.names.len(), "the secret keys have changed");
                *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
            }
            Err(problem) => tracing::error!(%problem, "the secret keys cannot be read again; the former ones stay"),
        })
        .await;
    }

    fn now(&self) -> Keys {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A new key in base64.
    pub fn new_key(random: &Random) -> String {
        BASE64_STANDARD.encode(random.bytes::<32>())
    }

    /// The name of a key in base64: a part of its hash, which does not give it away.
    pub fn name(text: &str) -> Result<String, String> {
        read(text).ok_or_else(|| "is not 32 bytes in base64".to_owned())?;
        Ok(hash(&format!("tenantry secret key {}", text.trim())).chars().take(16).collect())
    }

    /// Where the key is if none is configured.
    pub fn key_file(config: &Config) -> PathBuf {
        config.data_dir.join(FILE)
    }

    /// Seals a secret of the user. A secret of another user cannot take its place.
    pub fn seal(&self, random: &Random, user: Uuid, secret: &[u8]) -> Result<String> {
        let keys = self.now().keys;
        let key = keys.first().ok_or_else(|| Error::fault("no key for secrets"))?;
        let nonce = random.bytes::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        let aad = Aad::from(user.as_bytes());
        let done = key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed);
        done.map_err(|_| Error::fault("a secret cannot be sealed"))?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode([&nonce, sealed.as_slice()].concat()))
    }

    /// Opens a secret that was sealed for the user; `None` if no key fits.
    pub fn open(&self, user: Uuid, sealed: &str) -> Option<Vec<u8>> {
        self.now().keys.iter().find_map(|key| open_with(key, user, sealed))
    }

    /// Whether the secret was sealed with the key that seals now.
    pub fn is_sealed_with_first(&self, user: Uuid, sealed: &str) -> bool {
        self.now().keys.first().is_some_and(|key| open_with(key, user, sealed).is_some())
    }
}

impl Keys {
    fn load(config: &Config, random: &Random) -> Result<Self, String> {
        let configured = &config.accounts.secret_keys;
        let mut entries = Vec::new();
        if configured.is_empty() {
            let made = data_dir::read_or_make(&config.data_dir, FILE, || SecretKeys::new_key(random) + "\n");
            let text = made.map_err(|error| format!("{FILE} in data_dir: {error}"))?;
            let found = entries_of(&text)?.ok_or_else(|| format!("{FILE} in data_dir is not 32 bytes in base64"))?;
            entries.extend(found);
        }
        for (index, given) in configured.iter().enumerate() {
            let named = |problem: String| format!("accounts.secret_keys, entry {}, {problem}", index + 1);
            if read(given).is_some() {
                entries.push(Entry { from: None, text: given.clone() });
                continue;
            }
            let text = std::fs::read_to_string(given)
                .map_err(|error| named(format!("is neither 32 bytes in base64 nor a readable file: {error}")))?;
            let found = entries_of(&text).map_err(named)?;
            entries.extend(found.ok_or_else(|| named("does not contain 32 bytes in base64".to_owned()))?);
        }
        key_file::sort(&mut entries, Clock::default().now());
        Self::of(&entries)
    }

    fn of(entries: &[Entry]) -> Result<Self, String> {
        let names = entries.iter().map(|entry| SecretKeys::name(&entry.text)).collect::<Result<_, _>>()?;
        Ok(Self { keys: entries.iter().filter_map(|entry| read(&entry.text)).collect(), names })
    }
}

/// The keys in a file; `None` if something in it is no key.
fn entries_of(text: &str) -> Result<Option<Vec<Entry>>, String> {
    let entries = key_file::read(text)?;
    Ok((!entries.is_empty() && entries.iter().all(|entry| read(&entry.text).is_some())).then_some(entries))
}

fn open_with(key: &LessSafeKey, user: Uuid, sealed: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut sealed = sealed.to_vec();
    let opened = key.open_in_place(nonce, Aad::from(user.as_bytes()), &mut sealed).ok()?;
    Some(opened.to_vec())
}

fn read(text: &str) -> Option<LessSafeKey> {
    let bytes = BASE64_STANDARD.decode(text.trim()).ok()?;
    UnboundKey::new(&CHACHA20_POLY1305, &bytes).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Uuid = Uuid::from_u128(1);

    fn keys(config: &Config, seed: u64) -> Result<SecretKeys, String> {
        SecretKeys::load(config, &Random::seeded(seed))
    }

    #[test]
    fn a_secret_is_opened_for_its_user_only_and_not_after_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults().unwrap();
        config.data_dir = folder.path().to_owned();
        let random = Random::seeded(3);
        let sealed = keys(&config, 1).unwrap().seal(&random, ADA, b"secret").unwrap();
        // Made once, read by the next process.
        let again = keys(&config, 2).unwrap();
        assert_eq!(again.open(ADA, &sealed).unwrap(), b"secret");
        assert_ne!(again.seal(&random, ADA, b"secret").unwrap(), sealed);
        assert_eq!(again.open(Uuid::from_u128(2), &sealed), None);
        for broken in ["", "AAAA", &sealed[1..], &sealed.replace(&sealed[20..22], "__")] {
            assert_eq!(again.open(ADA, broken), None);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let new = |seed| BASE64_STANDARD.encode(Random::seeded(seed).bytes::<32>());
        std::fs::write(&file, new(1)).unwrap();
        let mut config = Config::defaults().unwrap();
        config.accounts.secret_keys = vec![file.display().to_string()];
        let sealed = keys(&config, 0).unwrap().seal(&Random::seeded(9), ADA, b"secret").unwrap();
        config.accounts.secret_keys.insert(0, new(2));
        let rotated = keys(&config, 0).unwrap();
        assert_eq!(rotated.open(ADA, &sealed).unwrap(), b"secret");
        let newer = rotated.seal(&Random::seeded(9), ADA, b"secret").unwrap();
        config.accounts.secret_keys.truncate(1);
        assert_eq!(keys(&config, 0).unwrap().open(ADA, &sealed), None);
        assert!(keys(&config, 0).unwrap().open(ADA, &newer).is_some());
        config.accounts.secret_keys = vec!["c2hvcnQ=".to_owned()];
        let problem = keys(&config, 0).err().unwrap();
        assert!(problem.starts_with("accounts.secret_keys, entry 1, ") && !problem.contains("c2hvcnQ"), "{problem}");
    }

    #[test]
    fn a_running_server_takes_new_keys_and_keeps_the_old_ones_when_a_file_is_broken() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults().unwrap();
        config.data_dir = folder.path().to_owned();
        let random = Random::seeded(3);
        let running = keys(&config, 1).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let read_again = || {
            let reading = async { tokio::time::timeout(PERIOD / 100, running.keep_up(&config, &random)).await };
            assert!(runtime.block_on(reading).is_err());
        };
        let sealed = running.seal(&random, ADA, b"secret").unwrap();
        let file = folder.path().join(FILE);
        let text = std::fs::read_to_string(&file).unwrap();
        let add = |time: &str| {
            let key = SecretKeys::new_key(&Random::seeded(5));
            std::fs::write(&file, format!("{text}From: {time}\n{key}\n")).unwrap();
            read_again();
        };
        add("2999-01-01T00:00:00Z");
        assert!(running.is_sealed_with_first(ADA, &sealed));
        add("2020-01-01T00:00:00Z");
        assert!(!running.is_sealed_with_first(ADA, &sealed));
        assert_eq!(running.open(ADA, &sealed).unwrap(), b"secret");
        std::fs::write(&file, "nonsense").unwrap();
        read_again();
        assert_eq!(running.open(ADA, &sealed).unwrap(), b"secret");
    }
}
