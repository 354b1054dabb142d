//! The definition of a property as clients of the API see it, and the resellers that can have some.

use std::sync::Arc;

use async_graphql::{Enum, ID};
use entity::organisation;
use entity::property_definition::Model;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{rules, store};
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::act::{Find, Target};
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// A reseller whose client table the viewer changes. It is named by its own id or by that of its organisation.
pub struct ClientTable(Decision);

impl Guarded for ClientTable {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

impl Target for ClientTable {
    type Key = ID;

    async fn locate(request: &Request, id: &ID) -> Result<Option<Self>> {
        let key = id::Type::Reseller.parse(id)?;
        let Some(at) = request.access.look(key).await? else { return Ok(None) };
        // Other organisations have no client table. A viewer without the permission gets the error about the permission
        // first.
        let is_reseller = at.card().kind == organisation::Kind::Reseller;
        Ok((is_reseller || !at.grants.has(Permission::ClientPropertyManage)).then_some(Self(at)))
    }
}

/// The kind of values that a property has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[graphql(remote = "rules::Kind")]
pub enum PropertyType {
    /// One line of text.
    Text,
    /// A finite number of up to 15 digits.
    Number,
    /// A date, as YYYY-MM-DD.
    Date,
    /// `true` or `false`.
    Boolean,
    /// One of the choices of the definition.
    Choice,
    /// A web address that begins with `http://` or `https://`.
    Url,
}

/// A property that a reseller records about each of its clients. Clients never see it.
#[derive(Clone)]
pub struct PropertyDefinition {
    row: Arc<Model>,
    at: Decision,
}

impl PropertyDefinition {
    /// A definition of the reseller.
    pub fn new(row: &Arc<Model>, at: &Decision) -> Self {
        Self { row: Arc::clone(row), at: at.clone() }
    }

    /// Its key in the database.
    pub fn key(&self) -> Uuid {
        self.row.id
    }

    /// The definitions of the reseller, ordered by position.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        Ok(store::list(request, at.id(), page).await?.connection(|row| Self::new(row, at)))
    }
}

impl Find for PropertyDefinition {
    const TYPE: id::Type = id::Type::PropertyDefinition;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let at = request.access.look(row.key(|row| row.organisation_id)).await?;
        Ok(at.and_then(|at| row.visible(|row| Self { row, at })))
    }
}

impl Guarded for PropertyDefinition {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.at.grants_at(side)
    }
}

/// A property that a reseller records about each of its clients. Clients never see it.
#[guarded(exists(CLIENT_READ))]
impl PropertyDefinition {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::PropertyDefinition.id(self.row.id)
    }

    /// The name of the property in filters, orders and programs. It never changes.
    #[public]
    #[graphql(name = "key")]
    pub(crate) fn name(&self) -> &str {
        &self.row.key
    }

    /// The name of the property for people.
    #[public]
    fn label(&self) -> &str {
        &self.row.label
    }

    /// The kind of its values.
    #[public]
    #[graphql(name = "type")]
    fn kind(&self) -> PropertyType {
        self.row.kind.into()
    }

    /// Properties are listed by position, then by age.
    #[public]
    fn position(&self) -> i32 {
        self.row.position
    }

    /// Whether a value can only be changed once it is set, and not removed.
    #[public]
    fn required(&self) -> bool {
        self.row.is_required
    }

    /// The values that a CHOICE can have; empty for other types.
    #[public]
    fn choices(&self) -> Vec<String> {
        rules::choices(&self.row)
    }

    /// When it was created.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
