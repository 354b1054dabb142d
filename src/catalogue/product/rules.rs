//! What a product may be. Pure functions.

use entity::product::{BillsFrom, Model};
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};

use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Message;
use crate::base::text;

/// Longest code, in characters.
const LONGEST_CODE: usize = 40;
/// Longest notice and longest time for returns, in days.
const MOST_DAYS: i32 = 1_000;
/// The longest time for which an order locks a price, in months.
const MOST_LOCKED: i32 = 120;
/// The most products to which one can be changed, and the most features of one product.
pub const MOST: usize = 100;

fn invalid<T>(field: &str, message: impl Into<Message>) -> Result<T, UserError> {
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// Reads the code of a product or the key of a feature.
pub fn code(field: &str, typed: &str) -> Result<String, UserError> {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    if !typed.is_empty() && typed.len() <= LONGEST_CODE && typed.chars().all(is_allowed) {
        return Ok(typed.to_owned());
    }
    invalid(
        field,
        [
            "Give 1 to 40 letters A to Z or a to z, digits, dots, underscores or hyphens.",
            "Geben Sie 1 bis 40 Buchstaben A bis Z oder a bis z, Ziffern, Punkte, Unterstriche oder Bindestriche an.",
            "Ange 1 till 40 bokstäver A till Z eller a till z, siffror, punkter, understreck eller bindestreck.",
        ],
    )
}

/// The product with clean texts, if it may exist. The first wrong field is the error.
pub fn checked(row: Model) -> Result<Model, UserError> {
    let name = text::name("name", &row.name)?;
    let is_of_code = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    let unit_code = row.unit_code.trim();
    if !(2..=3).contains(&unit_code.len()) || !unit_code.chars().all(is_of_code) {
        return invalid(
            "unitCode",
            [
                "Give a code of UN/ECE Recommendation 20, for example C62 for pieces.",
                "Geben Sie einen Code der UN/ECE-Empfehlung 20 an, zum Beispiel C62 für Stück.",
                "Ange en kod ur UN/ECE:s rekommendation 20, till exempel C62 för styck.",
            ],
        );
    }
    let revenue_key = match row.revenue_key.trim() {
        "" => String::new(),
        typed => text::reference("revenueKey", typed)?,
    };
    days("noticeDays", row.notice_days)?;
    days("returnDays", row.return_days)?;
    if !(0..=MOST_LOCKED).contains(&row.price_lock_months) {
        return invalid(
            "priceLockMonths",
            [
                format!("Give 0 to {MOST_LOCKED} months."),
                format!("Geben Sie 0 bis {MOST_LOCKED} Monate an."),
                format!("Ange 0 till {MOST_LOCKED} månader."),
            ],
        );
    }
    if row.min_quantity < 1 {
        return invalid(
            "minQuantity",
            [
                "The smallest quantity is at least 1.",
                "Die kleinste Menge ist mindestens 1.",
                "Det minsta antalet är minst 1.",
            ],
        );
    }
    if row.max_quantity.is_some_and(|most| most < row.min_quantity) {
        return invalid(
            "maxQuantity",
            [
                "The largest quantity cannot be less than the smallest.",
                "Die größte Menge kann nicht kleiner sein als die kleinste.",
                "Det största antalet kan inte vara mindre än det minsta.",
            ],
        );
    }
    if row.bills_from == BillsFrom::Activation && row.service_kind.is_none() {
        let message = [
            "Without a service nothing is ever activated. Give serviceKind, or charge from the ORDER.",
            "Ohne Dienst wird nie etwas aktiviert. Geben Sie serviceKind an, oder berechnen Sie ab ORDER.",
            "Utan tjänst aktiveras aldrig något. Ange serviceKind, eller debitera från ORDER.",
        ];
        return invalid("billsFrom", message);
    }
    Ok(Model {
        code: code("code", &row.code)?,
        name_key: collation::sort_key(&name),
        name,
        description: text::description("description", &row.description)?,
        unit_code: unit_code.to_owned(),
        revenue_key,
        ..row
    })
}

fn days(field: &str, days: i32) -> Result<(), UserError> {
    if (0..=MOST_DAYS).contains(&days) {
        Ok(())
    } else {
        invalid(
            field,
            [
                format!("Give 0 to {MOST_DAYS} days."),
                format!("Geben Sie 0 bis {MOST_DAYS} Tage an."),
                format!("Ange 0 till {MOST_DAYS} dagar."),
            ],
        )
    }
}

/// A product as the audit log records it.
pub fn audit_snapshot(row: &Model) -> Json {
    json!({
        "code": row.code,
        "name": row.name,
        "description": row.description,
        "kind": row.kind.to_value(),
        "unitCode": row.unit_code,
        "taxClass": row.tax_class.to_value(),
        "serviceKind": row.service_kind.map(|kind| kind.to_value()),
        "billsFrom": row.bills_from.to_value(),
        "noticeDays": row.notice_days,
        "returnDays": row.return_days,
        "priceLockMonths": row.price_lock_months,
        "minQuantity": row.min_quantity,
        "maxQuantity": row.max_quantity,
        "lowersAt": row.lowers_at.to_value(),
        "revenueKey": row.revenue_key,
        "isCommissionable": row.is_commissionable,
        "state": row.state.to_value(),
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::seed::rows;

    fn product() -> Model {
        rows::product(Uuid::nil(), Uuid::nil(), "SEAT-1", "Seat", "2026-01-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_code_has_up_to_forty_plain_characters() {
        for good in ["a", "SERVER-S_2.0", &"x".repeat(40)] {
            assert_eq!(code("code", good).unwrap(), good);
        }
        for bad in ["", " a", "a b", "å", "a/b", "a\0", &"x".repeat(41)] {
            assert_eq!(code("code", bad).unwrap_err().code, UserErrorCode::InvalidInput, "{bad:?}");
        }
    }

    #[test]
    fn each_wrong_field_has_its_own_error() {
        type Change = fn(&mut Model);
        let changed = |change: Change| {
            let mut row = product();
            change(&mut row);
            checked(row)
        };
        assert!(changed(|_| ()).is_ok());
        let cases: [(Change, &str); 15] = [
            (|row| row.code = "a b".to_owned(), "code"),
            (|row| row.name = " ".to_owned(), "name"),
            (|row| row.description = "a\u{202e}".to_owned(), "description"),
            (|row| row.unit_code = "c62".to_owned(), "unitCode"),
            (|row| row.unit_code = "PIECE".to_owned(), "unitCode"),
            (|row| row.revenue_key = "a\nb".to_owned(), "revenueKey"),
            (|row| row.notice_days = -1, "noticeDays"),
            (|row| row.notice_days = 1_001, "noticeDays"),
            (|row| row.return_days = -1, "returnDays"),
            (|row| row.price_lock_months = -1, "priceLockMonths"),
            (|row| row.price_lock_months = 121, "priceLockMonths"),
            (|row| row.min_quantity = 0, "minQuantity"),
            (|row| (row.min_quantity, row.max_quantity) = (3, Some(2)), "maxQuantity"),
            (|row| row.bills_from = BillsFrom::Activation, "billsFrom"),
            (|row| row.max_quantity = Some(-1), "maxQuantity"),
        ];
        for (change, field) in cases {
            let error = changed(change).unwrap_err();
            assert_eq!(error.field.unwrap(), ["input", field], "{}", error.message);
        }
    }
}
