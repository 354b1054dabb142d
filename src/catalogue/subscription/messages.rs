//! What people read when a subscription cannot be changed as they want, in all languages.

use crate::base::message::Texts;
use crate::base::money::Money;
use crate::base::text::counted;

pub const NOT_BEGUN: Texts = [
    "The subscription begins when its service is ready. Change it after that.",
    "Das Abonnement beginnt, wenn sein Dienst bereit ist. Ändern Sie es danach.",
    "Abonnemanget börjar när dess tjänst är klar. Ändra det efter det.",
];

pub const CANCELLED: Texts = [
    "The subscription is cancelled. Take that back with keepSubscription, then change it.",
    "Das Abonnement ist gekündigt. Nehmen Sie das mit keepSubscription zurück, und ändern Sie es dann.",
    "Abonnemanget är uppsagt. Ta tillbaka det med keepSubscription och ändra det sedan.",
];

pub const ENDED: Texts = [
    "The subscription has ended. Order the product again.",
    "Das Abonnement ist beendet. Bestellen Sie das Produkt neu.",
    "Abonnemanget har upphört. Beställ produkten igen.",
];

pub const TAXED_DIFFERENTLY: Texts = [
    "The products are taxed differently. Order the other one, and cancel this one.",
    "Die Produkte werden verschieden besteuert. Bestellen Sie das andere, und kündigen Sie dieses.",
    "Produkterna beskattas olika. Beställ den andra, och säg upp den här.",
];

pub const CANCELLED_ALREADY: Texts =
    ["The subscription is cancelled already.", "Das Abonnement ist schon gekündigt.", "Abonnemanget är redan uppsagt."];

pub const NOT_CANCELLED: Texts =
    ["The subscription is not cancelled.", "Das Abonnement ist nicht gekündigt.", "Abonnemanget är inte uppsagt."];

pub const CHANGE_IS_OVER: Texts = [
    "The change has taken effect or was withdrawn.",
    "Die Änderung gilt schon oder wurde zurückgezogen.",
    "Ändringen gäller redan eller har återtagits.",
];

pub const KEEP_IT_INSTEAD: Texts = [
    "Take a cancellation back with keepSubscription.",
    "Nehmen Sie eine Kündigung mit keepSubscription zurück.",
    "Ta tillbaka en uppsägning med keepSubscription.",
];

pub const PRICE_IS_OF_SELLER: Texts = [
    "The price of the next term is the seller's. Cancel the subscription, or keep it.",
    "Den Preis der nächsten Laufzeit bestimmt der Verkäufer. Kündigen Sie das Abonnement, oder behalten Sie es.",
    "Säljaren bestämmer priset för nästa bindningstid. Säg upp abonnemanget, eller behåll det.",
];

pub const PRICE_TOO_LARGE: Texts = [
    "The price of so many units is too large to be stored. Order fewer.",
    "Der Preis für so viele Einheiten ist zu groß, um gespeichert zu werden. Bestellen Sie weniger.",
    "Priset för så många enheter är för stort för att sparas. Beställ färre.",
];

pub const BEYOND_CALENDAR: Texts = [
    "The commitment would end after the year 9999.",
    "Die Laufzeit würde nach dem Jahr 9999 enden.",
    "Bindningstiden skulle sluta efter år 9999.",
];

/// It has so many units as asked for.
pub fn has_already(quantity: i32) -> [String; 3] {
    let [en, de, sv] = units(quantity);
    [
        format!("The subscription has {en} already."),
        format!("Das Abonnement hat schon {de}."),
        format!("Abonnemanget har redan {sv}."),
    ]
}

/// More than the units that it has must be asked for.
pub fn give_more(quantity: i32) -> [String; 3] {
    let [en, de, sv] = units(quantity);
    [
        format!("The subscription has {en}. Give more than that."),
        format!("Das Abonnement hat {de}. Geben Sie mehr an."),
        format!("Abonnemanget har {sv}. Ange fler."),
    ]
}

fn units(quantity: i32) -> [String; 3] {
    counted(quantity.into(), ["unit", "Einheit", "enhet"], ["units", "Einheiten", "enheter"])
}

/// It can be returned only within so many days, or not at all.
pub fn not_returnable(days: i32) -> [String; 3] {
    if days == 0 {
        let texts = [
            "The product cannot be returned. Cancel the subscription with cancelSubscription.",
            "Das Produkt lässt sich nicht zurückgeben. Kündigen Sie das Abonnement mit cancelSubscription.",
            "Produkten kan inte lämnas tillbaka. Säg upp abonnemanget med cancelSubscription.",
        ];
        return texts.map(str::to_owned);
    }
    if days == 1 {
        let texts = [
            "Only what was bought within the last day can be returned. Cancel the subscription with \
             cancelSubscription.",
            "Nur was gestern oder heute gekauft wurde, lässt sich zurückgeben. Kündigen Sie das Abonnement mit \
             cancelSubscription.",
            "Bara det som köptes i går eller i dag kan lämnas tillbaka. Säg upp abonnemanget med cancelSubscription.",
        ];
        return texts.map(str::to_owned);
    }
    [
        format!(
            "Only what was bought within the last {days} days can be returned. Cancel the subscription with \
             cancelSubscription."
        ),
        format!(
            "Nur was in den letzten {days} Tagen gekauft wurde, lässt sich zurückgeben. Kündigen Sie das Abonnement \
             mit cancelSubscription."
        ),
        format!(
            "Bara det som köptes de senaste {days} dagarna kan lämnas tillbaka. Säg upp abonnemanget med \
             cancelSubscription."
        ),
    ]
}

/// The product is sold between these two quantities.
pub fn not_sold_in(product: &str, (least, most): (i32, Option<i32>), quantity: i32) -> [String; 3] {
    let [en, de, sv] = match most {
        Some(most) if most == least => [format!("exactly {least}"), format!("genau {least}"), format!("exakt {least}")],
        Some(most) => [format!("{least} to {most}"), format!("{least} bis {most}"), format!("{least} till {most}")],
        None => [format!("{least} or more"), format!("{least} oder mehr"), format!("{least} eller fler")],
    };
    [
        format!("{product} is sold in quantities of {en}; you gave {quantity}."),
        format!("{product} wird in Mengen von {de} verkauft; Sie haben {quantity} angegeben."),
        format!("{product} säljs i antal om {sv}; du angav {quantity}."),
    ]
}

/// It costs something else than the buyer has seen.
pub fn price_changed(now: &Money, seen: &Money) -> [String; 3] {
    let (now, seen) = (now.text(), seen.text());
    [
        format!("It costs {now} now, not {seen}. Look at the new price, and confirm it."),
        format!("Es kostet jetzt {now}, nicht {seen}. Sehen Sie sich den neuen Preis an, und bestätigen Sie ihn."),
        format!("Det kostar {now} nu, inte {seen}. Titta på det nya priset och bekräfta det."),
    ]
}
