//! The values that a request gives its variables.
//!
//! The library could coerce them too, but it knows neither our scalars nor input objects that take exactly one field, and
//! its messages repeat the value. What is left out, and a single value for a list, is completed by the engine.

use std::collections::HashSet;
use std::fmt::{self, Display};

use apollo_compiler::ast::{Type, VariableDefinition};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Node, Schema};
use async_graphql::{Value, Variables};

use super::{literals, scalars};

/// Says which value does not fit, and what it must be. Some variables must not be null, although their type allows it.
pub fn check(
    schema: &Schema,
    definitions: &[Node<VariableDefinition>],
    not_null: &HashSet<String>,
    given: &Variables,
) -> Result<(), String> {
    for definition in definitions {
        let (name, ty) = (definition.name.as_str(), &*definition.ty);
        match given.get(name) {
            None if definition.default_value.is_none() && ty.is_non_null() => {
                return Err(format!("The variable ${name} ({ty}) is missing."));
            }
            None => {}
            Some(Value::Null) if ty.is_non_null() || not_null.contains(name) => {
                return Err(format!("The variable ${name} ({ty}) must not be null."));
            }
            Some(value) => fits(schema, ty, value).map_err(|misfit| format!("The variable ${name}{misfit}"))?,
        }
    }
    Ok(())
}

/// What is wrong with a value, and the way to it, from the inside outwards.
struct Misfit {
    way: Vec<Step>,
    text: String,
}

enum Step {
    Field(String),
    Item(usize),
}

impl Misfit {
    fn new(text: impl Into<String>) -> Self {
        Self { way: Vec::new(), text: text.into() }
    }

    fn inside(mut self, step: Step) -> Self {
        self.way.push(step);
        self
    }
}

impl Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.way.iter().rev() {
            match step {
                Step::Field(name) => write!(formatter, ".{name}")?,
                Step::Item(index) => write!(formatter, "[{index}]")?,
            }
        }
        write!(formatter, " {}", self.text)
    }
}

fn fits(schema: &Schema, ty: &Type, value: &Value) -> Result<(), Misfit> {
    let name = match (ty, value) {
        (_, Value::Null) if ty.is_non_null() => return Err(Misfit::new("must not be null.")),
        (_, Value::Null) => return Ok(()),
        (Type::List(inner) | Type::NonNullList(inner), Value::List(items)) => {
            let mut items = items.iter().enumerate();
            return items.try_for_each(|(index, item)| {
                fits(schema, inner, item).map_err(|misfit| misfit.inside(Step::Item(index)))
            });
        }
        // One value stands for a list of it.
        (Type::List(inner) | Type::NonNullList(inner), _) => return fits(schema, inner, value),
        (Type::Named(name) | Type::NonNullNamed(name), _) => name,
    };
    match schema.types.get(name) {
        Some(ExtendedType::Scalar(_)) => match scalar_misfit(name, value) {
            Some(must) => Err(Misfit::new(format!("must be {must}."))),
            None => Ok(()),
        },
        Some(ExtendedType::Enum(choices)) => match value {
            Value::String(text) if choices.values.contains_key(text.as_str()) => Ok(()),
            _ => Err(Misfit::new(format!("must be a value of {name}."))),
        },
        Some(ExtendedType::InputObject(input)) => {
            let Value::Object(fields) = value else {
                return Err(Misfit::new(format!("must be an object with the fields of {name}.")));
            };
            if let Some(unknown) = fields.keys().find(|key| !input.fields.contains_key(key.as_str())) {
                return Err(Misfit::new(format!("has a field {unknown}, which {name} does not have.")));
            }
            if literals::takes_one(schema, name)
                && (fields.len() != 1 || fields.values().any(|one| *one == Value::Null))
            {
                return Err(Misfit::new(format!("must have exactly one field of {name}, and that must not be null.")));
            }
            for (field, definition) in &input.fields {
                let checked = match fields.get(field.as_str()) {
                    Some(value) => fits(schema, &definition.ty, value),
                    None if definition.ty.is_non_null() && definition.default_value.is_none() => {
                        Err(Misfit::new(format!("({}) is missing.", definition.ty)))
                    }
                    None => Ok(()),
                };
                checked.map_err(|misfit| misfit.inside(Step::Field(field.to_string())))?;
            }
            Ok(())
        }
        // A valid document declares variables of input types only.
        _ => Ok(()),
    }
}

fn scalar_misfit(scalar: &str, value: &Value) -> Option<&'static str> {
    let (fits, must) = match (scalar, value) {
        ("Int", Value::Number(number)) => {
            let is_small = number.as_i64().is_some_and(|number| i32::try_from(number).is_ok());
            (is_small, "a whole number from -2147483648 to 2147483647")
        }
        ("Int", _) => (false, "a whole number"),
        ("Float", _) => (matches!(value, Value::Number(_)), "a number"),
        ("String", _) => (matches!(value, Value::String(_)), "a string"),
        ("Boolean", _) => (matches!(value, Value::Boolean(_)), "true or false"),
        ("ID", Value::Number(number)) => (number.is_i64(), "an id: a string, or a whole number of 64 bits"),
        ("ID", _) => (matches!(value, Value::String(_)), "an id, as a string"),
        _ => return scalars::misfit(scalar, value.clone()),
    };
    (!fits).then_some(must)
}
