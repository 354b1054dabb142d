//! Random numbers, ids and codes. The same seed gives the same ones.

use chrono::{NaiveDate, TimeDelta};
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use crate::base::random::Random;

/// Time from one id to the next, unless there are so many that the span would be too long.
const STEP_MILLIS: u64 = 30_000;
/// Time from the first id to the last, approximately.
const SPAN_MILLIS: u64 = 400 * 24 * 60 * 60 * 1_000;
/// Ids for each organisation, approximately.
const IDS_EACH: u64 = 14;
/// Codes have 40 bits.
const CODE_BITS: u64 = (1 << 40) - 1;

/// Draws random numbers, and ids with times.
pub struct Dice {
    random: Random,
    moment: DateTimeUtc,
    step: TimeDelta,
    codes: u64,
}

impl Dice {
    /// Dice for about this many organisations.
    pub fn new(seed: u64, organisations: u64) -> Self {
        let step = STEP_MILLIS.min(SPAN_MILLIS / (IDS_EACH * organisations)).max(1);
        let random = Random::seeded(seed);
        let codes = u64::from_le_bytes(random.bytes());
        let step = TimeDelta::milliseconds(i64::try_from(step).unwrap_or(1));
        Self { random, moment: day(2024, 1, 1).and_time(chrono::NaiveTime::MIN).and_utc(), step, codes }
    }

    /// A number from 0 to below the bound.
    pub fn below(&self, bound: usize) -> usize {
        usize::from_le_bytes(self.random.bytes()) % bound.max(1)
    }

    /// A number below the bound. Small numbers are much more likely (a power law).
    pub fn low(&self, bound: usize) -> usize {
        let draw = u128::from(u32::from_le_bytes(self.random.bytes()));
        let cube = (draw * draw * draw) >> 64;
        usize::try_from((cube * bound as u128) >> 32).unwrap_or_default()
    }

    /// True with this chance, in percent.
    pub fn percent(&self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of the values. There must be at least one.
    pub fn pick<T: Copy>(&self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// An id that is later than all before it, and its time.
    pub fn id(&mut self) -> (Uuid, DateTimeUtc) {
        self.moment += self.step;
        (self.random.id(self.moment), self.moment)
    }

    /// A new code. The counter moves in steps that meet each number once.
    pub fn code(&mut self) -> String {
        const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        const STEP: u64 = 0x9E_3779_B97F;
        self.codes = self.codes.wrapping_add(STEP) & CODE_BITS;
        let mut code = String::with_capacity(9);
        for position in 0..8 {
            if position == 4 {
                code.push('-');
            }
            let letter = usize::try_from((self.codes >> (5 * position)) & 31).unwrap_or_default();
            code.push(char::from(LETTERS[letter]));
        }
        code
    }
}

/// The first day of a month of the year in which invoices are issued.
pub fn month(month: u32) -> Date {
    day(2025, month, 1)
}

fn day(year: i32, month: u32, day: u32) -> Date {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}
