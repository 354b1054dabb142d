//! How the requested fields of an object are resolved. `#[guarded]` and `#[mutation]` generate the calls.
//!
//! The engine makes a future for each field, and compiles that code anew for each type. Here, it is compiled once. A
//! field whose value is at hand gets no future: it is asked in the loop. Objects become JSON at once, without a tree of
//! values in between.

use std::collections::HashSet;
use std::future::poll_fn;
use std::task::Poll;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::{MetaDirectiveInvocation, MetaField, MetaType, ObjectBuilder};
use async_graphql::{Context, ContextSelectionSet, Name, Positioned, ServerResult, Value};
use futures_util::future::BoxFuture;
use serde::Serialize;

/// The value of a field; `None` if the object has no such field.
pub type Resolved<'a> = BoxFuture<'a, ServerResult<Option<Value>>>;

/// An object whose fields can be resolved one by one.
pub trait Fields: Send + Sync {
    /// The name of its type.
    fn type_name(&self) -> std::borrow::Cow<'static, str>;

    /// Whether it has the field.
    fn has(name: &str) -> bool
    where
        Self: Sized;

    /// The value of a field that needs no waiting. `None` if the field may have to wait.
    fn now(&self, context: &Context<'_>) -> Option<ServerResult<Option<Value>>>;

    /// The value of a field.
    fn field<'a>(&'a self, context: &'a Context<'a>) -> Resolved<'a>;

    /// The value of a requested field, with the field's context in the same allocation.
    fn later<'a>(&'a self, context: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> Resolved<'a>;
}

/// Up to so many names are compared one by one, which is faster than hashing.
const FEW: usize = 16;

/// In the data of a request: objects and lists of them become JSON at once, which `write` takes over as it is. Objects that
/// are requested twice under one name cannot be merged then.
pub struct AsText;

/// The values of the requested fields, in their order. Fields that wait do so together.
pub async fn resolve<'a>(context: &'a ContextSelectionSet<'a>, object: &'a dyn Fields) -> ServerResult<Value> {
    let fields = requested(context, &object.type_name());
    if context.data_opt::<AsText>().is_some() {
        let mut text = Text::default();
        text.object(context, object, &fields)?;
        return text.finish().await;
    }
    let (mut ready, mut waiting) = (Vec::with_capacity(fields.len()), Vec::new());
    for field in &fields {
        ready.push(match ask(context, object, field) {
            Asked::Now(value) => Some(value?),
            Asked::Later(value) => {
                waiting.push(value);
                None
            }
        });
    }
    let mut map = IndexMap::with_capacity(fields.len());
    let mut waited = together(waiting).await?.into_iter();
    for (field, value) in fields.iter().zip(ready) {
        merge(&mut map, field.node.response_key().node.clone(), value.or_else(|| waited.next()).unwrap_or_default());
    }
    Ok(Value::Object(map))
}

/// A list of objects as values. They wait together.
pub async fn resolve_all(context: &ContextSelectionSet<'_>, objects: Vec<&dyn Fields>) -> ServerResult<Value> {
    let contexts: Vec<_> = (0..objects.len()).map(|place| context.with_index(place)).collect();
    let values = contexts
        .iter()
        .zip(objects)
        .map(|(context, object)| -> Resolved<'_> { Box::pin(async move { resolve(context, object).await.map(Some) }) });
    Ok(Value::List(together(values.collect()).await?))
}

/// The fields that the context requests from an object of the type. A scalar that is requested twice under one name is
/// there once.
pub fn requested<'a>(context: &ContextSelectionSet<'a>, type_name: &str) -> Vec<&'a Positioned<Field>> {
    let mut found = Vec::with_capacity(context.item.node.items.len());
    collect(context, type_name, &context.item.node, &mut found);
    let key = |field: &'a Positioned<Field>| field.node.response_key().node.as_str();
    if found.len() > FEW {
        let mut seen = HashSet::with_capacity(found.len());
        found.retain(|field| seen.insert(key(field)) || !is_scalar(field));
    } else {
        let mut place = 1;
        while let Some((field, before)) = found.get(..=place).and_then(<[_]>::split_last) {
            if is_scalar(field) && before.iter().any(|earlier| key(earlier) == key(field)) {
                found.remove(place);
            } else {
                place += 1;
            }
        }
    }
    found
}

fn is_scalar(field: &Positioned<Field>) -> bool {
    field.node.selection_set.node.items.is_empty()
}

fn collect<'a>(
    context: &ContextSelectionSet<'a>,
    type_name: &str,
    selections: &'a SelectionSet,
    found: &mut Vec<&'a Positioned<Field>>,
) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => found.push(field),
            Selection::FragmentSpread(spread) => {
                // Documents are checked before they run, so the fragment exists.
                if let Some(fragment) = context.query_env.fragments.get(&spread.node.fragment_name.node)
                    && applies(context, type_name, fragment.node.type_condition.node.on.node.as_str())
                {
                    collect(context, type_name, &fragment.node.selection_set.node, found);
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                if condition.is_none_or(|condition| applies(context, type_name, condition.node.on.node.as_str())) {
                    collect(context, type_name, &fragment.node.selection_set.node, found);
                }
            }
        }
    }
}

/// Whether a fragment on this type is one on the object's type, or on an interface of it.
fn applies(context: &ContextSelectionSet<'_>, type_name: &str, condition: &str) -> bool {
    let interfaces = context.schema_env.registry.implements.get(type_name);
    type_name == condition || interfaces.is_some_and(|interfaces| interfaces.contains(condition))
}

/// A requested value.
enum Asked<'a> {
    Now(ServerResult<Value>),
    Later(Resolved<'a>),
}

fn ask<'a>(context: &'a ContextSelectionSet<'a>, object: &'a dyn Fields, field: &'a Positioned<Field>) -> Asked<'a> {
    if field.node.name.node == "__typename" {
        return Asked::Now(Ok(Value::String(object.type_name().into_owned())));
    }
    // What has no fields of its own is a scalar, which is at hand if its resolver is not asynchronous.
    if is_scalar(field)
        && let Some(value) = object.now(&context.with_field(field))
    {
        return Asked::Now(value.map(Option::unwrap_or_default));
    }
    Asked::Later(object.later(context, field))
}

/// Waits for all values. Each wake-up polls all that still wait, because they mostly wait for the same statement.
async fn together(mut waiting: Vec<Resolved<'_>>) -> ServerResult<Vec<Value>> {
    let mut values: Vec<Option<Value>> = vec![None; waiting.len()];
    poll_fn(|task| {
        let mut are_ready = true;
        for (future, value) in waiting.iter_mut().zip(&mut values) {
            if value.is_none() {
                match future.as_mut().poll(task) {
                    Poll::Ready(Ok(resolved)) => *value = Some(resolved.unwrap_or_default()),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => are_ready = false,
                }
            }
        }
        if are_ready { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await?;
    Ok(values.into_iter().flatten().collect())
}

/// JSON with holes for the values that wait.
#[derive(Default)]
pub struct Text<'a> {
    written: Vec<u8>,
    holes: Vec<usize>,
    waiting: Vec<Resolved<'a>>,
}

impl<'a> Text<'a> {
    /// Adds an object.
    pub fn object(
        &mut self,
        context: &'a ContextSelectionSet<'a>,
        object: &'a dyn Fields,
        fields: &[&'a Positioned<Field>],
    ) -> ServerResult<()> {
        self.begin(b'{');
        for field in fields {
            self.name(field);
            match ask(context, object, field) {
                Asked::Now(value) => write(&value?, &mut self.written),
                Asked::Later(value) => self.hole(value),
            }
        }
        self.end(b'}');
        Ok(())
    }

    /// Begins an object or a list with this bracket.
    pub fn begin(&mut self, bracket: u8) {
        self.separate();
        self.written.push(bracket);
    }

    /// Ends it.
    pub fn end(&mut self, bracket: u8) {
        self.written.push(bracket);
    }

    /// Adds the name of a field. Its value comes next.
    pub fn name(&mut self, field: &Positioned<Field>) {
        self.separate();
        self.written.push(b'"');
        // Names have only letters, digits and underscores.
        self.written.extend_from_slice(field.node.response_key().node.as_bytes());
        self.written.extend_from_slice(b"\":");
    }

    /// Adds a text.
    pub fn string(&mut self, text: &str) {
        scalar(&text, &mut self.written);
    }

    /// Leaves a hole for a value that waits.
    fn hole(&mut self, value: Resolved<'a>) {
        self.holes.push(self.written.len());
        self.waiting.push(value);
    }

    /// Adds the comma between two members.
    fn separate(&mut self) {
        let is_at_hole = self.holes.last() == Some(&self.written.len());
        if is_at_hole || !matches!(self.written.last(), None | Some(b'{' | b'[' | b':')) {
            self.written.push(b',');
        }
    }

    /// Waits for the values in the holes.
    pub async fn finish(self) -> ServerResult<Value> {
        if self.waiting.is_empty() {
            return Ok(Value::Binary(self.written.into()));
        }
        let values = together(self.waiting).await?;
        let length = |value: &Value| if let Value::Binary(text) = value { text.len() } else { 16 };
        let mut whole = Vec::with_capacity(self.written.len() + values.iter().map(length).sum::<usize>());
        let mut from = 0;
        for (hole, value) in self.holes.into_iter().zip(values) {
            whole.extend_from_slice(self.written.get(from..hole).unwrap_or_default());
            write(&value, &mut whole);
            from = hole;
        }
        whole.extend_from_slice(self.written.get(from..).unwrap_or_default());
        Ok(Value::Binary(whole.into()))
    }
}

/// Writes a value as JSON. Bytes are JSON already: no type of the schema has values of bytes.
pub fn write(value: &Value, text: &mut Vec<u8>) {
    match value {
        Value::Null => text.extend_from_slice(b"null"),
        Value::Binary(written) => text.extend_from_slice(written),
        Value::List(items) => {
            text.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(b',');
                }
                write(item, text);
            }
            text.push(b']');
        }
        Value::Object(fields) => {
            text.push(b'{');
            for (place, (name, value)) in fields.iter().enumerate() {
                if place > 0 {
                    text.push(b',');
                }
                scalar(name, text);
                text.push(b':');
                write(value, text);
            }
            text.push(b'}');
        }
        Value::Number(number) => scalar(number, text),
        Value::String(string) => scalar(string, text),
        Value::Boolean(boolean) => scalar(boolean, text),
        Value::Enum(name) => scalar(name, text),
    }
}

/// Writes anything else as JSON.
pub fn scalar(value: &impl Serialize, text: &mut Vec<u8>) {
    let before = text.len();
    if serde_json::to_writer(&mut *text, value).is_err() {
        text.truncate(before);
        text.extend_from_slice(b"null");
    }
}

/// Adds a value. What has been requested twice under one name is merged, as the specification says: section 6.3.2.
fn merge(target: &mut IndexMap<Name, Value>, name: Name, value: Value) {
    match (target.get_mut(&name), value) {
        (Some(Value::Object(present)), Value::Object(more)) => {
            for (name, value) in more {
                merge(present, name, value);
            }
        }
        (Some(Value::List(present)), Value::List(more)) => {
            for (present, more) in present.iter_mut().zip(more) {
                if let (Value::Object(present), Value::Object(more)) = (present, more) {
                    for (name, value) in more {
                        merge(present, name, value);
                    }
                }
            }
        }
        (Some(_), _) => {}
        (None, value) => {
            target.insert(name, value);
        }
    }
}

/// The type of an object for the registry.
pub fn describe(
    name: &str,
    rust_name: &'static str,
    description: &str,
    directives: Vec<MetaDirectiveInvocation>,
    fields: Vec<(String, MetaField)>,
) -> MetaType {
    ObjectBuilder::new(name, fields.into_iter().collect())
        .rust_typename(rust_name)
        .description((!description.is_empty()).then(|| description.to_owned()))
        .directive_invocations(directives)
        .build()
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    #[test]
    fn a_value_is_written_as_the_engine_writes_it() {
        let plain = value!({
            "empty": {}, "none": [], "null": null, "yes": true, "number": -12, "fraction": 0.25,
            "text": "a \"b\" \\ \n \u{1} ü 🦀 {[:,", "list": [[1, null], {"a": "b"}],
        });
        let mut text = Vec::new();
        write(&plain, &mut text);
        assert_eq!(String::from_utf8(text.clone()).unwrap(), serde_json::to_string(&plain).unwrap());
        // What is JSON already is taken over.
        let mut outer = Vec::new();
        write(&Value::List(vec![Value::Binary(text.clone().into()), Value::from(1)]), &mut outer);
        assert_eq!(outer, [b"[", text.as_slice(), b",1]"].concat());
    }

    #[tokio::test]
    async fn values_that_wait_are_put_where_they_belong() {
        let later = |value: Value| -> Resolved<'_> {
            Box::pin(async move {
                tokio::task::yield_now().await;
                Ok(Some(value))
            })
        };
        let mut text = Text::default();
        text.begin(b'[');
        for number in 0..3 {
            text.begin(b'{');
            text.hole(later(Value::from(number)));
            text.end(b'}');
        }
        text.end(b']');
        let Value::Binary(written) = text.finish().await.unwrap() else { panic!("it is text") };
        assert_eq!(&*written, b"[{0},{1},{2}]");
    }
}
