//! The pin.

use std::sync::Arc;

use async_graphql::{Context, ID};
use entity::licence_pin::Model;
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::feature::Feature;
use crate::directory::person::DirectoryPerson;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// A decision by hand about a person, which goes before all rules.
#[derive(Clone)]
pub struct LicencePin {
    row: Arc<Model>,
    organisation: Decision,
}

impl LicencePin {
    /// A pin of an organisation.
    pub fn new(row: Arc<Model>, at: &Decision) -> Self {
        Self { row, organisation: at.clone() }
    }

    /// Its row.
    pub fn row(&self) -> &Model {
        &self.row
    }

    /// The pins of an organisation, the newest first.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        family: Option<&str>,
    ) -> Result<Connection<Self>> {
        let rows = store::list(request, at.id(), page, family).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl Find for LicencePin {
    const TYPE: Type = Type::LicencePin;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for LicencePin {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A decision by hand about a person, which goes before all rules of a family.
#[guarded(exists(LICENCE_READ))]
impl LicencePin {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::LicencePin.id(self.row.id)
    }

    /// The person.
    #[requires(DIRECTORY_READ)]
    async fn person(&self, context: &Context<'_>) -> Result<Option<DirectoryPerson>> {
        DirectoryPerson::find(Request::of(context)?, self.row.person_id).await
    }

    /// The family of features.
    #[public]
    fn family(&self) -> &str {
        &self.row.family
    }

    /// The feature that the person gets; null for no licence of the family.
    #[public]
    async fn feature(&self, context: &Context<'_>) -> Result<Option<Feature>> {
        let Some(feature) = self.row.feature_id else { return Ok(None) };
        Feature::of_customer(Request::of(context)?, feature, Permission::LicenceRead).await
    }

    /// Why.
    #[public]
    fn note(&self) -> &str {
        &self.row.note
    }

    /// The first day without it; null if it does not end.
    #[public]
    fn until(&self) -> Option<Date> {
        self.row.until
    }

    /// When it was set.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
