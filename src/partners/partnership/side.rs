//! An organisation that acts as one side of a partnership or of a proposal.

use async_graphql::ID;

use super::parties::PartnershipSide;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Target;
use crate::graphql::request::Request;

/// Something that an organisation acts on as one side of a partnership. Only the permission of that side counts.
pub struct OnSide<T> {
    /// What it acts on.
    pub subject: T,
    /// The side on which it acts.
    pub side: PartnershipSide,
    /// The organisation, with the viewer's grants there.
    pub at: Decision,
}

impl<T> Guarded for OnSide<T> {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let own = match self.side {
            PartnershipSide::Reseller => Side::Reseller,
            PartnershipSide::Client => Side::Client,
        };
        (side == own).then(|| GrantsAt { organisation: self.at.id(), grants: self.at.grants })
    }
}

/// An organisation that the input names with its side.
impl Target for OnSide<()> {
    type Key = (ID, PartnershipSide);

    async fn locate(request: &Request, (id, side): &Self::Key) -> Result<Option<Self>> {
        let at = request.access.look(Type::Organisation.parse(id)?).await?;
        Ok(at.map(|at| Self { subject: (), side: *side, at }))
    }
}
