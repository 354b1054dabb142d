//! The whole tree below a reseller as lines of JSON: each line agrees with the API for the same viewer.

use std::collections::{BTreeMap, VecDeque};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::world::*;

/// The content of the lines, as the API gives it.
const CLIENTS: &str = "query($id: ID!) { reseller(id: $id) { organisation { id }
  clients(first: 100, filter: {partnershipState: [SCHEDULED, ACTIVE, EXPIRED]}) { edges {
    partnership { id state delegatedPermissions clientDelegatedPermissions includesUpstream startsAt endsAt }
    client { id organisationId name kind }
    node { id name kind state viewerPermissions overview {
      memberCount subscriptionCount monthlyRecurring { amountMinor currency }
      openInvoices { count amounts { amountMinor currency } }
      overdueInvoices { count amounts { amountMinor currency } } seats { granted assigned active30 never } }
      reseller { id } viewerCan(permission: CLIENT_READ) } } } } }";

pub async fn request(world: &World, caller: Caller, reseller: &str, query: &str) -> Request<Body> {
    world.as_(caller).get(&format!("/resellers/{reseller}/tree.ndjson{query}")).await
}

async fn ask(world: &World, caller: Caller, reseller: &str, query: &str) -> HttpAnswer {
    world.send(request(world, caller, reseller, query).await).await
}

/// The names of the fields that are null because they were refused.
fn withheld(node: &Value) -> Value {
    let Value::Object(overview) = &node["overview"] else { return json!(["organisation"]) };
    let names = ["memberCount", "subscriptionCount", "monthlyRecurring", "openInvoices", "overdueInvoices", "seats"];
    names.into_iter().filter(|name| overview[*name].is_null()).collect()
}

/// The expected lines, made from the API's answers to the same viewer, by partnership.
async fn expected(world: &World, caller: Caller, top: &str) -> BTreeMap<String, Value> {
    let mut lines = BTreeMap::new();
    let mut queue = VecDeque::from([vec![top.to_owned()]]);
    let mut known = vec![top.to_owned()];
    while let Some(path) = queue.pop_front() {
        let answer = world.as_(caller).run(CLIENTS, json!({ "id": path.last() })).await;
        assert!(answer.codes().iter().all(|code| *code == "FORBIDDEN"), "{}", answer.text);
        for edge in answer.at("reseller/clients/edges").as_array().unwrap() {
            let (partnership, mut node) = (&edge["partnership"], edge["node"].clone());
            let id = node["id"].as_str().unwrap_or_default().to_owned();
            let has_clients = !node["reseller"].is_null() && node["viewerCan"] == true;
            if partnership["state"] == "ACTIVE" && has_clients && !known.contains(&id) {
                known.push(id.clone());
                queue.push_back(path.iter().cloned().chain([id]).collect());
            }
            let withheld = withheld(&node);
            if let Value::Object(fields) = &mut node {
                fields.retain(|name, _| !["reseller", "viewerCan"].contains(&name.as_str()));
            }
            let line = json!({ "depth": path.len(), "path": path, "partnership": partnership, "client": edge["client"],
                "organisation": node, "withheld": withheld });
            lines.insert(partnership["id"].to_string(), line);
        }
    }
    lines
}

#[test]
fn every_line_says_what_the_api_says_to_the_same_viewer() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..12).await;
        let world = world.with_settings(|config| config.limits.export_rows = 5).await;
        let hub = Type::Organisation.id(HUB.id()).0;
        let (mut hidden, mut refused) = (0, 0);
        for (caller, top, least) in [
            (OWNER_OF_NORDEN, id_of(NORDEN), 6),
            (OWNER_OF_FJORD, id_of(FJORD), 5),
            (SUPPORT_OF_FJORD, id_of(FJORD), 5),
            (MANAGER_OF_FJORD, id_of(FJORD), 5),
            (KEY_OF_FJORD, id_of(FJORD), 5),
            (OWNER_OF_LUND, id_of(LUND), 2),
            (OWNER_OF_OPERATOR, id_of(NORDEN), 9),
            (HUB.owner, hub.clone(), 30),
            (Caller::Key(HUB.key()), hub.clone(), 30),
        ] {
            let lines = ask(&world, caller, &top, "").await.export_lines();
            assert!(lines.len() >= least, "{}: {}", caller.name(), lines.len());
            let expected = expected(&world, caller, &top).await;
            assert_eq!(lines.len(), expected.len(), "{}", caller.name());
            for line in &lines {
                assert_eq!(Some(line), expected.get(&line["partnership"]["id"].to_string()), "{}", caller.name());
                hidden += usize::from(line["organisation"].is_null());
                refused += usize::from(line["withheld"] == json!(["openInvoices", "overdueInvoices"]));
            }
        }
        assert!(hidden > 0 && refused > 0, "{hidden} organisations were hidden, {refused} had invoices withheld");
    });
}

#[test]
fn an_export_is_cut_by_depth_and_permission() {
    with_database(async |world| {
        let norden = id_of(NORDEN);
        let names = async |query: &str| -> Vec<String> {
            let lines = ask(&world, OWNER_OF_NORDEN, &norden, query).await.export_lines();
            let mut names: Vec<String> =
                lines.iter().map(|line| line["client"]["name"].as_str().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(names("?maxDepth=1").await, ["Fjord", "Lund"]);
        assert_eq!(names("?maxDepth=1&permission=INVOICE_READ").await, ["Fjord"]);
        let all = names("").await;
        assert_eq!(names("?maxDepth=8").await, all);
        assert!(names("?permission=INVOICE_READ").await.contains(&"Acme".to_owned()));
        let reseller = Type::Reseller.id(NORDEN.id).0;
        assert_eq!(ask(&world, OWNER_OF_NORDEN, &reseller, "").await.export_lines().len(), all.len());
        // A client of two resellers in the tree has a line for each. Lund shows its clients to staff only.
        for (caller, times) in [(OWNER_OF_NORDEN, 1), (OWNER_OF_OPERATOR, 2)] {
            let lines = ask(&world, caller, &norden, "").await.export_lines();
            assert_eq!(lines.iter().filter(|line| line["client"]["name"] == "Acme").count(), times);
        }
    });
}

#[test]
fn a_viewer_without_permission_gets_no_line() {
    with_database(async |world| {
        let (fjord, acme) = (id_of(FJORD), id_of(ACME));
        let invented = Type::Organisation.id(key(NORDIC, 999_999)).0;
        for (caller, reseller, query, status) in [
            (NOBODY, fjord.as_str(), "", StatusCode::UNAUTHORIZED),
            (SOLE_PERSON, &fjord, "", StatusCode::NOT_FOUND),
            (OWNER_OF_LUND, &fjord, "", StatusCode::NOT_FOUND),
            (OWNER_OF_FJORD, &invented, "", StatusCode::NOT_FOUND),
            // This organisation is not a reseller, for any viewer.
            (OWNER_OF_ACME, &acme, "", StatusCode::NOT_FOUND),
            (OWNER_OF_FJORD, "fjord", "", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &Type::User.id(FJORD.id).0, "", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?maxDepth=0", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?maxDepth=9", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?maxDepth=many", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?permission=EVERYTHING", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?depth=1", StatusCode::BAD_REQUEST),
        ] {
            let answer = ask(&world, caller, reseller, query).await;
            assert_eq!(answer.status, status, "{} {reseller}{query}: {}", caller.name(), answer.body);
        }
        let errors = async |reseller: &str| {
            let answer = ask(&world, SOLE_PERSON, reseller, "").await;
            serde_json::from_str::<Value>(&answer.body).unwrap()["errors"].clone()
        };
        assert_eq!(errors(&fjord).await, errors(&invented).await);
        // A member of the reseller without permission to see its clients.
        world
            .db_join(
                700_000,
                FJORD,
                MEMBER_OF_ACME.person().id,
                &[Held::Builtin(tenantry::access::BuiltinRole::Member)],
                None,
            )
            .await;
        assert_eq!(ask(&world, MEMBER_OF_ACME, &fjord, "").await.status, StatusCode::FORBIDDEN);
    });
}
