//! The mail to an invited person. The names in it were cleaned when they were entered.

use crate::base::locale::Locale;
use crate::mail::Letter;

/// What the mail says about an invitation.
pub struct Facts<'a> {
    /// Name of the organisation.
    pub organisation: &'a str,
    /// Name of the inviting person; none for an API key.
    pub inviter: Option<&'a str>,
    /// How many days the link is valid for.
    pub days: i64,
    /// The link.
    pub url: &'a str,
}

/// An invitation in the language of the invited person.
pub fn invitation(locale: Locale, facts: &Facts<'_>) -> Letter {
    let Facts { organisation, inviter, days, url } = facts;
    match locale {
        Locale::En => {
            let days = if *days == 1 { "one day".to_owned() } else { format!("{days} days") };
            Letter::about(format!("Invitation to {organisation}"))
                .say(match inviter {
                    Some(inviter) => format!("{inviter} invites you to join {organisation}."),
                    None => format!("You are invited to join {organisation}."),
                })
                .link("See the invitation", *url)
                .say(format!("The link is valid for {days} and works once. Do not pass it on: it is meant for you."))
                .say("If you do not know what this is about, you need not do anything.")
        }
        Locale::De => {
            let days = if *days == 1 { "einen Tag".to_owned() } else { format!("{days} Tage") };
            Letter::about(format!("Einladung zu {organisation}"))
                .say(match inviter {
                    Some(inviter) => format!("{inviter} lädt Sie zu {organisation} ein."),
                    None => format!("Sie sind zu {organisation} eingeladen."),
                })
                .link("Einladung ansehen", *url)
                .say(format!(
                    "Der Link ist {days} gültig und funktioniert nur einmal. Geben Sie ihn nicht weiter: Er ist für \
                     Sie bestimmt."
                ))
                .say("Wenn Sie nicht wissen, worum es geht, brauchen Sie nichts zu tun.")
        }
        Locale::Sv => {
            let days = if *days == 1 { "en dag".to_owned() } else { format!("{days} dagar") };
            Letter::about(format!("Inbjudan till {organisation}"))
                .say(match inviter {
                    Some(inviter) => format!("{inviter} bjuder in dig till {organisation}."),
                    None => format!("Du är inbjuden till {organisation}."),
                })
                .link("Visa inbjudan", *url)
                .say(format!(
                    "Länken gäller i {days} och fungerar bara en gång. Ge den inte vidare: den är till för dig."
                ))
                .say("Om du inte vet vad det handlar om behöver du inte göra någonting.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_names_who_invites_and_leads_to_the_link_in_each_language() {
        for locale in Locale::ALL {
            for (inviter, days) in [(Some("Ada"), 7), (None, 1)] {
                let facts = Facts { organisation: "Engines", inviter, days, url: "https://x.example/?token=a" };
                let text = invitation(locale, &facts).text();
                assert!(text.contains("Engines") && text.contains("\nhttps://x.example/?token=a\n"), "{text}");
                assert_eq!(text.contains("Ada"), inviter.is_some(), "{text}");
                assert_eq!(text.contains('7'), days == 7, "{text}");
            }
        }
    }
}
