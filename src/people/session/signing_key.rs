//! The keys that sign access tokens. They come from the configuration, or from a file that the first start creates.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;

use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::data_dir;
use crate::base::key_file;
use crate::base::random::Random;

/// The file in the data directory.
pub const FILE: &str = "signing-key.pem";

/// What the key for refresh tokens is derived for, so that it is a key of its own.
const REFRESH: &[u8] = b"tenantry refresh token";

/// The bytes before the 32 secret bytes of an Ed25519 key in PKCS #8 (RFC 8410).
const PKCS8_HEAD: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// An Ed25519 key. It has no `Debug`, so that it is never printed by mistake.
pub struct SigningKey {
    /// Its thumbprint (RFC 7638). Tokens name it in their header.
    pub id: String,
    /// The public key, as base64url.
    pub public: String,
    /// The key that signs.
    pub signs: EncodingKey,
    /// The key that verifies.
    pub verifies: DecodingKey,
    /// The key that derives the next refresh token from the one before.
    pub derives: hmac::Key,
}

impl SigningKey {
    /// Reads PKCS #8 in PEM.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| "is not a private key in PEM (-----BEGIN PRIVATE KEY-----)".to_owned())?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der())
            .map_err(|_| "is not an Ed25519 key; make one with `openssl genpkey -algorithm ed25519`".to_owned())?;
        let public = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key());
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, der.secret_pkcs8_der()), REFRESH);
        Ok(Self {
            derives: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()),
            id: thumbprint(&public),
            public,
            signs: EncodingKey::from_ed_der(der.secret_pkcs8_der()),
            verifies: DecodingKey::from_ed_der(pair.public_key().as_ref()),
        })
    }
}

/// All keys. The first one signs.
pub fn load(config: &Config, random: &Random) -> Result<Vec<SigningKey>, String> {
    let configured = &config.tokens.signing_keys;
    if configured.is_empty() {
        let made = data_dir::read_or_make(&config.data_dir, FILE, || new_pem(random));
        let pem = made.map_err(|error| format!("{FILE} in data_dir: {error}"))?;
        return of_texts([(format!("{FILE} in data_dir"), pem)]);
    }
    let text = |(index, given): (usize, &String)| {
        let name = format!("tokens.signing_keys, entry {},", index + 1);
        let pem = if given.contains("-----BEGIN") {
            given.clone()
        } else {
            std::fs::read_to_string(given).map_err(|error| format!("{name} is not a readable file: {error}"))?
        };
        Ok((name, pem))
    };
    of_texts(configured.iter().enumerate().map(text).collect::<Result<Vec<_>, String>>()?)
}

/// The keys in texts with names. The one in use comes first.
fn of_texts(texts: impl IntoIterator<Item = (String, String)>) -> Result<Vec<SigningKey>, String> {
    let mut entries = Vec::new();
    for (name, text) in texts {
        let found = key_file::read(&text).map_err(|problem| format!("{name} {problem}"))?;
        for entry in &found {
            SigningKey::from_pem(&entry.text).map_err(|problem| format!("{name} {problem}"))?;
        }
        if found.is_empty() {
            return Err(format!("{name} holds no private key in PEM"));
        }
        entries.extend(found);
    }
    key_file::sort(&mut entries, Clock::default().now());
    entries.iter().map(|entry| SigningKey::from_pem(&entry.text)).collect()
}

/// A new key in PEM.
pub fn new_pem(random: &Random) -> String {
    let der = [PKCS8_HEAD.as_slice(), &random.bytes::<32>()].concat();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(der))
}

/// The hash of the key's required members, in this order and without spaces (RFC 7638).
fn thumbprint(public: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let public = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        assert_eq!(thumbprint(public), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_key_that_openssl_made_is_read() {
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
        assert_eq!(SigningKey::from_pem(pem).unwrap().id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert!(SigningKey::from_pem("").is_err());
        assert!(SigningKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").is_err());
    }

    #[test]
    fn processes_that_start_at_once_agree_on_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults().unwrap();
        config.data_dir = folder.path().join("data");
        let start = &|seed| load(&config, &Random::seeded(seed)).map(|keys| keys[0].id.clone()).unwrap();
        let ids: Vec<String> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..8).map(|seed| scope.spawn(move || start(seed))).collect();
            started.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }

    #[test]
    fn configured_keys_are_text_or_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        std::fs::write(&file, new_pem(&Random::seeded(1))).unwrap();
        let mut config = Config::defaults().unwrap();
        config.tokens.signing_keys = vec![new_pem(&Random::seeded(2)), file.display().to_string()];
        assert_eq!(load(&config, &Random::seeded(0)).map(|keys| keys.len()), Ok(2));
        config.tokens.signing_keys = vec!["not/there.pem".to_owned()];
        let problem = load(&config, &Random::seeded(0)).map(|keys| keys.len()).unwrap_err();
        assert!(problem.starts_with("tokens.signing_keys, entry 1, is not a readable file"), "{problem}");
    }
}
