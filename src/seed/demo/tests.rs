//! The stories hold: what each person can see is what `people` says.

use std::collections::HashSet;

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::super::test_db::TestDb;
use super::{API_KEY, PROVISIONER_KEY, demo, people, platform};
use crate::access::Permission::{self, *};
use crate::access::{BuiltinRole, DelegationPreset, PermissionSet};
use crate::base::clock::Clock;
use crate::base::error::{Error, Result};
use crate::base::random::{Random, hash};

async fn demo_world() -> TestDb {
    let test = TestDb::open().await;
    assert_eq!(tell(&test).await.unwrap(), people());
    test
}

async fn tell(test: &TestDb) -> Result<Vec<super::Person>> {
    demo(&test.db, &test.passwords, &Clock::System, &Random::seeded(1)).await
}

/// The permissions of the person at the organisation.
async fn own(test: &TestDb, email: &str, organisation: &str) -> PermissionSet {
    let id = test.organisation(organisation).await;
    test.access_of(email).await.look(id).await.unwrap().unwrap().grants.own
}

/// Names of all organisations that the person reaches.
async fn reachable(test: &TestDb, email: &str) -> Vec<String> {
    let decisions = test.access_of(email).await.reachable().await.unwrap();
    let mut names: Vec<String> = decisions.values().map(|decision| decision.card().name).collect();
    names.sort();
    names
}

#[test]
fn people_have_one_address_each_and_a_story_in_one_sentence() {
    let people = people();
    let addresses: HashSet<&str> = people.iter().map(|person| person.email.as_str()).collect();
    assert_eq!(addresses.len(), people.len());
    for person in &people {
        assert!(person.story.ends_with('.') && !person.story.contains("  "), "{}", person.story);
        assert!(person.password.len() >= 10 && person.email.ends_with(".example"));
    }
}

#[tokio::test]
async fn a_database_in_use_is_refused_and_stays_as_it_is() {
    let test = demo_world().await;
    let users = test.count("SELECT COUNT(*) FROM \"user\"").await;
    assert!(users > 30);
    let refused = tell(&test).await.unwrap_err();
    assert!(matches!(&refused, Error::Conflict(message) if message.contains("empty")), "{refused:?}");
    assert_eq!(test.count("SELECT COUNT(*) FROM \"user\"").await, users);
    test.close().await;
}

#[tokio::test]
async fn a_suspended_organisation_has_its_date_and_its_reason() {
    let test = demo_world().await;
    let suspended = "SELECT COUNT(*) FROM organisation WHERE state <> 'ACTIVE'";
    let explained = "SELECT COUNT(*) FROM organisation o JOIN organisation_halt h ON h.organisation_id = o.id \
                     WHERE o.state = 'SUSPENDED' AND h.suspended_at IS NOT NULL AND h.suspended_because <> ''";
    assert!(test.count(suspended).await > 0);
    assert_eq!(test.count(suspended).await, test.count(explained).await);
    test.close().await;
}

#[tokio::test]
async fn a_support_agent_gets_what_each_client_lets_through() {
    let test = demo_world().await;
    let gry = "gry@nordhost.example";
    let support = BuiltinRole::PartnerSupport.sets(false).clients & PermissionSet::DELEGABLE;
    assert_eq!(own(&test, gry, "Fjord Foods").await, support);
    assert_eq!(own(&test, gry, "Gamla Bageriet").await, support);
    assert_eq!(own(&test, gry, "Harbour Clinic").await, DelegationPreset::Overview.set());
    assert!(own(&test, gry, "Island Ferries").await.is_empty());
    assert!(own(&test, gry, "Juniper Books").await.is_empty());
    assert_eq!(reachable(&test, gry).await, ["Fjord Foods", "Gamla Bageriet", "Harbour Clinic", "Nordhost Partner"]);
    let key = "SELECT COUNT(*) FROM api_key WHERE secret_hash = ";
    for secret in [API_KEY, PROVISIONER_KEY].map(hash) {
        assert_eq!(test.count(&format!("{key}'{secret}'")).await, 1);
    }
    let hans = own(&test, "hans@nordhost.example", "Gamla Bageriet").await;
    assert!(hans.has(InvoicePay) && !hans.has(PartnershipManage));
    test.close().await;
}

#[tokio::test]
async fn a_distributor_gets_what_both_links_of_a_way_let_through_and_the_ways_add_up() {
    let test = demo_world().await;
    let kai = "kai@skandia.example";
    let (overview, billing) = (DelegationPreset::Overview.set(), DelegationPreset::Billing.set());
    assert!(!overview.covers(billing) && !billing.covers(overview));
    assert_eq!(own(&test, kai, "Fjord Foods").await, overview | billing);
    assert_eq!(own(&test, kai, "Amber Works").await, billing);
    for closed in ["Gamla Bageriet", "Harbour Clinic", "Late Payers Ltd"] {
        assert!(own(&test, kai, closed).await.is_empty(), "{closed}");
    }
    assert!(own(&test, kai, "Nordhost Partner").await.has(ClientRead));
    assert_eq!(own(&test, "lea@baltic.example", "Fjord Foods").await, DelegationPreset::Support.set());
    test.close().await;
}

#[tokio::test]
async fn staff_reach_all_and_a_stranger_nothing() {
    let test = demo_world().await;
    let all = test.count("SELECT COUNT(*) FROM organisation").await;
    let sam = "sam@operator.example";
    assert_eq!(reachable(&test, sam).await.len(), usize::try_from(all).unwrap());
    assert_eq!(own(&test, sam, "Stray Cats").await, platform::support());
    assert!(own(&test, "pia@operator.example", "Lake School").await.has(OrganisationSuspend));
    assert_eq!(reachable(&test, "quentin@stray.example").await, ["Stray Cats"]);
    test.close().await;
}

#[tokio::test]
async fn members_hold_what_their_story_says() {
    let test = demo_world().await;
    let only = |permission: Permission| PermissionSet::of(&[permission]);
    assert_eq!(own(&test, "nils@lakeschool.example", "Lake School").await, only(InvoiceRead));
    assert_eq!(own(&test, "olga@lakeschool.example", "Lake School").await, only(DomainManage));
    assert_eq!(own(&test, "unni@fjordfoods.example", "Fjord Foods").await, only(InvoiceRead));
    assert!(own(&test, "inga@revision.example", "Harbour Clinic").await.is_empty());
    let nora = own(&test, "nora@latepayers.example", "Late Payers Ltd").await;
    assert!(nora.has(InvoicePay) && !nora.has(SubscriptionOrder));
    assert_eq!(reachable(&test, "bo@lind.example").await, ["Lind Café", "Lind Holding", "Lind Sailing"]);
    assert_eq!(reachable(&test, "cleo@twin.example").await, ["Twin Labs", "Twin Studio"]);
    assert!(!own(&test, "cleo@twin.example", "Twin Labs").await.has(OrganisationClose));
    test.close().await;
}

#[tokio::test]
async fn invoices_are_numbered_without_gaps_and_their_lines_add_up() {
    let test = demo_world().await;
    let invoices = "SELECT number, net_minor, vat_minor, total_minor, paid_minor, state, issued_on, \
                    (SELECT CAST(SUM(l.net_minor) AS BIGINT) FROM invoice_line l WHERE l.invoice_id = invoice.id) \
                    FROM invoice ORDER BY number";
    let rows = test.db.rows(invoices, vec![]).await.unwrap();
    assert!(rows.len() > 50);
    let mut issued_before = DateTimeUtc::UNIX_EPOCH.date_naive();
    for (count, row) in (1..).zip(rows) {
        type Row = (String, i64, i64, i64, i64, String, sea_orm::prelude::Date, i64);
        let (number, net, vat, total, paid, state, issued_on, lines): Row = row.try_get_many_by_index().unwrap();
        assert_eq!(number, format!("{count:06}"));
        assert_eq!((net, vat * 4, total), (lines, net, net + vat), "{number}");
        assert_eq!(paid == total, state == "PAID", "{number}");
        assert!(net > 0 && issued_on >= issued_before);
        issued_before = issued_on;
    }
    let by_payer = "SELECT COUNT(*) FROM invoice i JOIN organisation p ON p.id = i.payer_id \
                    WHERE p.name = 'Lind Holding' AND i.organisation_id <> p.id";
    assert_eq!(test.count(by_payer).await, 3);
    let to_contact = "SELECT COUNT(*) FROM invoice WHERE recipient_name = 'Pixel Agency, accounts payable'";
    assert_eq!(test.count(to_contact).await, 4);
    let bare = "SELECT COUNT(*) FROM organisation WHERE id NOT IN (SELECT organisation_id FROM billing_details)";
    assert_eq!(test.count(bare).await, 0);
    test.close().await;
}

#[tokio::test]
async fn the_school_has_seats_for_its_people_and_two_are_free() {
    let test = demo_world().await;
    let seats = "SELECT COUNT(*) FROM licence_assignment a JOIN directory_person p ON p.id = a.person_id \
                 JOIN organisation o ON o.id = a.organisation_id AND o.id = p.organisation_id \
                 WHERE o.name = 'Lake School' AND a.state = 'ACTIVE'";
    assert_eq!(test.count(seats).await, 38);
    let used = "SELECT p.used FROM licence_pool p JOIN feature f ON f.id = p.feature_id WHERE f.kind = 'SEAT'";
    assert_eq!(test.count(used).await, 38);
    let never = "SELECT COUNT(*) FROM directory_person WHERE last_log_in_at IS NULL";
    assert!(test.count(never).await > 0);
    assert_eq!(test.count("SELECT COUNT(*) FROM usage_day WHERE assigned > granted OR active_30 > assigned").await, 0);
    test.close().await;
}

#[tokio::test]
async fn every_id_is_a_version_7_of_its_own_table_and_roles_are_known() {
    let test = demo_world().await;
    for row in test.db.rows("SELECT id FROM invoice UNION ALL SELECT id FROM membership", vec![]).await.unwrap() {
        let id: Uuid = row.try_get_by_index(0).unwrap();
        assert_eq!(id.get_version_num(), 7);
    }
    let held = "SELECT DISTINCT builtin FROM membership_role WHERE builtin IS NOT NULL";
    for row in test.db.rows(held, vec![]).await.unwrap() {
        let name: String = row.try_get_by_index(0).unwrap();
        assert!(BuiltinRole::from_name(&name).is_some(), "{name}");
    }
    test.close().await;
}
