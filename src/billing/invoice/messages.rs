//! What people read when an invoice cannot be made, in all languages.

use super::compose::Unmade;
use crate::base::locale::Locale;
use crate::base::message::Message;
use crate::billing::vat::sums::TooLarge;

impl Unmade {
    /// The same for a person.
    pub fn message(&self) -> Message {
        match self {
            Self::Rate(missing) => missing.message().map(|locale, missing| match locale {
                Locale::En => format!("{missing} Add it with addVatRates."),
                Locale::De => format!("{missing} Tragen Sie ihn mit addVatRates ein."),
                Locale::Sv => format!("{missing} Lägg till den med addVatRates."),
            }),
            Self::Exchange(missing) => missing.message(),
            Self::NegativeVat => {
                let message = [
                    "The VAT would be negative: a discount is taxed at a higher rate than what it is taken off.",
                    "Die Umsatzsteuer wäre negativ: Ein Rabatt hat einen höheren Satz als das, wovon er abgeht.",
                    "Momsen skulle bli negativ: en rabatt beskattas högre än det som den dras från.",
                ];
                message.into()
            }
            Self::TooLarge => TooLarge::MESSAGE.into(),
        }
    }
}
