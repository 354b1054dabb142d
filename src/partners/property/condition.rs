//! Conditions on the values of a property, as the lists of clients need them.

use super::rules::{self, BEYOND, FIRST, Wrong};
use crate::graphql::page::Filter;

/// The longest text to search for, in characters.
const LONGEST_PART: usize = 200;

/// A condition that fits the definition of its property.
#[derive(Clone, Debug)]
pub struct Condition {
    pub(super) key: String,
    pub(super) test: Test,
}

/// What the values have to be.
#[derive(Clone, Debug)]
pub enum Test {
    /// One of these folded values, each after its sort key.
    Among(Vec<(String, String)>),
    /// A text that contains this one.
    Contains(String),
    /// Between these two sort keys.
    Between(String, String),
    /// Whether there is a value at all.
    IsSet(bool),
}

/// Reads the text to search for.
pub fn read_part(part: &str) -> Result<String, Wrong> {
    if part.is_empty() || part.chars().count() > LONGEST_PART || part.contains('\0') {
        let message = [
            format!("give a text of 1 to {LONGEST_PART} characters."),
            format!("Geben Sie einen Text von 1 bis {LONGEST_PART} Zeichen an."),
            format!("ange en text med 1 till {LONGEST_PART} tecken."),
        ];
        return Err(message.into());
    }
    Ok(part.to_owned())
}

impl Condition {
    /// Key of the property.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether the clients that meet it are neighbours in the list ordered by its property, and may be few.
    pub const fn is_narrow(&self) -> bool {
        matches!(self.test, Test::Among(_) | Test::Between(..) | Test::IsSet(true))
    }

    /// Adds it to the conditions on a list of partnerships. In the list ordered by this property it narrows the range of the
    /// index. In other lists the value of each client is looked up.
    pub fn add(&self, mut filter: Filter, ordered_by: Option<(&str, bool)>) -> Filter {
        if let Some((_, descending)) = ordered_by.filter(|(key, _)| *key == self.key) {
            let condition = self.in_its_list(&mut filter, descending);
            return filter.and(&condition);
        }
        let condition = self.of_value("v", &mut filter);
        let key = filter.value(self.key.as_str());
        // The database would turn EXISTS into a join and guess the best order.
        filter.and(&format!(
            "(SELECT {condition} FROM property_value v WHERE v.partnership_id = t.id AND v.\"key\" = {key})"
        ))
    }

    /// This condition alone, on the list ordered by its property.
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
            Test::Among(values) => one_of(&format!("{alias}.folded"), values.iter().map(|(_, folded)| folded), filter),
            Test::Contains(part) => {
                format!("{alias}.folded LIKE {} ESCAPE '!'", filter.value(collation::pattern(part)))
            }
            Test::Between(from, to) => {
                let (from, to) = (filter.value(from.as_str()), filter.value(to.as_str()));
                format!("{alias}.ascending_key BETWEEN {from} AND {to}")
            }
            Test::IsSet(true) => format!("{alias}.value IS NOT NULL"),
            Test::IsSet(false) => format!("{alias}.value IS NULL"),
        }
    }
}

/// The condition that the column has one of the values. The last value is repeated up to a power of two, so that there
/// are few different statements.
fn one_of<'a>(column: &str, values: impl ExactSizeIterator<Item = &'a String> + Clone, filter: &mut Filter) -> String {
    let count = values.len().next_power_of_two();
    if count == 1 {
        let value = values.map(|value| filter.value(value.as_str())).collect::<String>();
        return format!("{column} = {value}");
    }
    let last = values.clone().last();
    let filled = values.chain(last.into_iter().cycle()).take(count);
    let parameters: Vec<String> = filled.map(|value| filter.value(value.as_str())).collect();
    format!("{column} IN ({})", parameters.join(", "))
}
