//! Chance that can be repeated: each test prints its seed, which is shown when it fails, and `TEST_SEED` sets it.

use std::str::FromStr;

use proptest::test_runner::{Config, TestRng, TestRunner};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A number from the environment that repeats a failed run, or makes a run longer.
#[expect(clippy::disallowed_methods, reason = "a failed run can be repeated")]
pub fn from_environment<T: FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// The seed of this run: another one each time, unless `TEST_SEED` sets it.
pub fn test_seed() -> u64 {
    let seed = from_environment("TEST_SEED").unwrap_or_else(rand::random);
    println!("TEST_SEED={seed}");
    seed
}

/// Makes random values of strategies, from the seed of this run.
pub fn any_values() -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::default() };
    let bytes: [u8; 32] = StdRng::seed_from_u64(test_seed()).random();
    let random = TestRng::from_seed(config.rng_algorithm, &bytes);
    TestRunner::new_with_rng(config, random)
}
