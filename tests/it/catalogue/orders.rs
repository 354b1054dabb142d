//! Orders: by customers, by partners for their clients, and for a client that is created in the same step.

use futures_util::future::join_all;
use sea_orm::DbBackend;
use serde_json::{Value, json};
use tenantry::access::BuiltinRole;

use super::offers::*;
use crate::world::*;

const PREVIEW: &str =
    "query($id: ID!, $lines: [OrderLineInput!]!) { organisation(id: $id) { previewOrder(lines: $lines) {
  total { amountMinor currency formatted } recurring { interval net { amountMinor } }
  lines { product { code } quantity unitPrice { amountMinor } setup { amountMinor } firstCharge { amountMinor } days
    startsOn firstIntervalEndsOn committedUntil beginsWithService } organisation { name } } } }";

fn preview(tenant: Tenant, lines: &[Value]) -> Value {
    json!({ "id": id_of(tenant), "lines": lines })
}

#[test]
fn a_customer_sees_the_price_and_orders_for_it() {
    with_database(async |world| {
        db_offer(&world).await;
        let olga = world.as_(OWNER_OF_ACME);
        let lines = [line(SEAT, 10), line(SERVER, 1)];
        let before = world.db_count("sales_order").await;
        let answer = olga.run(PREVIEW, preview(ACME, &lines)).await;
        let seen = &answer.ok()["organisation"]["previewOrder"];
        // Ten seats for 100.00, a server for 240.00, and 50.00 once.
        assert_eq!(seen["total"], json!({ "amountMinor": "129000", "currency": "SEK", "formatted": "1,290.00 SEK" }));
        assert_eq!(seen["recurring"], json!([{ "interval": "MONTH", "net": { "amountMinor": "124000" } }]));
        assert_eq!(seen["organisation"]["name"], "Acme");
        let [seats, server] = [&seen["lines"][0], &seen["lines"][1]];
        assert_eq!((&seats["startsOn"], &seats["committedUntil"]), (&json!("2026-03-15"), &json!("2027-03-15")));
        assert_eq!((&seats["firstIntervalEndsOn"], &seats["days"]), (&json!("2026-04-14"), &json!(31)));
        assert_eq!(
            (&server["setup"]["amountMinor"], &server["committedUntil"]),
            (&json!("5000"), &json!("2026-04-15"))
        );
        assert_eq!(world.db_count("sales_order").await, before, "a preview orders nothing");

        let selection = "organisation { name } order { id number state purchaseOrder partnership { id }
          total { amountMinor } lines(first: 5) { edges { node { quantity setup { amountMinor }
            subscription { state quantity committedUntil renewsOn services(first: 1) { edges { node { name state } } } }
            product { name } } } } }";
        let mut input = order(ACME, &lines, 129_000);
        input["purchaseOrder"] = json!("PO 17");
        let payload = olga.act("placeOrder", input, selection).await;
        let placed = &payload["order"];
        assert_eq!(placed["number"], "2026-000001");
        assert_eq!((&placed["state"], &placed["purchaseOrder"]), (&json!("PLACED"), &json!("PO 17")));
        assert_eq!(placed["partnership"], Value::Null);
        let of = |index: usize| &placed["lines"]["edges"][index]["node"]["subscription"];
        assert_eq!((&of(0)["state"], &of(0)["quantity"]), (&json!("ACTIVE"), &json!(10)));
        assert_eq!((&of(1)["state"], &of(1)["renewsOn"]), (&json!("PENDING"), &json!("2026-04-15")));
        let service = &of(1)["services"]["edges"][0]["node"];
        assert_eq!(service, &json!({ "name": "web1.acme.example", "state": "PENDING" }));

        let list =
            "query($id: ID!) { organisation(id: $id) { orders(first: 5) { totalCount edges { node { number } } } } }";
        let answer = olga.run(list, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.at("organisation/orders/totalCount"), 1);
        let events = "SELECT action FROM audit_event WHERE action = 'placeOrder' AND outcome = 'DONE'";
        assert_eq!(world.texts(events).await.len(), 1);
    });
}

#[test]
fn an_order_takes_as_many_statements_for_many_lines_as_for_one() {
    with_database(async |world| {
        db_offer(&world).await;
        // A node that answers from memory, as in production.
        let world = world.with_settings(|config| config.cache.verify = false).await;
        let olga = world.as_(OWNER_OF_ACME);
        let selection = "organisation { name }";
        olga.act("placeOrder", order(ACME, &[line(SERVER, 1)], 29_000), selection).await;
        let mut counts = Vec::new();
        for count in [1, 20] {
            let lines = vec![line(SERVER, 1); count];
            let total = 29_000 * i64::try_from(count).unwrap();
            // The fewest of three: what is kept in memory may make room for other things at any time.
            let mut fewest = u64::MAX;
            for _ in 0..3 {
                let answer = olga.attempt("placeOrder", order(ACME, &lines, total), selection).await;
                assert_eq!(answer.at("placeOrder/organisation/name"), "Acme");
                fewest = fewest.min(answer.statements);
            }
            counts.push(fewest);
        }
        assert_eq!(counts[0], counts[1]);
        let most = if world.db().backend() == DbBackend::Postgres { 8 } else { 7 };
        assert_eq!(counts[0], most, "{counts:?}");
    });
}

#[test]
fn a_partner_orders_for_its_client_and_the_client_sees_by_whom() {
    with_database(async |world| {
        db_offer(&world).await;
        world.db_execute("UPDATE partnership SET ends_at = NULL WHERE client_id = $1", [HAMRA.id.into()]).await;
        let pia = world.as_(MANAGER_OF_FJORD);
        let selection = "order { id number placedThrough { name } }";
        let payload = pia.act("placeOrder", order(HAMRA, &[line(SEAT, 2)], 20_000), selection).await;
        assert_eq!(payload["order"]["placedThrough"]["name"], "Fjord");
        world.db_join(1, HAMRA, SOLE_PERSON.person().id, &[Held::Builtin(BuiltinRole::Viewer)], None).await;
        let query = "query($id: ID!) { organisation(id: $id) { orders(first: 1) { edges { node {
          placedThrough { name } number } } } } }";
        let answer = world.as_(SOLE_PERSON).run(query, json!({ "id": id_of(HAMRA) })).await;
        assert_eq!(answer.at("organisation/orders/edges/0/node/placedThrough/name"), "Fjord", "{}", answer.text);
        // Commission is earned by the partner that ordered.
        let earns = "SELECT COUNT(*) || '' FROM partner_of_record r JOIN partnership p ON p.id = r.partnership_id \
                     JOIN organisation o ON o.id = p.reseller_id WHERE o.name = 'Fjord'";
        assert_eq!(world.texts(earns).await, ["1"]);
        // Support alone does not allow ordering, and a stranger does not learn that Acme exists.
        let denied = world.as_(SUPPORT_OF_FJORD).attempt("placeOrder", order(ACME, &[line(SEAT, 1)], 10_000), "").await;
        denied.refused("FORBIDDEN");
        let denied = world.as_(SOLE_PERSON).attempt("placeOrder", order(ACME, &[line(SEAT, 1)], 10_000), "").await;
        denied.refused("NOT_FOUND");
    });
}

#[test]
fn an_agency_creates_a_customer_and_orders_for_it_in_one_step() {
    with_database(async |world| {
        db_offer(&world).await;
        world.db_verify_everybody().await;
        let pia = world.as_(MANAGER_OF_FJORD);
        let contact = json!({ "name": "Bageri Ett", "address": "Storgatan 1", "country": "SE",
            "email": "faktura@bageri.example", "currency": "SEK" });
        let client = |delegation: Value| {
            json!({ "name": "Bageri Ett", "kind": "COMPANY", "delegation": delegation,
                "recipient": { "contact": contact } })
        };
        let input = |delegation: Value, total: &str| {
            json!({ "organisationId": id_of(FJORD), "client": client(delegation), "lines": [line(SERVER, 1)],
                "expectedTotal": { "amountMinor": total, "currency": "SEK" } })
        };
        let query = "query($id: ID!, $lines: [OrderLineInput!]!, $currency: String) { organisation(id: $id) {
            catalogueForNewClients(currency: $currency) { edges { node { product { code } prices { setup { currency } } } } }
            previewOrderForNewClient(lines: $lines, currency: $currency) { total { amountMinor } vat { amountMinor }
                organisation { name } } } }";
        let variables = |currency| json!({ "id": id_of(FJORD), "lines": [line(SERVER, 1)], "currency": currency });
        let seen = pia.run(query, variables("sek")).await.ok()["organisation"].clone();
        let preview = &seen["previewOrderForNewClient"];
        assert_eq!((&preview["total"]["amountMinor"], &preview["vat"]), (&json!("29000"), &Value::Null));
        assert_eq!(preview["organisation"]["name"], "Fjord");
        let items = seen["catalogueForNewClients"]["edges"].as_array().unwrap();
        assert!(!items.is_empty(), "{seen}");
        assert!(items.iter().all(|item| item["node"]["prices"][0]["setup"]["currency"] == "SEK"), "{seen}");
        let denied = world.as_(SUPPORT_OF_FJORD).run(query, variables("SEK")).await;
        assert_eq!(denied.codes(), ["FORBIDDEN", "FORBIDDEN"]);
        let full = json!({ "preset": "FULL" });
        let wrong = pia.mistake("placeOrderForNewClient", input(full.clone(), "1")).await;
        assert_eq!(wrong["code"], "PRICE_CHANGED", "{wrong}");
        assert_eq!(world.texts("SELECT name FROM organisation WHERE name = 'Bageri Ett'").await, Vec::<String>::new());
        let selection = "order { number state placedThrough { name } } client { name } partnership { id }";
        let payload = pia.act("placeOrderForNewClient", input(full, "29000"), selection).await;
        assert_eq!(payload["client"]["name"], "Bageri Ett");
        assert_eq!(payload["order"]["placedThrough"]["name"], "Fjord");
        let tasks = "service_task t JOIN organisation o ON o.id = t.organisation_id \
                     WHERE o.name = 'Bageri Ett' AND t.kind = 'CREATE'";
        assert_eq!(world.db_count(tasks).await, 1);
    });
}

/// How many rows orders have written.
async fn counts(world: &World) -> Vec<i64> {
    let tables = [
        "sales_order",
        "order_line",
        "subscription",
        "subscription_change",
        "service",
        "service_task",
        "number_series",
    ];
    let mut counts = Vec::new();
    for table in tables {
        counts.push(world.db_count(table).await);
    }
    counts
}

#[test]
fn orders_that_cannot_be_are_refused_and_nothing_is_written() {
    with_database(async |world| {
        db_offer(&world).await;
        let olga = world.as_(OWNER_OF_ACME);
        olga.credential().await;
        let before = counts(&world).await;
        let with = |change: &dyn Fn(&mut Value)| {
            let mut one = line(SEAT, 1);
            change(&mut one);
            one
        };
        let server = |attributes: Value| {
            let mut one = line(SERVER, 1);
            one["attributes"] = attributes;
            one
        };
        let unknown = key(NORDIC, 799_999);
        for (line, code, field) in [
            (with(&|line| line["productId"] = json!(id_of_product(unknown))), "UNKNOWN", "productId"),
            (with(&|line| line["productId"] = json!(id_of_product(DRAFT))), "UNKNOWN", "productId"),
            (with(&|line| line["productId"] = json!(id_of_product(RELIC))), "STALE_STATE", "productId"),
            (with(&|line| line["quantity"] = json!(0)), "INVALID_INPUT", "quantity"),
            (with(&|line| line["quantity"] = json!(-3)), "INVALID_INPUT", "quantity"),
            (with(&|line| line["quantity"] = json!(501)), "INVALID_INPUT", "quantity"),
            (with(&|line| line["term"] = json!("MONTHLY")), "NO_PRICE", "term"),
            (with(&|line| line["term"] = json!("TRIENNIAL")), "NO_PRICE", "term"),
            (
                with(&|line| line["attributes"] = json!([{ "name": "hostname", "value": "x" }])),
                "INVALID_INPUT",
                "attributes",
            ),
            (server(json!([])), "INVALID_INPUT", "attributes"),
            (server(json!([{ "name": "hostname", "value": "no host!" }])), "INVALID_INPUT", "attributes"),
            (server(json!([{ "name": "hostname", "value": "a".repeat(300) }])), "INVALID_INPUT", "attributes"),
            (server(json!([{ "name": "colour", "value": "red" }])), "UNKNOWN", "attributes"),
        ] {
            let error = olga.mistake("placeOrder", order(ACME, std::slice::from_ref(&line), 10_000)).await;
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!(code), &json!(["input", "lines", "0", field])),
                "{line}: {error}"
            );
        }
        let large = line(SERVER, i32::MAX);
        let error = olga.mistake("placeOrder", order(ACME, &vec![large; 100], 1)).await;
        assert_eq!(error["code"], "PRICE_CHANGED", "{error}");
        for (input, code) in [
            (order(ACME, &[], 0), "INVALID_INPUT"),
            (order(ACME, &vec![line(SEAT, 1); 101], 0), "TOO_MANY"),
            (order(ACME, &[line(SEAT, 1)], 9_999), "PRICE_CHANGED"),
            (order(SOLO, &[line(SEAT, 1)], 10_000), "BUYER_INCOMPLETE"),
        ] {
            let caller = if code == "BUYER_INCOMPLETE" { SOLE_PERSON } else { OWNER_OF_ACME };
            let error = world.as_(caller).mistake("placeOrder", input).await;
            assert_eq!(error["code"], code, "{error}");
        }
        let mut euros = order(ACME, &[line(SEAT, 1)], 10_000);
        euros["expectedTotal"]["currency"] = json!("EUR");
        assert_eq!(olga.mistake("placeOrder", euros).await["code"], "PRICE_CHANGED");
        let mut long = order(ACME, &[line(SEAT, 1)], 10_000);
        long["purchaseOrder"] = json!("x".repeat(101));
        assert_eq!(olga.mistake("placeOrder", long).await["code"], "INVALID_INPUT");
        world.as_(SOLE_PERSON).credential().await;
        assert_eq!(counts(&world).await, before);
    });
}

#[test]
fn orders_at_the_same_time_have_numbers_without_gaps() {
    with_database(async |world| {
        db_offer(&world).await;
        let olga = world.as_(OWNER_OF_ACME);
        olga.credential().await;
        let orders =
            (0..8).map(|_| olga.act("placeOrder", order(ACME, &[line(SERVER, 1)], 29_000), "order { number }"));
        let placed = join_all(orders).await;
        let mut numbers: Vec<String> =
            placed.iter().map(|payload| payload["order"]["number"].as_str().unwrap().to_owned()).collect();
        numbers.sort();
        let expected: Vec<String> = (1..=8).map(|number| format!("2026-{number:06}")).collect();
        assert_eq!(numbers, expected);
    });
}

#[test]
fn a_suspended_organisation_orders_nothing_but_may_cancel() {
    with_database(async |world| {
        db_offer(&world).await;
        let ids = buy(&world, OWNER_OF_ACME, ACME, &[line(SEAT, 5)], 50_000).await;
        world.db_execute("UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1", [ACME.id.into()]).await;
        let olga = world.as_(OWNER_OF_ACME);
        olga.attempt("placeOrder", order(ACME, &[line(SEAT, 1)], 10_000), "").await.refused("FORBIDDEN");
        let raise = json!({ "subscriptionId": ids[0], "quantity": 6 });
        olga.attempt("changeQuantity", raise, "").await.refused("FORBIDDEN");
        let payload =
            olga.act("cancelSubscription", json!({ "subscriptionId": ids[0] }), "subscription { state }").await;
        assert_eq!(payload["subscription"]["state"], "CANCELLED");
    });
}
