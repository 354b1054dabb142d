//! Mails about moving an account to another address.

use super::RESET;
use crate::base::config::Config;
use crate::base::locale::Locale;
use crate::mail::Letter;

/// To the new address, before an account moves there.
pub fn confirm_address(locale: Locale, config: &Config, secret: &str) -> Letter {
    let (site, url) = (&config.public_url, config.link("confirm-address", secret));
    match locale {
        Locale::En => Letter::about("Confirm your new address")
            .say(format!("An account at {site} will move to this address. If the account is yours, confirm it:"))
            .link("Confirm the new address", url)
            .say("The link is valid for 48 hours. If it is not your account, you need not do anything."),
        Locale::De => Letter::about("Bestätigen Sie Ihre neue Adresse")
            .say(format!(
                "Ein Konto bei {site} soll auf diese Adresse umgestellt werden. Wenn es Ihres ist, bestätigen Sie das:"
            ))
            .link("Neue Adresse bestätigen", url)
            .say("Der Link gilt 48 Stunden. Wenn es nicht Ihr Konto ist, müssen Sie nichts tun."),
        Locale::Sv => Letter::about("Bekräfta din nya adress")
            .say(format!("Ett konto på {site} ska flyttas till den här adressen. Om det är ditt, bekräfta det:"))
            .link("Bekräfta den nya adressen", url)
            .say("Länken gäller i 48 timmar. Om det inte är ditt konto behöver du inte göra något."),
    }
}

/// To the old address, before the account moves.
pub fn change_asked(locale: Locale, config: &Config) -> Letter {
    let (site, url) = (&config.public_url, config.page(RESET));
    match locale {
        Locale::En => Letter::about("Your account will move to another address")
            .say(format!(
                "Somebody signed in to your account at {site} wants to move it to another address. It moves when that \
                 address is confirmed."
            ))
            .say("If it was not you, set a new password now: that ends all sessions, and the account stays here.")
            .link("Set a new password", url),
        Locale::De => Letter::about("Ihr Konto soll auf eine andere Adresse umgestellt werden")
            .say(format!(
                "Jemand, der in Ihrem Konto bei {site} angemeldet ist, möchte es auf eine andere Adresse umstellen. \
                 Das geschieht, sobald die neue Adresse bestätigt ist."
            ))
            .say(
                "Wenn Sie das nicht waren, vergeben Sie jetzt ein neues Passwort: Das beendet alle Sitzungen, und das \
                 Konto bleibt hier.",
            )
            .link("Neues Passwort vergeben", url),
        Locale::Sv => Letter::about("Ditt konto ska flyttas till en annan adress")
            .say(format!(
                "Någon som är inloggad på ditt konto på {site} vill flytta det till en annan adress. Det flyttas när den \
                 adressen har bekräftats."
            ))
            .say(
                "Om det inte var du, välj ett nytt lösenord nu: det avslutar alla sessioner, och kontot stannar kvar här.",
            )
            .link("Välj ett nytt lösenord", url),
    }
}

/// To the old address, after the account has moved; with a link to move it back if the old address was verified.
pub fn address_changed(locale: Locale, config: &Config, secret: Option<&str>) -> Letter {
    let site = &config.public_url;
    let (letter, ask, label) = match locale {
        Locale::En => (
            Letter::about("Your account has moved to another address")
                .say(format!("Your account at {site} has moved to another address. From now on, mail goes there.")),
            "If it was not you, move it back. That ends all sessions, and you set a new password. The link is valid \
             for 7 days.",
            "Move the account back",
        ),
        Locale::De => (
            Letter::about("Ihr Konto wurde auf eine andere Adresse umgestellt").say(format!(
                "Ihr Konto bei {site} wurde auf eine andere Adresse umgestellt. Nachrichten gehen von nun an dorthin."
            )),
            "Wenn Sie das nicht waren, holen Sie es zurück. Das beendet alle Sitzungen, und Sie vergeben ein neues \
             Passwort. Der Link gilt 7 Tage.",
            "Konto zurückholen",
        ),
        Locale::Sv => (
            Letter::about("Ditt konto har flyttats till en annan adress").say(format!(
                "Ditt konto på {site} har flyttats till en annan adress. Från och med nu går meddelanden dit."
            )),
            "Om det inte var du, hämta tillbaka det. Då avslutas alla sessioner, och du väljer ett nytt lösenord. Länken \
             gäller i 7 dagar.",
            "Hämta tillbaka kontot",
        ),
    };
    match secret {
        Some(secret) => letter.say(ask).link(label, config.link("undo-address", secret)),
        None => letter,
    }
}

/// To the new address, after the account has moved.
pub fn is_new_address(locale: Locale, config: &Config) -> Letter {
    let site = &config.public_url;
    match locale {
        Locale::En => Letter::about("Your new address is confirmed")
            .say(format!("Your account at {site} now has this address. Use it when you sign in.")),
        Locale::De => Letter::about("Ihre neue Adresse ist bestätigt")
            .say(format!("Ihr Konto bei {site} hat nun diese Adresse. Melden Sie sich künftig damit an.")),
        Locale::Sv => Letter::about("Din nya adress är bekräftad")
            .say(format!("Ditt konto på {site} har nu den här adressen. Använd den när du loggar in.")),
    }
}

/// To the owner of an address to which another account tried to move.
pub fn address_taken(locale: Locale, config: &Config) -> Letter {
    let site = &config.public_url;
    match locale {
        Locale::En => Letter::about("This address already has an account").say(format!(
            "Another account at {site} tried to move to this address. You already have an account with this address, \
             so nothing has changed. If it was you, sign in to this account, or choose a different address for the other."
        )),
        Locale::De => Letter::about("Diese Adresse hat bereits ein Konto").say(format!(
            "Ein anderes Konto bei {site} sollte auf diese Adresse umgestellt werden. Sie haben mit dieser Adresse \
             bereits ein Konto, daher hat sich nichts geändert. Wenn Sie das waren, melden Sie sich in diesem Konto \
             an, oder geben Sie dem anderen eine andere Adresse."
        )),
        Locale::Sv => Letter::about("Den här adressen har redan ett konto").say(format!(
            "Ett annat konto på {site} skulle flyttas till den här adressen. Du har redan ett konto med den här \
             adressen, så ingenting har ändrats. Om det var du, logga in på det här kontot eller ge det andra en annan \
             adress."
        )),
    }
}

/// To the old address, after the account has moved back.
pub fn address_restored(locale: Locale, config: &Config, secret: &str) -> Letter {
    let (site, url) = (&config.public_url, config.link(RESET, secret));
    match locale {
        Locale::En => Letter::about("Your account is back")
            .say(format!(
                "Your account at {site} has this address again. All sessions were ended, and the old password no longer \
                 works. Set a new one:"
            ))
            .link("Set a new password", url)
            .say("The link is valid for one hour; you can request another."),
        Locale::De => Letter::about("Ihr Konto ist zurück")
            .say(format!(
                "Ihr Konto bei {site} hat wieder diese Adresse. Alle Sitzungen wurden beendet, und das alte Passwort gilt \
                 nicht mehr. Vergeben Sie ein neues:"
            ))
            .link("Neues Passwort vergeben", url)
            .say("Der Link gilt eine Stunde; Sie können einen weiteren anfordern."),
        Locale::Sv => Letter::about("Ditt konto är tillbaka")
            .say(format!(
                "Ditt konto på {site} har den här adressen igen. Alla sessioner har avslutats, och det gamla lösenordet \
                 fungerar inte längre. Välj ett nytt:"
            ))
            .link("Välj ett nytt lösenord", url)
            .say("Länken gäller i en timme; du kan be om en ny."),
    }
}
