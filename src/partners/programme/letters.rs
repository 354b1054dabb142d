//! Mail about the reseller programme.

use crate::base::locale::Locale;
use crate::mail::Letter;

/// To the operator: an organisation asks to become a reseller.
pub fn requested(locale: Locale, organisation: &str, message: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{organisation} wants to become a reseller"))
            .say(format!("{organisation} asks to become a reseller. It says: {message}")),
        Locale::De => Letter::about(format!("{organisation} möchte Reseller werden"))
            .say(format!("{organisation} möchte Reseller werden und schreibt dazu: {message}")),
        Locale::Sv => Letter::about(format!("{organisation} vill bli återförsäljare"))
            .say(format!("{organisation} vill bli återförsäljare och skriver: {message}")),
    }
}

/// To the organisation: it is now a reseller.
pub fn approved(locale: Locale, organisation: &str, terms: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{organisation} is now a reseller"))
            .say(format!("The operator of the platform has approved {organisation} as a reseller. The terms: {terms}")),
        Locale::De => Letter::about(format!("{organisation} ist jetzt Reseller")).say(format!(
            "Der Betreiber der Plattform hat {organisation} als Reseller zugelassen. Die Bedingungen: {terms}"
        )),
        Locale::Sv => Letter::about(format!("{organisation} är nu återförsäljare"))
            .say(format!("Plattformens operatör har godkänt {organisation} som återförsäljare. Villkoren: {terms}")),
    }
}

/// To the organisation: its request was declined.
pub fn declined(locale: Locale, organisation: &str, reason: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{organisation} will not become a reseller")).say(format!(
            "The operator of the platform has declined the request of {organisation}. The reason: {reason}"
        )),
        Locale::De => Letter::about(format!("{organisation} wird nicht Reseller")).say(format!(
            "Der Betreiber der Plattform hat den Antrag von {organisation} abgelehnt. Der Grund: {reason}"
        )),
        Locale::Sv => Letter::about(format!("{organisation} blir inte återförsäljare"))
            .say(format!("Plattformens operatör har avslagit ansökan från {organisation}. Skälet: {reason}")),
    }
}

/// To the reseller: its terms have changed.
pub fn changed(locale: Locale, organisation: &str, terms: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("New terms for {organisation} as a reseller")).say(format!(
            "The operator of the platform has changed the terms under which {organisation} is a reseller: {terms}"
        )),
        Locale::De => Letter::about(format!("Neue Bedingungen für {organisation} als Reseller")).say(format!(
            "Der Betreiber der Plattform hat die Bedingungen geändert, unter denen {organisation} Reseller ist: {terms}"
        )),
        Locale::Sv => Letter::about(format!("Nya villkor för {organisation} som återförsäljare"))
            .say(format!("Plattformens operatör har ändrat villkoren för {organisation} som återförsäljare: {terms}")),
    }
}

/// To the organisation: it is no longer a reseller.
pub fn withdrawn(locale: Locale, organisation: &str, reason: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{organisation} is no longer a reseller")).say(format!(
            "The operator of the platform has taken {organisation} out of its reseller programme, and its partnerships \
             with clients have ended. The reason: {reason}"
        )),
        Locale::De => Letter::about(format!("{organisation} ist nicht mehr Reseller")).say(format!(
            "Der Betreiber der Plattform hat {organisation} aus dem Reseller-Programm genommen, und die \
             Partnerschaften mit Kunden sind beendet. Der Grund: {reason}"
        )),
        Locale::Sv => Letter::about(format!("{organisation} är inte längre återförsäljare")).say(format!(
            "Plattformens operatör har tagit bort {organisation} ur återförsäljarprogrammet, och partnerskapen med \
             kunder är avslutade. Skälet: {reason}"
        )),
    }
}
