//! Explanations as clients of the API see them.

use std::collections::{HashMap, HashSet};

use async_graphql::{Context, Enum, ID};
use macros::{guarded, public_object};
use uuid::Uuid;

use super::sentence::{self, Link};
use crate::access::{Card, Kind, Miss, MissReason, Path, Permission, Remedy, Side, Step};
use crate::base::error::Result;
use crate::base::id;
use crate::base::locale::Locale;
use crate::graphql::act::Find;
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::partnership::Partnership;
use crate::people::membership::Membership;

/// A chain of steps from a role or key down to the organisation.
#[public_object]
#[derive(Clone)]
pub struct AccessPath {
    /// The side where the path grants the permission: the organisation, or the payer of the invoice asked about.
    pub at: Side,
    /// The steps, from the top down.
    pub steps: Vec<AccessStep>,
    /// The path in words, in the language of the asker (`Accept-Language`).
    pub sentence: String,
}

/// A path that is blocked.
#[public_object]
pub struct AccessMiss {
    /// The side where the path would grant the permission.
    pub at: Side,
    /// What blocked it.
    pub reason: MissReason,
    /// The organisation where the path is blocked; null if hidden from the asker.
    pub organisation: Option<OrganisationCard>,
    /// The steps, from the top down.
    pub steps: Vec<AccessStep>,
    /// What blocked it, in words, in the language of the asker.
    pub sentence: String,
    /// What is needed to change it; null if nothing can, or if the organisation is hidden from the asker.
    pub remedy: Option<AccessRemedy>,
}

/// The permission that is needed to change it, and where. `Organisation.accessors` lists everyone who holds it.
#[public_object]
pub struct AccessRemedy {
    /// The permission that is needed.
    pub permission: Permission,
    /// The organisation where it is needed.
    pub organisation: OrganisationCard,
}

/// The kind of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AccessStepKind {
    /// A role of a membership.
    Membership,
    /// The scopes of an API key.
    ApiKey,
    /// A partnership and what it delegates.
    Partnership,
    /// The operator's implicit partnership with every organisation.
    Operator,
}

/// One step of a path.
#[derive(Clone)]
pub struct AccessStep {
    /// Its kind.
    pub kind: AccessStepKind,
    /// The membership, partnership or key.
    pub key: Option<Uuid>,
    /// Name of the role.
    pub role: Option<String>,
    /// The organisation where the step starts, if the asker may see it.
    pub from: Option<OrganisationCard>,
    /// The organisation where it ends, if the asker may see it.
    pub to: Option<OrganisationCard>,
    /// The language of the asker.
    pub locale: Locale,
}

impl AccessStep {
    /// The step with names only.
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

    /// The step in words.
    pub fn words(&self) -> String {
        sentence::of_path(self.locale, &[self.link()])
    }
}

/// One step of a path.
#[guarded]
impl AccessStep {
    /// The kind of a step.
    #[public]
    fn kind(&self) -> AccessStepKind {
        self.kind
    }

    /// Whether a part of the step is hidden because the asker may not see an organisation in it.
    #[public]
    fn hidden(&self) -> bool {
        let begins_above = matches!(self.kind, AccessStepKind::Partnership | AccessStepKind::Operator);
        self.to.is_none() || (begins_above && self.from.is_none())
    }

    /// The role that holds the permission, if the step is a membership.
    #[public]
    fn role(&self) -> Option<&str> {
        self.to.as_ref().and(self.role.as_deref())
    }

    /// Where the step starts: the reseller of a partnership, or the operator.
    #[public]
    fn from(&self) -> Option<&OrganisationCard> {
        self.from.as_ref()
    }

    /// Where the step ends: the organisation of the membership or key, or the client of the partnership.
    #[public]
    fn organisation(&self) -> Option<&OrganisationCard> {
        self.to.as_ref()
    }

    /// The membership; null if the step is not a membership, or if it is hidden from the asker.
    #[public]
    async fn membership(&self, context: &Context<'_>) -> Result<Option<Membership>> {
        match (self.kind, self.key) {
            (AccessStepKind::Membership, Some(key)) => Membership::find(Request::of(context)?, key).await,
            _ => Ok(None),
        }
    }

    /// The partnership; null if the step is not a partnership, or if it is hidden from the asker.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        match (self.kind, self.key) {
            (AccessStepKind::Partnership, Some(key)) => Partnership::find(Request::of(context)?, key).await,
            _ => Ok(None),
        }
    }

    /// The id of the API key; null if the step is not a key, or if its organisation is hidden from the asker.
    #[public]
    fn api_key_id(&self) -> Option<ID> {
        let key = self.key.filter(|_| self.kind == AccessStepKind::ApiKey && self.to.is_some())?;
        Some(id::Type::ApiKey.id(key))
    }

    /// The step in words, in the language of the asker.
    #[public]
    fn sentence(&self) -> String {
        self.words()
    }
}

/// The organisations on some paths, and which of them the asker may see.
pub struct Names {
    cards: HashMap<Uuid, Card>,
    visible: HashSet<Uuid>,
    /// Where the asker may see API keys.
    keys: HashSet<Uuid>,
    locale: Locale,
}

impl Names {
    /// An organisation is visible if the asker may read it, or if it is the operator. It is also visible if it is the
    /// counterparty in a relation that the asker may read.
    pub async fn of(request: &Request, organisation: Uuid, links: Vec<Step>) -> Result<Self> {
        let ids: HashSet<Uuid> = links.iter().flat_map(ends).chain([organisation]).collect();
        let decisions = request.access.look_all(ids).await?;
        let holds = |id: &Uuid, permission| decisions.get(id).is_some_and(|decision| decision.grants.has(permission));
        let cards: HashMap<Uuid, Card> = decisions.iter().map(|(id, decision)| (*id, decision.card())).collect();
        let is_open = |card: &&Card| holds(&card.id, Permission::OrganisationRead) || card.kind == Kind::Operator;
        let mut visible: HashSet<Uuid> = cards.values().filter(is_open).map(|card| card.id).collect();
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
        let keys = decisions.keys().filter(|id| holds(id, Permission::ApiKeyRead)).copied().collect();
        Ok(Self { cards, visible, keys, locale: request.locale })
    }

    /// The same, with all of them visible.
    pub async fn all(request: &Request, organisation: Uuid, links: &[Step]) -> Result<Self> {
        let ids: HashSet<Uuid> = links.iter().flat_map(ends).chain([organisation]).collect();
        let decisions = request.access.look_all(ids).await?;
        let cards: HashMap<Uuid, Card> = decisions.iter().map(|(id, decision)| (*id, decision.card())).collect();
        let visible: HashSet<Uuid> = cards.keys().copied().collect();
        Ok(Self { keys: visible.clone(), visible, cards, locale: request.locale })
    }

    fn card(&self, id: Uuid) -> Option<OrganisationCard> {
        self.cards.get(&id).filter(|_| self.visible.contains(&id)).cloned().map(OrganisationCard::from)
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
        let (from, to) = (from.and_then(|id| self.card(id)), self.card(to));
        AccessStep { kind, key, role, from, to, locale: self.locale }
    }

    /// A path with the names that the asker may see.
    pub fn path(&self, path: &Path, at: Side) -> AccessPath {
        let steps: Vec<AccessStep> = path.iter().map(|step| self.step(step)).collect();
        let links: Vec<_> = steps.iter().map(AccessStep::link).collect();
        AccessPath { at, steps, sentence: sentence::of_path(self.locale, &links) }
    }

    /// A miss with the names that the asker may see.
    pub fn miss(&self, miss: &Miss, permission: Permission, at: Side) -> AccessMiss {
        let organisation = self.card(miss.organisation);
        let name = organisation.as_ref().map(|card| card.name.clone());
        let remedy = miss.remedy.and_then(|Remedy { permission, organisation }| {
            Some(AccessRemedy { permission, organisation: self.card(organisation)? })
        });
        AccessMiss {
            at,
            reason: miss.reason,
            sentence: sentence::of_miss(self.locale, miss.reason, permission, name.as_ref()),
            organisation,
            steps: miss.path.iter().map(|step| self.step(step)).collect(),
            remedy,
        }
    }
}

/// The organisations at the ends of a step.
pub fn ends(step: &Step) -> Vec<Uuid> {
    match step {
        Step::Membership { organisation, .. } | Step::Key { organisation, .. } => vec![*organisation],
        Step::Partnership { reseller, client, .. } => vec![*reseller, *client],
        Step::Operator { operator, client } => vec![*operator, *client],
    }
}
