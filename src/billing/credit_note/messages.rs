//! What people read when the rules refuse a credit, in all languages.

use super::rules::CreditError;
use crate::base::message::Message;
use crate::billing::vat::sums::TooLarge;

impl CreditError {
    /// The same for a person.
    pub fn message(&self) -> Message {
        match *self {
            Self::OverCredit { line, left_minor } => over_credit(line + 1, left_minor).into(),
            Self::DiscountLeft { left_minor } => discount_left(left_minor).into(),
            Self::NotACredit => {
                let message = [
                    "A credit note cannot increase what the buyer pays.",
                    "Eine Gutschrift kann nicht erhöhen, was der Käufer zahlt.",
                    "En kreditfaktura kan inte öka det som köparen betalar.",
                ];
                message.into()
            }
            Self::WrongSign { line } => {
                let line = line + 1;
                let message = [
                    format!("The amount needs the sign of line {line}."),
                    format!("Der Betrag braucht das Vorzeichen der Zeile {line}."),
                    format!("Beloppet behöver samma tecken som rad {line}."),
                ];
                message.into()
            }
            Self::UnknownLine { line } => {
                let line = line + 1;
                let message = [
                    format!("The invoice has no line {line}."),
                    format!("Die Rechnung hat keine Zeile {line}."),
                    format!("Fakturan har ingen rad {line}."),
                ];
                message.into()
            }
            Self::Repeated { line } => {
                let line = line + 1;
                let message = [
                    format!("Line {line} is named twice."),
                    format!("Die Zeile {line} ist zweimal genannt."),
                    format!("Rad {line} anges två gånger."),
                ];
                message.into()
            }
            Self::Empty => {
                let message = [
                    "Nothing is left to credit.",
                    "Es ist nichts mehr gutzuschreiben.",
                    "Det finns inget kvar att kreditera.",
                ];
                message.into()
            }
            Self::TooLarge => TooLarge::MESSAGE.into(),
        }
    }
}

fn over_credit(line: usize, left_minor: i64) -> [String; 3] {
    [
        format!("Only {left_minor} minor units are left of line {line}."),
        format!("Von Zeile {line} sind nur {left_minor} kleinste Einheiten der Währung übrig."),
        format!("Av rad {line} återstår bara {left_minor} av valutans minsta enheter."),
    ]
}

fn discount_left(left_minor: i64) -> [String; 3] {
    [
        format!("{left_minor} minor units would be left of the invoice. Credit its discounts too."),
        format!(
            "Von der Rechnung blieben {left_minor} kleinste Einheiten der Währung. Schreiben Sie auch ihre Rabatte gut."
        ),
        format!("Av fakturan skulle {left_minor} av valutans minsta enheter återstå. Kreditera även rabatterna."),
    ]
}
