//! Lists for tools that ask what has changed since they last read them.

use chrono::TimeDelta;
use tenantry::access::DelegationPreset;
use tenantry::base::id::Type;
use tenantry::live::event::{number, remove_old};

use super::*;

/// A token for now. Everything that has happened before has its place.
async fn token(world: &World, caller: Caller) -> String {
    number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
    world.as_(caller).run("{ changeToken }", json!({})).await.at("changeToken").as_str().unwrap().to_owned()
}

async fn names(world: &World, caller: Caller, query: &str, tenant: Tenant, since: &str) -> Vec<String> {
    number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
    let answer = world.as_(caller).run(query, json!({ "id": id_of(tenant), "since": since })).await;
    let list = answer.ok().as_object().unwrap().values().next().unwrap().as_object().unwrap().values().next().unwrap();
    let name = |edge: &Value| match &edge["node"] {
        node if node["organisation"].is_object() => node["organisation"]["name"].as_str().unwrap().to_owned(),
        node if node["name"].is_string() => node["name"].as_str().unwrap().to_owned(),
        node => node["id"].as_str().unwrap().to_owned(),
    };
    list["edges"].as_array().unwrap().iter().map(name).collect()
}

const CLIENTS: &str = "query($id: ID!, $since: String!) { reseller(id: $id) { clients(first: 50, filter: { changedSince: $since, \
     partnershipState: [ACTIVE, ENDED] }) { edges { node { name } } } } }";
const DESCENDANTS: &str = "query($id: ID!, $since: String!) { reseller(id: $id) { descendants(first: 50, changedSince: $since) \
     { edges { node { organisation { name } } } } } }";
const INVOICES: &str = "query($id: ID!, $since: String!) { organisation(id: $id) { invoices(first: 50, \
     filter: { changedSince: $since }) { edges { node { id } } } } }";
const CLIENT_INVOICES: &str = "query($id: ID!, $since: String!) { reseller(id: $id) { invoices(first: 50, \
     filter: { changedSince: $since }) { edges { node { id } } } } }";
const SUBSCRIPTIONS: &str = "query($id: ID!, $since: String!) { organisation(id: $id) { subscriptions(first: 50, \
     filter: { changedSince: $since }) { edges { node { id } } } } }";

#[test]
fn clients_and_descendants_are_those_where_something_has_happened() {
    with_database(async |world| {
        let since = token(&world, OWNER_OF_FJORD).await;
        for query in [CLIENTS, DESCENDANTS] {
            assert_eq!(names(&world, OWNER_OF_FJORD, query, FJORD, &since).await, Vec::<String>::new());
        }
        rename(&world, OWNER_OF_ACME, ACME, "Acme One").await;
        let later = token(&world, OWNER_OF_FJORD).await;
        for query in [CLIENTS, DESCENDANTS] {
            assert_eq!(names(&world, OWNER_OF_FJORD, query, FJORD, &since).await, ["Acme One"]);
            assert_eq!(names(&world, OWNER_OF_FJORD, query, FJORD, &later).await, Vec::<String>::new());
        }
        // From above, the tree shows the same.
        assert_eq!(names(&world, OWNER_OF_NORDEN, DESCENDANTS, NORDEN, &since).await, ["Acme One"]);
        let reseller = Type::Reseller.id(FJORD.id).0;
        let path = format!("/resellers/{reseller}/tree.ndjson?changedSince={since}");
        let lines = world.send(world.as_(OWNER_OF_FJORD).get(&path).await).await.export_lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["client"]["name"], "Acme One");
        // What a reseller notes about a client has changed the client too.
        let reference =
            json!({ "partnershipId": Type::Partnership.id(partnership(&world, FJORD, ACME).await), "reference": "7" });
        world.as_(OWNER_OF_FJORD).act("setClientReference", reference, "partnership { id }").await;
        assert_eq!(names(&world, OWNER_OF_FJORD, CLIENTS, FJORD, &later).await, ["Acme One"]);
    });
}

/// The key of the partnership of two tenants.
async fn partnership(world: &World, reseller: Tenant, client: Tenant) -> uuid::Uuid {
    let sql = "SELECT id FROM partnership WHERE reseller_id = $1 AND client_id = $2";
    let rows = world.db().rows(sql, vec![reseller.id.into(), client.id.into()]).await.unwrap();
    rows[0].try_get_by_index(0).unwrap()
}

#[test]
fn invoices_and_subscriptions_are_those_that_changed() {
    with_database(async |world| {
        let since = token(&world, OWNER_OF_ACME).await;
        for query in [INVOICES, SUBSCRIPTIONS] {
            assert_eq!(names(&world, OWNER_OF_ACME, query, ACME, &since).await, Vec::<String>::new());
        }
        let sql = "SELECT id FROM invoice WHERE organisation_id = $1 AND state = 'OPEN' ORDER BY id LIMIT 1";
        let rows = world.db().rows(sql, vec![ACME.id.into()]).await.unwrap();
        let open: uuid::Uuid = rows[0].try_get_by_index(0).unwrap();
        let invoice = Type::Invoice.id(open).0;
        world.db_execute("UPDATE invoice SET paid_minor = paid_minor + 1 WHERE id = $1", [open.into()]).await;
        assert_eq!(names(&world, OWNER_OF_ACME, INVOICES, ACME, &since).await, [invoice.as_str()]);
        // A reseller sees it among those of all its clients, if the client lets it.
        let full = DelegationPreset::Full.set().to_stored();
        let sql = "UPDATE partnership SET delegated = $1 WHERE client_id = $2 AND reseller_id = $3";
        world.db_execute(sql, [full.into(), ACME.id.into(), FJORD.id.into()]).await;
        assert_eq!(names(&world, OWNER_OF_FJORD, CLIENT_INVOICES, FJORD, &since).await, [invoice.as_str()]);
        world.db_execute(sql, [0_i64.into(), ACME.id.into(), FJORD.id.into()]).await;
        assert_eq!(names(&world, OWNER_OF_FJORD, CLIENT_INVOICES, FJORD, &since).await, Vec::<String>::new());
    });
}

#[test]
fn a_reseller_reads_the_invoices_of_all_clients_that_delegate_it() {
    with_database(async |world| {
        let query = "query($id: ID!, $after: String) { reseller(id: $id) { invoices(first: 2, after: $after) { totalCount \
             pageInfo { hasNextPage endCursor } edges { node { id } } } } }";
        let sql = "SELECT CAST(count(*) AS text) FROM partnership p JOIN invoice i ON i.organisation_id = p.client_id \
                   JOIN organisation r ON r.id = p.reseller_id WHERE r.name = 'Fjord'";
        let delegate = "UPDATE partnership SET delegated = $1, state = 'ACTIVE', ends_at = NULL WHERE reseller_id = $2";
        world.db_execute(delegate, [DelegationPreset::Full.set().to_stored().into(), FJORD.id.into()]).await;
        let all: u64 = world.texts(sql).await[0].parse().unwrap();
        let (mut after, mut ids) = (Value::Null, Vec::new());
        loop {
            let answer = world.as_(OWNER_OF_FJORD).run(query, json!({ "id": id_of(FJORD), "after": after })).await;
            let list = answer.at("reseller/invoices").clone();
            ids.extend(list["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].to_string()));
            after = list["pageInfo"]["endCursor"].clone();
            if list["pageInfo"]["hasNextPage"] == false {
                assert_eq!(list["totalCount"], ids.len());
                break;
            }
        }
        let many = ids.len() as u64;
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len() as u64, many);
        assert!(many > 0 && many <= all, "{many} of {all}");
        let stranger = world.as_(SOLE_PERSON).run(query, json!({ "id": id_of(FJORD) })).await;
        stranger.refused("NOT_FOUND");
    });
}

#[test]
fn a_token_that_nobody_gave_or_that_is_too_old_is_refused() {
    with_database(async |world| {
        let since = token(&world, OWNER_OF_FJORD).await;
        rename(&world, OWNER_OF_ACME, ACME, "Acme One").await;
        let later = token(&world, OWNER_OF_FJORD).await;
        for wrong in ["", "c", "7", "c-1", "c99999999999999999999", "c999999", "x1"] {
            for (caller, query, tenant) in [
                (OWNER_OF_FJORD, CLIENTS, FJORD),
                (OWNER_OF_FJORD, DESCENDANTS, FJORD),
                (OWNER_OF_ACME, INVOICES, ACME),
                (OWNER_OF_ACME, SUBSCRIPTIONS, ACME),
            ] {
                let answer = world.as_(caller).run(query, json!({ "id": id_of(tenant), "since": wrong })).await;
                assert_eq!(answer.codes(), ["INVALID_INPUT"], "{wrong} {query}");
            }
        }
        world.wait(TimeDelta::days(40));
        remove_old(world.db(), world.app.clock.now(), 30).await.unwrap();
        let ask = async |since: &str| {
            world.as_(OWNER_OF_FJORD).run(CLIENTS, json!({ "id": id_of(FJORD), "since": since })).await
        };
        ask(&since).await.refused("INVALID_INPUT");
        ask(&later).await.ok();
        world.as_(NOBODY).run("{ changeToken }", json!({})).await.refused("UNAUTHENTICATED");
        let view = json!({ "resellerId": id_of(FJORD), "name": "Changed", "filter": { "changedSince": later }, "columns": [] });
        assert_eq!(world.as_(OWNER_OF_FJORD).mistake("saveClientView", view).await["code"], "INVALID_INPUT");
    });
}
