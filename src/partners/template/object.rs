//! A template as the reseller's people see it.

use std::sync::Arc;

use async_graphql::{ID, Object};
use entity::delegation_template::Model;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::store::terms;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::id::Type;
use crate::partners::partnership::PartnershipTerms;

/// What a reseller asks of a class of clients. Decision by the reseller's people alone.
#[derive(Clone)]
pub struct DelegationTemplate {
    row: Arc<Model>,
    seen: Decision,
}

impl DelegationTemplate {
    /// The template of a reseller.
    pub fn new(row: &Arc<Model>, seen: &Decision) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone() }
    }
}

impl crate::graphql::act::Find for DelegationTemplate {
    const TYPE: crate::base::id::Type = crate::base::id::Type::DelegationTemplate;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for DelegationTemplate {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

/// What a reseller asks of a class of clients. Decision by the reseller's people alone.
#[guarded(exists(CLIENT_READ))]
#[Object]
impl DelegationTemplate {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::DelegationTemplate.id(self.row.id)
    }

    /// Its name.
    #[public]
    fn name(&self) -> &str {
        &self.row.name
    }

    /// What clients of the class are to let through; it says nothing about an end.
    #[public]
    fn terms(&self) -> PartnershipTerms {
        PartnershipTerms(terms(&self.row))
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
