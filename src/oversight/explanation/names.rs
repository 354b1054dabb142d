//! Putting names to paths, as far as the asker may see the organisations.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::object::{AccessMiss, AccessPath, AccessRemedy, AccessStep, AccessStepKind};
use super::sentence;
use crate::access::{Card, Kind, Miss, Path, Permission, Remedy, Side, Step};
use crate::base::error::Result;
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// The organisations on some paths, and which of them the asker may see.
pub struct Names {
    cards: HashMap<Uuid, Card>,
    visible: HashSet<Uuid>,
    /// Where the asker may see API keys.
    keys: HashSet<Uuid>,
}

impl Names {
    /// An organisation is visible if the asker may read it, if it is the counterparty in a relation that the asker may
    /// read, or if it is the operator.
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
        Ok(Self { cards, visible, keys })
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
        AccessStep { kind, key, role, from: from.and_then(|id| self.card(id)), to: self.card(to) }
    }

    /// A path with the names that the asker may see.
    pub fn path(&self, path: &Path, at: Side) -> AccessPath {
        let steps: Vec<AccessStep> = path.iter().map(|step| self.step(step)).collect();
        let links: Vec<_> = steps.iter().map(AccessStep::link).collect();
        AccessPath { at, steps, sentence: sentence::of_path(&links) }
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
            sentence: sentence::of_miss(miss.reason, permission, name.as_ref()),
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
