//! Parsed documents. Clients send the same few texts again and again, so each is parsed, measured and validated once and
//! then cached.

use std::iter;
use std::sync::Arc;

use async_graphql::{Name, Pos, ServerError, Variables, value};
use async_graphql_parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql_parser::{Error as ParseError, parse_query};
use async_graphql_value::Value;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::error::server_error;
use super::escapes::without_escapes;
use super::limits::{self, Pages, within};
use super::nesting::nesting;
use super::pages::{self, Page};
use super::repeats::repeats;
use super::trusted::Trusted;
use super::validation::{Checked, Rules};
use crate::base::config::Limits;
use crate::base::error::{Error, Result};
use crate::base::random;

/// The deepest nesting of brackets. The parser itself stops at 64 selections, but only after it has read them all.
const NESTED: u64 = 64;
/// The average size of a text, for the limit on all cached texts. Parsed, each takes up to eighty times that.
const TYPICAL_BYTES: u64 = 1024;

/// The cached texts and their parsed documents.
pub struct Documents {
    rules: Arc<Rules>,
    limits: Limits,
    parsed: Cache<Arc<str>, Arc<Document>, Length>,
    persisted: Cache<String, Arc<str>, Length>,
    trusted: Option<Trusted>,
}

/// Longer texts count for more.
#[derive(Clone)]
struct Length;

impl Weighter<Arc<str>, Arc<Document>> for Length {
    fn weight(&self, text: &Arc<str>, _: &Arc<Document>) -> u64 {
        text.len() as u64 + 1
    }
}

impl Weighter<String, Arc<str>> for Length {
    fn weight(&self, _: &String, text: &Arc<str>) -> u64 {
        text.len() as u64 + 1
    }
}

impl Documents {
    /// Documents for the schema with these rules, within these limits. If there are trusted documents, only those are
    /// accepted.
    pub fn new(rules: Arc<Rules>, limits: Limits, trusted: Option<Trusted>) -> Self {
        let (many, bytes) = (limits.cached_documents, limits.cached_documents as u64 * TYPICAL_BYTES);
        let parsed = Cache::with_weighter(many, bytes, Length);
        let persisted = Cache::with_weighter(many, bytes, Length);
        Self { rules, limits, parsed, persisted, trusted }
    }

    /// The document of a text, valid and within its limits.
    pub fn load(&self, text: &str) -> Result<Arc<Document>, Vec<ServerError>> {
        if let Some(known) = self.parsed.get(text) {
            return Ok(known);
        }
        let document = Arc::new(self.parse(text)?);
        self.parsed.insert(text.into(), Arc::clone(&document));
        Ok(document)
    }

    fn parse(&self, text: &str) -> Result<Document, Vec<ServerError>> {
        let (document, pages) = self.measure(text).map_err(|error| vec![error])?;
        let checked = self.rules.check(text)?;
        let (repeats, mut hash) = (repeats(&document), random::hash(text));
        hash.truncate(SHOWN);
        Ok(Document { rules: Arc::clone(&self.rules), executable: document, pages, checked, repeats, hash })
    }

    fn measure(&self, text: &str) -> Result<(ExecutableDocument, Pages), ServerError> {
        if self.trusted.as_ref().is_some_and(|trusted| !trusted.has(text)) {
            let text = "This server runs only the documents that it knows. Ask its operator to add yours.";
            return Err(server_error(Error::InvalidInput(text.to_owned())));
        }
        let bytes = text.len() as u64;
        let remedy = "Split it into several.";
        within(bytes, self.limits.document_bytes, "bytes in its document", remedy).map_err(server_error)?;
        within(nesting(text), NESTED, "nested brackets", remedy).map_err(server_error)?;
        let document = parse_query(without_escapes(text)).map_err(|error| syntax_error(&error))?;
        let pages = limits::measure(&document, self.rules.types(), &self.limits).map_err(server_error)?;
        Ok((document, pages))
    }

    /// The text that was stored under this hash.
    pub fn persisted(&self, hash: &str) -> Option<Arc<str>> {
        match &self.trusted {
            Some(trusted) => trusted.find(hash),
            None => self.persisted.get(hash),
        }
    }

    /// Stores a text under its SHA-256 hash. Refuses a hash that does not match.
    pub fn persist(&self, hash: &str, text: &str) -> Result<()> {
        if random::hash(text) != hash {
            return Err(Error::InvalidInput("sha256Hash is not the SHA-256 of query, in lower-case hex.".to_owned()));
        }
        if self.persisted.get(hash).is_none() {
            self.persisted.insert(hash.to_owned(), text.into());
        }
        Ok(())
    }
}

/// A valid document.
pub struct Document {
    rules: Arc<Rules>,
    executable: ExecutableDocument,
    pages: Pages,
    checked: Checked,
    /// Whether it may request an object twice under one name, so that the answers must be merged.
    pub repeats: bool,
    /// The start of the SHA-256 of its text, for logs and traces.
    pub hash: String,
}

/// Characters of a hash that are shown.
const SHOWN: usize = 16;

impl Document {
    /// A copy of the document for the engine, which consumes it.
    ///
    /// An argument whose variable has no value is left out: it has its default then, which the engine gives it only where
    /// the argument is not written at all.
    pub fn parsed(&self, variables: &Variables) -> ExecutableDocument {
        let mut document = self.executable.clone();
        let is_left_out = |value: &Value| match value {
            Value::Variable(name) => self.checked.with_default.contains(name.as_str()) && !variables.contains_key(name),
            _ => false,
        };
        if self.checked.with_default.iter().any(|name| !variables.contains_key(name.as_str())) {
            let operations: Box<dyn Iterator<Item = &mut SelectionSet>> = match &mut document.operations {
                DocumentOperations::Single(one) => Box::new(iter::once(&mut one.node.selection_set.node)),
                DocumentOperations::Multiple(all) => {
                    Box::new(all.values_mut().map(|one| &mut one.node.selection_set.node))
                }
            };
            let fragments = document.fragments.values_mut().map(|fragment| &mut fragment.node.selection_set.node);
            for set in operations.chain(fragments) {
                leave_out(set, &is_left_out);
            }
        }
        document
    }

    /// A copy of the document in which subscriptions are queries, for the schema that runs them once for each event.
    pub fn for_event(&self, variables: &Variables) -> ExecutableDocument {
        let mut document = self.parsed(variables);
        match &mut document.operations {
            DocumentOperations::Single(one) => one.node.ty = OperationType::Query,
            DocumentOperations::Multiple(all) => all.values_mut().for_each(|one| one.node.ty = OperationType::Query),
        }
        document
    }

    /// The operation that the client chose. Without a name, the only one.
    pub fn operation(&self, name: Option<&str>) -> Result<Operation<'_>> {
        let wrong = |text: String| Err(Error::InvalidInput(text));
        let (name, definition) = match (&self.executable.operations, name) {
            (DocumentOperations::Single(only), None) => (None, &only.node),
            (DocumentOperations::Multiple(all), Some(name)) => match all.get_key_value(name) {
                Some((name, one)) => (Some(name), &one.node),
                None => return wrong("The document has no operation with this operationName.".to_owned()),
            },
            (DocumentOperations::Multiple(all), None) if all.len() == 1 => match all.iter().next() {
                Some((name, one)) => (Some(name), &one.node),
                None => return wrong("The document has no operation.".to_owned()),
            },
            (DocumentOperations::Single(_), Some(_)) => {
                return wrong(
                    "The document has no operation with this operationName. Its only operation has no name.".to_owned(),
                );
            }
            (DocumentOperations::Multiple(all), None) => {
                return wrong(format!("The document has {} operations. Choose one with operationName.", all.len()));
            }
        };
        let pages = self.pages.get(&name.cloned()).map_or(&[][..], Vec::as_slice);
        Ok(Operation { document: self, name, definition, pages })
    }
}

/// One operation of a document.
pub struct Operation<'a> {
    document: &'a Document,
    name: Option<&'a Name>,
    definition: &'a OperationDefinition,
    pages: &'a [Arc<Page>],
}

impl<'a> Operation<'a> {
    /// Its name.
    pub const fn name(&self) -> Option<&'a Name> {
        self.name
    }

    /// Whether it is a query or a mutation.
    pub const fn kind(&self) -> OperationType {
        self.definition.ty
    }

    /// Checks the variables, and fills in their defaults: the engine does not know these in `@skip` and `@include`.
    pub fn complete(&self, variables: &mut Variables) -> Result<()> {
        let Document { rules, checked, .. } = self.document;
        rules.check_variables(checked, self.name.map(Name::as_str), variables)?;
        for definition in &self.definition.variable_definitions {
            let name = &definition.node.name.node;
            if let (Some(default), false) = (&definition.node.default_value, variables.contains_key(name)) {
                variables.insert(name.clone(), default.node.clone());
            }
        }
        Ok(())
    }

    /// The most objects that it may return.
    pub fn nodes(&self, variables: &Variables) -> u64 {
        pages::count(self.pages, variables)
    }

    /// Refuses an operation that may return more objects. The error names the fields that give the most of them.
    pub fn within(&self, variables: &Variables, limit: u64) -> Result<(), ServerError> {
        let requested = self.nodes(variables);
        if requested <= limit {
            return Ok(());
        }
        let largest = pages::largest(self.pages, variables);
        let named: Vec<String> = largest.iter().map(|(field, objects)| format!("{field} ({objects})")).collect();
        let remedy = format!(
            "Most are in {}. Ask for smaller pages there, or on the lists around, with first.",
            named.join(", ")
        );
        within(requested, limit, "objects to return", &remedy).map_err(|error| {
            let mut error = server_error(error);
            let fields = largest.into_iter().map(|(field, objects)| value!({ "field": field, "objects": objects }));
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("fields", async_graphql::Value::List(fields.collect()));
            error
        })
    }
}

/// Removes the arguments with such values.
fn leave_out(set: &mut SelectionSet, is_left_out: &impl Fn(&Value) -> bool) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                field.node.arguments.retain(|(_, value)| !is_left_out(&value.node));
                leave_out(&mut field.node.selection_set.node, is_left_out);
            }
            Selection::InlineFragment(fragment) => leave_out(&mut fragment.node.selection_set.node, is_left_out),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Says where parsing failed, without repeating the document.
fn syntax_error(error: &ParseError) -> ServerError {
    let (position, reason) = match error {
        ParseError::Syntax { message, start: Pos { line, column }, .. } => {
            let reason = message.lines().last().unwrap_or_default().trim().trim_start_matches("= ");
            (format!(" at line {line}, column {column}"), reason.to_owned())
        }
        other => (String::new(), other.to_string()),
    };
    let mut answer = server_error(Error::InvalidInput(format!("The document does not parse{position}: {reason}.")));
    answer.locations = error.positions().collect();
    answer
}

#[cfg(test)]
mod tests;
