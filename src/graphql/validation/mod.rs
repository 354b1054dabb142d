//! Whether a document and its variables are valid. Everything is checked before anything runs.
//!
//! The library checks a document against the schema, as the specification says. `literals` adds what the library leaves
//! out, and `variables` checks the values of each request. `scalars` has the values that our own scalars take.

mod literals;
mod scalars;
mod variables;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use apollo_compiler::ast::{DirectiveList, FieldDefinition, Type, VariableDefinition};
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::validation::{DiagnosticData, Valid};
use apollo_compiler::{ExecutableDocument, Node, Schema, name};
use async_graphql::{Pos, ServerError, Variables};

use self::literals::Found;
use super::error::server_error;
use super::types::Types;
use crate::base::error::Error;

/// Mistakes of one document that are reported.
const MISTAKES: usize = 10;

/// The rules of this server's schema. They are read once for the process.
static SERVER: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::read(super::sdl())));

/// A schema, and what it asks of documents.
pub struct Rules {
    schema: Valid<Schema>,
    types: Types,
}

/// What is known of a valid document.
#[derive(Debug, Default)]
pub struct Checked {
    operations: Vec<Operation>,
    /// Variables that are the whole value of an argument with a default.
    pub with_default: HashSet<String>,
}

/// The variables of an operation.
#[derive(Debug)]
struct Operation {
    name: Option<String>,
    variables: Vec<Node<VariableDefinition>>,
    /// Those that may be left out, but must not be null.
    not_null: HashSet<String>,
}

/// A mistake, and the byte where it stands in the document.
#[derive(Debug, PartialEq, Eq)]
struct Mistake {
    offset: Option<usize>,
    text: String,
}

impl Rules {
    /// The rules of this server's schema.
    pub fn of_server() -> Arc<Self> {
        Arc::clone(&SERVER)
    }

    /// Reads a schema from its text.
    pub fn read(sdl: &str) -> Self {
        let mut schema = Schema::parse(sdl, "schema.graphql").unwrap_or_else(|failed| failed.partial);
        add_is_one_of(&mut schema);
        let schema = schema.validate().unwrap_or_else(|failed| {
            tracing::error!(errors = %failed.errors, "the schema is not valid");
            Valid::assume_valid(failed.partial)
        });
        let types = Types::of(&schema);
        Self { schema, types }
    }

    /// What the limits need to know about the schema.
    pub const fn types(&self) -> &Types {
        &self.types
    }

    /// Checks a document.
    pub fn check(&self, text: &str) -> Result<Checked, Vec<ServerError>> {
        let document = ExecutableDocument::parse_and_validate(&self.schema, text, "document").map_err(|failed| {
            let offset = |error: &DiagnosticData| error.location().map(|location| location.offset());
            let mut found: Vec<_> = failed.errors.iter().map(|found| found.error).collect();
            found.sort_by_key(|error| offset(error));
            found.truncate(MISTAKES);
            let mistake = |error| Mistake { offset: offset(error), text: sentence(&error.to_string()) };
            found.into_iter().map(|error| mistake(error).at(text)).collect::<Vec<_>>()
        })?;
        let Found { mistakes, with_default, not_null } = Found::of(&self.schema, &document);
        if !mistakes.is_empty() {
            return Err(mistakes.into_iter().map(|mistake| mistake.at(text)).collect());
        }
        let operations = document.operations.iter().zip(not_null).map(|(operation, not_null)| Operation {
            name: operation.name.as_ref().map(ToString::to_string),
            variables: operation.variables.clone(),
            not_null,
        });
        Ok(Checked { operations: operations.collect(), with_default })
    }

    /// Checks the variables of one operation of a valid document.
    pub fn check_variables(&self, checked: &Checked, operation: Option<&str>, given: &Variables) -> Result<(), Error> {
        let found = checked.operations.iter().find(|found| found.name.as_deref() == operation);
        let Some(Operation { variables, not_null, .. }) = found else { return Ok(()) };
        variables::check(&self.schema, variables, not_null, given).map_err(Error::InvalidInput)
    }
}

/// Adds a field of introspection that the library does not know: `isOneOf` of a type, as the specification of 2025 has it.
fn add_is_one_of(schema: &mut Schema) {
    let Some(ExtendedType::Object(types)) = schema.types.get_mut("__Type") else { return };
    let field = FieldDefinition {
        description: None,
        name: name!("isOneOf"),
        arguments: Vec::new(),
        ty: Type::Named(name!("Boolean")),
        directives: DirectiveList::default(),
    };
    types.make_mut().fields.insert(name!("isOneOf"), Component::new(field));
}

impl Mistake {
    fn at(self, text: &str) -> ServerError {
        let mut error = server_error(Error::InvalidInput(self.text));
        error.locations = self.offset.map(|offset| position(text, offset)).into_iter().collect();
        error
    }
}

/// The line and the column of a byte, both from 1. Columns are counted in characters.
fn position(text: &str, offset: usize) -> Pos {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
    let breaks = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
    Pos { line: breaks + 1, column: line.chars().count() + 1 }
}

/// The library's message as a sentence.
fn sentence(message: &str) -> String {
    let mut letters = message.trim_end_matches('.').chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}

#[cfg(test)]
mod tests;
