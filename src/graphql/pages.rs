//! The most objects that an operation may return: the product of its nested page sizes.
//!
//! Lists without pages count by the number of requested ids, or else by a length that they seldom exceed. What is the
//! same for every request is computed once per document; only variables are looked up per request.

use std::cmp::Reverse;
use std::sync::Arc;

use async_graphql::{Name, Value as Constant, Variables};
use async_graphql_parser::types::Field;
use async_graphql_value::Value;

use super::types::Many;

/// The page size if the client gives none; the same as in `page`.
const DEFAULT: u64 = 20;
/// The number of ids if it is not known: the most that `nodes` takes.
const IDS: u64 = 100;
/// Fields that an error names.
const NAMED: usize = 3;

/// A field that returns several objects, and such fields inside it.
#[derive(Debug)]
pub struct Page {
    /// Its name in the answer.
    name: Name,
    sizes: Vec<Size>,
    /// The size if the client gives none.
    default: u64,
    inside: Vec<Arc<Self>>,
}

#[derive(Debug)]
enum Size {
    Number(u64),
    Variable(Name),
}

impl Page {
    /// The pages of a field.
    pub fn of(field: &Field, many: Many, inside: Vec<Arc<Self>>) -> Self {
        let default = match many {
            Many::One => 1,
            Many::Page => DEFAULT,
            Many::Ids => IDS,
            Many::About(length) => length,
        };
        let given = field.arguments.iter().filter(|(name, _)| match many {
            Many::Page => is_size(&name.node),
            Many::Ids => name.node == "ids",
            Many::One | Many::About(_) => false,
        });
        let sizes = given.filter_map(|(_, value)| match &value.node {
            Value::Variable(name) => Some(Size::Variable(name.clone())),
            Value::Number(number) => number.as_u64().map(Size::Number),
            Value::List(items) => Some(Size::Number(items.len() as u64)),
            _ => None,
        });
        Self { name: field.response_key().node.clone(), sizes: sizes.collect(), default, inside }
    }

    fn size(&self, variables: &Variables) -> u64 {
        let given = self.sizes.iter().filter_map(|size| match size {
            Size::Number(number) => Some(*number),
            Size::Variable(name) => match variables.get(name) {
                Some(Constant::Number(number)) => number.as_u64(),
                Some(Constant::List(items)) => Some(items.len() as u64),
                _ => None,
            },
        });
        given.max().unwrap_or(self.default)
    }
}

/// Whether the argument sets the size of a page.
pub fn is_size(argument: &str) -> bool {
    matches!(argument, "first" | "last")
}

/// The most objects that the pages may hold together. Each object of each page counts once.
pub fn count(pages: &[Arc<Page>], variables: &Variables) -> u64 {
    count_for(pages, 1, variables)
}

/// The fields that give the most objects, by their names in the answer, and how many; the largest first.
pub fn largest(pages: &[Arc<Page>], variables: &Variables) -> Vec<(String, u64)> {
    let mut shares = Vec::new();
    share(pages, 1, "", variables, &mut shares);
    shares.sort_by_key(|(_, objects)| Reverse(*objects));
    shares.truncate(NAMED);
    shares
}

fn share(pages: &[Arc<Page>], parents: u64, above: &str, variables: &Variables, shares: &mut Vec<(String, u64)>) {
    for page in pages {
        let objects = parents.saturating_mul(page.size(variables));
        let field = if above.is_empty() { page.name.to_string() } else { format!("{above}.{}", page.name) };
        share(&page.inside, objects, &field, variables, shares);
        shares.push((field, objects));
    }
}

fn count_for(pages: &[Arc<Page>], parents: u64, variables: &Variables) -> u64 {
    pages.iter().fold(0, |sum, page| {
        let objects = parents.saturating_mul(page.size(variables));
        sum.saturating_add(objects).saturating_add(count_for(&page.inside, objects, variables))
    })
}
