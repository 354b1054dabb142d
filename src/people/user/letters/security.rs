//! Mails about changes of the password or the second factor, and about the end of an account.

use super::RESET;
use crate::base::config::Config;
use crate::base::locale::Locale;
use crate::mail::Letter;

/// A notice of a change, and what to do if somebody else made it.
fn notice(locale: Locale, config: &Config, [en, de, sv]: [(&str, String); 3]) -> Letter {
    let ((subject, text), not_you, label) = match locale {
        Locale::En => (en, "If it was not you, set a new password now: that ends all sessions.", "Set a new password"),
        Locale::De => (
            de,
            "Wenn Sie das nicht waren, vergeben Sie jetzt ein neues Passwort: Das beendet alle Sitzungen.",
            "Neues Passwort vergeben",
        ),
        Locale::Sv => (
            sv,
            "Om det inte var du, välj ett nytt lösenord nu: det avslutar alla sessioner.",
            "Välj ett nytt lösenord",
        ),
    };
    Letter::about(subject).say(text).say(not_you).link(label, config.page(RESET))
}

/// The password was changed by somebody with the old one.
pub fn password_changed(locale: Locale, config: &Config) -> Letter {
    let site = &config.public_url;
    let en = format!("The password of your account at {site} was changed. All other sessions were ended.");
    let de = format!("Das Passwort Ihres Kontos bei {site} wurde geändert. Alle anderen Sitzungen wurden beendet.");
    let sv = format!("Lösenordet till ditt konto på {site} har ändrats. Alla andra sessioner har avslutats.");
    let subjects = ["Your password was changed", "Ihr Passwort wurde geändert", "Ditt lösenord har ändrats"];
    notice(locale, config, [(subjects[0], en), (subjects[1], de), (subjects[2], sv)])
}

/// The password was set with a link.
pub fn password_reset(locale: Locale, config: &Config) -> Letter {
    let site = &config.public_url;
    let en = format!(
        "A new password was set for your account at {site} with a link from this mailbox. All sessions were ended."
    );
    let de = format!(
        "Für Ihr Konto bei {site} wurde mit einem Link aus diesem Postfach ein neues Passwort vergeben. Alle Sitzungen \
         wurden beendet."
    );
    let sv = format!(
        "Ett nytt lösenord har valts för ditt konto på {site} med en länk från den här brevlådan. Alla sessioner har \
         avslutats."
    );
    let subjects = ["Your new password is set", "Ihr neues Passwort gilt", "Ditt nya lösenord gäller"];
    notice(locale, config, [(subjects[0], en), (subjects[1], de), (subjects[2], sv)])
}

/// Log-in needs a code from now on.
pub fn second_factor_on(locale: Locale, config: &Config) -> Letter {
    let site = &config.public_url;
    let en = format!(
        "Signing in to your account at {site} now also needs a code from your authenticator app. Keep the recovery \
         codes in a safe place."
    );
    let de = format!(
        "Die Anmeldung in Ihrem Konto bei {site} verlangt nun zusätzlich einen Code Ihrer Authenticator-App. Bewahren Sie \
         die Wiederherstellungscodes an einem sicheren Ort auf."
    );
    let sv = format!(
        "Inloggningen på ditt konto på {site} kräver nu också en kod från din autentiseringsapp. Förvara \
         återställningskoderna på ett säkert ställe."
    );
    let subjects = [
        "Two-step sign-in is on",
        "Die Anmeldung in zwei Schritten ist eingeschaltet",
        "Tvåstegsverifiering är påslagen",
    ];
    notice(locale, config, [(subjects[0], en), (subjects[1], de), (subjects[2], sv)])
}

/// Log-in no longer needs a code.
pub fn second_factor_off(locale: Locale, config: &Config) -> Letter {
    let site = &config.public_url;
    let en = format!("Signing in to your account at {site} no longer needs a code.");
    let de = format!("Die Anmeldung in Ihrem Konto bei {site} verlangt keinen Code mehr.");
    let sv = format!("Inloggningen på ditt konto på {site} kräver inte längre någon kod.");
    let subjects = [
        "Two-step sign-in is off",
        "Die Anmeldung in zwei Schritten ist ausgeschaltet",
        "Tvåstegsverifiering är avstängd",
    ];
    notice(locale, config, [(subjects[0], en), (subjects[1], de), (subjects[2], sv)])
}

/// The recovery codes were replaced.
pub fn recovery_codes_renewed(locale: Locale, config: &Config) -> Letter {
    let site = &config.public_url;
    let en = format!("New recovery codes were made for your account at {site}. The old ones no longer work.");
    let de =
        format!("Für Ihr Konto bei {site} wurden neue Wiederherstellungscodes erzeugt. Die alten gelten nicht mehr.");
    let sv = format!("Nya återställningskoder har skapats för ditt konto på {site}. De gamla fungerar inte längre.");
    let subjects = ["New recovery codes", "Neue Wiederherstellungscodes", "Nya återställningskoder"];
    notice(locale, config, [(subjects[0], en), (subjects[1], de), (subjects[2], sv)])
}

/// A recovery code was used, and `left` codes are left.
pub fn recovery_code_used(locale: Locale, config: &Config, left: u64) -> Letter {
    let site = &config.public_url;
    let en = format!("A recovery code of your account at {site} was used. Codes left: {left}.");
    let de = format!("Ein Wiederherstellungscode Ihres Kontos bei {site} wurde verwendet. Verbleibende Codes: {left}.");
    let sv = format!("En återställningskod till ditt konto på {site} har använts. Koder som återstår: {left}.");
    let subjects =
        ["A recovery code was used", "Ein Wiederherstellungscode wurde verwendet", "En återställningskod har använts"];
    notice(locale, config, [(subjects[0], en), (subjects[1], de), (subjects[2], sv)])
}

/// To a person whose account was erased.
pub fn erased(locale: Locale, config: &Config) -> Letter {
    let site = &config.public_url;
    match locale {
        Locale::En => Letter::about("Your account was erased").say(format!(
            "Your account at {site} was erased, with everything that names you. This is the last mail about it."
        )),
        Locale::De => Letter::about("Ihr Konto wurde gelöscht").say(format!(
            "Ihr Konto bei {site} wurde gelöscht, mit allen Angaben zu Ihrer Person. Dies ist die letzte Nachricht \
             dazu."
        )),
        Locale::Sv => Letter::about("Ditt konto har raderats").say(format!(
            "Ditt konto på {site} har raderats, med alla uppgifter om dig. Det här är det sista meddelandet om det."
        )),
    }
}
