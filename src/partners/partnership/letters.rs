//! Mails to both sides of a partnership, and to people whose memberships end with it.

use sea_orm::prelude::DateTimeUtc;

use crate::base::locale::Locale;
use crate::mail::Letter;

/// The partnership was ended by one side.
pub fn ended(locale: Locale, (reseller, client): (&str, &str), by: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("The partnership between {reseller} and {client} has ended")).say(format!(
            "{by} has ended the partnership between {reseller} and {client}. {reseller} no longer has any access there."
        )),
        Locale::De => Letter::about(format!("Die Partnerschaft zwischen {reseller} und {client} ist beendet")).say(format!(
            "{by} hat die Partnerschaft zwischen {reseller} und {client} beendet. {reseller} hat dort keinen Zugriff \
             mehr."
        )),
        Locale::Sv => Letter::about(format!("Partnerskapet mellan {reseller} och {client} är avslutat")).say(format!(
            "{by} har avslutat partnerskapet mellan {reseller} och {client}. {reseller} har inte längre åtkomst där."
        )),
    }
}

/// The client has changed what it delegates, or for how long.
pub fn changed(locale: Locale, (reseller, client): (&str, &str)) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{client} has changed its partnership with {reseller}"))
            .say(format!("{client} has changed what {reseller} may do there, or for how long. Your list of clients shows the new terms.")),
        Locale::De => Letter::about(format!("{client} hat die Partnerschaft mit {reseller} geändert"))
            .say(format!("{client} hat geändert, was {reseller} dort darf, oder wie lange. Die neuen Bedingungen \
                          stehen in Ihrer Kundenliste.")),
        Locale::Sv => Letter::about(format!("{client} har ändrat sitt partnerskap med {reseller}"))
            .say(format!("{client} har ändrat vad {reseller} får göra där, eller hur länge. De nya villkoren står i er \
                          kundlista.")),
    }
}

/// The partnership ends soon.
pub fn ending(locale: Locale, (reseller, client): (&str, &str), ends_at: DateTimeUtc) -> Letter {
    let day = ends_at.format("%Y-%m-%d");
    match locale {
        Locale::En => Letter::about(format!("The partnership between {reseller} and {client} ends on {day}")).say(format!(
            "From {day} on, {reseller} no longer has any access to {client}. Until then, {client} can extend the \
             partnership."
        )),
        Locale::De => Letter::about(format!("Die Partnerschaft zwischen {reseller} und {client} endet am {day}")).say(format!(
            "Ab dem {day} hat {reseller} bei {client} keinen Zugriff mehr. Bis dahin kann {client} die Partnerschaft \
             verlängern."
        )),
        Locale::Sv => {
            Letter::about(format!("Partnerskapet mellan {reseller} och {client} slutar den {day}")).say(format!(
                "Från och med den {day} har {reseller} inte längre åtkomst hos {client}. {client} kan förlänga \
                 partnerskapet innan dess."
            ))
        }
    }
}

/// The membership of one of the reseller's own people has ended with the partnership.
pub fn membership_ended(locale: Locale, client: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("You are no longer a member of {client}")).say(format!(
            "You were a member of {client} through a partnership. The partnership has ended, and your membership with \
             it."
        )),
        Locale::De => Letter::about(format!("Sie sind nicht mehr Mitglied von {client}")).say(format!(
            "Die Partnerschaft, durch die Sie Mitglied von {client} waren, ist beendet, und damit auch Ihre \
             Mitgliedschaft."
        )),
        Locale::Sv => Letter::about(format!("Du är inte längre medlem i {client}")).say(format!(
            "Partnerskapet som gjorde dig till medlem i {client} har upphört, och därmed även ditt \
                          medlemskap."
        )),
    }
}
