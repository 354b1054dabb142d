//! The parts of an explanation: paths that grant a permission, and misses with what blocked them.

use async_graphql::Enum;
use uuid::Uuid;

use super::graph::RoleRef;
use super::permission::Permission;

/// One link of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A role held by a membership.
    Membership {
        /// The organisation.
        organisation: Uuid,
        /// The membership.
        membership: Uuid,
        /// The role; none if no role of the membership has the permission.
        role: Option<RoleRef>,
    },
    /// The scopes of a key.
    Key {
        /// The organisation of the key.
        organisation: Uuid,
        /// The key.
        key: Uuid,
    },
    /// A partnership that carries the permission.
    Partnership {
        /// The partnership.
        partnership: Uuid,
        /// Its reseller.
        reseller: Uuid,
        /// Its client.
        client: Uuid,
    },
    /// The operator's implicit partnership with every organisation.
    Operator {
        /// The operator.
        operator: Uuid,
        /// The organisation it leads to.
        client: Uuid,
    },
}

/// The links from what the subject holds down to the organisation.
pub type Path = Vec<Step>;

/// What blocked a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "AccessMissReason")]
pub enum MissReason {
    /// The subject is not a member of the organisation.
    NotAMember,
    /// No role of the membership has the permission.
    RoleLacksPermission,
    /// The membership has ended.
    MembershipExpired,
    /// The partnership does not delegate the permission.
    PartnershipLacksPermission,
    /// No client can delegate this permission to a reseller.
    PermissionNotDelegable,
    /// The partnership does not let people of resellers above the reseller through.
    PartnershipExcludesUpstream,
    /// The partnership begins later.
    PartnershipPending,
    /// The partnership was ended.
    PartnershipEnded,
    /// The partnership has reached its end date.
    PartnershipExpired,
    /// The membership held ownership for an invited owner, and its holder may no longer create clients for the
    /// reseller.
    CustodyLost,
    /// The organisation is suspended.
    OrganisationSuspended,
    /// The organisation is closed.
    OrganisationClosed,
    /// The scopes of the key do not include the permission.
    KeyScope,
    /// The key was revoked, or has expired.
    KeyEnded,
    /// The user is disabled.
    UserDisabled,
}

/// Who could remove the obstacle: holders of the permission at the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// The permission needed to change it.
    pub permission: Permission,
    /// The organisation at which it is needed.
    pub organisation: Uuid,
}

/// A path that is blocked somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The links.
    pub path: Path,
    /// What blocked it.
    pub reason: MissReason,
    /// Where it was blocked.
    pub organisation: Uuid,
    /// Who could change it; none if no grant can.
    pub remedy: Option<Remedy>,
}

impl Miss {
    /// The miss of a subject without a membership.
    pub const fn not_a_member(organisation: Uuid) -> Self {
        let remedy = Some(Remedy { permission: Permission::MemberInvite, organisation });
        Self { path: Vec::new(), reason: MissReason::NotAMember, organisation, remedy }
    }
}

/// Why a subject may or may not do something.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// The paths that grant it, 50 at most.
    pub paths: Vec<Path>,
    /// The closest misses, if no path grants it.
    pub misses: Vec<Miss>,
}

impl Explanation {
    /// Whether there is a path.
    pub fn is_granted(&self) -> bool {
        !self.paths.is_empty()
    }
}
