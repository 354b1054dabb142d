//! Letters to those who lead an organisation.

use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::rules::is_working;
use super::{recipient, store};
use crate::base::locale::Locale;
use crate::base::random::Random;
use crate::mail::{self, Letter};

/// Writes to the owners and admins of an organisation who can act at the moment.
pub async fn tell_leaders(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    organisation: Uuid,
    letter: impl Fn(Locale) -> Letter,
) -> Result<(), DbErr> {
    let leaders = store::leaders(tx, organisation).await?;
    let working = leaders.iter().filter(|member| is_working(member, now));
    mail::queue(tx, random, now, working.map(|member| (recipient(member), letter(member.locale)))).await
}
