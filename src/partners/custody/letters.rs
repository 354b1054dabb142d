//! The mail to a person who gets custody of a client.

use crate::base::locale::Locale;
use crate::mail::Letter;

/// The custody of the client passed to the reader.
pub fn passed_on(locale: Locale, client: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("You now hold ownership of {client}")).say(format!(
            "Your organisation created its client {client}, which has no owner of its own yet. The person who held \
             ownership can no longer do so. You hold it now, as an owner of your organisation. Please offer it to its \
             rightful owner."
        )),
        Locale::De => Letter::about(format!("Sie verwalten {client} treuhänderisch")).say(format!(
            "{client} wurde von Ihrer Organisation angelegt und hat noch niemanden mit der Rolle OWNER. Wer sie bisher \
             verwaltet hat, kann das nicht mehr; daher tun Sie es. Übertragen Sie die Inhaberschaft der Person, der sie \
             zusteht."
        )),
        Locale::Sv => Letter::about(format!("Du förvaltar {client} tills vidare")).say(format!(
            "{client} skapades av er organisation och har ännu ingen egen ägare. Den som förvaltade den kan inte göra det \
             längre, så nu gör du det. Lämna över ägarskapet till den som det tillhör."
        )),
    }
}
