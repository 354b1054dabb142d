//! Explains one decision, as far as the asker may see the organisations on its paths.

use macros::public_object;
use std::collections::HashSet;

use uuid::Uuid;

use super::object::{AccessMiss, AccessPath, Names, ends};
use super::store;
use crate::access::{Explanation, Miss, MissReason, Permission, Side, Step, Subject};
use crate::base::error::{Error, Result};
use crate::graphql::request::Request;

/// Why somebody holds a permission at an organisation, or not.
#[public_object]
pub struct AccessExplanation {
    /// The permission asked about.
    pub permission: Permission,
    /// Whether the permission is granted, by at least one path.
    pub granted: bool,
    /// The paths that grant it, the shortest first. At most 50.
    pub paths: Vec<AccessPath>,
    /// If it is not granted: the closest paths, and what blocked each one. At most 10.
    pub misses: Vec<AccessMiss>,
}

impl AccessExplanation {
    /// The explanation where either of two sides is enough.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.granted |= other.granted;
        self.paths.extend(other.paths);
        self.misses.extend(other.misses);
        if self.granted {
            self.misses.clear();
        }
        self.paths.truncate(crate::access::LISTED);
        self.misses.truncate(crate::access::MISSES);
        self
    }
}

/// The question.
#[derive(Clone, Copy)]
pub struct Asked {
    /// The subject whose access is explained.
    pub subject: Subject,
    /// Whether the subject is a key that was revoked or has expired.
    pub has_ended: bool,
    /// The permission.
    pub permission: Permission,
    /// Whether the subject is somebody other than the asker.
    pub is_another: bool,
    /// How much the answer shows.
    pub shown: Shown,
}

/// How much an explanation shows to the asker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All that the asker may see.
    Visible,
    /// What an asker may know who sees only the card of the organisation.
    OwnSide,
    /// Everything, for an asker who may ask about everything.
    All,
}

/// Explains one decision at one organisation.
pub async fn explanation(request: &Request, asked: Asked, organisation: Uuid, at: Side) -> Result<AccessExplanation> {
    let mut found = request.access.explain(asked.subject, organisation, asked.permission).await?;
    let is_related = found.is_granted() || found.misses.iter().any(|miss| miss.reason != MissReason::NotAMember);
    if is_related
        && let Subject::User(user) = asked.subject
        && store::is_disabled(request.db(), user).await?
    {
        // An asker who sees no membership of the person is told what is told about a person that nobody knows.
        let is_open = !asked.is_another || asked.shown == Shown::All;
        let is_known = is_open || sees_a_membership(request, &found).await?;
        found = if is_known { nothing(MissReason::UserDisabled, organisation) } else { unrelated(organisation) };
    }
    if asked.has_ended {
        found = nothing(MissReason::KeyEnded, organisation);
    }
    match asked.shown {
        Shown::OwnSide => keep_own_side(request, organisation, &mut found).await?,
        Shown::Visible if asked.is_another => hide(request, organisation, &mut found).await?,
        Shown::Visible | Shown::All => {}
    }
    let links = found.paths.iter().flatten().chain(found.misses.iter().flat_map(|miss| &miss.path));
    let links: Vec<Step> = links.cloned().collect();
    let names = match asked.shown {
        Shown::All => Names::all(request, organisation, &links).await?,
        Shown::Visible | Shown::OwnSide => Names::of(request, organisation, links).await?,
    };
    Ok(AccessExplanation {
        permission: asked.permission,
        granted: found.is_granted(),
        paths: found.paths.iter().map(|path| names.path(path, at)).collect(),
        misses: found.misses.iter().map(|miss| names.miss(miss, asked.permission, at)).collect(),
    })
}

/// What stands between the viewer and a permission at an organisation, as far as the viewer may see; `None` if the viewer
/// has it. An organisation of which the viewer does not even see the card is not found.
pub async fn misses_of_viewer(
    request: &Request,
    organisation: Uuid,
    permission: Permission,
) -> Result<Option<Vec<Miss>>> {
    let at = request.access.look(organisation).await?.ok_or(Error::NotFound)?;
    let is_seen = at.grants.has(Permission::OrganisationRead);
    if !is_seen && !store::sees_card(request, organisation).await? {
        return Err(Error::NotFound);
    }
    let mut found = request.access.explain(request.actor().subject(), organisation, permission).await?;
    if !is_seen {
        keep_own_side(request, organisation, &mut found).await?;
    }
    Ok((!found.is_granted()).then_some(found.misses))
}

/// Whether the asker sees a membership with which a path of somebody else begins.
async fn sees_a_membership(request: &Request, found: &Explanation) -> Result<bool> {
    let paths = found.paths.iter().chain(found.misses.iter().map(|miss| &miss.path));
    let begin = paths.filter_map(|path| match path.first() {
        Some(Step::Membership { organisation, .. }) => Some(*organisation),
        _ => None,
    });
    let decisions = request.access.look_all(begin.collect::<HashSet<_>>()).await?;
    Ok(decisions.values().any(|decision| decision.grants.has(Permission::MemberRead)))
}

/// What an asker who sees only the card of the organisation learns: what stops the path on the own side of the relation,
/// which is the own role or key, and the partnership. The state of the organisation is its own affair.
async fn keep_own_side(request: &Request, organisation: Uuid, found: &mut Explanation) -> Result<()> {
    let ids = found.misses.iter().flat_map(|miss| miss.path.iter().flat_map(ends));
    let decisions = request.access.look_all(ids.collect::<HashSet<_>>()).await?;
    let holds = |id: &Uuid, permission| decisions.get(id).is_some_and(|decision| decision.grants.has(permission));
    let is_seen = |step: &Step| match step {
        Step::Partnership { reseller, client, .. } => {
            holds(reseller, Permission::ClientRead) || holds(client, Permission::PartnershipRead)
        }
        Step::Membership { .. } | Step::Key { .. } | Step::Operator { .. } => true,
    };
    found.misses.retain(|miss| {
        let is_state = matches!(miss.reason, MissReason::OrganisationSuspended | MissReason::OrganisationClosed);
        let shows_state = !is_state || holds(&miss.organisation, Permission::OrganisationRead);
        miss.path.iter().all(is_seen) && shows_state
    });
    if found.misses.is_empty() {
        *found = unrelated(organisation);
    }
    Ok(())
}

/// Hides misses if the asker asks about somebody else. A miss is shown only if the asker may read the membership where
/// it starts. For a suspended or closed organisation, the asker must also be allowed to see its state.
async fn hide(request: &Request, organisation: Uuid, found: &mut Explanation) -> Result<()> {
    let begins = |miss: &Miss| miss.path.first().map_or(organisation, |step| ends(step)[0]);
    let ids = found.misses.iter().flat_map(|miss| [begins(miss), miss.organisation]);
    let decisions = request.access.look_all(ids.collect::<HashSet<_>>()).await?;
    let holds = |id: Uuid, permission| decisions.get(&id).is_some_and(|decision| decision.grants.has(permission));
    let had_misses = !found.misses.is_empty();
    found.misses.retain(|miss| {
        let is_state = matches!(miss.reason, MissReason::OrganisationSuspended | MissReason::OrganisationClosed);
        holds(begins(miss), Permission::MemberRead)
            && (!is_state || holds(miss.organisation, Permission::OrganisationRead))
    });
    if had_misses && found.misses.is_empty() {
        *found = unrelated(organisation);
    }
    Ok(())
}

/// The explanation about somebody who has nothing to do with the organisation, or whom nobody knows.
fn unrelated(organisation: Uuid) -> Explanation {
    Explanation { paths: Vec::new(), misses: vec![Miss::not_a_member(organisation)] }
}

/// The explanation for a subject that no longer holds anything.
fn nothing(reason: MissReason, organisation: Uuid) -> Explanation {
    let miss = Miss { path: Vec::new(), reason, organisation, remedy: None };
    Explanation { paths: Vec::new(), misses: vec![miss] }
}
