//! The only place that draws random numbers: ids and secrets.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

/// A cryptographic generator, seeded by the machine, or by a test that wants the same ids each time.
#[derive(Clone)]
pub struct Random(Arc<Mutex<StdRng>>);

impl Random {
    /// Seeded by the operating system.
    #[expect(clippy::disallowed_methods, reason = "the one place that draws random numbers")]
    pub fn system() -> Self {
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        Self(Arc::new(Mutex::new(StdRng::from_seed(seed))))
    }

    /// The same numbers each time.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// A new UUIDv7 (RFC 9562) for the instant.
    pub fn id(&self, now: DateTimeUtc) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// A secret of 256 bits, as base64url.
    pub fn secret(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A short code that people can read out, for example `7KQ2-M9XD`; no letters that look like digits.
    pub fn code(&self) -> String {
        const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let letters: Vec<char> =
            self.bytes::<8>().iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
        let (left, right) = letters.split_at(4);
        format!("{}-{}", left.iter().collect::<String>(), right.iter().collect::<String>())
    }
}

/// SHA-256 as lower-case hex: the form in which secrets of full entropy are stored.
pub fn hash(secret: &str) -> String {
    use std::fmt::Write;
    let digest = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes());
    digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
