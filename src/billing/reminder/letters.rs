//! Mails about overdue invoices, to the address of the buyer.

use entity::invoice::Model;

use super::rules::StepKind;
use crate::base::locale::Locale;
use crate::base::money::Money;
use crate::mail::Letter;

/// An invoice is overdue, and this was done.
pub fn overdue(locale: Locale, row: &Model, open_minor: i64, kind: StepKind) -> Letter {
    let number = row.number.clone().unwrap_or_default();
    let open = Money::new(open_minor, &row.currency).text();
    let day = row.due_on.map_or_else(String::new, |day| day.format("%Y-%m-%d").to_string());
    let letter = match locale {
        Locale::En => Letter::about(format!("Reminder: invoice {number} is overdue"))
            .say(format!("Invoice {number} was due on {day}. {open} is left to pay.")),
        Locale::De => Letter::about(format!("Mahnung: Die Rechnung {number} ist überfällig"))
            .say(format!("Die Rechnung {number} war am {day} fällig. Es sind noch {open} zu zahlen.")),
        Locale::Sv => Letter::about(format!("Påminnelse: faktura {number} är förfallen"))
            .say(format!("Faktura {number} förföll den {day}. {open} återstår att betala.")),
    };
    let letter = match consequence(locale, kind, &row.currency) {
        Some(text) => letter.say(text),
        None => letter,
    };
    let reference = row.payment_reference.clone().unwrap_or_default();
    match locale {
        Locale::En => letter
            .say(format!("Please name the reference {reference} when you pay."))
            .say("If you have paid in the last few days, you need not do anything."),
        Locale::De => letter
            .say(format!("Bitte geben Sie bei der Zahlung die Referenz {reference} an."))
            .say("Falls Sie in den letzten Tagen gezahlt haben, brauchen Sie nichts zu tun."),
        Locale::Sv => letter
            .say(format!("Ange referensen {reference} när ni betalar."))
            .say("Om ni har betalat de senaste dagarna behöver ni inte göra något."),
    }
}

/// What follows from it, besides the letter.
fn consequence(locale: Locale, kind: StepKind, currency: &str) -> Option<String> {
    Some(match (kind, locale) {
        (StepKind::Remind, _) => return None,
        (StepKind::Fee { amount_minor }, locale) => {
            let fee = Money::new(amount_minor, currency).text();
            match locale {
                Locale::En => format!("Your next invoice has a fee of {fee} for this reminder."),
                Locale::De => format!("Ihre nächste Rechnung enthält eine Mahngebühr von {fee}."),
                Locale::Sv => format!("Er nästa faktura innehåller en påminnelseavgift på {fee}."),
            }
        }
        (StepKind::Suspend, Locale::En) => {
            "The services on this invoice are suspended now. They start again when it is paid.".to_owned()
        }
        (StepKind::Suspend, Locale::De) => "Die Dienste auf dieser Rechnung sind jetzt gesperrt. Sie laufen wieder, \
                                            sobald die Rechnung bezahlt ist."
            .to_owned(),
        (StepKind::Suspend, Locale::Sv) => {
            "Tjänsterna på fakturan är nu avstängda. De startar igen när fakturan är betald.".to_owned()
        }
        (StepKind::End, Locale::En) => {
            "The subscriptions on this invoice are cancelled now. They run until the end of their terms.".to_owned()
        }
        (StepKind::End, Locale::De) => {
            "Die Abonnements auf dieser Rechnung sind jetzt gekündigt. Sie laufen bis zum Ende ihrer Laufzeit."
                .to_owned()
        }
        (StepKind::End, Locale::Sv) => {
            "Prenumerationerna på fakturan är nu uppsagda. De löper till slutet av sin period.".to_owned()
        }
    })
}

/// What the line of the fee says on the next invoice.
pub fn fee(locale: Locale, number: &str) -> String {
    match locale {
        Locale::En => format!("Fee for the reminder of invoice {number}"),
        Locale::De => format!("Mahngebühr zur Rechnung {number}"),
        Locale::Sv => format!("Påminnelseavgift för faktura {number}"),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::seed::rows;

    #[test]
    fn letters_say_what_is_left_and_what_follows() {
        let day = "2026-03-31".parse().unwrap();
        let row = rows::invoice(Uuid::nil(), Default::default(), "2026-7".to_owned(), "SEK", (day, day));
        for locale in [Locale::En, Locale::De, Locale::Sv] {
            let text = |kind| overdue(locale, &row, 12_345, kind).text();
            let plain = text(StepKind::Remind);
            assert!(
                plain.contains("123.45 SEK") && plain.contains("2026-7") && plain.contains("2026-03-31"),
                "{plain}"
            );
            assert!(text(StepKind::Fee { amount_minor: 6_000 }).contains("60.00 SEK"));
            for kind in [StepKind::Suspend, StepKind::End] {
                assert!(text(kind).len() > plain.len());
            }
        }
    }
}
