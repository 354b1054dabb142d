//! Mails to both sides of a proposal.

use crate::base::locale::Locale;
use crate::mail::Letter;
use crate::partners::partnership::PartnershipSide;

/// An organisation proposes a partnership, or other terms.
pub fn proposed(locale: Locale, by: &str, side: PartnershipSide, message: Option<&str>, url: &str) -> Letter {
    let is_reseller = side == PartnershipSide::Reseller;
    let letter = match locale {
        Locale::En => Letter::about(format!("{by} proposes a partnership")).say(if is_reseller {
            format!("{by} would like to look after you as a partner. Before you accept, you can see what it would be \
                     able to see and do, and you can allow less. Until you accept, it sees nothing.")
        } else {
            format!("{by} would like to become your client. Before you accept, you can see what it would let you see \
                     and do.")
        }),
        Locale::De => Letter::about(format!("{by} schlägt eine Partnerschaft vor")).say(if is_reseller {
            format!("{by} möchte Sie als Partner betreuen. Bevor Sie zustimmen, sehen Sie, was der Partner sehen und tun könnte, und können weniger zulassen. Bis dahin sieht er nichts.")
        } else {
            format!("{by} möchte von Ihnen betreut werden. Bevor Sie zustimmen, sehen Sie, was Sie dort sehen und tun dürften.")
        }),
        Locale::Sv => Letter::about(format!("{by} föreslår ett partnerskap")).say(if is_reseller {
            format!("{by} vill ta hand om er som partner. Innan ni tackar ja ser ni vad partnern skulle få se och göra, och ni kan tillåta mindre. Till dess ser den ingenting.")
        } else {
            format!("{by} vill bli kund hos er. Innan ni tackar ja ser ni vad ni får se och göra där.")
        }),
    };
    let letter = match message {
        Some(message) => letter.say(format!("“{message}”")),
        None => letter,
    };
    let label = match locale {
        Locale::En => "See the proposal, and accept or decline it",
        Locale::De => "Den Vorschlag ansehen, annehmen oder ablehnen",
        Locale::Sv => "Se förslaget och tacka ja eller nej",
    };
    letter.link(label, url)
}

/// The other side accepted.
pub fn accepted(locale: Locale, by: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{by} is now your partner"))
            .say(format!("{by} has accepted your proposal. Your list of partners or clients shows the agreed terms.")),
        Locale::De => Letter::about(format!("{by} ist jetzt Ihr Partner")).say(format!(
            "{by} hat Ihren Vorschlag angenommen. Die vereinbarten Bedingungen stehen in Ihrer Liste der Partner oder \
             Kunden."
        )),
        Locale::Sv => Letter::about(format!("{by} är nu er partner")).say(format!(
            "{by} har tackat ja till ert förslag. De överenskomna villkoren står i er lista över partner eller kunder."
        )),
    }
}

/// The other side declined. If the proposal went to an address or a code, the mail does not say which organisation that
/// is.
pub fn declined(locale: Locale, to: &str) -> Letter {
    match locale {
        Locale::En => Letter::about("Your proposal was declined")
            .say(format!("The partnership that you proposed to {to} was declined.")),
        Locale::De => Letter::about("Ihr Vorschlag wurde abgelehnt")
            .say(format!("Die Partnerschaft, die Sie {to} vorgeschlagen haben, wurde abgelehnt.")),
        Locale::Sv => {
            Letter::about("Ert förslag avböjdes").say(format!("Partnerskapet som ni föreslog {to} avböjdes."))
        }
    }
}
