//! What a viewer may see of a seller's catalogue, wherever they meet it.

use entity::organisation::Kind;
use uuid::Uuid;

use crate::access::{Decision, Grants, GrantsAt, Permission, PermissionSet};
use crate::base::error::Result;
use crate::graphql::request::Request;

/// The viewer's grants at the seller. At the operator, a permission that opens the catalogue is in them if the viewer holds
/// it at any organisation, since all of them are its customers.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    seller: Uuid,
    grants: Grants,
}

impl Seen {
    /// With what the viewer holds at the seller.
    pub fn at(seller: &Decision) -> Self {
        Self { seller: seller.id(), grants: seller.grants }
    }

    /// For a viewer who holds SUBSCRIPTION_READ at some organisation.
    pub fn by_reader(seller: &Decision) -> Self {
        Self::by_holder(seller, Permission::SubscriptionRead)
    }

    /// For a viewer who holds this permission, which opens the catalogue, at some organisation.
    pub fn by_holder(seller: &Decision, permission: Permission) -> Self {
        let mut seen = Self::at(seller);
        seen.grants.own |= PermissionSet::of(&[permission]);
        seen
    }

    /// With what the viewer holds at the seller, and one of these permissions if it is held at any other organisation. Each
    /// of them opens what is looked at, so one is enough. `None` without a seller.
    pub async fn anywhere(request: &Request, seller: Uuid, opening: &[Permission]) -> Result<Option<Self>> {
        let Some(seller) = request.access.look(seller).await? else { return Ok(None) };
        let sells_to_all = seller.card().kind == Kind::Operator;
        let is_open = || opening.iter().chain(&[Permission::CatalogueManage]).any(|one| seller.grants.has(*one));
        if !sells_to_all || is_open() {
            return Ok(Some(Self::at(&seller)));
        }
        let reached = request.access.reachable().await?;
        let is_held = |permission: &Permission| reached.values().any(|at| at.grants.has(*permission));
        let held = opening.iter().copied().find(is_held);
        Ok(Some(held.map_or_else(|| Self::at(&seller), |permission| Self::by_holder(&seller, permission))))
    }

    /// Whether the viewer manages the catalogue.
    pub fn is_managed(&self) -> bool {
        self.grants.has(Permission::CatalogueManage)
    }

    /// The same for what only those see who manage the catalogue.
    #[must_use]
    pub fn unpublished(mut self) -> Self {
        self.grants.own = self.grants.own.without([Permission::SubscriptionRead].into_iter().collect());
        self
    }

    /// The grants for the checks of an object.
    pub const fn grants(&self) -> GrantsAt {
        GrantsAt { organisation: self.seller, grants: self.grants }
    }
}
