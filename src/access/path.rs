//! What an explanation is made of: paths that grant something, and misses with what stopped them.

use async_graphql::Enum;
use uuid::Uuid;

use super::graph::RoleRef;
use super::permission::Permission;

/// One link of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A role held by a membership.
    Membership {
        /// Where.
        organisation: Uuid,
        /// The membership.
        membership: Uuid,
        /// The role; none if no role of the membership holds the permission.
        role: Option<RoleRef>,
    },
    /// The scopes of a key.
    Key {
        /// Where.
        organisation: Uuid,
        /// The key.
        key: Uuid,
    },
    /// A partnership that lets it through.
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
        /// Where it leads.
        client: Uuid,
    },
}

/// Links from what the subject holds down to the organisation.
pub type Path = Vec<Step>;

/// What stopped a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "AccessMissReason")]
pub enum MissReason {
    /// No membership at the organisation.
    NotAMember,
    /// No role of the membership holds the permission.
    RoleLacksPermission,
    /// The membership has ended.
    MembershipExpired,
    /// The client's side does not let the permission through.
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
    /// The membership came through a partnership, and the person's own membership at the reseller has ended or expired.
    ResellerMembershipLost,
    /// The place of an owner was only kept, by somebody who creates no more clients for the reseller.
    CustodyLost,
    /// The organisation is suspended.
    OrganisationSuspended,
    /// The organisation is closed.
    OrganisationClosed,
    /// The scopes of the key do not hold the permission.
    KeyScope,
    /// The key was revoked, or has expired.
    KeyEnded,
    /// The user is disabled.
    UserDisabled,
}

/// Who could change it: holders of the permission at the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What one needs to change it.
    pub permission: Permission,
    /// Where.
    pub organisation: Uuid,
}

/// A path that stops somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The links.
    pub path: Path,
    /// What stopped it.
    pub reason: MissReason,
    /// Where it stopped.
    pub organisation: Uuid,
    /// Who could change it; nobody, for what no rule can open.
    pub remedy: Option<Remedy>,
}

impl Miss {
    /// There is no membership at all.
    pub const fn not_a_member(organisation: Uuid) -> Self {
        let remedy = Some(Remedy { permission: Permission::MemberInvite, organisation });
        Self { path: Vec::new(), reason: MissReason::NotAMember, organisation, remedy }
    }
}

/// Why a subject may or may not do something.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// All paths that grant it, the first 50.
    pub paths: Vec<Path>,
    /// If there is none: those that came nearest.
    pub misses: Vec<Miss>,
}

impl Explanation {
    /// Whether there is a path.
    pub fn is_granted(&self) -> bool {
        !self.paths.is_empty()
    }
}
