//! An explanation: whether, by which paths, and what stopped the nearest ones.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use macros::guarded;
use uuid::Uuid;

use super::sentence::{self, Link};
use crate::access::{MissReason, Permission, Side, directive};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::partnership::{self, Partnership};
use crate::people::membership::{self, Membership};

/// Why somebody may or may not do something at an organisation.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AccessExplanation {
    /// What was asked about.
    pub permission: Permission,
    /// Whether it is granted: whether there is a path.
    pub granted: bool,
    /// The paths that grant it, the shortest first; 50 at most.
    pub paths: Vec<AccessPath>,
    /// If it is not granted: the paths that came nearest, and what stopped each; 10 at most.
    pub misses: Vec<AccessMiss>,
}

impl AccessExplanation {
    /// Either of two sides suffices: what grants at one of them grants.
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

/// A chain of links from what somebody holds down to the organisation.
#[derive(Clone, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AccessPath {
    /// At which side it leads to the permission: at the organisation, or at the payer of the invoice asked about.
    pub at: Side,
    /// The links, from the top down.
    pub steps: Vec<AccessStep>,
    /// The path in words.
    pub sentence: String,
}

/// A path that stops somewhere.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AccessMiss {
    /// At which side it would lead to the permission.
    pub at: Side,
    /// What stopped it.
    pub reason: MissReason,
    /// Where it stopped; null if the asker may not see it.
    pub organisation: Option<OrganisationCard>,
    /// The links, from the top down.
    pub steps: Vec<AccessStep>,
    /// What stopped it, in words.
    pub sentence: String,
    /// Who could change it; null if nobody can, or the asker may not see where.
    pub remedy: Option<AccessRemedy>,
}

/// Who could change it: those who hold the permission at the organisation. `accessors` lists them.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AccessRemedy {
    /// What one needs to change it.
    pub permission: Permission,
    /// Where.
    pub organisation: OrganisationCard,
}

/// What sort of link it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AccessStepKind {
    /// A role of a membership.
    Membership,
    /// The scopes of an API key.
    ApiKey,
    /// A partnership and what it lets through.
    Partnership,
    /// The operator's implicit partnership with every organisation.
    Operator,
}

/// One link of a path.
#[derive(Clone)]
pub struct AccessStep {
    /// What sort of link.
    pub kind: AccessStepKind,
    /// The membership, partnership or key.
    pub key: Option<Uuid>,
    /// Name of the role.
    pub role: Option<String>,
    /// Where the link begins, if the asker may see it.
    pub from: Option<OrganisationCard>,
    /// Where it ends, if the asker may see it.
    pub to: Option<OrganisationCard>,
}

impl AccessStep {
    /// The same with names only.
    pub fn link(&self) -> Link {
        let name = |card: &Option<OrganisationCard>| card.as_ref().map(|card| card.name.clone());
        match self.kind {
            AccessStepKind::Membership => {
                Link::Membership { at: name(&self.to), role: self.to.as_ref().and(self.role.clone()) }
            }
            AccessStepKind::ApiKey => Link::Key { at: name(&self.to) },
            AccessStepKind::Partnership => Link::Partnership { reseller: name(&self.from), client: name(&self.to) },
            AccessStepKind::Operator => Link::Operator,
        }
    }
}

/// One link of a path.
#[guarded]
#[Object]
impl AccessStep {
    /// What sort of link it is.
    #[public]
    fn kind(&self) -> AccessStepKind {
        self.kind
    }

    /// Whether a part of it is hidden, because the asker may not see the organisation there.
    #[public]
    fn hidden(&self) -> bool {
        let begins_above = matches!(self.kind, AccessStepKind::Partnership | AccessStepKind::Operator);
        self.to.is_none() || (begins_above && self.from.is_none())
    }

    /// For a membership, the role that holds the permission.
    #[public]
    fn role(&self) -> Option<&str> {
        self.to.as_ref().and(self.role.as_deref())
    }

    /// For a partnership, its reseller; for the operator's link, the operator.
    #[public]
    fn from(&self) -> Option<&OrganisationCard> {
        self.from.as_ref()
    }

    /// Where the membership or key is, or where the partnership leads.
    #[public]
    fn organisation(&self) -> Option<&OrganisationCard> {
        self.to.as_ref()
    }

    /// The membership, for who may see it.
    #[public]
    async fn membership(&self, context: &Context<'_>) -> Result<Option<Membership>> {
        match (self.kind, self.key) {
            (AccessStepKind::Membership, Some(key)) => membership::store::find(Request::of(context)?, key).await,
            _ => Ok(None),
        }
    }

    /// The partnership, for who may see it.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        match (self.kind, self.key) {
            (AccessStepKind::Partnership, Some(key)) => partnership::store::find(Request::of(context)?, key).await,
            _ => Ok(None),
        }
    }

    /// The id of the API key, for who may see where it belongs.
    #[public]
    fn api_key_id(&self) -> Option<ID> {
        let key = self.key.filter(|_| self.kind == AccessStepKind::ApiKey && self.to.is_some())?;
        Some(id::Type::ApiKey.id(key))
    }

    /// The link in words.
    #[public]
    fn sentence(&self) -> String {
        sentence::of_path(&[self.link()])
    }
}
