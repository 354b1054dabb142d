//! Finds a proposal for people who may answer it.

use async_graphql::ID;
use entity::partnership_proposal::Model;

use super::object::{PartnershipProposal, is_for_person};
use crate::access::Exists;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::partners::partnership::PartnershipSide;

/// A proposal that the viewer may answer.
pub struct Asked {
    /// The proposal.
    pub row: Model,
    /// Whether it went to the address of the viewer.
    pub is_personal: bool,
}

impl Asked {
    /// The side of the partnership that answers.
    pub fn side(&self) -> PartnershipSide {
        PartnershipSide::from(self.row.side).other()
    }

    /// Finds a proposal for people who may see the partners of the addressed organisation on its side. Also finds it
    /// for the person whose address it went to. People of the organisation that made it are refused. For everybody else
    /// it does not exist.
    pub async fn find(request: &Request, id: &ID) -> Result<Self> {
        let key = Type::PartnershipProposal.parse(id)?;
        let found = PartnershipProposal::find_any(request, key).await?.ok_or(Error::NotFound)?;
        let asked = Self { row: Model::clone(&found.row), is_personal: is_for_person(request, &found.row) };
        if asked.is_personal {
            return Ok(asked);
        }
        let decision = match asked.row.addressee_id {
            Some(own) => request.access.look(own).await?,
            None => None,
        };
        if decision.is_some_and(|decision| decision.grants.has(asked.side().reading())) {
            return Ok(asked);
        }
        let (permission, organisation) = (asked.side().managing(), asked.row.organisation_id);
        Err(found.if_visible().map_or(Error::NotFound, |_| Error::Forbidden { permission, organisation }))
    }
}
