//! The limits of a document, checked before it is validated or run.
//!
//! One walk over the parsed document measures it. Each fragment is measured once and its sums are then reused. So
//! fragments that spread each other twice, twenty levels deep, cost no more than their text. The walk ends as soon as a
//! sum exceeds its limit. `pages` counts the objects, since that depends on variables.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use async_graphql::Name;
use async_graphql_parser::Positioned;
use async_graphql_parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};

use super::once::once;
use super::pages::{Page, is_size};
use super::types::{Many, Types};
use crate::base::config::Limits;
use crate::base::error::{Error, Result};

/// Levels of nested selections, fragments included. The engine has the same limit, but its error does not say what to
/// do.
const NESTED: u64 = 32;
/// Arguments of one field or directive.
const ARGUMENTS: u64 = 50;
/// Variables of one document.
const VARIABLES: u64 = 250;
/// Operations of one document: each is validated with all the fragments that it spreads.
const OPERATIONS: u64 = 100;
/// How often one operation may use `__schema` or `__type`.
const INTROSPECTIONS: u64 = 5;
/// Nested lists of the schema: `types` and their `fields`, or `__type`, its `fields` and theirs.
const INTROSPECTION_LISTS: u64 = 2;

/// What can only be counted once the variables are known: the pages of each operation, by its name.
pub type Pages = HashMap<Option<Name>, Vec<Arc<Page>>>;

/// Refuses a document that exceeds a limit.
pub fn measure(document: &ExecutableDocument, types: &Types, limits: &Limits) -> Result<Pages> {
    let mut walk = Walk { document, types, limits, fragments: HashMap::new() };
    let mut pages = Pages::new();
    let mut whole = Part::default();
    let operations = document.operations.iter().count() as u64;
    within(operations, OPERATIONS, "operations", "Send only those that you run.")?;
    for (name, operation) in document.operations.iter() {
        let part = walk.operation(&operation.node)?;
        whole.fields = whole.fields.saturating_add(part.fields);
        whole.directives = whole.directives.saturating_add(part.directives);
        whole.variables = whole.variables.saturating_add(part.variables);
        whole.check(limits)?;
        pages.insert(name.cloned(), part.pages);
    }
    // An unused fragment is an error anyway, and an unmeasured one must not reach the validation.
    match document.fragments.keys().find(|name| !walk.fragments.contains_key(name.as_str())) {
        Some(name) => Err(Error::InvalidInput(format!("The fragment {name} is not used. Remove it."))),
        None => Ok(pages),
    }
}

/// The measures of a selection set, with its fragments spread.
#[derive(Default)]
struct Part<'a> {
    fields: u64,
    directives: u64,
    variables: u64,
    /// Levels of fields.
    depth: u64,
    /// Levels of selection sets, fragments included.
    nested: u64,
    /// Fields at the top of this set.
    roots: u64,
    introspections: u64,
    introspection_lists: u64,
    /// How often each field occurs at the top of this set, under any alias: each occurrence is run.
    times: HashMap<&'a str, u64>,
    pages: Vec<Arc<Page>>,
}

impl Part<'_> {
    /// Adds a part at the same level, such as a fragment.
    fn add(&mut self, other: &Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.directives = self.directives.saturating_add(other.directives);
        self.roots = self.roots.saturating_add(other.roots);
        self.introspections = self.introspections.saturating_add(other.introspections);
        self.nested = self.nested.max(other.nested + 1);
        self.depth = self.depth.max(other.depth);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.pages.extend(other.pages.iter().cloned());
        for (name, times) in &other.times {
            let sum = self.times.entry(name).or_default();
            *sum = sum.saturating_add(*times);
        }
    }

    fn check(&self, limits: &Limits) -> Result<()> {
        within(
            self.fields,
            limits.fields,
            "or more fields, including those of fragments",
            "Ask for fewer in one request.",
        )?;
        within(self.directives, limits.directives, "or more directives", "Ask for less in one request.")?;
        within(self.variables, VARIABLES, "variables", "Use lists or input objects.")?;
        let Some((name, most)) = self.times.iter().max_by_key(|(_, times)| **times) else { return Ok(()) };
        if *most <= limits.aliases {
            return Ok(());
        }
        let what = format!("or more uses of the field {name}");
        within(*most, limits.aliases, &what, "Spread them over several requests.")
    }

    fn check_operation(&self, limits: &Limits) -> Result<()> {
        within(
            self.depth,
            limits.depth,
            "levels of nested fields",
            "Start further down, at an object whose id you know.",
        )?;
        within(self.roots, limits.root_fields, "root fields", "Spread them over several requests.")?;
        within(self.introspections, INTROSPECTIONS, "uses of __schema or __type", "Read /schema.graphql.")?;
        let lists = self.introspection_lists;
        within(lists, INTROSPECTION_LISTS, "nested lists in __schema or __type", "Read /schema.graphql.")
    }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    types: &'a Types,
    limits: &'a Limits,
    /// `None` while it is being measured.
    fragments: HashMap<&'a str, Option<Rc<Part<'a>>>>,
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Part<'a>> {
        let root = self.types.root(operation.ty);
        let mut part = self.selections(&operation.selection_set, root, 0)?;
        part.variables = operation.variable_definitions.len() as u64;
        part.directives += count(&operation.directives)?;
        for variable in &operation.variable_definitions {
            part.directives += count(&variable.node.directives)?;
        }
        part.check(self.limits)?;
        part.check_operation(self.limits)?;
        if operation.ty == OperationType::Mutation {
            once(self.document, &operation.selection_set.node)?;
        }
        Ok(part)
    }

    fn selections(&mut self, set: &'a Positioned<SelectionSet>, parent: &'a str, level: u64) -> Result<Part<'a>> {
        within(level, NESTED, "or more nested selections", "Ask for less in one request.")?;
        let mut part = Part::default();
        for selection in &set.node.items {
            part.directives += count(selection.node.directives())?;
            match &selection.node {
                Selection::Field(field) => self.field(&mut part, &field.node, parent, level)?,
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(parent, |condition| condition.node.on.node.as_str());
                    part.add(&self.selections(&fragment.node.selection_set, on, level + 1)?);
                }
                Selection::FragmentSpread(spread) => match self.fragment(&spread.node.fragment_name.node, level + 1)? {
                    Some(fragment) => part.add(&fragment),
                    // Validation reports it. It is still counted, so that there cannot be an unlimited number.
                    None => part.fields += 1,
                },
            }
            part.check(self.limits)?;
        }
        Ok(part)
    }

    fn fragment(&mut self, name: &'a str, level: u64) -> Result<Option<Rc<Part<'a>>>> {
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(None) };
        match self.fragments.get(name) {
            Some(Some(known)) => {
                let nested = level + known.nested;
                within(nested, NESTED, "or more nested selections", "Ask for less in one request.")?;
                return Ok(Some(Rc::clone(known)));
            }
            Some(None) => return Err(Error::InvalidInput(format!("The fragment {name} spreads itself."))),
            None => {}
        }
        self.fragments.insert(name, None);
        let on = fragment.node.type_condition.node.on.node.as_str();
        let mut part = self.selections(&fragment.node.selection_set, on, level)?;
        part.directives += count(&fragment.node.directives)?;
        let part = Rc::new(part);
        self.fragments.insert(name, Some(Rc::clone(&part)));
        Ok(Some(part))
    }

    fn field(&mut self, part: &mut Part<'a>, field: &'a Field, parent: &'a str, level: u64) -> Result<()> {
        let name = field.name.node.as_str();
        within(field.arguments.len() as u64, ARGUMENTS, "arguments of one field", "Remove the unknown ones.")?;
        let known = self.types.field(parent, name);
        let introspects = parent.starts_with("__");
        let gives = match name {
            "__schema" | "__type" => "__Type",
            _ if introspects => "__Type",
            _ => known.map_or("", |known| known.gives.as_str()),
        };
        let inside = if field.selection_set.node.items.is_empty() {
            Part::default()
        } else {
            self.selections(&field.selection_set, gives, level + 1)?
        };
        part.fields = part.fields.saturating_add(1).saturating_add(inside.fields);
        part.directives = part.directives.saturating_add(inside.directives);
        part.roots += 1;
        part.nested = part.nested.max(inside.nested + 1);
        part.introspections += u64::from(matches!(name, "__schema" | "__type"));
        let is_list = introspects && is_introspection_list(name);
        part.introspection_lists = part.introspection_lists.max(inside.introspection_lists + u64::from(is_list));
        if !introspects {
            part.depth = part.depth.max(inside.depth + 1);
        }
        // Tools put `__typename` into every fragment, and it costs nothing.
        if name != "__typename" {
            *part.times.entry(name).or_default() += 1;
        }
        let says_size = || field.arguments.iter().any(|(argument, _)| is_size(&argument.node));
        match known.map_or_else(|| if says_size() { Many::Page } else { Many::One }, |known| known.many) {
            Many::One => part.pages.extend(inside.pages),
            many => part.pages.push(Arc::new(Page::of(field, many, inside.pages))),
        }
        Ok(())
    }
}

/// Whether the field is a list of the schema whose items hold such lists again.
fn is_introspection_list(field: &str) -> bool {
    matches!(field, "types" | "fields" | "inputFields" | "interfaces" | "possibleTypes")
}

fn count(directives: &[Positioned<Directive>]) -> Result<u64> {
    for directive in directives {
        let arguments = directive.node.arguments.len() as u64;
        within(arguments, ARGUMENTS, "arguments of one directive", "Remove the unknown ones.")?;
    }
    Ok(directives.len() as u64)
}

/// Refuses a value over its limit. The error says the limit, the value and what to do.
pub fn within(value: u64, limit: u64, what: &str, remedy: &str) -> Result<()> {
    if value <= limit {
        return Ok(());
    }
    let message = format!("This has {value} {what}; at most {limit} are allowed. {remedy}");
    Err(Error::Limited { message, limit, value })
}

#[cfg(test)]
mod tests;
