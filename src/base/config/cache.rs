//! How much of the database a node keeps in memory.

use std::fs;

use serde::{Deserialize, Deserializer};

const MEBIBYTE: u64 = 1 << 20;
/// The most that is kept unless the settings say otherwise, in bytes.
const MOST: u64 = 512 * MEBIBYTE;
/// What is kept where the system does not say how much memory there is, in bytes.
const UNKNOWN: u64 = 64 * MEBIBYTE;
/// Limits of the process's control group (version 2, then 1), as a container sees them.
const LIMITS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// The memory for what was read.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Cache {
    /// `None`: a quarter of the memory.
    #[serde(deserialize_with = "megabytes")]
    pub megabytes: Option<u64>,
    pub verify: bool,
}

impl Cache {
    /// The most bytes to keep.
    pub fn bytes(self) -> u64 {
        self.megabytes.map_or_else(quarter, |given| given.saturating_mul(MEBIBYTE))
    }
}

/// A number, or `auto`.
fn megabytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "it must be \"auto\" or a number of mebibytes, 0 or more")]
    enum Given {
        Number(u64),
        Text(String),
    }
    match Given::deserialize(deserializer)? {
        Given::Number(number) => Ok(Some(number)),
        Given::Text(text) if text == "auto" => Ok(None),
        Given::Text(_) => Err(serde::de::Error::custom("it must be \"auto\" or a number of mebibytes, 0 or more")),
    }
}

/// A quarter of the memory that the process may use.
fn quarter() -> u64 {
    let limits = LIMITS.iter().filter_map(|path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok());
    let smallest = limits.chain(installed()).min();
    smallest.map_or(UNKNOWN, |bytes| (bytes / 4).min(MOST))
}

/// The memory of the machine, in bytes.
fn installed() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_number_it_is_a_part_of_the_memory() {
        let automatic = Cache { megabytes: None, verify: false }.bytes();
        assert!((1..=MOST).contains(&automatic), "{automatic}");
        assert_eq!(Cache { megabytes: Some(3), verify: false }.bytes(), 3 * MEBIBYTE);
        assert_eq!(Cache { megabytes: Some(0), verify: false }.bytes(), 0);
    }

    #[test]
    fn words_and_negative_numbers_are_refused() {
        let read = |text: &str| toml_of(text).try_deserialize::<Cache>();
        assert_eq!(read("megabytes = \"auto\"").unwrap().megabytes, None);
        assert_eq!(read("megabytes = 12").unwrap().megabytes, Some(12));
        for wrong in ["megabytes = \"much\"", "megabytes = -1", "megabytes = 1.5"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    fn toml_of(text: &str) -> config::Config {
        let text = format!("{text}\nverify = false");
        config::Config::builder().add_source(config::File::from_str(&text, config::FileFormat::Toml)).build().unwrap()
    }
}
