//! Terms of a partnership as they are shown, with the fields and mutations that they open.

use async_graphql::{Context, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::terms::Terms;
use crate::access::PermissionSet;
use crate::base::error::Result;
use crate::graphql::request::service;
use crate::oversight::explanation::{FieldsByPermission, PermissionInfo};

/// What people who come through a reseller may do at its client, as far as their own role goes, and until when.
#[derive(Clone, Copy, Debug)]
pub struct PartnershipTerms(pub Terms);

/// What people who come through a reseller may do at its client, as far as their own role goes, and until when.
#[guarded]
#[Object]
impl PartnershipTerms {
    /// At the client itself.
    #[public]
    fn permissions(&self) -> PermissionSet {
        self.0.delegated
    }

    /// At the client's own clients, if it is a reseller itself.
    #[public]
    fn client_permissions(&self) -> PermissionSet {
        self.0.client_delegated
    }

    /// Whether people of resellers above the reseller may come through as well.
    #[public]
    fn includes_upstream(&self) -> bool {
        self.0.includes_upstream
    }

    /// When it ends by itself, if ever.
    #[public]
    fn ends_at(&self) -> Option<DateTimeUtc> {
        self.0.ends_at
    }

    /// Each permission at the client, with the types, fields and mutations that it opens.
    #[public]
    fn opens(&self, context: &Context<'_>) -> Result<Option<Vec<PermissionInfo>>> {
        Ok(Some(service::<FieldsByPermission>(context)?.of(self.0.delegated)))
    }

    /// The same at the client's own clients.
    #[public]
    fn opens_at_clients(&self, context: &Context<'_>) -> Result<Option<Vec<PermissionInfo>>> {
        Ok(Some(service::<FieldsByPermission>(context)?.of(self.0.client_delegated)))
    }
}
