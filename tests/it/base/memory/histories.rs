//! Random histories: rows are changed by hand and through the API, on two nodes at one database. After each change, one of
//! the nodes answers what a node without a memory answers.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};
use tenantry::base::id::Type;

use super::node;
use crate::world::*;

/// Histories on each database. `TEST_HISTORIES` sets another number, and `TEST_SEED` repeats a run.
const HISTORIES: u32 = 2_000;
/// After so many, the rows of the sample world are written anew: one more change, of everything.
const PER_WORLD: u32 = 100;

/// Changes by hand. `{n}` is a random number, `{org}` a random organisation.
const CHANGES: [&str; 56] = [
    "UPDATE organisation SET name = 'Renamed {n}' WHERE id = {org}",
    "UPDATE organisation SET state = 'SUSPENDED' WHERE id = {org}",
    "UPDATE organisation SET state = 'ACTIVE'",
    "UPDATE \"user\" SET name = 'Person {n}' WHERE id = {user}",
    "UPDATE \"user\" SET state = 'DISABLED' WHERE id = {user}",
    "UPDATE \"user\" SET state = 'ACTIVE'",
    "DELETE FROM membership WHERE id = {membership}",
    "UPDATE membership SET organisation_id = {org} WHERE id = {membership}",
    "UPDATE membership SET user_id = {user} WHERE id = {membership}",
    "UPDATE membership SET expires_at = created_at WHERE id = {membership}",
    "UPDATE membership SET expires_at = NULL",
    "UPDATE membership_role SET builtin = 'VIEWER' WHERE builtin IS NOT NULL AND membership_id = {membership}",
    "UPDATE membership_role SET builtin = 'OWNER' WHERE builtin IS NOT NULL AND membership_id = {membership}",
    "DELETE FROM membership_role WHERE membership_id = {membership}",
    "UPDATE role SET permissions = {n}, client_permissions = {n} WHERE id = {role}",
    "UPDATE role SET name = 'Role {n}' WHERE id = {role}",
    "UPDATE partnership SET delegated = {n}, client_delegated = {n} WHERE id = {partnership}",
    "UPDATE partnership SET includes_upstream = NOT includes_upstream WHERE id = {partnership}",
    "UPDATE partnership SET state = 'ENDED' WHERE id = {partnership}",
    "UPDATE partnership SET state = 'ACTIVE' WHERE id = {partnership}",
    "UPDATE partnership SET ends_at = starts_at WHERE id = {partnership}",
    "UPDATE partnership SET ends_at = NULL",
    "UPDATE partnership SET reference = 'K-{n}' WHERE id = {partnership}",
    "UPDATE payer SET state = 'ENDED' WHERE organisation_id = {org}",
    "UPDATE payer SET state = 'ACTIVE'",
    "UPDATE payer SET ends_on = starts_on WHERE organisation_id = {org}",
    "UPDATE billing_details SET legal_name = 'Firm {n}', contact_id = NULL WHERE organisation_id = {org}",
    "UPDATE billing_contact SET name = 'Contact {n}'",
    "UPDATE service SET organisation_id = {org}, subscription_id = NULL WHERE id = {service}",
    "UPDATE service SET name = 'host-{n}', state = 'SUSPENDED' WHERE id = {service}",
    "DELETE FROM service WHERE id = {service}",
    "UPDATE subscription SET quantity = {n} WHERE organisation_id = {org}",
    "UPDATE invoice SET payer_id = {org} WHERE organisation_id = {org}",
    "UPDATE invoice_line SET description = 'Line {n}'",
    "INSERT INTO sign_in_policy (organisation_id, requires_second_factor, logs_log_ins) VALUES ({org}, TRUE, FALSE)",
    "DELETE FROM sign_in_policy",
    "UPDATE organisation_halt SET suspended_because = 'Reason {n}'",
    "UPDATE reseller_programme SET terms = 'Terms {n}'",
    "UPDATE property_definition SET label = 'Label {n}'",
    "UPDATE delegation_template SET name = 'Template {n}'",
    "UPDATE directory_person SET name = 'Person {n}' WHERE id = {directory_person}",
    "UPDATE directory_person SET state = 'DELETED', deleted_at = updated_at WHERE id = {directory_person}",
    "UPDATE directory_person SET last_log_in_at = NULL, first_log_in_at = NULL WHERE id = {directory_person}",
    "UPDATE directory_group SET name = 'Group {n}' WHERE id = {directory_group}",
    "DELETE FROM directory_group_member WHERE id = {directory_group_member}",
    "UPDATE directory_group_member SET group_id = {directory_group} WHERE id = {directory_group_member}",
    "UPDATE feature SET name = 'Feature {n}' WHERE id = {feature}",
    "UPDATE entitlement SET quantity = 2",
    "UPDATE licence_pool SET used = used + 1 WHERE organisation_id = {org}",
    "UPDATE asset SET name = 'Asset {n}' WHERE id = {asset}",
    "DELETE FROM asset WHERE id = {asset}",
    "UPDATE licence_assignment SET error = 'Error {n}' WHERE id = {licence_assignment}",
    "DELETE FROM licence_assignment WHERE id = {licence_assignment}",
    "UPDATE licence_pin SET note = 'Note {n}' WHERE id = {licence_pin}",
    "UPDATE licence_rule SET name = 'Rule {n}' WHERE id = {licence_rule}",
    "UPDATE usage_day SET assigned = 4 WHERE organisation_id = {org}",
];

/// The tables of which a statement can name a random row.
const TABLES: [(&str, &str); 14] = [
    ("{org}", "organisation"),
    ("{user}", "user"),
    ("{membership}", "membership"),
    ("{role}", "role"),
    ("{partnership}", "partnership"),
    ("{service}", "service"),
    ("{directory_person}", "directory_person"),
    ("{directory_group}", "directory_group"),
    ("{directory_group_member}", "directory_group_member"),
    ("{feature}", "feature"),
    ("{asset}", "asset"),
    ("{licence_assignment}", "licence_assignment"),
    ("{licence_pin}", "licence_pin"),
    ("{licence_rule}", "licence_rule"),
];

const CALLERS: [Caller; 8] = [
    OWNER_OF_ACME,
    OWNER_OF_FJORD,
    SUPPORT_OF_FJORD,
    OWNER_OF_LUND,
    OWNER_OF_NORDEN,
    OWNER_OF_OPERATOR,
    HUB.owner,
    HUB.probe,
];

const ORGANISATION: &str = "query($id: ID!) { organisation(id: $id) {
  name state kind viewerPermissions
  members(first: 5) { totalCount edges { node { user { name } roles { name } hasSecondFactor } } }
  services(first: 5) { edges { node { name state } } }
  subscriptions(first: 5) { edges { node { quantity } } }
  invoices(first: 3) { edges { node { number lines(first: 2) { edges { node { description } } } } } }
  billing { details { legalName } recipient { __typename ... on OrganisationCard { name } ... on BillingContact { name } } }
  payer { name }
  roles(first: 5) { edges { node { name permissions } } }
} }";

const RESELLER: &str = "query($id: ID!) { reseller(id: $id) {
  organisation { name }
  clients(first: 20) { totalCount edges { partnership { state reference delegatedPermissions } client { name }
    node { name viewerPermissions members(first: 2) { edges { node { user { name } } } } } } }
  properties(first: 5) { edges { node { label } } }
} }";

const LICENCES: &str = "query($id: ID!) { organisation(id: $id) {
  people(first: 5) { totalCount edges { node { name state lastLogInAt groups(first: 2) { edges { node { name } } } } } }
  groups(first: 3) { edges { node { name people(first: 3) { edges { node { name } } } } } }
  licencePools(first: 5) { edges { node { feature { name } granted used free } } }
  assets(first: 5) { totalCount edges { node { name } } }
  licenceAssignments(first: 5) { totalCount edges { node { error person { name } feature { name } } } }
  licencePins(first: 3) { edges { node { note } } }
  overview { seats { assigned } }
} }";

const VIEWER: &str = "{ viewer { name
  organisations(first: 50) { totalCount edges { node { id name viewerPermissions } } }
  memberships(first: 20) { edges { node { id roles { name } organisation { name } } } } } }";

const EXPLANATION: &str = "query($id: ID!) { organisation(id: $id) {
  accessors(permission: SERVICE_READ, first: 50) { totalCount edges { node { __typename } } }
  ancestors(first: 10) { edges { node { name } } } } }";

struct Nodes {
    /// Two nodes with a memory.
    keeping: [World; 2],
    /// One without.
    plain: World,
    random: StdRng,
}

impl Nodes {
    fn number(&mut self, below: usize) -> usize {
        self.random.random_range(0..below)
    }

    /// The id of a random row, as a part of a statement.
    fn row(&mut self, table: &str) -> String {
        format!("(SELECT id FROM \"{table}\" ORDER BY id LIMIT 1 OFFSET {})", self.number(40))
    }

    fn statement(&mut self) -> String {
        let mut sql = CHANGES[self.number(CHANGES.len())].to_owned();
        sql = sql.replace("{n}", &self.number(1 << 40).to_string());
        for (name, table) in TABLES {
            if sql.contains(name) {
                let row = self.row(table);
                sql = sql.replace(name, &row);
            }
        }
        sql
    }

    /// Changes some rows in one transaction. Now and then it is rolled back. What the database refuses is no change.
    async fn change(&mut self) -> Vec<String> {
        let statements: Vec<String> = (0..=self.number(3)).map(|_| self.statement()).collect();
        let tx = self.plain.db().writer().begin().await.unwrap();
        let mut is_refused = false;
        for sql in &statements {
            is_refused = is_refused || tx.execute_unprepared(sql).await.is_err();
        }
        if is_refused || self.number(5) == 0 {
            tx.rollback().await.unwrap();
        } else {
            tx.commit().await.unwrap();
        }
        statements
    }

    /// Signs everybody in, while their accounts are active.
    async fn sign_in(&self) {
        for node in self.keeping.iter().chain([&self.plain]) {
            node.wait(TimeDelta::zero());
            for caller in CALLERS {
                node.as_(caller).credential().await;
            }
        }
    }

    fn question(&mut self, organisations: &[String]) -> (&'static str, Value) {
        let id = organisations[self.number(organisations.len())].clone();
        match self.number(10) {
            0..4 => (ORGANISATION, json!({ "id": id })),
            4..6 => (RESELLER, json!({ "id": id })),
            6 => (VIEWER, json!({})),
            7 => (LICENCES, json!({ "id": Type::Organisation.id(HUB.id()) })),
            8 => (LICENCES, json!({ "id": id })),
            _ => (EXPLANATION, json!({ "id": id })),
        }
    }
}

fn sorted(mut codes: Vec<&str>) -> Vec<&str> {
    codes.sort_unstable();
    codes
}

#[test]
fn two_nodes_with_a_memory_answer_as_one_without() {
    with_database(async |world| {
        let seed = test_seed();
        let histories = from_environment("TEST_HISTORIES").unwrap_or(HISTORIES);
        // The second node has so little memory that it keeps on making room.
        let (plain, keeping) = (node(&world, 0).await, [node(&world, 64).await, node(&world, 1).await]);
        let mut nodes = Nodes { keeping, plain, random: StdRng::seed_from_u64(seed) };
        let organisations = "SELECT id FROM organisation ORDER BY id";
        let rows = world.db().rows(organisations, Vec::new()).await.unwrap();
        let organisations: Vec<String> =
            rows.iter().map(|row| Type::Organisation.id(row.try_get_by_index(0).unwrap()).0).collect();
        nodes.sign_in().await;
        for history in 0..histories {
            if history % PER_WORLD == PER_WORLD - 1 {
                nodes.plain.db_reset().await;
                nodes.sign_in().await;
            }
            let changed = nodes.change().await;
            let caller = CALLERS[nodes.number(CALLERS.len())];
            if nodes.number(4) == 0 {
                // A change through the API, whose answer is read after it.
                let node = nodes.number(2);
                let input = json!({ "organisationId": organisations[nodes.number(organisations.len())], "name": format!("Named {history}") });
                nodes.keeping[node].as_(caller).attempt("updateOrganisation", input, "organisation { name }").await;
            }
            let (query, variables) = nodes.question(&organisations);
            let asked = nodes.number(2);
            let answer = nodes.keeping[asked].as_(caller).run(query, variables.clone()).await;
            let expected = nodes.plain.as_(caller).run(query, variables.clone()).await;
            assert_eq!(
                (answer.data(), sorted(answer.codes())),
                (expected.data(), sorted(expected.codes())),
                "TEST_SEED={seed}, history {history}, node {asked}, {} with {variables}, after {changed:#?}",
                caller.name()
            );
        }
        let hits = nodes.keeping.iter().map(|node| node.db().memory().counters().hits.load(Ordering::Relaxed));
        let hits: Vec<u64> = hits.collect();
        assert!(hits.iter().all(|hits| *hits > u64::from(histories) / 3), "the memory was not used: {hits:?}");
    });
}
