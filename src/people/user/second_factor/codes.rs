//! Time-based codes (RFC 6238 on RFC 4226: SHA-1, six digits, 30 seconds) and recovery codes. Pure functions.

use ring::hmac;
use sea_orm::prelude::DateTimeUtc;

use crate::base::random::{Random, hash};

/// Seconds for which a code is current.
const PERIOD: i64 = 30;
/// Steps by which the clock of a phone may be wrong.
const SKEW: i64 = 1;
/// The alphabet of RFC 4648.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Recovery codes that a user gets.
const RECOVERY_CODES: usize = 10;
/// Longest text that is read as a code, in bytes.
const LONGEST: usize = 64;

/// The number of the time step.
pub fn step_at(now: DateTimeUtc) -> i64 {
    now.timestamp().div_euclid(PERIOD)
}

/// The code of a step.
pub fn code_at(secret: &[u8], step: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let digest = tag.as_ref();
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
    let bytes = digest.iter().skip(offset).take(4);
    (bytes.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff) % 1_000_000
}

/// The step that the code belongs to, if it is near now and later than the last one used.
pub fn matching_step(secret: &[u8], code: u32, now: DateTimeUtc, last_step: i64) -> Option<i64> {
    let current = step_at(now);
    (current - SKEW..=current + SKEW).find(|step| *step > last_step && code_at(secret, *step) == code)
}

/// A code as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A code of an authenticator app.
    Timed(u32),
    /// A recovery code, as its hash.
    Recovery(String),
}

/// Reads a code as it was typed; spaces, hyphens and capitals make no difference. `None` if it is not a code.
pub fn read(typed: &str) -> Option<Given> {
    if typed.len() > LONGEST {
        return None;
    }
    let dense: String = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    if dense.len() == 6 && dense.bytes().all(|byte| byte.is_ascii_digit()) {
        return dense.parse().ok().map(Given::Timed);
    }
    let dense = dense.to_ascii_uppercase();
    let is_recovery = dense.len() == 24 && dense.bytes().all(|byte| LETTERS.contains(&byte));
    is_recovery.then(|| Given::Recovery(hash(&dense)))
}

/// New recovery codes for a user.
pub fn new_recovery_codes(random: &Random) -> Vec<String> {
    (0..RECOVERY_CODES).map(|_| new_recovery_code(random)).collect()
}

/// The hashes of recovery codes, as the database stores them.
pub fn hashes(codes: &[String]) -> impl Iterator<Item = String> {
    codes.iter().map(|code| hash(&code.replace('-', "").to_ascii_uppercase()))
}

/// A recovery code of 120 bits, in groups that are easy to copy.
fn new_recovery_code(random: &Random) -> String {
    let letters = base32(&random.bytes::<15>()).to_ascii_lowercase();
    let groups = letters.as_bytes().chunks(4).map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join("-")
}

/// Base32 as authenticator apps expect it (RFC 4648, without padding).
pub fn base32(bytes: &[u8]) -> String {
    let group = |five: &[u8]| {
        let bits = (0..5).fold(0_u64, |bits, at| (bits << 8) | u64::from(five.get(at).copied().unwrap_or_default()));
        let count = (five.len() * 8).div_ceil(5);
        let letter = move |at: usize| char::from(LETTERS[((bits >> (35 - 5 * at)) & 31) as usize]);
        (0..count).map(letter).collect::<String>()
    };
    bytes.chunks(5).map(group).collect()
}

/// The address that an app reads from a QR code.
pub fn uri(issuer: &str, account: &str, secret: &str) -> String {
    let (issuer, account) = (escaped(issuer), escaped(account));
    format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period={PERIOD}")
}

fn escaped(text: &str) -> String {
    let byte = |byte: u8| {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_4226_and_rfc_6238() {
        let codes: Vec<u32> = (0..10).map(|step| code_at(SECRET, step)).collect();
        assert_eq!(codes, [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489]);
        for (seconds, code) in [(59, 287_082), (1_111_111_109, 81_804), (20_000_000_000, 353_130)] {
            let at = DateTimeUtc::from_timestamp(seconds, 0).unwrap();
            assert_eq!(code_at(SECRET, step_at(at)), code);
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_no_step_is_taken_twice() {
        let now = DateTimeUtc::from_timestamp(1_111_111_109, 0).unwrap();
        let step = step_at(now);
        for off in [-1, 0, 1] {
            assert_eq!(matching_step(SECRET, code_at(SECRET, step + off), now, 0), Some(step + off));
        }
        for off in [-2, 2] {
            assert_eq!(matching_step(SECRET, code_at(SECRET, step + off), now, 0), None);
        }
        assert_eq!(matching_step(SECRET, code_at(SECRET, step), now, step), None);
        assert_eq!(matching_step(SECRET, code_at(SECRET, step), now + TimeDelta::seconds(30), step - 1), Some(step));
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, coded) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        assert_eq!(read(" 081 804"), Some(Given::Timed(81_804)));
        let code = new_recovery_code(&Random::seeded(1));
        assert_eq!(code.len(), 29, "{code}");
        assert_eq!(read(&code), read(&code.to_uppercase().replace('-', " ")));
        assert!(matches!(read(&code), Some(Given::Recovery(_))));
        for wrong in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", &code[1..], &"1".repeat(1_000)] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_for_an_app_is_escaped() {
        assert_eq!(
            uri("A & B", "ada+1@example.org", "ABC"),
            "otpauth://totp/A%20%26%20B:ada%2B1%40example.org?secret=ABC&issuer=A%20%26%20B&algorithm=SHA1&digits=6&period=30"
        );
    }
}
