//! Lists and exports of random trees, and what is added up over clients, against walks that look at one organisation at a
//! time and ask the naive rule.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use async_graphql::Request as GraphqlRequest;
use proptest::strategy::{Strategy, ValueTree};
use serde_json::Value;
use tenantry::access::{Actor, KeyActor, Kind, PartnershipState, Permission};
use tenantry::base::id::Type;
use tenantry::graphql::request::Request;
use tenantry::partners::overview::store::{invoiced_below, subscribed_below};
use tenantry::partners::reseller::TreeExport;
use tenantry::seed::rows as seed;

use super::naive::{Subject, counting, grants};
use super::stored::{KEY, USERS, db_replace};
use super::tenancy::{Link, Member, Tenancy, any_tenancy, id};
use crate::world::{World, any_values, db_insert, now, signed_in, with_database};

/// How many random tenants on each database.
const CASES: usize = 25;
/// If hardly anything was found in so many, more are tried, up to this number.
const MOST_CASES: usize = 10 * CASES;
/// How many must be found of each kind.
const ENOUGH: usize = 10;

/// A viewer of a random tree.
struct Asker<'a> {
    world: &'a World,
    tenancy: &'a Tenancy,
    subject: Subject<'a>,
    actor: Actor,
}

#[test]
fn lists_and_exports_and_sums_of_random_trees_are_what_a_walk_finds() {
    with_database(async |world| {
        let mut runner = any_values();
        let mut found = [0; 3];
        let mut cases = 0;
        while cases < CASES || (cases < MOST_CASES && found.iter().any(|count| *count < ENOUGH)) {
            cases += 1;
            let tenancy = any_tenancy().new_tree(&mut runner).unwrap().current();
            db_replace(&world, &tenancy).await;
            db_subscribe(&world, &tenancy).await;
            let scopes = tenancy.key.scopes;
            let key = KeyActor {
                id: KEY,
                name: String::new(),
                organisation_id: id(tenancy.key.organisation),
                scopes,
                until: None,
            };
            let actors = [
                (Subject::User(&tenancy.members[0]), signed_in(USERS[0], "")),
                (Subject::User(&tenancy.members[1]), signed_in(USERS[1], "")),
                (Subject::Key(tenancy.key), Actor::ApiKey(key)),
            ];
            for (subject, actor) in actors {
                let asker = Asker { world: &world, tenancy: &tenancy, subject, actor };
                for organisation in 0..tenancy.len() {
                    found[0] += asker.check_lists(organisation).await;
                    found[1] += asker.check_export(organisation).await;
                    found[2] += asker.check_sums(organisation).await;
                }
            }
        }
        println!("{cases} trees with {found:?} in lists, exports and sums");
        assert!(found.iter().all(|count| *count >= ENOUGH), "{cases} trees had next to nothing: {found:?}");
    });
}

/// One subscription for each organisation, in a currency of its own.
async fn db_subscribe(world: &World, tenancy: &Tenancy) {
    let product = seed::product(uuid::Uuid::from_u128(499_999), id(0), "hosting", "Hosting", now());
    let rows = (0..tenancy.len()).map(|number| {
        let key = uuid::Uuid::from_u128(500_000 + number as u128);
        seed::subscription(key, id(number), &product, (1, &currency(number)), now().date_naive())
    });
    let rows = rows.collect();
    db_insert(world.db().writer(), vec![product]).await;
    db_insert(world.db().writer(), rows).await;
}

fn currency(number: usize) -> String {
    format!("C{number:02}")
}

fn is_in_force(link: &Link) -> bool {
    link.state == PartnershipState::Active && link.starts_at <= now() && link.ends_at.is_none_or(|end| now() < end)
}

impl Asker<'_> {
    fn holds(&self, organisation: usize, permission: Permission) -> bool {
        grants(self.tenancy, self.subject, organisation).has(permission)
    }

    fn request(&self) -> Request {
        self.world.app.request(self.actor.clone())
    }

    /// All that is found from an organisation step by step, with its distance.
    fn walk(&self, from: usize, is_down: bool, goes_on: impl Fn(usize) -> bool) -> BTreeMap<usize, usize> {
        let mut found = BTreeMap::from([(from, 0)]);
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            if !goes_on(at) {
                continue;
            }
            for link in self.tenancy.links.iter().filter(|link| is_in_force(link)) {
                let (start, end) = if is_down { (link.reseller, link.client) } else { (link.client, link.reseller) };
                if start == at && !found.contains_key(&end) {
                    found.insert(end, found[&at] + 1);
                    queue.push_back(end);
                }
            }
        }
        found.remove(&from);
        found
    }

    /// Pages of a list, together: the key of each with its depth.
    async fn list(&self, from: usize, list: &str, arguments: &str, key: &str) -> Option<Vec<(String, u64)>> {
        let at = Type::Organisation.id(id(from)).0;
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let (open, close) = list.split_once('.').map_or(("", ""), |(_, _)| ("reseller {", "}"));
            let name = list.rsplit('.').next().unwrap();
            let query = format!(
                "{{ organisation(id: {at:?}) {{ {open} list: {name}(first: 2 {after} {arguments}) {{ totalCount \
                 pageInfo {{ endCursor hasNextPage }} edges {{ node {{ depth {key} {{ id }} path {{ id }} }} }} }} {close} }} }}"
            );
            let request = GraphqlRequest::new(query).data(Arc::new(self.request())).data(self.actor.clone());
            let answer = self.world.app.schema.execute(request).await.data.into_json().unwrap();
            let page = answer.pointer("/organisation/reseller/list").or(answer.pointer("/organisation/list"))?;
            let edges = page["edges"].as_array()?;
            for edge in edges {
                let node = &edge["node"];
                assert_eq!(node["path"].as_array().unwrap().len() as u64, node["depth"].as_u64().unwrap());
                found.push((node[key]["id"].as_str().unwrap().to_owned(), node["depth"].as_u64().unwrap()));
            }
            if page["pageInfo"]["hasNextPage"] == false {
                assert_eq!(page["totalCount"], found.len());
                return Some(found);
            }
            after = format!("after: {}", page["pageInfo"]["endCursor"]);
        }
    }

    /// Descendants with a permission, and ancestors: all pages together are what the walk finds, each once.
    async fn check_lists(&self, from: usize) -> usize {
        let mut count = 0;
        let id_of = |number: usize| Type::Organisation.id(id(number)).0;
        let down = self.walk(from, true, |at| self.holds(at, Permission::ClientRead));
        for permission in [None, Some(Permission::InvoiceRead), Some(Permission::ClientRead)] {
            let argument = permission.map_or(String::new(), |one| format!("permission: {}", one.graphql_name()));
            let Some(mut listed) = self.list(from, "reseller.descendants", &argument, "organisation").await else {
                let may = self.holds(from, Permission::ClientRead) && self.tenancy.kind(from) == Kind::Reseller;
                assert!(!may, "descendants of {from} of {:#?}", self.tenancy);
                continue;
            };
            let wanted = permission.unwrap_or(Permission::OrganisationRead);
            let seen = down.iter().filter(|(number, _)| self.holds(**number, wanted));
            let mut expected: Vec<(String, u64)> =
                seen.map(|(number, depth)| (id_of(*number), *depth as u64)).collect();
            listed.sort();
            expected.sort();
            assert_eq!(listed, expected, "descendants of {from} with {permission:?} of {:#?}", self.tenancy);
            count += listed.len();
        }
        let up = self.walk(from, false, |at| self.holds(at, Permission::PartnershipRead));
        if let Some(mut listed) = self.list(from, "ancestors", "", "card").await {
            let mut expected: Vec<(String, u64)> =
                up.iter().map(|(number, depth)| (Type::OrganisationCard.id(id(*number)).0, *depth as u64)).collect();
            listed.sort();
            expected.sort();
            assert_eq!(listed, expected, "ancestors of {from} of {:#?}", self.tenancy);
            count += listed.len();
        } else {
            assert!(!self.holds(from, Permission::PartnershipRead), "ancestors of {from} of {:#?}", self.tenancy);
        }
        count
    }

    /// Each agreed partnership of each reseller that the walk finds comes on one line.
    async fn check_export(&self, from: usize) -> usize {
        let goes_on = |at| self.holds(at, Permission::ClientRead) && self.tenancy.kind(at) == Kind::Reseller;
        let mut counts = Vec::new();
        for (max_depth, rows) in [(None, 1), (None, 3), (Some(2), 1_000)] {
            let export = TreeExport::new(id(from), max_depth, None, rows).unwrap();
            let (mut progress, mut text) = (export.begin(), Vec::new());
            let outcome = loop {
                match export.page(&self.request(), &mut progress).await {
                    Ok(Some(lines)) => text.extend(lines),
                    other => break other,
                }
            };
            assert_eq!(outcome.is_ok(), goes_on(from), "export of {from} of {:#?}", self.tenancy);
            if outcome.is_err() {
                continue;
            }
            let depth_of = self.walk(from, true, goes_on);
            let resellers = depth_of.iter().map(|(number, depth)| (*number, *depth)).chain([(from, 0)]);
            let mut expected = BTreeSet::new();
            for (reseller, depth) in resellers.filter(|(number, _)| goes_on(*number)) {
                if max_depth.is_some_and(|most| depth >= usize::try_from(most).unwrap()) {
                    continue;
                }
                let agreed = self.tenancy.links.iter().filter(|link| link.state == PartnershipState::Active);
                for link in agreed.filter(|link| link.reseller == reseller) {
                    let held = grants(self.tenancy, self.subject, link.client).own;
                    let names: Vec<String> = held.iter().map(Permission::graphql_name).collect();
                    expected.insert((depth + 1, reseller, link.client, names));
                }
            }
            let text = String::from_utf8(text).unwrap();
            let lines: Vec<_> = text.lines().map(|line| self.read(&serde_json::from_str(line).unwrap())).collect();
            assert_eq!(lines.len(), expected.len(), "each once, from {from} of {:#?}", self.tenancy);
            assert_eq!(BTreeSet::from_iter(lines), expected, "export of {from} of {:#?}", self.tenancy);
            counts.push(expected.len());
        }
        counts.first().copied().unwrap_or_default()
    }

    fn read(&self, line: &Value) -> (usize, usize, usize, Vec<String>) {
        let number = |value: &Value| {
            let found = (0..self.tenancy.len()).find(|number| Type::Organisation.id(id(*number)).0 == *value);
            found.unwrap()
        };
        let path = line["path"].as_array().unwrap();
        assert_eq!(line["depth"], path.len());
        let held = line["organisation"]["viewerPermissions"].as_array().cloned().unwrap_or_default();
        let held = held.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        (path.len(), number(path.last().unwrap()), number(&line["client"]["organisationId"]), held)
    }

    /// A client counts exactly if its partnership alone lets the permission through, and never where the resolver refuses.
    async fn check_sums(&self, reseller: usize) -> usize {
        // The operator has no such facet.
        if self.tenancy.kind(reseller) != Kind::Reseller {
            return 0;
        }
        let request = self.request();
        let seen = request.access.look(id(reseller)).await.unwrap().unwrap();
        let subscribed = subscribed_below(&request, &seen).await.unwrap();
        let invoiced = invoiced_below(&request, &seen).await.unwrap();
        let counted: BTreeSet<String> =
            subscribed.sums.monthly().unwrap().into_iter().map(tenantry::base::money::Money::into_currency).collect();
        let links = || self.tenancy.links.iter().filter(|link| link.reseller == reseller && is_in_force(link));
        assert_eq!(subscribed.of_clients, links().count() as u64);
        let mut expected = [BTreeSet::new(), BTreeSet::new()];
        for link in links() {
            for (permission, expected) in
                [Permission::SubscriptionRead, Permission::InvoiceRead].into_iter().zip(&mut expected)
            {
                if self.lets_through(link, permission) {
                    expected.insert(currency(link.client));
                    assert!(self.holds(link.client, permission));
                }
            }
        }
        assert_eq!(counted, expected[0], "below {reseller} of {:#?}", self.tenancy);
        assert_eq!(subscribed.clients, expected[0].len() as u64);
        assert_eq!(invoiced.clients, expected[1].len() as u64, "below {reseller} of {:#?}", self.tenancy);
        counted.len()
    }

    /// The naive rule for a client without other partnerships, of which the subject is no member.
    fn lets_through(&self, link: &Link, permission: Permission) -> bool {
        let mut alone = self.tenancy.clone();
        alone.links.retain(|other| other.client != link.client || other.reseller == link.reseller);
        let elsewhere = |member: &Member| member.organisation != link.client;
        match self.subject {
            Subject::User(members) => {
                // What hangs on the membership that is left out stays as it is.
                let members: Vec<Member> = counting(self.tenancy, members).into_iter().filter(elsewhere).collect();
                grants(&alone, Subject::User(&members), link.client).has(permission)
            }
            Subject::Key(key) if key.organisation == link.client => {
                grants(&alone, Subject::User(&[]), link.client).has(permission)
            }
            key @ Subject::Key(_) => grants(&alone, key, link.client).has(permission),
        }
    }
}
