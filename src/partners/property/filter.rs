//! The filter of a list of clients by the values of a property.

use async_graphql::InputObject;
use entity::property_definition::Model;
use serde::{Deserialize, Serialize};

use super::condition::{Condition, Test, read_part};
use super::rules::{self, BEYOND, FIRST, Kind, Wrong, named};

/// The most values that one filter compares with.
const MOST_VALUES: usize = 100;

/// Which values of a property. Give exactly one of `eq`, `in`, `contains`, `isSet`, or `from` and `to` or one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientPropertyFilter {
    /// Key of the property.
    pub key: String,
    /// Values that equal this one. Case, and how letters are composed, do not matter.
    pub eq: Option<String>,
    /// Values that equal one of these: 1 to 100.
    #[graphql(name = "in")]
    #[serde(rename = "in")]
    pub any_of: Option<Vec<String>>,
    /// TEXT or URL values that contain this text of 1 to 200 characters. Case, and how letters are composed, do not matter.
    pub contains: Option<String>,
    /// NUMBER or DATE values from this one on.
    pub from: Option<String>,
    /// NUMBER or DATE values up to this one.
    pub to: Option<String>,
    /// True for clients with a value, false for clients without.
    pub is_set: Option<bool>,
}

impl ClientPropertyFilter {
    /// The condition, if the filter fits the definitions of the reseller. An error says what is wrong.
    pub fn check(&self, definitions: &[Model]) -> Result<Condition, Wrong> {
        let definition = named(definitions, &self.key)?;
        let given = [
            self.eq.is_some(),
            self.any_of.is_some(),
            self.contains.is_some(),
            self.from.is_some() || self.to.is_some(),
            self.is_set.is_some(),
        ];
        if given.into_iter().filter(|is_given| *is_given).count() != 1 {
            let key = &self.key;
            let message = [
                format!("Filter {key} by exactly one of eq, in, contains, isSet, or a range of from and to."),
                format!("Filtern Sie {key} nach genau einem: eq, in, contains, isSet, oder from und to."),
                format!("Filtrera {key} på exakt en av eq, in, contains, isSet, eller from och to."),
            ];
            return Err(message.into());
        }
        let of_filter = |wrong: Wrong| {
            let key = &self.key;
            wrong.after([
                format!("The filter by {key}: "),
                format!("Der Filter nach {key}: "),
                format!("Filtret på {key}: "),
            ])
        };
        let test = self.test(definition).map_err(of_filter)?;
        Ok(Condition { key: self.key.clone(), test })
    }

    fn test(&self, definition: &Model) -> Result<Test, Wrong> {
        let (kind, choices) = (definition.kind, rules::choices(definition));
        // A choice is found in any case.
        let chosen =
            |typed: &str| choices.iter().find(|choice| collation::fold(choice) == collation::fold(typed.trim()));
        let read = |typed: &String| rules::read(kind, &choices, chosen(typed).unwrap_or(typed));
        if let Some(is_set) = self.is_set {
            return Ok(Test::IsSet(is_set));
        }
        if let Some(part) = &self.contains {
            if !matches!(kind, Kind::Text | Kind::Url) {
                let message = [
                    "contains works only for a TEXT or a URL.",
                    "contains gibt es nur für TEXT und URL.",
                    "contains fungerar bara för TEXT och URL.",
                ];
                return Err(message.into());
            }
            return read_part(part).map(Test::Contains);
        }
        if let Some(values) = self.eq.as_ref().map(std::slice::from_ref).or(self.any_of.as_deref()) {
            if values.is_empty() || values.len() > MOST_VALUES {
                let message = [
                    format!("give 1 to {MOST_VALUES} values."),
                    format!("Geben Sie 1 bis {MOST_VALUES} Werte an."),
                    format!("ange 1 till {MOST_VALUES} värden."),
                ];
                return Err(message.into());
            }
            let values = values.iter().map(|typed| {
                let value = read(typed)?;
                Ok((rules::sort_key(kind, &value), collation::fold(&value)))
            });
            return values.collect::<Result<_, Wrong>>().map(Test::Among);
        }
        if !matches!(kind, Kind::Number | Kind::Date) {
            let message = [
                "from and to work only for a NUMBER or a DATE.",
                "from und to gibt es nur für NUMBER und DATE.",
                "from och to fungerar bara för NUMBER och DATE.",
            ];
            return Err(message.into());
        }
        let end = |typed: &Option<String>, open: &str| -> Result<String, Wrong> {
            typed.as_ref().map_or_else(|| Ok(open.to_owned()), |typed| Ok(rules::sort_key(kind, &read(typed)?)))
        };
        let (from, to) = (end(&self.from, FIRST)?, end(&self.to, BEYOND)?);
        if from > to {
            let message = [
                "from is larger than to. Swap them.",
                "from ist größer als to. Vertauschen Sie die beiden.",
                "from är större än to. Byt plats på dem.",
            ];
            return Err(message.into());
        }
        Ok(Test::Between(from, to))
    }
}
