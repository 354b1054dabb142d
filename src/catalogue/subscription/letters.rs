//! Mails about subscriptions.

use entity::subscription::Model;

use crate::base::locale::Locale;
use crate::base::money::Money;
use crate::mail::{Letter, quoted};

/// The next term costs more.
pub fn higher_price(locale: Locale, row: &Model, unit_minor: i64) -> Letter {
    let product = quoted(locale, &row.product_name);
    let price = |minor| Money::new(minor, &row.currency).text();
    let (old, new, day) = (price(row.unit_price_minor), price(unit_minor), row.committed_until.format("%Y-%m-%d"));
    match locale {
        Locale::En => Letter::about(format!("New price of {product} from {day}"))
            .say(format!(
                "Your subscription to {product} renews on {day}. From then on, a unit costs {new} instead of {old}."
            ))
            .say("If you do not want that, cancel the subscription before that day."),
        Locale::De => Letter::about(format!("Neuer Preis für {product} ab {day}"))
            .say(format!(
                "Ihr Abonnement von {product} verlängert sich am {day}. Eine Einheit kostet dann {new} statt {old}."
            ))
            .say("Wenn Sie das nicht möchten, kündigen Sie das Abonnement vor diesem Tag."),
        Locale::Sv => Letter::about(format!("Nytt pris för {product} från {day}"))
            .say(format!(
                "Er prenumeration på {product} förnyas den {day}. En enhet kostar då {new} i stället för {old}."
            ))
            .say("Om ni inte vill det kan ni säga upp prenumerationen före den dagen."),
    }
}
