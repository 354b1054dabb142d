//! Putting names to paths, as far as the asker may see them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::organisation::{Kind, Model};
use futures_util::future::join_all;
use uuid::Uuid;

use super::accessor::{Accessor, AccessorActor};
use super::object::{AccessExplanation, AccessMiss, AccessPath, AccessRemedy, AccessStep, AccessStepKind};
use super::sentence;
use crate::access::{
    Decision, Explanation, Holdings, Miss, MissReason, Path, Permission, Remedy, Side, Step, Subject, explain, resolve,
};
use crate::base::error::Result;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::people::api_key;
use crate::people::user::User;

/// Who is asked about.
#[derive(Clone, Copy)]
pub struct Asked {
    /// Whose access.
    pub subject: Subject,
    /// Whether that is a key that was revoked, or has expired.
    pub has_ended: bool,
    /// To do what.
    pub permission: Permission,
    /// Whether that is another than the asker.
    pub is_another: bool,
}

/// Explains one decision at one organisation.
pub async fn explanation(request: &Request, asked: Asked, organisation: Uuid, at: Side) -> Result<AccessExplanation> {
    let mut found = request.access.explain(asked.subject, organisation, asked.permission).await?;
    if found.is_granted() || found.misses.iter().any(|miss| miss.reason != MissReason::NotAMember) {
        disabled(request, asked.subject, organisation, &mut found).await?;
    }
    if asked.has_ended {
        found = nothing(MissReason::KeyEnded, organisation);
    }
    if asked.is_another {
        hide(request, organisation, &mut found).await?;
    }
    let links = found.paths.iter().flatten().chain(found.misses.iter().flat_map(|miss| &miss.path));
    let names = Names::of(request, organisation, links.cloned().collect()).await?;
    Ok(AccessExplanation {
        permission: asked.permission,
        granted: found.is_granted(),
        paths: found.paths.iter().map(|path| names.path(path, at)).collect(),
        misses: found.misses.iter().map(|miss| names.miss(miss, asked.permission, at)).collect(),
    })
}

/// Of another's misses those are told that begin at a membership which the asker may read, and stop at an organisation
/// whose state it may read: a membership that leads nowhere is nobody else's business.
async fn hide(request: &Request, organisation: Uuid, found: &mut Explanation) -> Result<()> {
    let begins = |miss: &Miss| miss.path.first().map_or(organisation, |step| ends(step)[0]);
    let ids = found.misses.iter().flat_map(|miss| [begins(miss), miss.organisation]);
    let seen = request.access.look_all(ids.collect::<HashSet<_>>()).await?;
    let holds = |id: Uuid, permission| seen.get(&id).is_some_and(|seen| seen.grants.has(permission));
    let had_misses = !found.misses.is_empty();
    found.misses.retain(|miss| {
        let is_state = matches!(miss.reason, MissReason::OrganisationSuspended | MissReason::OrganisationClosed);
        holds(begins(miss), Permission::MemberRead)
            && (!is_state || holds(miss.organisation, Permission::OrganisationRead))
    });
    if had_misses && found.misses.is_empty() {
        found.misses.push(Miss::not_a_member(organisation));
    }
    Ok(())
}

/// A disabled user holds nothing, whatever memberships it has.
async fn disabled(request: &Request, subject: Subject, organisation: Uuid, found: &mut Explanation) -> Result<()> {
    let Subject::User(user) = subject else { return Ok(()) };
    let sql = "SELECT COUNT(*) FROM \"user\" WHERE id = $1 AND state = 'DISABLED'";
    let rows = request.db().rows(sql, vec![user.into()]).await?;
    let is_disabled =
        rows.first().map(|row| row.try_get_by_index::<i64>(0)).transpose()?.is_some_and(|count| count > 0);
    if is_disabled {
        *found = nothing(MissReason::UserDisabled, organisation);
    }
    Ok(())
}

/// For who holds nothing at all any more.
fn nothing(reason: MissReason, organisation: Uuid) -> Explanation {
    let miss = Miss { path: Vec::new(), reason, organisation, remedy: None };
    Explanation { paths: Vec::new(), misses: vec![miss] }
}

/// Everybody who may do something at an organisation, by name.
pub async fn accessors(
    request: &Request,
    seen: &Decision,
    permission: Permission,
    page: &PageArguments,
) -> Result<Connection<Accessor>> {
    let organisation = seen.row.id;
    let everybody = request.access.everybody(organisation).await?;
    let graph = everybody.neighbourhood.graph.above(organisation);
    let may = |held: &Holdings| {
        held.keys().any(|id| graph.nodes.contains_key(id))
            && resolve(&graph, held, request.now()).get(&organisation).is_some_and(|grants| grants.has(permission))
    };
    let users = everybody.users.iter().filter(|(_, held)| may(held)).map(|(id, held)| {
        let name = everybody.names.get(id).cloned().unwrap_or_default();
        (name.clone(), *id, Arc::new((Who::User(User { id: *id, name }), held)))
    });
    let keys = everybody
        .keys
        .iter()
        .filter(|(_, (_, held))| may(held))
        .map(|(id, (name, held))| (name.clone(), *id, Arc::new((Who::Key(*id), held))));
    let mut all: Vec<_> = users.chain(keys).collect();
    all.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let total = Total::known(all.len());
    let slice = slice_sorted(all.into_iter(), page);
    // The paths are looked for of those on the page only.
    let paths: HashMap<Uuid, Vec<Path>> = slice
        .items
        .iter()
        .map(|(_, item)| (item.0.id(), explain(&graph, item.1, organisation, permission, request.now()).paths))
        .collect();
    let names = Names::of(request, organisation, paths.values().flatten().flatten().cloned().collect()).await?;
    let keys = slice.items.iter().filter_map(|(_, item)| match item.0 {
        Who::Key(id) => Some(id),
        Who::User(_) => None,
    });
    let keys = join_all(keys.map(async |id| Ok((id, api_key::store::find(request, id).await?)))).await;
    let keys = keys.into_iter().collect::<Result<HashMap<_, _>>>()?;
    Ok(Connection::new(&slice, total, |item| Accessor {
        actor: match &item.0 {
            Who::User(user) => Some(AccessorActor::User(user.clone())),
            Who::Key(id) => keys.get(id).cloned().flatten().map(AccessorActor::ApiKey),
        },
        paths: paths.get(&item.0.id()).into_iter().flatten().map(|path| names.path(path, Side::Organisation)).collect(),
    }))
}

/// Somebody or a key, before it is known whether the asker may see it.
enum Who {
    User(User),
    Key(Uuid),
}

impl Who {
    const fn id(&self) -> Uuid {
        match self {
            Self::User(user) => user.id,
            Self::Key(id) => *id,
        }
    }
}

/// The organisations along some paths, and which of them the asker may see.
struct Names {
    rows: HashMap<Uuid, Arc<Model>>,
    visible: HashSet<Uuid>,
    /// Where the asker may see API keys.
    keys: HashSet<Uuid>,
}

impl Names {
    /// Visible is what the asker may read, what stands in a relation with something where it may read relations, and
    /// the operator, which everybody deals with.
    async fn of(request: &Request, organisation: Uuid, links: Vec<Step>) -> Result<Self> {
        let ids: HashSet<Uuid> = links.iter().flat_map(ends).chain([organisation]).collect();
        let seen = request.access.look_all(ids).await?;
        let holds = |id: &Uuid, permission| seen.get(id).is_some_and(|seen| seen.grants.has(permission));
        let mut visible: HashSet<Uuid> = seen
            .iter()
            .filter(|(id, seen)| holds(id, Permission::OrganisationRead) || seen.row.kind == Kind::Operator)
            .map(|(id, _)| *id)
            .collect();
        for link in &links {
            if let Step::Partnership { reseller, client, .. } = link {
                if holds(client, Permission::PartnershipRead) {
                    visible.insert(*reseller);
                }
                if holds(reseller, Permission::ClientRead) {
                    visible.insert(*client);
                }
            }
        }
        let keys = seen.keys().filter(|id| holds(id, Permission::ApiKeyRead)).copied().collect();
        Ok(Self { keys, visible, rows: seen.into_iter().map(|(id, seen)| (id, seen.row)).collect() })
    }

    fn card(&self, id: Uuid) -> Option<OrganisationCard> {
        self.rows.get(&id).filter(|_| self.visible.contains(&id)).map(|row| OrganisationCard::from(&**row))
    }

    fn step(&self, step: &Step) -> AccessStep {
        let (kind, key, role, from, to) = match step {
            Step::Membership { organisation, membership, role } => {
                let role = role.as_ref().map(|role| role.name().to_owned());
                (AccessStepKind::Membership, Some(*membership), role, None, *organisation)
            }
            Step::Key { organisation, key } => {
                let key = self.keys.contains(organisation).then_some(*key);
                (AccessStepKind::ApiKey, key, None, None, *organisation)
            }
            Step::Partnership { partnership, reseller, client } => {
                (AccessStepKind::Partnership, Some(*partnership), None, Some(*reseller), *client)
            }
            Step::Operator { operator, client } => (AccessStepKind::Operator, None, None, Some(*operator), *client),
        };
        AccessStep { kind, key, role, from: from.and_then(|id| self.card(id)), to: self.card(to) }
    }

    fn path(&self, path: &Path, at: Side) -> AccessPath {
        let steps: Vec<AccessStep> = path.iter().map(|step| self.step(step)).collect();
        let links: Vec<_> = steps.iter().map(AccessStep::link).collect();
        AccessPath { at, steps, sentence: sentence::of_path(&links) }
    }

    fn miss(&self, miss: &Miss, permission: Permission, at: Side) -> AccessMiss {
        let organisation = self.card(miss.organisation);
        let name = organisation.as_ref().map(|card| card.name.clone());
        let remedy = miss.remedy.and_then(|Remedy { permission, organisation }| {
            Some(AccessRemedy { permission, organisation: self.card(organisation)? })
        });
        AccessMiss {
            at,
            reason: miss.reason,
            sentence: sentence::of_miss(miss.reason, permission, name.as_ref()),
            organisation,
            steps: miss.path.iter().map(|step| self.step(step)).collect(),
            remedy,
        }
    }
}

fn ends(step: &Step) -> Vec<Uuid> {
    match step {
        Step::Membership { organisation, .. } | Step::Key { organisation, .. } => vec![*organisation],
        Step::Partnership { reseller, client, .. } => vec![*reseller, *client],
        Step::Operator { operator, client } => vec![*operator, *client],
    }
}
