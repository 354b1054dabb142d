//! Mails about accounts, in the language of the recipient.
//!
//! No mail contains text from the request that causes it: that would let anybody write to strangers.

mod address;
mod security;

pub use address::{address_changed, address_restored, address_taken, change_asked, confirm_address, is_new_address};
pub use security::{
    erased, password_changed, password_reset, recovery_code_used, recovery_codes_renewed, second_factor_off,
    second_factor_on,
};

use entity::user;

use crate::base::config::Config;
use crate::base::error::Result;
use crate::base::locale::Locale;
use crate::graphql::request::Work;
use crate::mail::{self, Letter, Recipient};

/// The page to request and set a new password.
pub const RESET: &str = "reset-password";
/// The page to verify an address.
pub const VERIFY: &str = "verify-address";

/// Queues one mail, in the transaction of the change that it is about.
pub async fn send(work: &Work<'_>, to: Recipient, letter: Letter) -> Result<()> {
    Ok(mail::queue(work.tx, work.random, work.now, [(to, letter)]).await?)
}

/// Mail to the user, at their present address and in their language.
pub fn recipient(user: &user::Model) -> Recipient {
    Recipient { user: Some(user.id), address: user.email.clone(), locale: user.locale.into() }
}

/// To a person who has just signed up.
pub fn welcome(locale: Locale, config: &Config, secret: &str) -> Letter {
    let (site, url) = (&config.public_url, config.link(VERIFY, secret));
    match locale {
        Locale::En => Letter::about("Welcome")
            .say(format!("An account was created for this address at {site}. Confirm that the address is yours:"))
            .link("Confirm the address", url)
            .say("The link is valid for 48 hours. If you did not sign up, you need not do anything."),
        Locale::De => Letter::about("Willkommen")
            .say(format!(
                "Für diese Adresse wurde bei {site} ein Konto angelegt. Bestätigen Sie, dass die Adresse Ihnen gehört:"
            ))
            .link("Adresse bestätigen", url)
            .say("Der Link gilt 48 Stunden. Wenn Sie sich nicht registriert haben, müssen Sie nichts tun."),
        Locale::Sv => Letter::about("Välkommen")
            .say(format!("Ett konto har skapats för den här adressen på {site}. Bekräfta att adressen är din:"))
            .link("Bekräfta adressen", url)
            .say("Länken gäller i 48 timmar. Om det inte var du som registrerade dig behöver du inte göra något."),
    }
}

/// To the owner of an account, after somebody tried to sign up with its address.
pub fn already_signed_up(locale: Locale, config: &Config) -> Letter {
    let (site, url) = (&config.public_url, config.page(RESET));
    match locale {
        Locale::En => Letter::about("You already have an account")
            .say(format!(
                "Somebody tried to sign up with this address at {site}. You already have an account there, and nothing \
                 in it has changed. Sign in with your password. If you have forgotten it, set a new one:"
            ))
            .link("Set a new password", url)
            .say("If it was not you, you need not do anything."),
        Locale::De => Letter::about("Sie haben bereits ein Konto")
            .say(format!(
                "Jemand wollte sich mit dieser Adresse bei {site} registrieren. Sie haben dort bereits ein Konto, und \
                 daran hat sich nichts geändert: Melden Sie sich mit Ihrem Passwort an. Wenn Sie es vergessen haben, \
                 vergeben Sie ein neues:"
            ))
            .link("Neues Passwort vergeben", url)
            .say("Wenn Sie das nicht waren, müssen Sie nichts tun."),
        Locale::Sv => Letter::about("Du har redan ett konto")
            .say(format!(
                "Någon ville registrera sig med den här adressen på {site}. Du har redan ett konto där, och ingenting i \
                 det har ändrats: logga in med ditt lösenord. Har du glömt det kan du välja ett nytt:"
            ))
            .link("Välj ett nytt lösenord", url)
            .say("Om det inte var du behöver du inte göra något."),
    }
}

/// The same for an account with an unverified address. The owner of the address can take over the account with a new
/// password, whoever created it.
pub fn already_signed_up_unverified(locale: Locale, config: &Config, secret: &str) -> Letter {
    let (site, url) = (&config.public_url, config.link(RESET, secret));
    match locale {
        Locale::En => Letter::about("You already have an account")
            .say(format!(
                "Somebody tried to sign up with this address at {site}. An account with it already exists, but the \
                 address was never confirmed. Confirm it, and set a password:"
            ))
            .link("Confirm the address and set a password", url)
            .say("The link is valid for one hour. If it was not you, you need not do anything."),
        Locale::De => Letter::about("Sie haben bereits ein Konto")
            .say(format!(
                "Jemand wollte sich mit dieser Adresse bei {site} registrieren. Es gibt dort bereits ein Konto dafür, \
                 aber die Adresse wurde nie bestätigt. Bestätigen Sie sie, und vergeben Sie ein Passwort:"
            ))
            .link("Adresse bestätigen und Passwort vergeben", url)
            .say("Der Link gilt eine Stunde. Wenn Sie das nicht waren, müssen Sie nichts tun."),
        Locale::Sv => Letter::about("Du har redan ett konto")
            .say(format!(
                "Någon ville registrera sig med den här adressen på {site}. Det finns redan ett konto för den, men \
                 adressen har aldrig bekräftats. Bekräfta den och välj ett lösenord:"
            ))
            .link("Bekräfta adressen och välj ett lösenord", url)
            .say("Länken gäller i en timme. Om det inte var du behöver du inte göra något."),
    }
}

/// To a person who requests another link to verify the address.
pub fn verify(locale: Locale, config: &Config, secret: &str) -> Letter {
    let (site, url) = (&config.public_url, config.link(VERIFY, secret));
    match locale {
        Locale::En => Letter::about("Confirm your address")
            .say(format!("Confirm that this address is yours, for your account at {site}:"))
            .link("Confirm the address", url)
            .say("The link is valid for 48 hours. Earlier links no longer work."),
        Locale::De => Letter::about("Bestätigen Sie Ihre Adresse")
            .say(format!("Bestätigen Sie für Ihr Konto bei {site}, dass diese Adresse Ihnen gehört:"))
            .link("Adresse bestätigen", url)
            .say("Der Link gilt 48 Stunden. Früher gesendete Links gelten nicht mehr."),
        Locale::Sv => Letter::about("Bekräfta din adress")
            .say(format!("Bekräfta att den här adressen är din, för ditt konto på {site}:"))
            .link("Bekräfta adressen", url)
            .say("Länken gäller i 48 timmar. Länkar som skickats tidigare fungerar inte längre."),
    }
}

/// To the owner of an account for which somebody requested a new password.
pub fn reset(locale: Locale, config: &Config, secret: &str) -> Letter {
    let (site, url) = (&config.public_url, config.link(RESET, secret));
    match locale {
        Locale::En => Letter::about("Set a new password")
            .say(format!("Somebody asked for a new password for your account at {site}. Set it here:"))
            .link("Set a new password", url)
            .say(
                "The link is valid for one hour and works once. If it was not you, you need not do anything: your \
                 password stays the same.",
            ),
        Locale::De => Letter::about("Neues Passwort vergeben")
            .say(format!("Für Ihr Konto bei {site} wurde ein neues Passwort angefordert. Vergeben Sie es hier:"))
            .link("Neues Passwort vergeben", url)
            .say(
                "Der Link ist eine Stunde gültig und funktioniert nur einmal. Wenn Sie das nicht waren, müssen Sie \
                 nichts tun: Ihr Passwort bleibt, wie es ist.",
            ),
        Locale::Sv => Letter::about("Välj ett nytt lösenord")
            .say(format!("Någon har bett om ett nytt lösenord för ditt konto på {site}. Välj det här:"))
            .link("Välj ett nytt lösenord", url)
            .say(
                "Länken gäller i en timme och fungerar bara en gång. Om det inte var du behöver du inte göra något: \
                 ditt lösenord förblir som det är.",
            ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_in_every_language_and_no_two_are_alike() {
        let config = Config::defaults().unwrap();
        let (config, key) = (&config, "SECRET");
        let mut subjects = Vec::new();
        for locale in Locale::ALL {
            for letter in [
                welcome(locale, config, key),
                already_signed_up(locale, config),
                already_signed_up_unverified(locale, config, key),
                verify(locale, config, key),
                reset(locale, config, key),
                confirm_address(locale, config, key),
                change_asked(locale, config),
                address_changed(locale, config, Some(key)),
                address_changed(locale, config, None),
                is_new_address(locale, config),
                address_taken(locale, config),
                address_restored(locale, config, key),
                password_changed(locale, config),
                password_reset(locale, config),
                recovery_code_used(locale, config, 1),
                recovery_code_used(locale, config, 9),
                recovery_codes_renewed(locale, config),
                second_factor_on(locale, config),
                second_factor_off(locale, config),
                erased(locale, config),
            ] {
                let text = letter.text();
                assert!(!letter.subject.is_empty() && text.ends_with('\n') && !text.contains("  "), "{text}");
                assert!(text.contains(&config.public_url), "{text}");
                subjects.push(text);
            }
        }
        let count = subjects.len();
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects.len(), count);
    }
}
