//! Which keys are valid, and when two requests are the same.

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;
use serde_json::Value as Json;

use crate::base::error::{Error, UserError, UserErrorCode};
use crate::base::random::hash;

/// Longest key, in characters.
const LONGEST: usize = 255;
/// How many days an outcome is kept.
const DAYS: i64 = 30;
/// The argument of the key itself.
const KEY: &str = "idempotencyKey";

/// Refuses a key that is empty, too long, or not printable.
pub fn check_key(key: &str) -> Result<(), UserError> {
    let is_short = (1..=LONGEST).contains(&key.chars().count());
    if is_short && !key.chars().any(char::is_control) {
        return Ok(());
    }
    let message = [
        "An idempotency key has 1 to 255 characters without control characters, for example a random UUID.",
        "Ein Idempotenzschlüssel hat 1 bis 255 Zeichen ohne Steuerzeichen, zum Beispiel eine zufällige UUID.",
        "En idempotensnyckel har 1 till 255 tecken utan styrtecken, till exempel en slumpmässig UUID.",
    ];
    Err(UserError::at(KEY, UserErrorCode::InvalidInput, message))
}

/// The digest of the arguments. The order of fields does not count, and neither does the key.
pub fn digest(mut arguments: Json) -> String {
    if let Some(input) = arguments.get_mut("input").and_then(Json::as_object_mut) {
        input.remove(KEY);
    }
    arguments.sort_all_objects();
    hash(&arguments.to_string())
}

/// Outcomes from before this moment are forgotten.
pub fn kept_since(now: DateTimeUtc) -> DateTimeUtc {
    now - TimeDelta::days(DAYS)
}

/// The error for a known key with another request.
pub fn another_request() -> Error {
    let message = "This idempotency key belongs to an earlier request with other arguments. Send those again to get \
                   its answer, or choose a new key.";
    Error::Conflict(message.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_has_1_to_255_printable_characters() {
        for good in ["a", "0190b7c2-…", &"ö".repeat(255)] {
            assert!(check_key(good).is_ok(), "{good}");
        }
        for bad in ["", &"a".repeat(256), "a\nb", "\0"] {
            let error = check_key(bad).unwrap_err();
            assert_eq!(error.field.unwrap(), ["input", "idempotencyKey"]);
        }
    }

    #[test]
    fn requests_are_the_same_if_their_arguments_are() {
        let first = json!({ "input": { "name": "A", "rows": [{ "a": 1, "b": null }, 2], "idempotencyKey": "k" } });
        let moved = json!({ "input": { "idempotencyKey": "other", "rows": [{ "b": null, "a": 1 }, 2], "name": "A" } });
        assert_eq!(digest(first.clone()), digest(moved));
        for other in [
            json!({ "input": { "name": "B", "rows": [{ "a": 1, "b": null }, 2] } }),
            json!({ "input": { "name": "A", "rows": [{ "a": 1 }, 2] } }),
            json!({ "input": { "name": "A", "rows": [2, { "a": 1, "b": null }] } }),
            json!({ "input": { "name": "A" } }),
            json!({}),
        ] {
            assert_ne!(digest(first.clone()), digest(other.clone()), "{other}");
        }
    }
}
