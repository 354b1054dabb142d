//! People who ask for access.

use chrono::TimeDelta;
use entity::access_request::{Model, State};
use tenantry::access::Permission;
use tenantry::base::id::Type;
use uuid::Uuid;

use super::{Rows, now};

impl Rows {
    /// A member asks for a permission at the organisation.
    pub fn access_request(
        &mut self,
        organisation: Uuid,
        (user, membership): (Uuid, Uuid),
        permission: Permission,
    ) -> Uuid {
        let id = self.id();
        self.access_requests.push(Model {
            id,
            organisation_id: organisation,
            user_id: user,
            target_id: organisation,
            permission: permission.graphql_name(),
            membership_id: Some(membership),
            partnership_id: None,
            message: format!("for {}", Type::AccessRequest.id(id).0),
            state: State::Pending,
            answer: None,
            created_at: self.made(),
            expires_at: now() + TimeDelta::days(10),
            answered_at: None,
        });
        id
    }
}
