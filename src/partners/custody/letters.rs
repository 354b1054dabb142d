//! What is written to who keeps the place of an owner from now on.

use crate::base::locale::Locale;
use crate::mail::Letter;

/// Somebody else could keep it no longer.
pub fn passed_on(locale: Locale, client: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("You keep the place of the owner of {client}")).say(format!(
            "{client} is a client that was created by your organisation and has no owner of its own yet. Whoever kept the \
             place until now can do so no longer, so you keep it, as an owner of your organisation. Offer the ownership \
             to the one whom it belongs to."
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
