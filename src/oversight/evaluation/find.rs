//! The subjects and resources of a request, found by their ids: each once, however often it is named.

use std::collections::{HashMap, HashSet};

use async_graphql::ID;
use futures_util::future::{join_all, try_join};
use uuid::Uuid;

use super::decide::Found;
use super::rules::{At, Entity, Place};
use crate::access::{Actor, Grants, KeyActor, PermissionSet, SubjectId};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::Guards;
use crate::graphql::request::Request;
use crate::people::user::{self, Address};

impl<'a> Found<'a> {
    /// Finds them. The number of statements depends on their types, not on how many there are.
    pub async fn of(
        request: &Request,
        operator: Uuid,
        subjects: impl Iterator<Item = Entity<'a>>,
        resources: impl Iterator<Item = Entity<'a>>,
    ) -> Result<Self> {
        let (subjects, resources): (HashSet<_>, HashSet<_>) = (subjects.collect(), resources.collect());
        let found = try_join(find_subjects(request, subjects), find_places(request, operator, resources)).await?;
        Ok(Self { subjects: found.0, places: found.1 })
    }
}

/// A user by id or by e-mail address, and an API key by id. All else is nobody.
async fn find_subjects<'a>(request: &Request, named: HashSet<Entity<'a>>) -> Result<HashMap<Entity<'a>, SubjectId>> {
    let (mut found, mut by_mailbox) = (HashMap::with_capacity(named.len()), HashMap::<String, Vec<Entity<'a>>>::new());
    for entity in named {
        let read = |kind: Type| kind.parse(&ID(entity.id.to_owned())).ok();
        match Type::named(entity.kind) {
            Some(Type::User) if entity.id.contains('@') => {
                if let Some(address) = Address::parse(entity.id) {
                    by_mailbox.entry(address.mailbox().to_owned()).or_default().push(entity);
                }
            }
            Some(Type::User) => found.extend(read(Type::User).map(|id| (entity, SubjectId::User(id)))),
            Some(Type::ApiKey) => found.extend(read(Type::ApiKey).map(|id| (entity, SubjectId::Key(id)))),
            _ => {}
        }
    }
    let mailboxes: Vec<&str> = by_mailbox.keys().map(String::as_str).collect();
    for (mailbox, user) in user::store::list_by_mailbox(request.db(), &mailboxes).await? {
        let entities = by_mailbox.get(&mailbox).into_iter().flatten();
        found.extend(entities.map(|entity| (*entity, SubjectId::User(user))));
    }
    Ok(found)
}

/// Organisations, and objects that belong to organisations: all that `node` finds.
async fn find_places<'a>(
    request: &Request,
    operator: Uuid,
    named: HashSet<Entity<'a>>,
) -> Result<HashMap<Entity<'a>, Place>> {
    let mut found = HashMap::with_capacity(named.len());
    let mut objects = Vec::new();
    for entity in named {
        let Some(kind) = Type::named(entity.kind) else { continue };
        let Ok(key) = kind.parse(&ID(entity.id.to_owned())) else { continue };
        match kind {
            Type::Organisation | Type::OrganisationCard => {
                found.insert(entity, Place::organisation(key));
            }
            _ => objects.push((entity, kind, key)),
        }
    }
    if objects.is_empty() {
        return Ok(found);
    }
    let finder = finder(request, operator);
    let guards = objects.into_iter().map(async |(entity, kind, key)| {
        Guards::find(&finder, kind, key).await.map(|guards| guards.map(|guards| (entity, place(&guards))))
    });
    for place in join_all(guards).await {
        found.extend(place?);
    }
    Ok(found)
}

/// A request that finds any object, so that its organisations are known. It acts as a key of the operator with all
/// permissions, by the same rule as every key, and nothing of what it finds is shown.
fn finder(request: &Request, operator: Uuid) -> Request {
    let all = Grants { own: PermissionSet::ALL, clients: PermissionSet::ALL };
    let (id, name) = (Uuid::nil(), String::new());
    let key = KeyActor { id, name, organisation_id: operator, scopes: all, until: None };
    let (db, random, config) = (request.db().clone(), request.random.clone(), request.config.clone());
    let finder = Request::new(db, random, config, Actor::ApiKey(key), request.now());
    if request.access.sight().is_open() {
        finder.access.sight().open();
    }
    finder
}

fn place(guards: &Guards) -> Place {
    const OF_KEYS: PermissionSet = PermissionSet::DELEGABLE.union(PermissionSet::PLATFORM);
    let sides = guards.sides.iter().map(|(side, at)| {
        // The finder holds all that keys can hold. What is missing of it does not count for the object.
        let missing = OF_KEYS.without(at.grants.own);
        At { side: *side, organisation: at.organisation, counting: PermissionSet::ALL.without(missing) }
    });
    Place { sides: sides.collect(), rules: guards.rules }
}
