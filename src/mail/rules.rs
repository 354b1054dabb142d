//! When to try again, when to give up, and which part of a failure may be recorded.

use chrono::TimeDelta;

/// The wait after the first attempt. Each further wait is twice as long.
const SHORTEST: TimeDelta = TimeDelta::minutes(1);
const LONGEST: TimeDelta = TimeDelta::hours(6);
/// A mail is given up when it is older than this and has had this many attempts. Both are needed: if no server ran for
/// days, a mail still gets its attempts.
const AGE: TimeDelta = TimeDelta::days(3);
const ATTEMPTS: i32 = 6;
/// Characters of a reason that are kept.
const REASON: usize = 200;

/// How long to wait after this many attempts. `chance` takes off up to a quarter, to spread mails that failed together.
pub fn wait(attempts: i32, chance: u8) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(16);
    let wait = (SHORTEST * 2_i32.pow(doublings)).min(LONGEST);
    wait - wait / 4 * i32::from(chance) / i32::from(u8::MAX)
}

/// Whether a mail of this age and this many attempts is given up.
pub fn is_given_up(attempts: i32, age: TimeDelta) -> bool {
    attempts >= ATTEMPTS && age >= AGE
}

/// Whether a permanent refusal of the recipient or the text is final. A refusal by policy (5.7.…) is not: this server
/// may not send there, or not from this address. The cause is usually a wrong setting, which should lose no mail.
pub fn is_final(answer: &str) -> bool {
    !answer.split_whitespace().any(|word| word.starts_with("5.7."))
}

/// The part of a reason that may be kept: one short line. Mail servers quote what they refuse, and that may be a secret
/// link.
pub fn safe_reason(reason: &str) -> String {
    let is_link = |word: &str| word.contains("://") || word.contains("token=") || word.len() > 100;
    let words =
        reason.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty());
    let line = words.map(|word| if is_link(word) { "…" } else { word }).collect::<Vec<_>>().join(" ");
    line.chars().take(REASON).collect()
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
    fn an_old_mail_with_few_attempts_is_not_given_up() {
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
        assert_eq!(safe_reason("554\r\nspam: <https://x.example/reset?token=abc>  here"), "554 spam: … here");
        assert_eq!(safe_reason(&"ab ".repeat(500)).chars().count(), REASON);
        assert_eq!(safe_reason(&"x".repeat(500)), "…");
    }
}
