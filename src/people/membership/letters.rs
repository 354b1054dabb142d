//! Mail to a member who was changed or removed, and to the owners and admins of an organisation.

use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::rules::is_working;
use super::store::{self, Member};
use crate::base::locale::Locale;
use crate::base::random::Random;
use crate::graphql::request::Work;
use crate::mail::{self, Letter, Recipient};

/// The recipient of a letter to the member.
pub fn recipient(member: &Member) -> Recipient {
    Recipient { user: Some(member.user_id), address: member.email.clone(), locale: member.locale }
}

/// Queues a letter to the owners and admins of an organisation who can act at the moment.
pub async fn mail_admins(work: &Work<'_>, organisation: Uuid, letter: impl Fn(Locale) -> Letter) -> Result<(), DbErr> {
    mail_admins_of(work.tx, work.random, work.now, organisation, letter).await
}

/// The same without a request, for work that the server does on its own.
pub async fn mail_admins_of(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    organisation: Uuid,
    letter: impl Fn(Locale) -> Letter,
) -> Result<(), DbErr> {
    let admins = store::list_owners_and_admins(tx, organisation).await?;
    let working = admins.iter().filter(|member| is_working(member, now));
    mail::queue(tx, random, now, working.map(|member| (recipient(member), letter(member.locale)))).await
}

/// To a member, after somebody else changed their roles or the end of their membership.
pub fn changed(locale: Locale, organisation: &str, roles: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("Your roles at {organisation}"))
            .say(format!("Your membership of {organisation} was changed. Your roles there are now: {roles}."))
            .say("If you did not expect this, ask an owner of the organisation."),
        Locale::De => Letter::about(format!("Ihre Rollen bei {organisation}"))
            .say(format!(
                "Ihre Mitgliedschaft bei {organisation} wurde geändert. Ihre Rollen dort sind jetzt: {roles}."
            ))
            .say("Falls Sie das nicht erwartet haben, fragen Sie eine Inhaberin oder einen Inhaber der Organisation."),
        Locale::Sv => Letter::about(format!("Dina roller hos {organisation}"))
            .say(format!("Ditt medlemskap i {organisation} har ändrats. Dina roller där är nu: {roles}."))
            .say("Om du inte väntade dig det kan du fråga någon av organisationens ägare."),
    }
}

/// To a member, after somebody else removed them.
pub fn removed(locale: Locale, organisation: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("You are no longer a member of {organisation}"))
            .say(format!("You were removed from {organisation}. Your account and your other organisations stay as they are."))
            .say("If you did not expect this, ask an owner of the organisation."),
        Locale::De => Letter::about(format!("Sie sind nicht mehr Mitglied von {organisation}"))
            .say(format!(
                "Sie wurden aus {organisation} entfernt. Ihr Konto und Ihre anderen Organisationen bleiben, wie sie sind."
            ))
            .say("Falls Sie das nicht erwartet haben, fragen Sie eine Inhaberin oder einen Inhaber der Organisation."),
        Locale::Sv => Letter::about(format!("Du är inte längre medlem i {organisation}"))
            .say(format!("Du har tagits bort från {organisation}. Ditt konto och dina andra organisationer är som förut."))
            .say("Om du inte väntade dig det kan du fråga någon av organisationens ägare."),
    }
}
