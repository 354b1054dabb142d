//! Mail about the ownership of an organisation.

use sea_orm::prelude::DateTimeUtc;

use crate::base::locale::Locale;
use crate::mail::Letter;

/// The date in the form that is used in all languages.
fn day(at: DateTimeUtc) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// To the person to whom an owner offers an organisation.
pub fn offered(locale: Locale, by: &str, organisation: &str, until: DateTimeUtc, url: &str) -> Letter {
    let until = day(until);
    match locale {
        Locale::En => Letter::about(format!("{organisation} is offered to you"))
            .say(format!("{by} wants to transfer the ownership of {organisation} to you. You can accept it until \
                          {until}."))
            .link("See the offer, and accept or decline it", url)
            .say("If you do not know what this is about, you need not do anything."),
        Locale::De => Letter::about(format!("{organisation} wird Ihnen angeboten"))
            .say(format!("{by} möchte Ihnen die Inhaberschaft von {organisation} übertragen. Sie können sie bis zum {until} annehmen."))
            .link("Das Angebot ansehen, annehmen oder ablehnen", url)
            .say("Falls Sie nicht wissen, worum es geht, brauchen Sie nichts zu tun."),
        Locale::Sv => Letter::about(format!("Du erbjuds att ta över {organisation}"))
            .say(format!("{by} vill lämna över ägarskapet för {organisation} till dig. Du kan tacka ja till och med \
                          {until}."))
            .link("Se erbjudandet och tacka ja eller nej", url)
            .say("Om du inte vet vad det här gäller behöver du inte göra något."),
    }
}

/// To the person to whom the operator offers an organisation whose owner is gone.
pub fn recovery_offered(
    locale: Locale,
    organisation: &str,
    (from, until): (DateTimeUtc, DateTimeUtc),
    url: &str,
) -> Letter {
    let (from, until) = (day(from), day(until));
    match locale {
        Locale::En => Letter::about(format!("{organisation} is offered to you"))
            .say(format!(
                "The operator of the platform offers you the ownership of {organisation}. Its owners and admins have \
                 been notified. You can accept it from {from} until {until}, unless an owner objects."
            ))
            .link("See the offer, and accept or decline it", url)
            .say("If you do not know what this is about, you need not do anything."),
        Locale::De => Letter::about(format!("{organisation} wird Ihnen angeboten"))
            .say(format!(
                "Der Betreiber der Plattform bietet Ihnen die Inhaberschaft von {organisation} an. Alle mit den Rollen \
                 OWNER und ADMIN wurden benachrichtigt. Sie können sie vom {from} bis zum {until} annehmen, sofern \
                 niemand von ihnen widerspricht."
            ))
            .link("Das Angebot ansehen, annehmen oder ablehnen", url)
            .say("Falls Sie nicht wissen, worum es geht, brauchen Sie nichts zu tun."),
        Locale::Sv => Letter::about(format!("Du erbjuds att ta över {organisation}"))
            .say(format!(
                "Plattformens operatör erbjuder dig ägarskapet för {organisation}. Alla med rollerna OWNER och ADMIN \
                 har underrättats. Du kan tacka ja från och med {from} till och med {until}, om ingen ägare invänder."
            ))
            .link("Se erbjudandet och tacka ja eller nej", url)
            .say("Om du inte vet vad det här gäller behöver du inte göra något."),
    }
}

/// To the owners and admins of an organisation that the operator recovers.
pub fn recovery_started(locale: Locale, organisation: &str, email: &str, reason: &str, from: DateTimeUtc) -> Letter {
    let from = day(from);
    match locale {
        Locale::En => Letter::about(format!("The operator wants to transfer {organisation}"))
            .say(format!(
                "The operator of the platform wants to make {email} an owner of {organisation}, from {from}. The \
                 reason given: {reason}"
            ))
            .say("If this is wrong, any owner can withdraw the transfer until it is accepted."),
        Locale::De => Letter::about(format!("Der Betreiber möchte {organisation} übertragen"))
            .say(format!(
                "Der Betreiber der Plattform möchte {email} ab dem {from} die Inhaberschaft von {organisation} geben. Der \
                 angegebene Grund: {reason}"
            ))
            .say(
                "Falls das nicht richtig ist, kann jede Person mit der Rolle OWNER die Übertragung zurückziehen, \
                 solange sie nicht angenommen ist.",
            ),
        Locale::Sv => Letter::about(format!("Operatören vill lämna över {organisation}"))
            .say(format!(
                "Plattformens operatör vill göra {email} till ägare av {organisation} från och med {from}. Angivet skäl: \
                 {reason}"
            ))
            .say("Om det inte stämmer kan vilken ägare som helst dra tillbaka överlåtelsen så länge den inte har \
                  accepterats."),
    }
}

/// To the owners (and after a recovery the admins) when somebody else became an owner.
pub fn accepted(locale: Locale, organisation: &str, by: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{organisation} has a new owner"))
            .say(format!("{by} has accepted the ownership of {organisation}, and is now an owner.")),
        Locale::De => Letter::about(format!("Neue Inhaberschaft bei {organisation}")).say(format!(
            "{by} hat die Inhaberschaft von {organisation} angenommen und hat dort jetzt die Rolle OWNER."
        )),
        Locale::Sv => Letter::about(format!("{organisation} har en ny ägare"))
            .say(format!("{by} har tagit emot ägarskapet för {organisation} och är nu ägare.")),
    }
}

/// To the owner whose offer was declined.
pub fn declined(locale: Locale, organisation: &str, email: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("Your offer of {organisation} was declined"))
            .say(format!("{email} has declined the ownership of {organisation}. Everything stays as it was.")),
        Locale::De => Letter::about(format!("Ihr Angebot zu {organisation} wurde abgelehnt"))
            .say(format!("{email} hat die Inhaberschaft von {organisation} abgelehnt. Alles bleibt, wie es war.")),
        Locale::Sv => Letter::about(format!("Ditt erbjudande om {organisation} avböjdes"))
            .say(format!("{email} har tackat nej till ägarskapet för {organisation}. Allt är som förut.")),
    }
}
