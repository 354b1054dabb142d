//! What is written to a member whom somebody else has changed or removed.

use crate::base::locale::Locale;
use crate::mail::Letter;

/// To somebody whose roles, or the end of whose membership, somebody else has changed.
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

/// To somebody who was removed.
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
