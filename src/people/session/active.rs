//! The organisation that a request works in: the one in its `X-Organisation` header, or that of its session or key.

use uuid::Uuid;

use super::rules;
use crate::access::{Actor, Decision, Permission};
use crate::base::error::{Error, Result};
use crate::base::message::Texts;
use crate::graphql::request::Request;

/// Whether the actor may work in an organisation.
pub enum Standing {
    /// The actor may work there.
    Open(Decision),
    /// The actor sees the organisation but may not work there, for this reason.
    Barred(Texts),
    /// The actor does not see such an organisation.
    Unknown,
}

/// The organisation that the request works in, if any. The right to work there is checked now. The error is the same for
/// an organisation that the actor has lost, may not work in, or that does not exist.
pub async fn active_organisation(request: &Request) -> Result<Option<Decision>> {
    if matches!(request.actor(), Actor::Anonymous) {
        return Ok(None);
    }
    let Some(id) = request.acting_organisation() else { return Ok(None) };
    match standing(request, id).await? {
        Standing::Open(decision) => Ok(Some(decision)),
        Standing::Barred(_) | Standing::Unknown => Err(Error::ContextLost(lost(request).to_owned())),
    }
}

fn lost(request: &Request) -> &'static str {
    match (request.organisation, request.actor()) {
        (Some(_), _) => "You cannot work in the organisation that X-Organisation names. Name another, or none.",
        (None, Actor::ApiKey(_)) => {
            "The organisation of this API key is closed, so nobody can work in it. Use another key."
        }
        (None, _) => "You can no longer work in the organisation of this session. Choose another: switchOrganisation.",
    }
}

/// Why the actor may not work in an organisation that they see, in their language; none if they may.
pub async fn obstacle(request: &Request, id: Uuid) -> Result<Option<&'static str>> {
    match standing(request, id).await? {
        Standing::Open(_) => Ok(None),
        Standing::Barred(reason) => Ok(Some(request.locale.choose(reason))),
        Standing::Unknown => Err(Error::NotFound),
    }
}

/// Whether the actor may work in the organisation at the moment of the request.
pub async fn standing(request: &Request, id: Uuid) -> Result<Standing> {
    let decision = request.access.look(id).await?;
    let Some(decision) = decision.filter(|decision| decision.grants.has(Permission::OrganisationRead)) else {
        return Ok(Standing::Unknown);
    };
    let is_direct_member = decision.is_member(request.now());
    let obstacle = rules::obstacle(decision.state(), decision.grants, is_direct_member);
    Ok(obstacle.map_or(Standing::Open(decision), Standing::Barred))
}
