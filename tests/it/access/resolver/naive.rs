//! The rule, written down a second time without any thought of speed: every path from what somebody holds down to an
//! organisation is walked on its own, each link takes away what it does not let through, and the paths add up.

use tenantry::access::{Grants, OrganisationState, PartnershipState, Permission, PermissionSet};

use super::tenancy::{Key, Link, Member, Role, Tenancy};
use crate::world::now;

/// The subject of a decision.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    User(&'a [Member]),
    Key(Key),
}

/// One link of a path.
#[derive(Clone, Copy)]
enum Step<'a> {
    Partnership(&'a Link),
    /// The operator's implicit partnership with the organisation that has this number.
    Operator(usize),
}

impl Step<'_> {
    const fn client(&self) -> usize {
        match self {
            Self::Partnership(link) => link.client,
            Self::Operator(client) => *client,
        }
    }
}

/// The permissions of the subject at the organisation.
pub fn grants(tenancy: &Tenancy, subject: Subject<'_>, organisation: usize) -> Grants {
    let state = tenancy.states[organisation];
    let held = held(tenancy, subject, organisation);
    let mut grants = Grants { own: left_own(state, held.own), clients: left_clients(state, held.clients) };
    for (top, path) in paths(tenancy, organisation) {
        let start = held_for_clients(tenancy, subject, top);
        grants.own |= walk(tenancy, start, &path, true);
        grants.clients |= walk(tenancy, start, &path, false);
    }
    grants
}

/// Every path of one link or more down to the organisation, with the organisation at its top.
fn paths(tenancy: &Tenancy, organisation: usize) -> Vec<(usize, Vec<Step<'_>>)> {
    if tenancy.operator == Some(organisation) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut steps: Vec<(usize, Step<'_>)> = tenancy
        .links
        .iter()
        .filter(|link| link.client == organisation && is_in_force(link))
        .map(|link| (link.reseller, Step::Partnership(link)))
        .collect();
    steps.extend(tenancy.operator.map(|operator| (operator, Step::Operator(organisation))));
    for (above, step) in steps {
        found.push((above, vec![step]));
        // Organisations further up pass this link only if it includes them.
        if !matches!(step, Step::Partnership(link) if !link.includes_upstream) {
            for (top, mut path) in paths(tenancy, above) {
                path.push(step);
                found.push((top, path));
            }
        }
    }
    found
}

fn is_in_force(link: &Link) -> bool {
    let has_begun = link.starts_at <= now();
    let is_over = link.ends_at.is_some_and(|end| end <= now());
    link.state == PartnershipState::Active && has_begun && !is_over
}

/// The part of a set that reaches the end of a path: for the organisation there, or for its clients.
fn walk(tenancy: &Tenancy, start: PermissionSet, path: &[Step<'_>], at_the_organisation: bool) -> PermissionSet {
    let mut set = start;
    for (position, step) in path.iter().enumerate() {
        let for_itself = at_the_organisation && position + 1 == path.len();
        let Step::Partnership(link) = step else { continue };
        let lets = if for_itself { link.delegated } else { link.client_delegated };
        set = set & lets & only(Permission::is_delegable);
        let state = tenancy.states[step.client()];
        set = if for_itself { left_own(state, set) } else { left_clients(state, set) };
    }
    set
}

fn held_for_clients(tenancy: &Tenancy, subject: Subject<'_>, organisation: usize) -> PermissionSet {
    left_clients(tenancy.states[organisation], held(tenancy, subject, organisation).clients)
}

/// The direct holdings of the subject.
fn held(tenancy: &Tenancy, subject: Subject<'_>, organisation: usize) -> Grants {
    let at_operator = tenancy.operator == Some(organisation);
    let bound = |set: PermissionSet| if at_operator { set } else { set & only(|permission| !permission.is_platform()) };
    let roles: Vec<Role> = match subject {
        Subject::Key(key) if key.organisation == organisation => {
            // No key holds permissions that are for members only.
            let kept = only(|permission| permission.is_delegable() || permission.is_platform());
            vec![Role::Custom(Grants { own: key.scopes.own & kept, clients: key.scopes.clients & kept })]
        }
        Subject::Key(_) => Vec::new(),
        Subject::User(members) => members
            .iter()
            .filter(|member| member.organisation == organisation && counts(tenancy, members, member, &mut Vec::new()))
            .flat_map(|member| member.roles.clone())
            .collect(),
    };
    let mut grants = Grants::NONE;
    for role in roles {
        let sets = sets(role, at_operator);
        grants.own |= bound(sets.own);
        grants.clients |= bound(sets.clients);
    }
    // And it gives nothing but the sight of the organisation.
    let is_lacking =
        |members: &[Member]| members.iter().any(|member| member.organisation == organisation && member.lacks_factor);
    if matches!(subject, Subject::User(members) if is_lacking(members)) {
        let seen = only(|permission| permission == Permission::OrganisationRead);
        return Grants { own: grants.own & seen, clients: PermissionSet::EMPTY };
    }
    grants
}

fn sets(role: Role, at_operator: bool) -> Grants {
    match role {
        Role::Builtin(role) => role.sets(at_operator),
        Role::Custom(sets) => sets,
    }
}

/// Whether a membership counts. It does not if it has expired, nor if what it hangs on is gone, however deep: the
/// partnership for the reseller's own people, their own membership there, and for custody the right to create clients for
/// an active reseller. An expired membership is as gone as one that was removed, so it upholds nothing. One that upholds
/// itself, by whatever way round, does not count.
fn counts(tenancy: &Tenancy, members: &[Member], member: &Member, above: &mut Vec<usize>) -> bool {
    if member.expires_at.is_some_and(|end| end <= now()) || above.contains(&member.organisation) {
        return false;
    }
    // Without the second factor that is required, it upholds nothing.
    if member.lacks_factor && !above.is_empty() {
        return false;
    }
    above.push(member.organisation);
    let place = |organisation: usize| members.iter().find(|other| other.organisation == organisation);
    let mut holds = true;
    if let Some(link) = member.through.map(|number| &tenancy.links[number])
        && let Some(own) = place(link.reseller)
    {
        holds &= is_in_force(link) && counts(tenancy, members, own, above);
    }
    if let Some(reseller) = member.kept_for {
        let is_working = tenancy.states[reseller] == OrganisationState::Active;
        holds &= is_working
            && place(reseller).is_some_and(|own| {
                let creates = own.roles.iter().any(|role| sets(*role, false).own.has(Permission::ClientCreate));
                creates && counts(tenancy, members, own, above)
            });
    }
    above.pop();
    holds
}

/// The memberships that count, as if they hung on nothing.
pub fn counting(tenancy: &Tenancy, members: &[Member]) -> Vec<Member> {
    let counting = members.iter().filter(|member| counts(tenancy, members, member, &mut Vec::new()));
    counting.map(|member| Member { through: None, kept_for: None, ..member.clone() }).collect()
}

fn only(is: impl Fn(Permission) -> bool) -> PermissionSet {
    Permission::ALL.iter().copied().filter(|permission| is(*permission)).collect()
}

fn left_own(state: OrganisationState, set: PermissionSet) -> PermissionSet {
    use Permission as P;
    match state {
        OrganisationState::Active => set,
        OrganisationState::Suspended => {
            let kept = [
                P::InvoicePay,
                P::BillingUpdate,
                P::SubscriptionCancel,
                P::MemberRemove,
                P::PartnershipManage,
                P::ApiKeyManage,
                P::WebhookManage,
            ];
            set & only(|permission| permission.is_read() || kept.contains(&permission))
        }
        OrganisationState::Closed => {
            set & only(|permission| matches!(permission, P::OrganisationRead | P::InvoiceRead | P::AuditRead))
        }
    }
}

fn left_clients(state: OrganisationState, set: PermissionSet) -> PermissionSet {
    match state {
        OrganisationState::Active => set,
        OrganisationState::Suspended => set & only(Permission::is_read),
        OrganisationState::Closed => PermissionSet::EMPTY,
    }
}
