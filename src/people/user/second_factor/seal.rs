//! Encrypts the secrets of second factors, so that a copy of the database is not enough to make codes. The keys come
//! from the configuration, or from a file that the first start creates.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use uuid::Uuid;

use crate::base::config::Config;
use crate::base::data_dir;
use crate::base::error::{Error, Result};
use crate::base::random::Random;

const FILE: &str = "secret-key";

/// The keys; the first one seals. Cheap to clone. They have no `Debug`, so that they are never printed by mistake.
#[derive(Clone)]
pub struct SecretKeys(Arc<[LessSafeKey]>);

impl SecretKeys {
    /// Reads the configured keys, or the one in the data directory, which the first start creates.
    pub fn load(config: &Config, random: &Random) -> Result<Self, String> {
        let configured = &config.accounts.secret_keys;
        if configured.is_empty() {
            let new = || BASE64_STANDARD.encode(random.bytes::<32>()) + "\n";
            let made = data_dir::read_or_make(&config.data_dir, FILE, new);
            let text = made.map_err(|error| format!("{FILE} in data_dir: {error}"))?;
            let key = read(&text).ok_or_else(|| format!("{FILE} in data_dir is not 32 bytes in base64"))?;
            return Ok(Self([key].into()));
        }
        let key = |(index, given): (usize, &String)| {
            let named = |problem: String| format!("accounts.secret_keys, entry {}, {problem}", index + 1);
            if let Some(key) = read(given) {
                return Ok(key);
            }
            let text = std::fs::read_to_string(given)
                .map_err(|error| named(format!("is neither 32 bytes in base64 nor a readable file: {error}")))?;
            read(&text).ok_or_else(|| named("does not contain 32 bytes in base64".to_owned()))
        };
        Ok(Self(configured.iter().enumerate().map(key).collect::<Result<_, _>>()?))
    }

    /// Where the key is if none is configured.
    pub fn key_file(config: &Config) -> PathBuf {
        config.data_dir.join(FILE)
    }

    /// Seals a secret of the user. A secret of another user cannot take its place.
    pub fn seal(&self, random: &Random, user: Uuid, secret: &[u8]) -> Result<String> {
        let key = self.0.first().ok_or_else(|| Error::fault("no key for secrets"))?;
        let nonce = random.bytes::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        let aad = Aad::from(user.as_bytes());
        let done = key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed);
        done.map_err(|_| Error::fault("a secret cannot be sealed"))?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode([&nonce, sealed.as_slice()].concat()))
    }

    /// Opens a secret that was sealed for the user; `None` if no key fits.
    pub fn open(&self, user: Uuid, sealed: &str) -> Option<Vec<u8>> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        self.0.iter().find_map(|key| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut sealed = sealed.to_vec();
            let opened = key.open_in_place(nonce, Aad::from(user.as_bytes()), &mut sealed).ok()?;
            Some(opened.to_vec())
        })
    }
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
}
