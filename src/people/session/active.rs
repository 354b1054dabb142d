//! The organisation that a request works in: the one that it names for itself, else that of its session or key.

use uuid::Uuid;

use super::{rules, store};
use crate::access::Actor;
use crate::base::error::{Error, Result};
use crate::graphql::request::Request;
use crate::organisation::{self, Organisation};

/// Whether the actor may work in an organisation.
pub enum Standing {
    /// It may.
    Open(Organisation),
    /// It sees the organisation but may not work there, for this reason.
    Barred(&'static str),
    /// It does not see such an organisation.
    Unknown,
}

/// The organisation that the request works in, if any; the right to it is judged now. An error if it was lost, and,
/// without a difference, if the request names one that the actor may not work in or that is not there.
pub async fn active_organisation(request: &Request) -> Result<Option<Organisation>> {
    if matches!(request.actor(), Actor::Anonymous) {
        return Ok(None);
    }
    let Some(id) = request.acting_organisation() else { return Ok(None) };
    match standing(request, id).await? {
        Standing::Open(organisation) => Ok(Some(organisation)),
        Standing::Barred(_) | Standing::Unknown => Err(Error::ContextLost(lost(request).to_owned())),
    }
}

fn lost(request: &Request) -> &'static str {
    match (request.organisation, request.actor()) {
        (Some(_), _) => "You cannot work in the organisation that X-Organisation names. Name another, or none.",
        (None, Actor::ApiKey(_)) => "The organisation of this API key is closed; nobody works in it.",
        (None, _) => "You can no longer work in the organisation of this session. Choose another: switchOrganisation.",
    }
}

/// Whether the actor may work in the organisation at the moment of the request.
pub async fn standing(request: &Request, id: Uuid) -> Result<Standing> {
    let Some(organisation) = organisation::store::find(&request.access, id).await? else {
        return Ok(Standing::Unknown);
    };
    let (state, grants) = (organisation.0.row.state, organisation.0.grants);
    // Who may change something may work there, whether a member or not: most need no statement.
    let is_direct_member = !rules::may_change_something(grants)
        && match request.actor() {
            Actor::User(user) => store::is_direct_member(request.db(), user.id, id, request.now()).await?,
            Actor::ApiKey(key) => key.organisation_id == id,
            Actor::Anonymous => false,
        };
    Ok(rules::obstacle(state, grants, is_direct_member).map_or(Standing::Open(organisation), Standing::Barred))
}
