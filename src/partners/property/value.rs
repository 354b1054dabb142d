//! The value of a property of one client.

use async_graphql::{InputObject, SimpleObject};
use sea_orm::prelude::Date;

use super::definition::PropertyType;
use super::rules::Kind;
use crate::access::directive;
use crate::partners::partnership::Partnership;

/// A property of a client, and its value.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct PropertyValue {
    /// Key of the definition.
    pub key: String,
    /// What people read.
    pub label: String,
    /// What sort of value it is.
    #[graphql(name = "type")]
    pub kind: PropertyType,
    /// The value as text, always written in the same way: `1.5`, `2026-02-28`, `true`. Null if none is set.
    pub value: Option<String>,
    /// The value of a NUMBER.
    pub number: Option<f64>,
    /// The value of a DATE.
    pub date: Option<Date>,
    /// The value of a BOOLEAN.
    pub boolean: Option<bool>,
}

impl PropertyValue {
    /// Of a value in its canonical text.
    pub fn new(key: String, label: String, kind: Kind, value: Option<String>) -> Self {
        let of = |wanted| value.as_deref().filter(|_| kind == wanted);
        Self {
            number: of(Kind::Number).and_then(|text| text.parse().ok()),
            date: of(Kind::Date).and_then(|text| text.parse().ok()),
            boolean: of(Kind::Boolean).map(|text| text == "true"),
            key,
            label,
            kind: kind.into(),
            value,
        }
    }
}

/// A value that a client is to have.
#[derive(Clone, Debug, InputObject)]
pub struct PropertyInput {
    /// Key of the property.
    pub key: String,
    /// The value as text: `north`, `1.5`, `2026-02-28`, `true` or `https://example.org`. Null takes it away.
    pub value: Option<String>,
}

/// A value that does not fit what is asked for.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct PropertyConflict {
    /// The partnership with the client that has it.
    pub partnership: Partnership,
    /// The value.
    pub value: String,
    /// Why it does not fit.
    pub message: String,
}
