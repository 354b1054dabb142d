//! Mail about webhooks.

use entity::webhook::Reason;

use crate::base::locale::Locale;
use crate::mail::Letter;

/// To owners and admins: the server sends nothing any more.
pub fn disabled(locale: Locale, webhook: &str, organisation: &str, reason: Reason) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("The webhook {webhook} is disabled"))
            .say(match reason {
                Reason::Failing => format!("Nothing could be delivered to the webhook {webhook} of {organisation} for three days."),
                Reason::Gone => {
                    format!("The receiver of the webhook {webhook} of {organisation} answered that it is gone (410).")
                }
            })
            .say(
                "No more events are sent to it. Repair the receiver, and then enable the webhook again. Replay the events \
                 that it missed.",
            ),
        Locale::De => Letter::about(format!("Der Webhook {webhook} ist abgeschaltet"))
            .say(match reason {
                Reason::Failing => {
                    format!("Dem Webhook {webhook} von {organisation} konnte drei Tage lang nichts zugestellt werden.")
                }
                Reason::Gone => {
                    format!("Der Empfänger des Webhooks {webhook} von {organisation} hat geantwortet, dass es ihn nicht mehr gibt (410).")
                }
            })
            .say(
                "Es werden keine Ereignisse mehr dorthin gesendet. Bringen Sie den Empfänger in Ordnung und schalten Sie den \
                 Webhook wieder ein. Lassen Sie dann die Ereignisse, die ihm fehlen, noch einmal senden.",
            ),
        Locale::Sv => Letter::about(format!("Webhooken {webhook} är avstängd"))
            .say(match reason {
                Reason::Failing => {
                    format!("Inget har kunnat levereras till webhooken {webhook} hos {organisation} på tre dagar.")
                }
                Reason::Gone => {
                    format!("Mottagaren av webhooken {webhook} hos {organisation} svarade att den inte finns längre (410).")
                }
            })
            .say(
                "Inga fler händelser skickas dit. Laga mottagaren och slå sedan på webhooken igen. Låt de händelser som den \
                 saknar skickas en gång till.",
            ),
    }
}
