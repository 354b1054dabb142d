//! How many mails to outsiders a day allows. Pure functions.

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;

use crate::base::config::Outreach;
use crate::base::error::{UserError, UserErrorCode};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The mails of one person, in all organisations together.
    Person,
    /// The mails from one network.
    Network,
    /// All mails of the installation.
    Installation,
}

/// The most mails that a person of this age may cause in a day.
pub fn of_person(settings: Outreach, age: TimeDelta) -> i64 {
    let earned = settings.per_day_of_age.saturating_mul(age.num_days().max(0));
    settings.new_account.saturating_add(earned).min(settings.person)
}

/// The bound that is met first by so many more mails, if any is met.
pub fn broken(counted: &[(Bound, i64, i64)], more: i64) -> Option<(Bound, i64)> {
    counted.iter().find(|(_, sent, most)| sent.saturating_add(more) > *most).map(|(bound, _, most)| (*bound, *most))
}

/// The answer where a bound is met.
pub fn too_many(bound: Bound, most: i64) -> UserError {
    let message = match bound {
        Bound::Person => [
            format!(
                "You can send {most} mails in a day to people outside your organisations. The number grows with the age \
                 of your account. Send the others tomorrow."
            ),
            format!(
                "Sie können an einem Tag {most} Mails an Menschen außerhalb Ihrer Organisationen schicken. Die Zahl wächst \
                 mit dem Alter Ihres Kontos. Schicken Sie die anderen morgen."
            ),
            format!(
                "Du kan skicka {most} mejl om dagen till personer utanför dina organisationer. Antalet växer med kontots \
                 ålder. Skicka de andra i morgon."
            ),
        ],
        Bound::Network => [
            "Too many mails to outsiders were sent from your network today. Send the others tomorrow.",
            "Aus Ihrem Netz wurden heute zu viele Mails an Außenstehende geschickt. Schicken Sie die anderen morgen.",
            "För många mejl till utomstående har skickats från ditt nätverk i dag. Skicka de andra i morgon.",
        ]
        .map(str::to_owned),
        Bound::Installation => [
            "Too many mails to outsiders were sent from this platform today. Send the others tomorrow.",
            "Von dieser Plattform wurden heute zu viele Mails an Außenstehende geschickt. Schicken Sie die anderen morgen.",
            "För många mejl till utomstående har skickats från plattformen i dag. Skicka de andra i morgon.",
        ]
        .map(str::to_owned),
    };
    UserError::general(UserErrorCode::TooMany, message)
}

/// The day of a count. A day begins at midnight, UTC.
pub fn day(now: DateTimeUtc) -> String {
    now.format("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Outreach =
        Outreach { new_account: 20, per_day_of_age: 20, person: 5_000, network: 5_000, installation: 50_000 };

    #[test]
    fn a_person_may_send_more_with_each_day_up_to_a_bound() {
        let after = |days| of_person(SETTINGS, TimeDelta::days(days));
        assert_eq!([-1, 0, 1, 30, 249, 36_500].map(after), [20, 20, 40, 620, 5_000, 5_000]);
        assert_eq!(of_person(SETTINGS, TimeDelta::hours(23)), 20);
        assert_eq!(of_person(Outreach { person: 5, ..SETTINGS }, TimeDelta::zero()), 5);
    }

    #[test]
    fn the_first_bound_that_is_met_is_named() {
        let counted = |person, network| [(Bound::Person, person, 20), (Bound::Network, network, 30)];
        assert_eq!(broken(&counted(19, 29), 1), None);
        assert_eq!(broken(&counted(20, 30), 1), Some((Bound::Person, 20)));
        assert_eq!(broken(&counted(0, 30), 1), Some((Bound::Network, 30)));
        assert_eq!(broken(&counted(0, 0), 21), Some((Bound::Person, 20)));
        assert_eq!(broken(&[], i64::MAX), None);
    }
}
