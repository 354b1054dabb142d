//! Reminders to both sides of a partnership 30, 7 and 1 days before its end.

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;

use super::{letters, store};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::Random;
use crate::organisation::store::find_row;
use crate::people::membership::mail_admins_of;

/// How many days before the end the reminders are sent.
pub const DAYS: [i32; 3] = [30, 7, 1];

/// The last of these days that has been reached: its reminder is due, and earlier reminders are too late.
pub fn reminded(ends_at: Option<DateTimeUtc>, now: DateTimeUtc) -> Option<i32> {
    let left = ends_at? - now;
    DAYS.into_iter().rev().find(|days| left <= TimeDelta::days(i64::from(*days)))
}

/// Sends the reminders that are due, each once even if several servers run. Returns how many.
pub async fn remind(db: &Db, random: &Random, now: DateTimeUtc) -> Result<usize> {
    let mut count = 0;
    for row in store::list_to_remind(db, now).await? {
        let Some(days) = reminded(row.ends_at, now) else { continue };
        let was_due = db
            .write(async |tx| {
                if !store::note_reminder(tx, &row, days).await? {
                    return Ok(false);
                }
                let (Some(reseller), Some(client), Some(ends_at)) =
                    (find_row(tx, row.reseller_id).await?, find_row(tx, row.client_id).await?, row.ends_at)
                else {
                    return Ok(false);
                };
                for at in [&reseller, &client] {
                    mail_admins_of(tx, random, now, at.id, |locale| {
                        letters::ending(locale, (&reseller.name, &client.name), ends_at)
                    })
                    .await?;
                }
                Ok(true)
            })
            .await?;
        count += usize::from(was_due);
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_is_for_the_nearest_of_the_days() {
        let now = DateTimeUtc::UNIX_EPOCH;
        let in_hours = |hours| reminded(Some(now + TimeDelta::hours(hours)), now);
        assert_eq!(in_hours(31 * 24), None);
        assert_eq!(in_hours(30 * 24), Some(30));
        assert_eq!(in_hours(8 * 24), Some(30));
        assert_eq!(in_hours(7 * 24), Some(7));
        assert_eq!(in_hours(24), Some(1));
        assert_eq!(in_hours(1), Some(1));
        assert_eq!(reminded(None, now), None);
    }
}
