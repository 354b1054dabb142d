//! Mails about invoices, to the address of the buyer.

use entity::credit_note;
use entity::invoice::Model;

use crate::base::locale::Locale;
use crate::base::money::Money;
use crate::mail::Letter;

/// An invoice was issued.
pub fn issued(locale: Locale, row: &Model) -> Letter {
    let number = row.number.clone().unwrap_or_default();
    let total = Money::new(row.total_minor, &row.currency).text();
    let day = row.due_on.map_or_else(String::new, |day| day.format("%Y-%m-%d").to_string());
    let reference = row.payment_reference.clone().unwrap_or_default();
    match locale {
        Locale::En => Letter::about(format!("Invoice {number}"))
            .say(format!("Invoice {number} of {total} is due on {day}."))
            .say(format!("Please name the reference {reference} when you pay.")),
        Locale::De => Letter::about(format!("Rechnung {number}"))
            .say(format!("Die Rechnung {number} über {total} ist am {day} fällig."))
            .say(format!("Bitte geben Sie bei der Zahlung die Referenz {reference} an.")),
        Locale::Sv => Letter::about(format!("Faktura {number}"))
            .say(format!("Faktura {number} på {total} förfaller den {day}."))
            .say(format!("Ange referensen {reference} när ni betalar.")),
    }
}

/// Something of an invoice was credited.
pub fn credited(locale: Locale, row: &credit_note::Model, invoice: &str) -> Letter {
    let total = Money::new(row.total_minor, &row.currency).text();
    let (number, reason) = (&row.number, &row.reason);
    match locale {
        Locale::En => Letter::about(format!("Credit note {number}"))
            .say(format!("Credit note {number} takes back {total} of invoice {invoice}."))
            .say(format!("The reason: {reason}")),
        Locale::De => Letter::about(format!("Gutschrift {number}"))
            .say(format!("Die Gutschrift {number} schreibt {total} der Rechnung {invoice} gut."))
            .say(format!("Der Grund: {reason}")),
        Locale::Sv => Letter::about(format!("Kreditfaktura {number}"))
            .say(format!("Kreditfaktura {number} krediterar {total} av faktura {invoice}."))
            .say(format!("Orsaken: {reason}")),
    }
}
