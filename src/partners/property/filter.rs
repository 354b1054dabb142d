//! How a list of clients asks for the values of a property.

use async_graphql::InputObject;
use entity::property_definition::Model;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::rules::{self, BEYOND, FIRST, Kind};
use super::store::named;
use crate::graphql::page::Filter;

/// Values that one filter compares with.
const MOST_VALUES: usize = 100;
/// Longest part of a text to look for, in characters.
const LONGEST_PART: usize = 200;

/// Which values of a property. Give one of `eq`, `in`, `contains`, `from` with or without `to`, and `isSet`.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientPropertyFilter {
    /// Key of the property.
    pub key: String,
    /// This value.
    pub eq: Option<String>,
    /// One of these values: 1 to 100.
    #[graphql(name = "in")]
    #[serde(rename = "in")]
    pub among: Option<Vec<String>>,
    /// A TEXT or URL with this part, 1 to 200 characters, whatever the case of its letters.
    pub contains: Option<String>,
    /// A NUMBER or DATE that is this or larger.
    pub from: Option<String>,
    /// A NUMBER or DATE that is this or smaller.
    pub to: Option<String>,
    /// Whether there is a value at all.
    pub is_set: Option<bool>,
}

/// A filter that was checked against the definition of its property.
#[derive(Clone, Debug)]
pub struct Condition {
    key: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    /// One of these, each with the key that it is ordered by.
    Among(Vec<(String, String)>),
    /// This part, in small letters.
    Contains(String),
    /// Between these keys.
    Between(String, String),
    IsSet(bool),
}

impl ClientPropertyFilter {
    /// Checks it against the definitions of the reseller, or says what is wrong with it.
    pub fn check(&self, definitions: &[Model]) -> Result<Condition, String> {
        let definition = named(definitions, &self.key)?;
        let given = [
            self.eq.is_some(),
            self.among.is_some(),
            self.contains.is_some(),
            self.from.is_some() || self.to.is_some(),
            self.is_set.is_some(),
        ];
        if given.into_iter().filter(|is_given| *is_given).count() != 1 {
            return Err(format!(
                "Ask for {} by exactly one of eq, in, contains, from with or without to, and isSet.",
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
                return Err("only a TEXT or a URL contains something.".to_owned());
            }
            return read_part(part).map(|part| Test::Contains(rules::fold(&part)));
        }
        if let Some(values) = self.eq.as_ref().map(std::slice::from_ref).or(self.among.as_deref()) {
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
            return Err("only a NUMBER or a DATE lies in a range.".to_owned());
        }
        let end = |typed: &Option<String>, open: &str| -> Result<String, String> {
            typed.as_ref().map_or_else(|| Ok(open.to_owned()), |typed| Ok(rules::sort_key(kind, &read(typed)?)))
        };
        let (from, to) = (end(&self.from, FIRST)?, end(&self.to, BEYOND)?);
        if from > to { Err("from is larger than to.".to_owned()) } else { Ok(Test::Between(from, to)) }
    }
}

/// The part of a text to look for, or what is wrong with it.
pub fn read_part(part: &str) -> Result<String, String> {
    if part.is_empty() || part.chars().count() > LONGEST_PART || part.contains('\0') {
        return Err(format!("give a part of 1 to {LONGEST_PART} characters."));
    }
    Ok(part.nfc().collect())
}

/// As a pattern for LIKE, whose escape is `!`.
pub fn pattern(part: &str) -> String {
    let mut pattern = "%".to_owned();
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern + "%"
}

impl Condition {
    /// Key of the property.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether the clients that meet it stand next to each other in the list by its property, and may be few.
    pub const fn is_narrow(&self) -> bool {
        matches!(self.test, Test::Among(_) | Test::Between(..) | Test::IsSet(true))
    }

    /// Adds it to the conditions on a list of partnerships. In a list by this very property it narrows what is read of
    /// the index, in others the value of each client is looked up.
    pub fn add(&self, mut filter: Filter, ordered_by: Option<(&str, bool)>) -> Filter {
        if let Some((_, descending)) = ordered_by.filter(|(key, _)| *key == self.key) {
            let condition = self.in_its_list(&mut filter, descending);
            return filter.and(&condition);
        }
        let condition = self.of_value("v", &mut filter);
        let key = filter.value(self.key.as_str());
        // Not EXISTS: the planner would turn that into a join, in an order that it chooses by guessing.
        filter.and(&format!(
            "(SELECT {condition} FROM property_value v WHERE v.partnership_id = t.id AND v.\"key\" = {key})"
        ))
    }

    /// It alone, on the list by its property.
    pub fn alone(&self) -> Filter {
        let mut filter = Filter::default();
        let condition = self.in_its_list(&mut filter, false);
        filter.and(&condition)
    }

    fn in_its_list(&self, filter: &mut Filter, descending: bool) -> String {
        let column = if descending { "o.descending_key" } else { "o.ascending_key" };
        match &self.test {
            Test::Among(values) => {
                let keys = one_of(column, values.iter().map(|(key, _)| key), filter);
                format!("({keys} AND {})", self.of_value("o", filter))
            }
            Test::Between(from, to) => {
                format!("{column} BETWEEN {} AND {}", filter.value(from.as_str()), filter.value(to.as_str()))
            }
            Test::IsSet(true) => format!("{column} BETWEEN '{FIRST}' AND '{BEYOND}'"),
            Test::IsSet(false) => format!("{column} = '{}'", rules::unset_key(descending)),
            Test::Contains(_) => self.of_value("o", filter),
        }
    }

    fn of_value(&self, alias: &str, filter: &mut Filter) -> String {
        match &self.test {
            Test::Among(values) => one_of(&format!("{alias}.value"), values.iter().map(|(_, value)| value), filter),
            Test::Contains(part) => format!("{alias}.folded LIKE {} ESCAPE '!'", filter.value(pattern(part))),
            Test::Between(from, to) => {
                let (from, to) = (filter.value(from.as_str()), filter.value(to.as_str()));
                format!("{alias}.ascending_key BETWEEN {from} AND {to}")
            }
            Test::IsSet(true) => format!("{alias}.value IS NOT NULL"),
            Test::IsSet(false) => format!("{alias}.value IS NULL"),
        }
    }
}

/// That the column has one of the values. They are filled up to a power of two, so that there are few such conditions.
fn one_of<'a>(column: &str, values: impl ExactSizeIterator<Item = &'a String> + Clone, filter: &mut Filter) -> String {
    let count = values.len().next_power_of_two();
    if count == 1 {
        let value = values.map(|value| filter.value(value.as_str())).collect::<String>();
        return format!("{column} = {value}");
    }
    let last = values.clone().last();
    let filled = values.chain(last.into_iter().cycle()).take(count);
    let places: Vec<String> = filled.map(|value| filter.value(value.as_str())).collect();
    format!("{column} IN ({})", places.join(", "))
}
