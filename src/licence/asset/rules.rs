//! What an asset may be. Pure functions.

use std::collections::BTreeMap;

use entity::asset::Model;
use entity::feature::{self, Kind};
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};

use crate::base::error::{UserError, UserErrorCode};
use crate::base::text;

/// The most assets that one mutation creates or deletes.
pub const AT_ONCE: usize = 500;

/// What people say about an asset, with clean texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// What kind of thing it is.
    pub kind: String,
    /// Its id in another system.
    pub external_id: Option<String>,
}

impl Described {
    /// Cleans the texts. The first wrong field is the error.
    pub fn read(name: &str, kind: &str, external_id: Option<&str>) -> Result<Self, UserError> {
        Ok(Self {
            name: text::name("name", name)?,
            kind: kind_of(kind)?,
            external_id: external_id.map(external).transpose()?,
        })
    }

    /// The text in which the asset is searched.
    pub fn search_text(&self) -> String {
        let external = self.external_id.as_deref().unwrap_or_default();
        collation::fold(&format!("{} {} {external}", self.name, self.kind))
    }
}

/// The kind of a thing, in the customer's words.
pub fn kind_of(typed: &str) -> Result<String, UserError> {
    let message = [
        "The kind is up to 100 characters, at least one of them visible, without line breaks or characters that hide \
         or reverse text.",
        "Die Art hat höchstens 100 Zeichen, davon mindestens ein sichtbares, ohne Zeilenumbrüche und ohne Zeichen, die \
         Text verbergen oder umkehren.",
        "Typen har högst 100 tecken, varav minst ett synligt, utan radbrytningar och utan tecken som döljer eller \
         vänder text.",
    ];
    text::reference("kind", typed).map_err(|error| UserError { message: message.into(), ..error })
}

fn external(typed: &str) -> Result<String, UserError> {
    let message = [
        "An external id has 1 to 100 characters, at least one of them visible, without line breaks or characters that \
         hide or reverse text. Leave it out if there is none.",
        "Eine externe Kennung hat 1 bis 100 Zeichen, davon mindestens ein sichtbares, ohne Zeilenumbrüche und ohne \
         Zeichen, die Text verbergen oder umkehren. Lassen Sie sie weg, wenn es keine gibt.",
        "Ett externt id har 1 till 100 tecken, varav minst ett synligt, utan radbrytningar och utan tecken som döljer \
         eller vänder text. Utelämna det om det inte finns något.",
    ];
    text::reference("externalId", typed).map_err(|error| UserError { message: message.into(), ..error })
}

/// The feature, if a quota of it counts assets.
pub fn require_quota(found: Option<&feature::Model>) -> Result<&feature::Model, UserError> {
    let row = found.ok_or_else(unknown_feature)?;
    if row.kind == Kind::Seat {
        let message = [
            format!("{} is counted by seats, one for each person. Give a feature of kind QUOTA.", row.name),
            format!(
                "{} wird nach Plätzen gezählt, einem für jede Person. Geben Sie ein Feature der Art QUOTA an.",
                row.name
            ),
            format!("{} räknas i platser, en för varje person. Ange en funktion av typen QUOTA.", row.name),
        ];
        return Err(UserError::at("featureId", UserErrorCode::InvalidInput, message));
    }
    Ok(row)
}

/// The error for a feature that does not exist, or is hidden from the viewer.
pub fn unknown_feature() -> UserError {
    UserError::at(
        "featureId",
        UserErrorCode::Unknown,
        ["There is no such feature.", "Ein solches Feature gibt es nicht.", "Det finns ingen sådan funktion."],
    )
}

/// Refuses a number of rows that one mutation does not take.
pub fn require_count(field: &str, count: usize) -> Result<(), UserError> {
    match count {
        0 => Err(UserError::at(
            field,
            UserErrorCode::InvalidInput,
            ["Give at least one asset.", "Geben Sie mindestens ein Asset an.", "Ange minst en tillgång."],
        )),
        1..=AT_ONCE => Ok(()),
        _ => {
            let message = [
                format!("You gave {count} assets. Give at most {AT_ONCE} at once."),
                format!("Sie haben {count} Assets angegeben. Geben Sie höchstens {AT_ONCE} auf einmal an."),
                format!("Du angav {count} tillgångar. Ange högst {AT_ONCE} åt gången."),
            ];
            Err(UserError::at(field, UserErrorCode::TooMany, message))
        }
    }
}

/// The error for an external id that another asset has.
pub fn taken(external_id: &str) -> UserError {
    let message = [
        format!("Another asset of the organisation has the external id {external_id} already."),
        format!("Ein anderes Asset der Organisation hat die externe Kennung {external_id} schon."),
        format!("En annan tillgång i organisationen har redan det externa id:t {external_id}."),
    ];
    UserError::at("externalId", UserErrorCode::Duplicate, message)
}

/// Notes the value of a row. The error is the index of an earlier row with the same one.
pub fn note_first<K: Ord>(first: &mut BTreeMap<K, usize>, value: K, index: usize) -> Result<(), usize> {
    let noted = *first.entry(value).or_insert(index);
    if noted == index { Ok(()) } else { Err(noted) }
}

/// An asset as the audit log records it.
pub fn audit_snapshot(row: &Model, feature: &feature::Model) -> Json {
    json!({
        "feature": feature.key,
        "name": row.name,
        "kind": row.kind,
        "externalId": row.external_id,
        "state": row.state.to_value(),
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_asset_has_a_name_a_kind_and_perhaps_an_external_id() {
        let read = Described::read(" Roof ", "Data logger", Some(" SN-1 ")).unwrap();
        assert_eq!((read.name.as_str(), read.kind.as_str()), ("Roof", "Data logger"));
        assert_eq!(read.external_id.as_deref(), Some("SN-1"));
        assert_eq!(read.search_text(), "roof data logger sn-1");
        assert!(Described::read("Roof", "Data logger", None).is_ok());
        let long = "x".repeat(201);
        for (name, kind, external_id, field) in [
            (" ", "Data logger", None, "name"),
            (long.as_str(), "Data logger", None, "name"),
            ("Roof", "", None, "kind"),
            ("Roof", &long, None, "kind"),
            ("Roof", "Data logger", Some(" "), "externalId"),
            ("Roof", "Data logger", Some(long.as_str()), "externalId"),
        ] {
            assert_eq!(Described::read(name, kind, external_id).unwrap_err().field.unwrap(), ["input", field]);
        }
    }

    #[test]
    fn only_a_quota_counts_assets() {
        let row = |kind| feature::Model {
            id: Uuid::nil(),
            organisation_id: Uuid::nil(),
            key: "logger".to_owned(),
            name: "Data loggers".to_owned(),
            name_key: String::new(),
            kind,
            family: None,
            created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        };
        assert!(require_quota(Some(&row(Kind::Quota))).is_ok());
        assert_eq!(require_quota(Some(&row(Kind::Seat))).unwrap_err().code, UserErrorCode::InvalidInput);
        assert_eq!(require_quota(None).unwrap_err().code, UserErrorCode::Unknown);
    }

    #[test]
    fn one_mutation_takes_1_to_500() {
        assert!(require_count("assets", 1).is_ok() && require_count("assets", 500).is_ok());
        assert_eq!(require_count("assets", 0).unwrap_err().code, UserErrorCode::InvalidInput);
        assert_eq!(require_count("assets", 501).unwrap_err().code, UserErrorCode::TooMany);
    }
}
