//! Making organisations.

use async_graphql::Object;
use macros::guarded;

/// Mutations of organisations.
#[derive(Default)]
pub struct OrganisationMutation;

#[guarded]
#[Object]
impl OrganisationMutation {
    /// To be written.
    #[public]
    fn create_organisation(&self) -> bool {
        false
    }
}
