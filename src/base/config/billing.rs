//! The zone of the business day.

use chrono_tz::{TZ_VARIANTS, Tz};
use serde::{Deserialize, Deserializer};

/// Three months: who keeps books with older rates than that has forgotten to record new ones.
const MOST_EXCHANGE_RATE_DAYS: u64 = 92;

/// Days of invoices, payers and subscriptions.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Billing {
    #[serde(deserialize_with = "zone")]
    pub time_zone: Tz,
    pub price_notice_days: u64,
    #[serde(deserialize_with = "exchange_rate_days")]
    pub exchange_rate_days: u64,
}

/// How long a rate between two currencies counts.
fn exchange_rate_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let given = u64::deserialize(deserializer)?;
    if given <= MOST_EXCHANGE_RATE_DAYS {
        return Ok(given);
    }
    Err(serde::de::Error::custom(format!("it must be at most {MOST_EXCHANGE_RATE_DAYS} days")))
}

/// A name of the IANA time zone database, for example `Europe/Stockholm`.
fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let given = String::deserialize(deserializer)?;
    given.parse().map_err(|_| {
        let nearest = nearest(&given).map(|name| format!("; the nearest is {name}")).unwrap_or_default();
        let message = format!("it must be a time zone of the IANA database, like Europe/Stockholm{nearest}");
        serde::de::Error::custom(message)
    })
}

/// The zone that was probably meant.
fn nearest(given: &str) -> Option<&'static str> {
    let plain = |name: &str| name.trim().to_lowercase().replace(' ', "_");
    let given = plain(given);
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let is_meant = |name: &&str| {
        let known = plain(name);
        known == given || known.rsplit('/').next() == given.rsplit('/').next()
    };
    let distance = |name: &str| strsim::damerau_levenshtein(&plain(name), &given);
    // Every short name is near a shorter one.
    let most = (given.len() / 3).min(3);
    let near = || names().filter(|name| distance(name) <= most).min_by_key(|name| distance(name));
    names().find(is_meant).or_else(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_that_was_meant_is_suggested() {
        for (given, meant) in [
            ("Stockholm", Some("Europe/Stockholm")),
            ("europe/stockholm", Some("Europe/Stockholm")),
            ("Europe/Stokholm", Some("Europe/Stockholm")),
            ("America/New York", Some("America/New_York")),
            ("US/Stockholm", Some("Europe/Stockholm")),
            ("the office", None),
            ("", None),
        ] {
            assert_eq!(nearest(given), meant, "{given}");
        }
    }
}
