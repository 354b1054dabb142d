//! Through the database: what is looked up is what the naive rule decides, and the list of all that somebody reaches is
//! what the single look-ups say.

use std::collections::BTreeSet;

use entity::{api_key, membership, organisation, partnership, role, second_factor, sign_in_policy};
use proptest::strategy::{Strategy, ValueTree};
use tenantry::access::{Access, Actor, Grants, Holdings, KeyActor, Permission, explain};
use tenantry::base::id::Type;
use tenantry::oversight::evaluation::{Entity, Found, Question};
use tenantry::seed::rows as seed;
use uuid::Uuid;

use super::naive::{self, grants};
use super::tenancy::{Link, Role, Tenancy, any_tenancy, id};
use crate::world::{Held, World, any_values, db_insert, now, signed_in, with_database};

/// How many random tenants on each database.
const CASES: usize = 40;
/// The user of the first memberships, and of the second.
pub(super) const USERS: [Uuid; 2] = [Uuid::from_u128(90_001), Uuid::from_u128(90_002)];
pub(super) const KEY: Uuid = Uuid::from_u128(90_003);

#[test]
fn look_ups_and_lists_and_explanations_agree_with_the_sum_of_all_paths() {
    with_database(async |world| {
        let mut runner = any_values();
        for _ in 0..CASES {
            let tenancy = any_tenancy().new_tree(&mut runner).unwrap().current();
            db_replace(&world, &tenancy).await;
            for (number, user) in USERS.iter().enumerate() {
                let subject = naive::Subject::User(&tenancy.members[number]);
                check(&world, &tenancy, subject, &signed_in(*user, "")).await;
            }
            let scopes = tenancy.key.scopes;
            let organisation_id = id(tenancy.key.organisation);
            let key = Actor::ApiKey(KeyActor { id: KEY, name: String::new(), organisation_id, scopes, until: None });
            check(&world, &tenancy, naive::Subject::Key(tenancy.key), &key).await;
            check_everybody(&world, &tenancy).await;
            check_evaluations(&world, &tenancy).await;
        }
    });
}

async fn check(world: &World, tenancy: &Tenancy, subject: naive::Subject<'_>, actor: &Actor) {
    let access = || Access::new(world.db().clone(), actor.clone(), now());
    let together = access();
    let all = together.look_all((0..tenancy.len()).map(id)).await.unwrap();
    for some in [1, tenancy.len()] {
        let ids: Vec<Uuid> = (0..some).map(id).collect();
        for (id, seen) in access().look_bulk(&ids).await.unwrap() {
            assert_eq!(seen.grants, all[&id].grants, "among {some}, at {id} of {tenancy:#?}");
        }
    }
    let listed: BTreeSet<Uuid> = access().reachable().await.unwrap().keys().copied().collect();
    for number in 0..tenancy.len() {
        let expected = grants(tenancy, subject, number);
        let alone = access().look(id(number)).await.unwrap().unwrap();
        assert_eq!(alone.grants, expected, "at {number} of {tenancy:#?}");
        assert_eq!(all[&id(number)].grants, expected, "together, at {number} of {tenancy:#?}");
        let is_listed = listed.contains(&id(number));
        assert_eq!(is_listed, expected.has(Permission::OrganisationRead), "list at {number} of {tenancy:#?}");
        for permission in [Permission::OrganisationRead, Permission::InvoicePay, Permission::OwnershipTransfer] {
            let found = together.explain(actor.subject(), id(number), permission).await.unwrap();
            assert_eq!(found.is_granted(), expected.has(permission), "{permission:?} at {number} of {tenancy:#?}");
        }
    }
}

/// The list of everybody with a permission equals the single decisions.
async fn check_everybody(world: &World, tenancy: &Tenancy) {
    let access = Access::new(world.db().clone(), signed_in(USERS[0], ""), now());
    for number in 0..tenancy.len() {
        let everybody = access.everybody(id(number)).await.unwrap();
        let graph = &everybody.neighbourhood.graph;
        for permission in [Permission::OrganisationRead, Permission::ServiceManage] {
            let may = |holdings: &Holdings| explain(graph, holdings, id(number), permission, now()).is_granted();
            for (members, user) in tenancy.members.iter().zip(USERS) {
                let expected = grants(tenancy, naive::Subject::User(members), number).has(permission);
                let found = everybody.users.get(&user).is_some_and(|held| may(held));
                assert_eq!(found, expected, "{permission:?} at {number} of {tenancy:#?}");
            }
            let expected = grants(tenancy, naive::Subject::Key(tenancy.key), number).has(permission);
            let found = everybody.keys.get(&KEY).is_some_and(|(_, holdings)| may(holdings));
            assert_eq!(found, expected, "key, {permission:?} at {number} of {tenancy:#?}");
        }
    }
}

/// What other programs are told about each subject, organisation and permission.
async fn check_evaluations(world: &World, tenancy: &Tenancy) {
    let mut subjects: Vec<(&str, String, naive::Subject<'_>)> = Vec::new();
    for (members, user) in tenancy.members.iter().zip(USERS) {
        subjects.push(("user", Type::User.id(user).0, naive::Subject::User(members)));
    }
    // The same person again, by the address.
    subjects.push(("user", "1@Example.org".to_owned(), naive::Subject::User(&tenancy.members[1])));
    subjects.push(("api_key", Type::ApiKey.id(KEY).0, naive::Subject::Key(tenancy.key)));
    let organisations: Vec<String> = (0..tenancy.len()).map(|number| Type::Organisation.id(id(number)).0).collect();
    let names: Vec<String> = Permission::ALL.iter().map(|permission| permission.text()).collect();
    let (mut questions, mut expected) = (Vec::new(), Vec::new());
    for (permission, action) in Permission::ALL.iter().zip(&names) {
        for (number, organisation) in organisations.iter().enumerate() {
            for (kind, id, subject) in &subjects {
                let (subject_of, resource) =
                    (Entity { kind, id }, Entity { kind: "organisation", id: organisation.as_str() });
                questions.push(Question { subject: subject_of, action, resource, with_reason: false });
                expected.push(grants(tenancy, *subject, number).has(*permission));
            }
        }
    }
    let request = world.app.request(signed_in(USERS[0], ""));
    let asked = || questions.iter();
    let found = Found::of(&request, Uuid::nil(), asked().map(|one| one.subject), asked().map(|one| one.resource));
    let found = found.await.unwrap();
    let decided = found.decide(&request, &asked().collect::<Vec<_>>()).await.unwrap();
    for ((question, decided), expected) in questions.iter().zip(decided).zip(expected) {
        assert_eq!(decided, expected, "{question:?} of {tenancy:#?}");
    }
}

/// Circles that somebody wrote into the database by hand: the list and the explanation say what each single look says.
#[test]
fn look_ups_and_lists_and_explanations_agree_where_links_go_round() {
    with_database(async |world| {
        let mut runner = any_values();
        for case in 0..CASES {
            let mut tenancy = any_tenancy().new_tree(&mut runner).unwrap().current();
            let back = tenancy.links.iter().skip(case % 2).step_by(2).cloned();
            let back = back.map(|link| Link { reseller: link.client, client: link.reseller, ..link });
            let back: Vec<Link> = back.collect();
            tenancy.links.extend(back);
            db_replace(&world, &tenancy).await;
            let scopes = tenancy.key.scopes;
            let organisation_id = id(tenancy.key.organisation);
            let key = Actor::ApiKey(KeyActor { id: KEY, name: String::new(), organisation_id, scopes, until: None });
            for actor in [signed_in(USERS[0], ""), signed_in(USERS[1], ""), key] {
                let access = || Access::new(world.db().clone(), actor.clone(), now());
                let together = access();
                let all = together.look_all((0..tenancy.len()).map(id)).await.unwrap();
                let reachable = access().reachable().await.unwrap();
                for number in 0..tenancy.len() {
                    let alone = access().look(id(number)).await.unwrap().unwrap().grants;
                    assert_eq!(all[&id(number)].grants, alone, "together, at {number} of {tenancy:#?}");
                    let listed = reachable.get(&id(number)).map_or(Grants::NONE, |seen| seen.grants);
                    let expected = if alone.has(Permission::OrganisationRead) { alone } else { Grants::NONE };
                    assert_eq!(listed, expected, "list at {number} of {tenancy:#?}");
                    for permission in [Permission::OrganisationRead, Permission::InvoicePay] {
                        let found = together.explain(actor.subject(), id(number), permission).await.unwrap();
                        assert_eq!(
                            found.is_granted(),
                            alone.has(permission),
                            "{permission:?} at {number} of {tenancy:#?}"
                        );
                    }
                }
            }
        }
    });
}

/// Writes the tenants in place of all that was there.
pub(super) async fn db_replace(world: &World, tenancy: &Tenancy) {
    world.db_clear().await;
    let db = world.db().writer();
    let organisations = (0..tenancy.len()).map(|number| organisation::Model {
        state: tenancy.states[number],
        ..seed::organisation(id(number), &named(number), tenancy.kind(number), number.to_string(), now())
    });
    db_insert(db, organisations.collect()).await;
    let users = USERS.iter().enumerate();
    let users =
        users.map(|(number, id)| seed::user(*id, &format!("user {number}"), &format!("{number}@example.org"), now()));
    db_insert(db, users.collect()).await;
    let partnerships = tenancy.links.iter().enumerate().map(|(number, link)| {
        let (key, sides) = (partnership_key(number), (id(link.reseller), id(link.client)));
        partnership::Model {
            client_delegated: link.client_delegated.to_stored(),
            includes_upstream: link.includes_upstream,
            state: link.state,
            starts_at: link.starts_at,
            ends_at: link.ends_at,
            ..seed::partnership(key, sides, &named(link.client), link.delegated, now())
        }
    });
    db_insert(db, partnerships.collect()).await;
    db_insert(
        db,
        vec![api_key::Model {
            id: KEY,
            organisation_id: id(tenancy.key.organisation),
            name: "key".to_owned(),
            secret_hash: "secret".to_owned(),
            permissions: tenancy.key.scopes.own.to_stored(),
            client_permissions: tenancy.key.scopes.clients.to_stored(),
            expires_at: None,
            revoked_at: None,
            created_at: now(),
            prefix: String::new(),
            created_by_id: None,
            last_used_at: None,
            previous_hash: None,
            previous_until: None,
            networks: None,
        }],
    )
    .await;
    db_members(world, tenancy).await;
}

/// The key of the partnership for the link with this number.
const fn partnership_key(number: usize) -> Uuid {
    Uuid::from_u128(1_000 + number as u128)
}

/// The name of an organisation.
fn named(number: usize) -> String {
    format!("organisation {number}")
}

async fn db_members(world: &World, tenancy: &Tenancy) {
    let (mut memberships, mut roles, mut held) = (Vec::new(), Vec::new(), Vec::new());
    let mut next = 100_000_u128;
    let mut new_id = || {
        next += 1;
        Uuid::from_u128(next)
    };
    for (members, user_id) in tenancy.members.iter().zip(USERS) {
        for member in members {
            let (id, organisation_id) = (new_id(), id(member.organisation));
            memberships.push(membership::Model {
                expires_at: member.expires_at,
                partnership_id: member.through.map(partnership_key),
                custody_reseller_id: member.kept_for.map(super::tenancy::id),
                ..seed::membership(id, organisation_id, user_id, now())
            });
            let mut builtins = BTreeSet::new();
            for given in &member.roles {
                let given = match given {
                    Role::Builtin(role) if !builtins.insert(*role) => continue,
                    Role::Builtin(role) => Held::Builtin(*role),
                    Role::Custom(sets) => {
                        let id = new_id();
                        roles.push(role::Model {
                            id,
                            organisation_id,
                            name: id.to_string(),
                            name_key: collation::sort_key(&id.to_string()),
                            permissions: sets.own.to_stored(),
                            client_permissions: sets.clients.to_stored(),
                            created_at: now(),
                        });
                        Held::Custom(id)
                    }
                };
                held.push(seed::membership_role(new_id(), organisation_id, id, given));
            }
        }
    }
    let db = world.db().writer();
    db_insert(db, roles).await;
    db_insert(db, memberships).await;
    db_insert(db, held).await;
    let strict = (0..tenancy.len()).filter(|number| tenancy.strict[*number]);
    let policies = strict.map(|number| sign_in_policy::Model {
        organisation_id: id(number),
        requires_second_factor: true,
        logs_log_ins: false,
    });
    db_insert(db, policies.collect()).await;
    let factor = second_factor::Model {
        user_id: USERS[1],
        sealed_secret: "sealed".to_owned(),
        confirmed_at: Some(now()),
        last_step: 0,
        created_at: now(),
    };
    db_insert(db, vec![factor]).await;
}
