//! The filter of a list of clients by the values of a property.

use async_graphql::InputObject;
use entity::property_definition::Model;
use serde::{Deserialize, Serialize};

use super::condition::{Condition, Test, read_part};
use super::rules::{self, BEYOND, FIRST, Kind, named};

/// The most values that one filter compares with.
const MOST_VALUES: usize = 100;

/// Which values of a property. Give exactly one of `eq`, `in`, `contains`, `isSet`, or `from` and `to` or one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientPropertyFilter {
    /// Key of the property.
    pub key: String,
    /// Values that equal this one.
    pub eq: Option<String>,
    /// Values that equal one of these: 1 to 100.
    #[graphql(name = "in")]
    #[serde(rename = "in")]
    pub any_of: Option<Vec<String>>,
    /// TEXT or URL values that contain this text of 1 to 200 characters. Case does not matter.
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
    pub fn check(&self, definitions: &[Model]) -> Result<Condition, String> {
        let definition = named(definitions, &self.key)?;
        let given = [
            self.eq.is_some(),
            self.any_of.is_some(),
            self.contains.is_some(),
            self.from.is_some() || self.to.is_some(),
            self.is_set.is_some(),
        ];
        if given.into_iter().filter(|is_given| *is_given).count() != 1 {
            return Err(format!(
                "Filter {} by exactly one of eq, in, contains, isSet, or a range of from and to.",
                self.key
            ));
        }
        let test = self.test(definition).map_err(|wrong| format!("The filter by {}: {wrong}", self.key))?;
        Ok(Condition { key: self.key.clone(), test })
    }

    fn test(&self, definition: &Model) -> Result<Test, String> {
        let (kind, choices) = (definition.kind, rules::choices(definition));
        let read = |typed: &String| rules::read(kind, &choices, typed);
        if let Some(is_set) = self.is_set {
            return Ok(Test::IsSet(is_set));
        }
        if let Some(part) = &self.contains {
            if !matches!(kind, Kind::Text | Kind::Url) {
                return Err("contains works only for a TEXT or a URL.".to_owned());
            }
            return read_part(part).map(|part| Test::Contains(rules::fold(&part)));
        }
        if let Some(values) = self.eq.as_ref().map(std::slice::from_ref).or(self.any_of.as_deref()) {
            if values.is_empty() || values.len() > MOST_VALUES {
                return Err(format!("give 1 to {MOST_VALUES} values."));
            }
            let values = values.iter().map(|typed| {
                let value = read(typed)?;
                Ok((rules::sort_key(kind, &value), value))
            });
            return values.collect::<Result<_, String>>().map(Test::Among);
        }
        if !matches!(kind, Kind::Number | Kind::Date) {
            return Err("from and to work only for a NUMBER or a DATE.".to_owned());
        }
        let end = |typed: &Option<String>, open: &str| -> Result<String, String> {
            typed.as_ref().map_or_else(|| Ok(open.to_owned()), |typed| Ok(rules::sort_key(kind, &read(typed)?)))
        };
        let (from, to) = (end(&self.from, FIRST)?, end(&self.to, BEYOND)?);
        if from > to { Err("from is larger than to. Swap them.".to_owned()) } else { Ok(Test::Between(from, to)) }
    }
}
