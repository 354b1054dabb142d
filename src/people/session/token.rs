//! Access tokens: JSON Web Tokens that name a user and a session. They carry no permissions.

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use quick_cache::sync::Cache;
use ring::digest::{SHA256, digest};
use ring::hmac;
use sea_orm::prelude::DateTimeUtc;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::crypto;
use super::signing_key::{self, SigningKey};
use super::store::Asking;
use crate::base::clock::every;
use crate::base::config::Config;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::key_file::PERIOD;
use crate::base::random::Random;

/// The audience of the tokens.
const AUDIENCE: &str = "tenantry";
/// The type in the header (RFC 9068). It keeps other tokens of the same issuer from passing as access tokens.
const TYPE: &str = "at+jwt";
/// How many seconds the clocks of two nodes may differ.
const LEEWAY: i64 = 30;
/// The longest token that is read, in bytes. Ours have about 500.
const LONGEST: usize = 4_096;
/// How many verified tokens are remembered. A signature takes 50 µs to verify, and clients send the same token again.
const VERIFIED: usize = 10_000;
/// The beginning of each refresh token, so that a leaked one is recognised.
const REFRESH_PREFIX: &str = "tenantry_refresh_";

/// The first refresh token of a session.
pub fn new_refresh_token(random: &Random) -> String {
    format!("{REFRESH_PREFIX}{}", random.secret())
}

/// The user and the session that a token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user_id: Uuid,
    /// The session.
    pub session_id: Uuid,
}

/// Why a token is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// It is not one of ours, or not for this server.
    Invalid,
    /// It has expired.
    Expired,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Signs and verifies access tokens. Cheap to clone.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    issuer: String,
    access: TimeDelta,
    refresh: TimeDelta,
    grace: TimeDelta,
    /// It is replaced while the server runs.
    ring: RwLock<Arc<Ring>>,
    asking: Asking,
}

/// The keys of a moment.
struct Ring {
    /// The first one signs.
    keys: Vec<SigningKey>,
    /// Tokens whose signatures these keys have verified, by their hashes.
    verified: Cache<[u8; 32], Verified>,
}

impl Ring {
    fn new(keys: Vec<SigningKey>) -> Arc<Self> {
        Arc::new(Self { keys, verified: Cache::new(VERIFIED) })
    }

    fn names(&self) -> Vec<&str> {
        self.keys.iter().map(|key| key.id.as_str()).collect()
    }

    fn signs(&self) -> Result<&SigningKey> {
        self.keys.first().ok_or_else(|| Error::fault("no signing key"))
    }
}

/// What a verified token says.
#[derive(Clone, Copy)]
struct Verified {
    identity: Identity,
    /// From when to when it is valid, in seconds since 1970.
    begins: i64,
    ends: i64,
}

impl fmt::Debug for Tokens {
    /// The keys are secret; their names are not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ring().names()).finish()
    }
}

fn sha256(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

impl Tokens {
    /// The requests that ask for their sessions.
    pub fn asking(&self) -> &Asking {
        &self.0.asking
    }

    /// Reads the configured keys, or the one in the data directory, which the first start creates.
    pub fn load(config: &Config, random: &Random) -> Result<Self, String> {
        crypto::install();
        let settings = &config.tokens;
        Ok(Self(Arc::new(Inner {
            issuer: settings.issuer.clone(),
            access: TimeDelta::minutes(settings.access_minutes),
            refresh: TimeDelta::days(settings.refresh_days),
            grace: TimeDelta::seconds(settings.refresh_grace_seconds),
            ring: RwLock::new(Ring::new(signing_key::load(config, random)?)),
            asking: Asking::default(),
        })))
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.0.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the keys again and again, so that a new key is known and used without a restart.
    pub async fn keep_up(&self, config: &Config, random: &Random) {
        every(PERIOD, async || match signing_key::load(config, random) {
            Ok(keys) => self.replace(keys),
            Err(problem) => tracing::error!(%problem, "the signing keys cannot be read again; the former ones stay"),
        })
        .await;
    }

    fn replace(&self, keys: Vec<SigningKey>) {
        let ring = Ring::new(keys);
        if self.ring().names() != ring.names() {
            tracing::info!(signs = ring.names().first(), keys = ring.keys.len(), "the signing keys have changed");
            *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        }
    }

    /// A new key in PEM.
    pub fn new_key(random: &Random) -> String {
        signing_key::new_pem(random)
    }

    /// Where the key is if none is configured.
    pub fn key_file(config: &Config) -> PathBuf {
        config.data_dir.join(signing_key::FILE)
    }

    /// When a session ends if it is used now and never again.
    pub fn session_end(&self, now: DateTimeUtc) -> DateTimeUtc {
        now + self.0.refresh
    }

    /// For how long after its use a refresh token gives the same successor again.
    pub fn grace(&self) -> TimeDelta {
        self.0.grace
    }

    /// The refresh token that follows this one. It is always the same one, so a repeated request gets it again although
    /// only its hash is stored. Without the server's key nobody can derive it.
    pub fn successor(&self, refresh_token: &str) -> Result<String> {
        let ring = self.ring();
        let secret = hmac::sign(&ring.signs()?.derives, refresh_token.as_bytes());
        Ok(format!("{REFRESH_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(secret)))
    }

    /// An access token for the session, and when it expires.
    pub fn sign(&self, identity: Identity, now: DateTimeUtc) -> Result<(String, DateTimeUtc)> {
        let ring = self.ring();
        let key = ring.signs()?;
        let expires_at = DateTimeUtc::from_timestamp((now + self.0.access).timestamp(), 0).unwrap_or(now);
        let claims = Claims {
            iss: self.0.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: Type::User.id(identity.user_id).0,
            sid: Type::Session.id(identity.session_id).0,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let header = Header { typ: Some(TYPE.to_owned()), kid: Some(key.id.clone()), ..Header::new(Algorithm::EdDSA) };
        let token = encode(&header, &claims, &key.signs).map_err(Error::fault)?;
        Ok((token, expires_at))
    }

    /// The identity in a token, and when the token expires. It must be signed by one of our keys, for this server, and be
    /// valid now.
    pub fn verify(&self, token: &str, now: DateTimeUtc) -> Result<(Identity, DateTimeUtc), Rejection> {
        if token.len() > LONGEST {
            return Err(Rejection::Invalid);
        }
        let hash = sha256(token);
        let ring = self.ring();
        let known = ring.verified.get(&hash);
        let verified = known.or_else(|| self.read(&ring, token)).ok_or(Rejection::Invalid)?;
        let now = now.timestamp();
        if verified.begins > now.saturating_add(LEEWAY) {
            return Err(Rejection::Invalid);
        }
        if verified.ends <= now {
            return Err(Rejection::Expired);
        }
        if known.is_none() {
            ring.verified.insert(hash, verified);
        }
        let end = DateTimeUtc::from_timestamp(verified.ends, 0).ok_or(Rejection::Invalid)?;
        Ok((verified.identity, end))
    }

    /// What the token says, if signature, algorithm, key, type, issuer and audience are right.
    fn read(&self, ring: &Ring, token: &str) -> Option<Verified> {
        let header = decode_header(token).ok()?;
        let key = ring.keys.iter().find(|key| Some(&key.id) == header.kid.as_ref())?;
        if header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
            return None;
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        validation.set_issuer(&[&self.0.issuer]);
        validation.set_audience(&[AUDIENCE]);
        // `verify` checks the times itself: the crate would use the clock of the machine.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims: Claims = decode(token, &key.verifies, &validation).ok()?.claims;
        let user_id = Type::User.parse(&claims.sub.into()).ok()?;
        let session_id = Type::Session.parse(&claims.sid.into()).ok()?;
        let identity = Identity { user_id, session_id };
        Some(Verified { identity, begins: claims.nbf.max(claims.iat), ends: claims.exp })
    }

    /// The public keys as a JSON Web Key Set (RFC 7517).
    pub fn key_set(&self) -> String {
        let key = |key: &SigningKey| json!({ "kty": "OKP", "crv": "Ed25519", "x": key.public, "kid": key.id, "use": "sig", "alg": "EdDSA" });
        json!({ "keys": self.ring().keys.iter().map(key).collect::<Vec<_>>() }).to_string()
    }
}
