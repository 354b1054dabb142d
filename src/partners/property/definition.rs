//! The definition of a property, as those see it who may see the clients.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object};
use entity::property_definition::Model;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use serde::{Deserialize, Serialize};

use super::rules;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::id;

/// What sort of values a property has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[graphql(remote = "rules::Kind")]
pub enum PropertyType {
    /// One line of text.
    Text,
    /// A finite number of up to 15 digits.
    Number,
    /// A day, as YYYY-MM-DD.
    Date,
    /// `true` or `false`.
    Boolean,
    /// One of the choices of the definition.
    Choice,
    /// An address of the web that begins with `http://` or `https://`.
    Url,
}

/// A property that a reseller keeps about each of its clients. The clients never see it.
#[derive(Clone)]
pub struct PropertyDefinition {
    pub(super) row: Arc<Model>,
    pub(super) seen: Decision,
}

impl PropertyDefinition {
    /// A definition of a reseller that was looked up.
    pub fn new(row: &Arc<Model>, seen: &Decision) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone() }
    }
}

impl crate::graphql::act::Find for PropertyDefinition {
    const TYPE: crate::base::id::Type = crate::base::id::Type::PropertyDefinition;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for PropertyDefinition {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

/// A property that a reseller keeps about each of its clients. The clients never see it.
#[guarded(exists(CLIENT_READ))]
#[Object]
impl PropertyDefinition {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::PropertyDefinition.id(self.row.id)
    }

    /// What filters, orders and programs call it. It never changes.
    #[public]
    fn key(&self) -> &str {
        &self.row.key
    }

    /// What people read.
    #[public]
    fn label(&self) -> &str {
        &self.row.label
    }

    /// What sort of values it has.
    #[public]
    #[graphql(name = "type")]
    fn kind(&self) -> PropertyType {
        self.row.kind.into()
    }

    /// Its place among the others: they are listed by this, then by age.
    #[public]
    fn position(&self) -> i32 {
        self.row.position
    }

    /// Whether a value that is set can be changed but not taken away.
    #[public]
    fn required(&self) -> bool {
        self.row.is_required
    }

    /// The values that a CHOICE can have; of others, none.
    #[public]
    fn choices(&self) -> Vec<String> {
        rules::choices(&self.row)
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
