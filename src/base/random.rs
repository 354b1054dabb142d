//! The only place that draws random numbers: ids and secrets.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

/// A cryptographic generator. It is seeded by the operating system, or by a test that needs the same ids each time.
#[derive(Clone)]
pub struct Random(Arc<Mutex<State>>);

struct State {
    generator: StdRng,
    /// The last id, and its millisecond.
    last: (u64, u128),
}

impl Random {
    /// Seeded by the operating system.
    #[expect(clippy::disallowed_methods, reason = "the one place that draws random numbers")]
    pub fn system() -> Self {
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        Self::from(StdRng::from_seed(seed))
    }

    /// A generator that always yields the same numbers.
    pub fn seeded(seed: u64) -> Self {
        Self::from(StdRng::seed_from_u64(seed))
    }

    fn from(generator: StdRng) -> Self {
        Self(Arc::new(Mutex::new(State { generator, last: (0, 0) })))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).generator.fill_bytes(&mut bytes);
        bytes
    }

    /// A new UUIDv7 (RFC 9562) for the given time. Ids of the same millisecond keep the order of their creation: each
    /// adds a random step to the one before (section 6.2, method 2).
    pub fn id(&self, now: DateTimeUtc) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bits = if state.last.0 == millis && state.last.1 != 0 {
            state.last.1 + 1 + u128::from(state.generator.next_u32())
        } else {
            let mut bytes = [0; 10];
            state.generator.fill_bytes(&mut bytes);
            // This leaves room for the steps: two billion of them do not reach the variant bits.
            bytes[2] &= 0x1f;
            uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().as_u128()
        };
        state.last = (millis, bits);
        Uuid::from_u128(bits)
    }

    /// A secret of 256 bits, as base64url.
    pub fn secret(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A short code that is easy to read out, for example `7KQ2-M9XD`. It has no characters that are easily confused.
    pub fn code(&self) -> String {
        const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let letters: Vec<char> =
            self.bytes::<8>().iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
        let (left, right) = letters.split_at(4);
        format!("{}-{}", left.iter().collect::<String>(), right.iter().collect::<String>())
    }
}

/// SHA-256 as lower-case hex. High-entropy secrets are stored in this form.
pub fn hash(secret: &str) -> String {
    hash_of_bytes(secret.as_bytes())
}

/// The same of any bytes.
pub fn hash_of_bytes(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_are_in_the_order_in_which_they_were_made() {
        let (random, now) = (Random::seeded(1), DateTimeUtc::UNIX_EPOCH);
        let ids: Vec<Uuid> = (0..10_000).map(|_| random.id(now)).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
        for id in ids {
            assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
            assert_eq!(id.get_timestamp().unwrap().to_unix(), (0, 0));
        }
    }
}
