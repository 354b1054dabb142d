//! The value of a property of a client.

use async_graphql::InputObject;
use macros::public_object;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::object::PropertyType;
use super::rules::{self, Kind};
use super::set_values::NewValue;
use super::store::{self, ClientValue};
use crate::base::error::{Error, Result};
use crate::graphql::request::Request;
use crate::partners::partnership::Partnership;

/// A property of a client and its value.
#[public_object]
#[derive(Clone, Debug)]
pub struct PropertyValue {
    /// Key of the property.
    pub key: String,
    /// The name of the property for people.
    pub label: String,
    /// The kind of its values.
    #[graphql(name = "type")]
    pub kind: PropertyType,
    /// The value as text in one canonical form: `1.5`, `2026-02-28`, `true`. Null if there is no value.
    pub value: Option<String>,
    /// The value of a NUMBER; null for other types.
    pub number: Option<f64>,
    /// The value of a DATE; null for other types.
    pub date: Option<Date>,
    /// The value of a BOOLEAN; null for other types.
    pub boolean: Option<bool>,
}

impl From<&ClientValue> for PropertyValue {
    fn from(row: &ClientValue) -> Self {
        let of = |wanted| row.value.as_deref().filter(|_| row.kind == wanted);
        Self {
            key: row.key.clone(),
            label: row.label.clone(),
            kind: row.kind.into(),
            value: row.value.clone(),
            number: of(Kind::Number).and_then(|text| text.parse().ok()),
            date: of(Kind::Date).and_then(|text| text.parse().ok()),
            boolean: of(Kind::Boolean).map(|text| text == "true"),
        }
    }
}

impl PropertyValue {
    /// The values of a client, ordered by the position of their definitions: all, or those of some keys.
    pub async fn of_partnership(request: &Request, partnership: Uuid, keys: Option<&[String]>) -> Result<Vec<Self>> {
        rules::check_keys(keys).map_err(|wrong| Error::InvalidInput(wrong.to_string()))?;
        Ok(store::of_partnership(request, partnership, keys).await?.iter().map(Self::from).collect())
    }
}

/// A new value of a property.
#[derive(Clone, Debug, InputObject)]
pub struct PropertyInput {
    /// Key of the property.
    pub key: String,
    /// The value as text: `north`, `1.5`, `2026-02-28`, `true` or `https://example.org`. Null removes it.
    pub value: Option<String>,
}

impl PropertyInput {
    /// The value in the form that `set_values` takes.
    pub fn read(&self) -> NewValue<'_> {
        NewValue { key: &self.key, value: self.value.as_deref() }
    }
}

/// A value that does not fit the changed definition.
#[public_object]
pub struct PropertyConflict {
    /// The partnership with the client that has the value.
    pub partnership: Partnership,
    /// The value.
    pub value: String,
    /// Why it does not fit, in the language of the reader (`Accept-Language`).
    pub message: String,
}
