//! The mail to a person who gets custody of a client.

use crate::base::locale::Locale;
use crate::mail::Letter;

/// To the person to whom custody of the client has passed.
pub fn passed_on(locale: Locale, client: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("You now hold ownership of {client}")).say(format!(
            "Your organisation created its client {client}, which has no owner of its own yet. The person who held \
             ownership can no longer do so. You hold it now, as an owner of your organisation. Please offer it to its \
             rightful owner."
        )),
        Locale::De => Letter::about(format!("Sie verwalten {client} treuhänderisch")).say(format!(
            "{client} wurde von Ihrer Organisation angelegt und hat noch keine eigene Person mit der Rolle OWNER. Die \
             Person, die die Inhaberschaft bisher innehatte, kann das nicht mehr. Als OWNER Ihrer Organisation haben \
             Sie sie jetzt inne. Bitte bieten Sie sie der Person an, der sie zusteht."
        )),
        Locale::Sv => Letter::about(format!("Du förvaltar {client} tills vidare")).say(format!(
            "{client} skapades av er organisation och har ännu ingen egen ägare. Den som hittills har haft ägarskapet \
             kan inte längre ha det. Nu har du det, som ägare av er organisation. Erbjud det till den som det tillhör."
        )),
    }
}
