//! Mails to the owners and admins of an organisation when its state changes.

use sea_orm::prelude::DateTimeUtc;

use crate::base::locale::Locale;
use crate::mail::Letter;

/// The operator has suspended the organisation.
pub fn suspended(locale: Locale, organisation: &str, reason: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{organisation} is suspended"))
            .say(format!(
                "The operator of the platform has suspended {organisation}. The reason given: {reason}"
            ))
            .say("Until the suspension ends, everything can be read and invoices can be paid. Nothing else can be changed."),
        Locale::De => Letter::about(format!("{organisation} ist gesperrt"))
            .say(format!("Der Betreiber der Plattform hat {organisation} gesperrt. Der angegebene Grund: {reason}"))
            .say(
                "Bis zur Freigabe kann alles gelesen und Rechnungen können bezahlt werden, aber sonst nichts geändert.",
            ),
        Locale::Sv => Letter::about(format!("{organisation} är avstängd"))
            .say(format!("Plattformens operatör har stängt av {organisation}. Angivet skäl: {reason}"))
            .say("Tills den öppnas igen går det att läsa allt och betala fakturor, men inte att ändra något annat."),
    }
}

/// The operator has ended the suspension.
pub fn resumed(locale: Locale, organisation: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{organisation} is no longer suspended")).say(format!(
            "The operator of the platform has ended the suspension of {organisation}. Everything works again."
        )),
        Locale::De => Letter::about(format!("{organisation} ist wieder freigegeben")).say(format!(
            "Der Betreiber der Plattform hat die Sperre von {organisation} aufgehoben. Alles funktioniert wieder."
        )),
        Locale::Sv => Letter::about(format!("{organisation} är inte längre avstängd"))
            .say(format!("Plattformens operatör har öppnat {organisation} igen. Allt fungerar som vanligt.")),
    }
}

/// Somebody has closed the organisation.
pub fn closed(locale: Locale, organisation: &str, by: &str, until: DateTimeUtc) -> Letter {
    let until = until.format("%Y-%m-%d");
    match locale {
        Locale::En => Letter::about(format!("{organisation} is closed"))
            .say(format!("{by} has closed {organisation}. Nobody can work there any more; invoices can still be read."))
            .say(format!("If this is a mistake, an owner can reopen it until {until}.")),
        Locale::De => Letter::about(format!("{organisation} ist geschlossen"))
            .say(format!(
                "{by} hat {organisation} geschlossen. Niemand kann dort mehr arbeiten; Rechnungen bleiben lesbar."
            ))
            .say(format!(
                "Falls das ein Irrtum ist, kann jede Person mit der Rolle OWNER sie bis zum {until} wieder öffnen."
            )),
        Locale::Sv => Letter::about(format!("{organisation} är stängd"))
            .say(format!(
                "{by} har stängt {organisation}. Ingen kan arbeta där längre; fakturor går fortfarande att läsa."
            ))
            .say(format!("Om det är ett misstag kan en ägare öppna den igen till och med {until}.")),
    }
}

/// Somebody has reopened the organisation.
pub fn reopened(locale: Locale, organisation: &str, by: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{organisation} is open again"))
            .say(format!("{by} has reopened {organisation}. Everybody can do the same things there as before.")),
        Locale::De => Letter::about(format!("{organisation} ist wieder geöffnet"))
            .say(format!("{by} hat {organisation} wieder geöffnet. Alle können dort wieder dasselbe tun wie vorher.")),
        Locale::Sv => Letter::about(format!("{organisation} är öppen igen"))
            .say(format!("{by} har öppnat {organisation} igen. Alla kan göra det de kunde förut.")),
    }
}
