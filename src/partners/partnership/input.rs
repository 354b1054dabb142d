//! The input that says what a client delegates.

use async_graphql::InputObject;

use super::terms::Delegation;
use crate::access::{DelegationPreset, Permission};

/// What a client lets people of a reseller do. Give either `preset` or `permissions`. Together with `clientPermissions`
/// and `includesUpstream`, it replaces everything that was delegated before.
#[derive(Clone, Debug, InputObject)]
pub struct DelegationInput {
    /// A named set of permissions at the client itself.
    pub preset: Option<DelegationPreset>,
    /// The permissions at the client itself; the permissions they include are added. An empty list delegates nothing.
    pub permissions: Option<Vec<Permission>>,
    /// The permissions at the client's own clients, if it is a reseller itself.
    #[graphql(default)]
    pub client_permissions: Vec<Permission>,
    /// Whether people of resellers above the reseller may use this delegation as well.
    #[graphql(default)]
    pub includes_upstream: bool,
}

impl From<DelegationInput> for Delegation {
    fn from(input: DelegationInput) -> Self {
        let DelegationInput { preset, permissions, client_permissions, includes_upstream } = input;
        Self { preset, permissions, client_permissions, includes_upstream }
    }
}
