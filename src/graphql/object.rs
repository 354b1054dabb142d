//! How the requested fields of an object are resolved. `#[guarded]` and `#[mutation]` generate the calls.
//!
//! The engine makes a future for each field, and compiles that code anew for each type. Here, it is compiled once. A
//! field whose value is at hand gets no future: it is asked in the loop.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::{MetaDirectiveInvocation, MetaField, MetaType, ObjectBuilder};
use async_graphql::{Context, ContextSelectionSet, Name, Positioned, ServerResult, Value};
use futures_util::future::{BoxFuture, try_join_all};

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

/// The values of the requested fields, in their order. Fields that wait do so together.
pub async fn resolve<'a>(context: &'a ContextSelectionSet<'a>, object: &'a dyn Fields) -> ServerResult<Value> {
    let mut found = Found { values: Vec::with_capacity(context.item.node.items.len()), waiting: Vec::new() };
    found.collect(context, object, &context.item.node)?;
    let Found { mut values, waiting } = found;
    let (places, waiting): (Vec<usize>, Vec<_>) = waiting.into_iter().unzip();
    for (place, value) in places.into_iter().zip(try_join_all(waiting).await?) {
        if let Some((_, waited)) = values.get_mut(place) {
            *waited = value.unwrap_or_default();
        }
    }
    let mut map = IndexMap::with_capacity(values.len());
    for (name, value) in values {
        merge(&mut map, name, value);
    }
    Ok(Value::Object(map))
}

/// The fields so far, and those that wait, each with its place among them.
struct Found<'a> {
    values: Vec<(Name, Value)>,
    waiting: Vec<(usize, Resolved<'a>)>,
}

impl<'a> Found<'a> {
    fn collect(
        &mut self,
        context: &'a ContextSelectionSet<'a>,
        object: &'a dyn Fields,
        selections: &'a SelectionSet,
    ) -> ServerResult<()> {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => self.add(context, object, field)?,
                Selection::FragmentSpread(spread) => {
                    // Documents are checked before they run, so the fragment exists.
                    if let Some(fragment) = context.query_env.fragments.get(&spread.node.fragment_name.node)
                        && applies(context, object, fragment.node.type_condition.node.on.node.as_str())
                    {
                        self.collect(context, object, &fragment.node.selection_set.node)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| applies(context, object, condition.node.on.node.as_str())) {
                        self.collect(context, object, &fragment.node.selection_set.node)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        context: &'a ContextSelectionSet<'a>,
        object: &'a dyn Fields,
        field: &'a Positioned<Field>,
    ) -> ServerResult<()> {
        let name = field.node.response_key().node.clone();
        if field.node.name.node == "__typename" {
            self.values.push((name, Value::String(object.type_name().into_owned())));
            return Ok(());
        }
        // What has no fields of its own is a scalar, which is at hand if its resolver is not asynchronous.
        if field.node.selection_set.node.items.is_empty()
            && let Some(value) = object.now(&context.with_field(field))
        {
            self.values.push((name, value?.unwrap_or_default()));
            return Ok(());
        }
        self.waiting.push((self.values.len(), object.later(context, field)));
        self.values.push((name, Value::Null));
        Ok(())
    }
}

/// Whether a fragment on this type is one on the object's type, or on an interface of it.
fn applies(context: &ContextSelectionSet<'_>, object: &dyn Fields, condition: &str) -> bool {
    let name = object.type_name();
    let interfaces = context.schema_env.registry.implements.get(&*name);
    name == condition || interfaces.is_some_and(|interfaces| interfaces.contains(condition))
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
