//! Who may do something with a resource, and at which organisations a subject may do something.

use futures_util::future::try_join_all;
use uuid::Uuid;

use super::rules::Place;
use crate::access::{Holdings, Ordered, Permission, SubjectId};
use crate::base::error::Result;
use crate::graphql::request::Request;

/// Which subjects to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Users.
    Users,
    /// API keys.
    Keys,
}

/// The users or keys that may do this with the resource, by id.
pub async fn subjects(request: &Request, place: &Place, permission: Permission, wanted: Wanted) -> Result<Vec<Uuid>> {
    let sides: Vec<_> = place.sides_for(permission).collect();
    // Asked for together, so they are loaded together, and each has the graph above all of them.
    let loaded = try_join_all(sides.iter().map(|at| request.access.everybody(at.organisation))).await?;
    let Some(everybody) = loaded.first() else { return Ok(Vec::new()) };
    let graph = &everybody.neighbourhood.graph;
    let mut ordered = Ordered::new(graph, request.now());
    let mut may = |held: &Holdings| {
        let mut walk = ordered.walk(held);
        sides.iter().any(|at| place.allows(permission, at, walk.grants(at.organisation)))
    };
    let mut found: Vec<Uuid> = match wanted {
        Wanted::Users => everybody.users.iter().filter(|(_, held)| may(held)).map(|(id, _)| *id).collect(),
        Wanted::Keys => everybody.keys.iter().filter(|(_, (_, held))| may(held)).map(|(id, _)| *id).collect(),
    };
    found.sort_unstable();
    Ok(found)
}

/// The organisations at which the subject holds the permission, by id.
pub async fn organisations(request: &Request, subject: SubjectId, permission: Permission) -> Result<Vec<Uuid>> {
    let Some(subject) = request.access.subject(subject).await? else { return Ok(Vec::new()) };
    let reached = request.access.reached_by(subject).await?;
    let mut found: Vec<Uuid> = reached.iter().filter(|(_, at)| at.grants.has(permission)).map(|(id, _)| *id).collect();
    found.sort_unstable();
    Ok(found)
}
