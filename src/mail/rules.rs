//! When to try again, when to give up, and what may be told of a failure.

use chrono::TimeDelta;

/// The wait after the first attempt; each further one is twice as long.
const SHORTEST: TimeDelta = TimeDelta::minutes(1);
const LONGEST: TimeDelta = TimeDelta::hours(6);
/// A mail that is older than this and was tried so often is given up. Both count: after a long time in which no server
/// ran at all, a mail still has its chances.
const AGE: TimeDelta = TimeDelta::days(3);
const ATTEMPTS: i32 = 6;
/// As much of a reason is kept, in characters.
const TOLD: usize = 200;

/// How long to wait after so many attempts. The chance spreads mails that failed together: it takes away up to a quarter.
pub fn wait(attempts: i32, chance: u8) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(16);
    let wait = (SHORTEST * 2_i32.pow(doublings)).min(LONGEST);
    wait - wait / 4 * i32::from(chance) / i32::from(u8::MAX)
}

/// Whether a mail of this age, which was tried so often, is given up.
pub fn is_given_up(attempts: i32, age: TimeDelta) -> bool {
    attempts >= ATTEMPTS && age >= AGE
}

/// Whether a permanent refusal of the recipient or of the text is final. One that is about policy (5.7.…: this server
/// may not send here, or not from this address) is more often a mistake in a setting than the fault of a mail, and no
/// mail is lost by such a mistake for as long as it is tried again.
pub fn is_final(answer: &str) -> bool {
    !answer.split_whitespace().any(|word| word.starts_with("5.7."))
}

/// What may be kept of a reason: one short line. Mail servers repeat what they dislike, and a link lets somebody in.
pub fn told(reason: &str) -> String {
    let is_link = |word: &str| word.contains("://") || word.contains("token=") || word.len() > 100;
    let words =
        reason.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty());
    let line = words.map(|word| if is_link(word) { "…" } else { word }).collect::<Vec<_>>().join(" ");
    line.chars().take(TOLD).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_a_minute_to_six_hours_and_add_up_to_days() {
        assert_eq!([1, 2, 3].map(|attempts| wait(attempts, 0).num_minutes()), [1, 2, 4]);
        assert_eq!([10, 100, i32::MAX].map(|attempts| wait(attempts, 0).num_hours()), [6, 6, 6]);
        assert_eq!((wait(1, 255).num_seconds(), wait(0, 0).num_minutes()), (45, 1));
        let mut age = TimeDelta::zero();
        let attempts = (1..100).find(|attempts| {
            age += wait(*attempts, 128);
            is_given_up(*attempts, age)
        });
        assert!((15..25).contains(&attempts.unwrap()), "{attempts:?}");
    }

    #[test]
    fn a_mail_that_was_hardly_tried_is_not_given_up_however_old_it_is() {
        assert!(!is_given_up(1, TimeDelta::days(30)));
        assert!(!is_given_up(50, TimeDelta::hours(71)));
    }

    #[test]
    fn a_refusal_by_policy_is_not_final() {
        assert!(is_final("5.1.1 no such user"));
        assert!(is_final("no such user"));
        assert!(!is_final("5.7.1 relay access denied"));
    }

    #[test]
    fn a_reason_is_one_short_line_without_links() {
        assert_eq!(told("554\r\nspam: <https://x.example/reset?token=abc>  here"), "554 spam: … here");
        assert_eq!(told(&"ab ".repeat(500)).chars().count(), TOLD);
        assert_eq!(told(&"x".repeat(500)), "…");
    }
}
