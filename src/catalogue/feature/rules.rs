//! What a feature and an entitlement may be. Pure functions.

use entity::feature::Model;
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};

use crate::base::error::{UserError, UserErrorCode};
use crate::base::text;
use crate::catalogue::product::rules::code;

/// The most of a feature that one unit gives.
const MOST_EACH: i32 = 1_000_000;

/// The feature with clean texts, if it may exist. The first wrong field is the error.
pub fn checked(row: Model) -> Result<Model, UserError> {
    let name = text::name("name", &row.name)?;
    Ok(Model {
        key: code("key", &row.key)?,
        name_key: collation::sort_key(&name),
        name,
        family: row.family.as_deref().map(|family| code("family", family)).transpose()?,
        ..row
    })
}

/// Checks how many of a feature each unit gives.
pub fn check_quantity(field: &str, quantity: i32) -> Result<(), UserError> {
    if (1..=MOST_EACH).contains(&quantity) {
        return Ok(());
    }
    Err(UserError::at(
        field,
        UserErrorCode::InvalidInput,
        [
            "A unit gives 1 to 1,000,000 of a feature.",
            "Eine Einheit gibt 1 bis 1.000.000 von einem Feature.",
            "En enhet ger 1 till 1 000 000 av en funktion.",
        ],
    ))
}

/// A feature as the audit log records it.
pub fn audit_snapshot(row: &Model) -> Json {
    json!({ "key": row.key, "name": row.name, "kind": row.kind.to_value(), "family": row.family })
}

#[cfg(test)]
mod tests {
    use entity::feature::Kind;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_feature_has_a_key_a_name_and_perhaps_a_family() {
        let row = |key: &str, name: &str, family: Option<&str>| Model {
            id: Uuid::nil(),
            organisation_id: Uuid::nil(),
            key: key.to_owned(),
            name: name.to_owned(),
            name_key: String::new(),
            kind: Kind::Seat,
            family: family.map(str::to_owned),
            created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        };
        assert_eq!(checked(row("mail", " Mail ", None)).unwrap().name, "Mail");
        assert!(checked(row("mail", "Mail", Some("office"))).is_ok());
        for (bad, field) in [
            (row("", "Mail", None), "key"),
            (row("mail", " ", None), "name"),
            (row("mail", "Mail", Some("")), "family"),
        ] {
            assert_eq!(checked(bad).unwrap_err().field.unwrap(), ["input", field]);
        }
    }

    #[test]
    fn a_unit_gives_something_of_each_feature() {
        assert!(check_quantity("quantity", 1).is_ok() && check_quantity("quantity", 1_000_000).is_ok());
        for bad in [0, -1, 1_000_001] {
            assert!(check_quantity("quantity", bad).is_err());
        }
    }
}
