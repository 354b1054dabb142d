//! What a request changes, attribute by attribute: read from the body of POST and PUT, and from the operations of PATCH
//! (RFC 7644, sections 3.3, 3.5.1 and 3.5.2). Pure functions.

use serde_json::{Map, Value as Json};

use super::attribute::{Attribute, Target};
use super::error::{Kind, ScimError};

/// The most operations of one PATCH.
const MOST: usize = 1_000;

/// What an operation does (RFC 7644, section 3.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Adds a value, or replaces the only one.
    Add,
    /// Replaces all values.
    Replace,
    /// Removes values.
    Remove,
}

/// One change of one attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// To what.
    pub target: Target,
    /// The value, or null.
    pub value: Json,
}

/// Reads the body of POST and PUT. Attributes that the standard does not know are passed over.
pub fn of_resource(body: &Json) -> Result<Vec<Step>, ScimError> {
    let Json::Object(attributes) = body else {
        return Err(ScimError::invalid(Kind::InvalidSyntax, "The body must be an object of JSON."));
    };
    let mut steps = Vec::new();
    of_attributes(Action::Replace, attributes, &mut steps)?;
    Ok(steps)
}

/// Reads the operations of PATCH. Clients write `op` in any case, leave out `path`, and then name attributes by paths in the
/// keys of the value.
pub fn of_patch(body: &Json) -> Result<Vec<Step>, ScimError> {
    let invalid = |detail: &str| ScimError::invalid(Kind::InvalidSyntax, detail);
    let body = body.as_object().ok_or_else(|| invalid("The body must be an object of JSON."))?;
    let operations = member(body, "Operations").and_then(Json::as_array);
    let operations = operations.ok_or_else(|| invalid("Operations is missing, or not a list."))?;
    if operations.len() > MOST {
        let detail = format!("A PATCH has at most {MOST} operations. Send the others in another one.");
        return Err(ScimError { status: 413, kind: Some(Kind::TooMany), detail });
    }
    let mut steps = Vec::new();
    for operation in operations {
        let operation = operation.as_object().ok_or_else(|| invalid("An operation must be an object of JSON."))?;
        let action = member(operation, "op").and_then(Json::as_str).unwrap_or_default();
        let action = match action.to_ascii_lowercase().as_str() {
            "add" => Action::Add,
            "replace" => Action::Replace,
            "remove" => Action::Remove,
            _ => return Err(invalid("op must be add, replace or remove.")),
        };
        let value = member(operation, "value").cloned().unwrap_or_default();
        match (member(operation, "path"), action) {
            (Some(Json::String(path)), _) => {
                let target = Target::read(path)?;
                if matches!(target.attribute, Attribute::ReadOnly | Attribute::Id) {
                    let detail = format!("Only the server writes {path}.");
                    return Err(ScimError::invalid(Kind::Mutability, detail));
                }
                of_value(action, target, value, &mut steps)?;
            }
            (Some(Json::Null) | None, Action::Remove) => {
                return Err(ScimError::invalid(Kind::NoTarget, "remove needs a path."));
            }
            (Some(Json::Null) | None, _) => {
                let Json::Object(attributes) = &value else {
                    let detail = "Without a path, the value must be an object of JSON with attributes.";
                    return Err(ScimError::invalid(Kind::InvalidValue, detail));
                };
                of_attributes(action, attributes, &mut steps)?;
            }
            (Some(_), _) => return Err(ScimError::invalid(Kind::InvalidPath, "path must be a text.")),
        }
    }
    Ok(steps)
}

fn of_attributes(action: Action, attributes: &Map<String, Json>, steps: &mut Vec<Step>) -> Result<(), ScimError> {
    for (key, value) in attributes {
        match Target::read(key) {
            Ok(target) => of_value(action, target, value.clone(), steps)?,
            Err(error) if error.kind == Some(Kind::InvalidPath) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// One step, or one for each part of an attribute that has parts.
fn of_value(action: Action, target: Target, value: Json, steps: &mut Vec<Step>) -> Result<(), ScimError> {
    let prefix = match target.attribute {
        Attribute::Name => "name.",
        Attribute::Enterprise => "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:",
        Attribute::Directory => "urn:tenantry:params:scim:schemas:extension:directory:2.0:User:",
        Attribute::ReadOnly | Attribute::NotKept | Attribute::Id => return Ok(()),
        _ => {
            steps.push(Step { action, target, value });
            return Ok(());
        }
    };
    let parts: &[Attribute] = match target.attribute {
        Attribute::Name => &[Attribute::Formatted, Attribute::GivenName, Attribute::FamilyName],
        Attribute::Enterprise => &[Attribute::Department],
        _ => &[Attribute::UnitPath],
    };
    let remove =
        |attribute: &Attribute| Step { action: Action::Remove, target: Target::whole(*attribute), value: Json::Null };
    match value {
        Json::Object(inner) if action != Action::Remove => {
            for (key, value) in inner {
                // A key that already begins with the schema is taken as it is.
                let path = if key.starts_with(prefix) { key } else { format!("{prefix}{key}") };
                of_attributes(action, &Map::from_iter([(path, value)]), steps)?;
            }
            Ok(())
        }
        Json::Null => {
            steps.extend(parts.iter().map(remove));
            Ok(())
        }
        _ if action == Action::Remove => {
            steps.extend(parts.iter().map(remove));
            Ok(())
        }
        _ => Err(ScimError::invalid(Kind::InvalidValue, "This attribute has parts, so its value must be an object.")),
    }
}

/// A member of an object, whatever the case of its name (RFC 7643, section 2.1).
pub fn member<'a>(object: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The text of a value: `None` for null and for an empty text. Some clients wrap a single value into a list, or into an
/// object with `value`.
pub fn text(name: &str, value: &Json) -> Result<Option<String>, ScimError> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Json::Number(number) => Ok(Some(number.to_string())),
        Json::Bool(is) => Ok(Some(is.to_string())),
        Json::Array(values) if values.len() == 1 => single(name, &values[0]),
        Json::Object(_) | Json::Array(_) => single(name, value),
    }
}

fn single(name: &str, value: &Json) -> Result<Option<String>, ScimError> {
    let wrapped = value.as_object().and_then(|object| member(object, "value"));
    match wrapped.unwrap_or(value) {
        Json::Object(_) | Json::Array(_) => {
            Err(ScimError::invalid(Kind::InvalidValue, format!("{name} must be a single text.")))
        }
        inner => text(name, inner),
    }
}

/// The truth of a value. Entra ID sends it as a text, in any case.
pub fn truth(name: &str, value: &Json) -> Result<Option<bool>, ScimError> {
    let text = text(name, value)?.map(|text| text.to_ascii_lowercase());
    match text.as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(ScimError::invalid(Kind::InvalidValue, format!("{name} must be true or false."))),
    }
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
