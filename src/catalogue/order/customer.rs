//! The organisation that an order is for: a named one, or the one that the actor works in.

use async_graphql::ID;

use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::Target;
use crate::graphql::request::Request;

/// The organisation that an order is for.
pub struct Customer(pub Decision);

impl Guarded for Customer {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

impl Target for Customer {
    type Key = Option<ID>;

    async fn locate(request: &Request, id: &Option<ID>) -> Result<Option<Self>> {
        let key = match id {
            Some(id) => Type::Organisation.parse(id)?,
            None => request.acting_organisation().ok_or_else(|| {
                let message =
                    "Say for which organisation: give organisationId, or switch to it with switchOrganisation.";
                Error::InvalidInput(message.to_owned())
            })?,
        };
        Ok(request.access.look(key).await?.map(Self))
    }
}
