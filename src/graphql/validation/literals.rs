//! Values that are written in a document. The library checks most of them; this checks the rest:
//!
//! - values of our own scalars, and ids that are too large a number;
//! - variables inside of lists and input objects, whose type must fit there;
//! - input objects with a field twice, and those that take exactly one field.

use std::collections::HashSet;

use apollo_compiler::ast::{Type, Value, VariableDefinition};
use apollo_compiler::executable::{ExecutableDocument, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema};
use async_graphql::{Name as EngineName, Number, Value as EngineValue};

use super::{MISTAKES, Mistake, scalars};

/// What is found out about a document that the library has found valid.
#[derive(Default)]
pub struct Found {
    /// What is wrong with it.
    pub mistakes: Vec<Mistake>,
    /// Variables that are the whole value of an argument with a default.
    pub with_default: HashSet<String>,
    /// For each operation the variables that may be left out, but must not be null: they stand where a value is required
    /// and there is a default.
    pub not_null: Vec<HashSet<String>>,
}

impl Found {
    /// Walks all operations.
    pub fn of(schema: &Schema, document: &ExecutableDocument) -> Self {
        let mut found = Self::default();
        for operation in document.operations.iter() {
            let (variables, seen, not_null) = (&operation.variables, HashSet::new(), HashSet::new());
            let mut walk = Walk { schema, document, variables, seen, not_null, found: &mut found };
            for variable in variables {
                if let Some(default) = &variable.default_value {
                    walk.value(&variable.ty, default, false);
                }
            }
            walk.selections(&operation.selection_set);
            let not_null = walk.not_null;
            found.not_null.push(not_null);
        }
        found
    }
}

/// One operation, with the fragments that it spreads.
struct Walk<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a [Node<VariableDefinition>],
    seen: HashSet<&'a Name>,
    not_null: HashSet<String>,
    found: &'a mut Found,
}

impl<'a> Walk<'a> {
    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        let Some(definition) = field.definition.argument_by_name(&argument.name) else { continue };
                        let has_default = definition.default_value.is_some();
                        if let (Value::Variable(name), true) = (&*argument.value, has_default) {
                            self.found.with_default.insert(name.to_string());
                        }
                        self.value(&definition.ty, &argument.value, has_default);
                    }
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && self.seen.insert(&fragment.name)
                    {
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn value(&mut self, ty: &Type, value: &Node<Value>, has_default: bool) {
        match &**value {
            Value::Null => {}
            Value::Variable(name) => self.variable(ty, value, name, has_default),
            Value::List(items) if ty.is_list() => {
                for item in items {
                    self.value(ty.item_type(), item, false);
                }
            }
            _ => match self.schema.types.get(ty.inner_named_type()) {
                Some(ExtendedType::Scalar(scalar)) => {
                    if let Some(must) = scalar_misfit(&scalar.name, value) {
                        self.refuse(value, format!("This must be {must}."));
                    }
                }
                Some(ExtendedType::InputObject(input)) => {
                    let Value::Object(fields) = &**value else { return };
                    self.one_of(&input.name, value, fields);
                    let mut names = HashSet::new();
                    for (name, inner) in fields {
                        if !names.insert(name) {
                            self.refuse(inner, format!("The field {name} stands twice in this {}.", input.name));
                        }
                        if let Some(field) = input.fields.get(name) {
                            self.value(&field.ty, inner, field.default_value.is_some());
                        }
                    }
                }
                _ => {}
            },
        }
    }

    /// Whether a variable may stand where a value of this type is expected.
    fn variable(&mut self, ty: &Type, value: &Node<Value>, name: &Name, has_default: bool) {
        let Some(variable) = self.variables.iter().find(|variable| variable.name == *name) else { return };
        let is_given = variable.default_value.as_ref().is_some_and(|default| !default.is_null());
        let fits = if ty.is_non_null() && !variable.ty.is_non_null() && (is_given || has_default) {
            self.not_null.insert(name.to_string());
            variable.ty.is_assignable_to(&ty.clone().nullable())
        } else {
            variable.ty.is_assignable_to(ty)
        };
        if !fits {
            let text = format!("The variable ${name} has the type {}, but {ty} is expected here.", variable.ty);
            self.refuse(value, text);
        }
    }

    /// An input object that takes exactly one field has just one, and that is not null.
    fn one_of(&mut self, input: &Name, value: &Node<Value>, fields: &[(Name, Node<Value>)]) {
        if !takes_one(self.schema, input) {
            return;
        }
        let may_be_null = |inner: &Value| match inner {
            Value::Null => true,
            Value::Variable(name) => {
                self.variables.iter().any(|variable| variable.name == *name && !variable.ty.is_non_null())
            }
            _ => false,
        };
        if fields.len() != 1 || fields.iter().any(|(_, inner)| may_be_null(inner)) {
            self.refuse(value, format!("{input} takes exactly one of its fields, and it must not be null."));
        }
    }

    fn refuse(&mut self, value: &Node<Value>, text: String) {
        let mistake = Mistake { offset: value.location().map(|location| location.offset()), text };
        // A fragment that several operations spread is walked for each of them.
        let mistakes = &mut self.found.mistakes;
        if mistakes.len() < MISTAKES && !mistakes.contains(&mistake) {
            mistakes.push(mistake);
        }
    }
}

/// Whether an input object takes exactly one field.
pub fn takes_one(schema: &Schema, input: &str) -> bool {
    let definition = schema.types.get(input);
    definition.is_some_and(|definition| definition.directives().iter().any(|one| one.name == "oneOf"))
}

fn scalar_misfit(scalar: &str, value: &Value) -> Option<&'static str> {
    if scalar == "ID" {
        let is_too_large = matches!(value, Value::Int(number) if number.as_str().parse::<i64>().is_err());
        return is_too_large.then_some("an id: a string, or a whole number of 64 bits");
    }
    scalars::misfit(scalar, plain(value))
}

/// A literal as the engine has it. The inside of lists and objects does not matter: none of our scalars is one.
fn plain(value: &Value) -> EngineValue {
    match value {
        Value::Null | Value::Variable(_) => EngineValue::Null,
        Value::Enum(name) => EngineValue::Enum(EngineName::new(name)),
        Value::String(text) => EngineValue::String(text.clone()),
        Value::Boolean(value) => EngineValue::Boolean(*value),
        Value::Int(number) => number.as_str().parse::<Number>().map_or(EngineValue::Null, EngineValue::Number),
        Value::Float(number) => number.as_str().parse::<Number>().map_or(EngineValue::Null, EngineValue::Number),
        Value::List(_) => EngineValue::List(Vec::new()),
        Value::Object(_) => EngineValue::Object(async_graphql::indexmap::IndexMap::new()),
    }
}
