//! Mail to the people who run an organisation.

use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::rules::is_working;
use super::{recipient, store};
use crate::base::locale::Locale;
use crate::base::random::Random;
use crate::graphql::request::Work;
use crate::mail::{self, Letter};

/// Mails the owners and admins of an organisation who can act at the moment.
pub async fn mail_admins(work: &Work<'_>, organisation: Uuid, letter: impl Fn(Locale) -> Letter) -> Result<(), DbErr> {
    mail_admins_of(work.tx, work.random, work.now, organisation, letter).await
}

/// The same where the server acts by itself, and there is no request.
pub async fn mail_admins_of(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    organisation: Uuid,
    letter: impl Fn(Locale) -> Letter,
) -> Result<(), DbErr> {
    let admins = store::owners_and_admins(tx, organisation).await?;
    let working = admins.iter().filter(|member| is_working(member, now));
    mail::queue(tx, random, now, working.map(|member| (recipient(member), letter(member.locale)))).await
}
