//! A mutation that is sent twice with one idempotency key is done once.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tenantry::base::id::Type;
use tenantry::oversight::idempotency::forget;

use crate::world::*;

const MADE: &str = "client { id name } partnership { id }";

fn client(key: &str, name: &str) -> Value {
    let client = json!({ "name": name, "kind": "COMPANY", "delegation": { "preset": "SUPPORT" } });
    json!({ "organisationId": id_of(FJORD), "client": client, "idempotencyKey": key })
}

async fn clients(world: &World) -> usize {
    world.texts("SELECT name FROM organisation WHERE name LIKE 'Bakery%'").await.len()
}

async fn keys(world: &World) -> Vec<String> {
    world.texts("SELECT mutation FROM idempotency_key ORDER BY 1").await
}

#[test]
fn a_client_created_twice_with_one_key_is_one_client() {
    with_database(async |world| {
        let pia = world.as_(MANAGER_OF_FJORD);
        let made = pia.act("createClient", client("k-1", "Bakery"), MADE).await;
        assert!(made["client"]["id"].is_string() && made["partnership"]["id"].is_string());
        let before = world.db_dump().await;
        assert_eq!(pia.act("createClient", client("k-1", "Bakery"), MADE).await, made);
        assert_eq!(before, world.db_dump().await, "a repeated call writes nothing");
        let other = pia.attempt("createClient", client("k-1", "Bakery 2"), MADE).await;
        other.refused("CONFLICT");
        assert!(other.text.contains("choose a new key"), "{}", other.text);
        // Without a key, and with another one, it is another client.
        let another = pia.act("createClient", client("k-2", "Bakery"), MADE).await;
        assert_ne!(another["client"]["id"], made["client"]["id"]);
        let mut without = client("", "Bakery");
        without["idempotencyKey"] = Value::Null;
        pia.act("createClient", without, MADE).await;
        assert_eq!(clients(&world).await, 3);
        // The key belongs to its actor.
        world.db_verify(OWNER_OF_FJORD).await;
        let of_frida = world.as_(OWNER_OF_FJORD).act("createClient", client("k-1", "Bakery 3"), MADE).await;
        assert_ne!(of_frida["client"]["id"], made["client"]["id"]);
        for bad in ["", &"k".repeat(256), "a\nb"] {
            let error = pia.mistake("createClient", client(bad, "Bakery")).await;
            assert_eq!(error["field"], json!(["input", "idempotencyKey"]), "{bad:?}");
        }
    });
}

#[test]
fn of_eight_concurrent_calls_with_one_key_one_is_done() {
    with_database(async |world| {
        let pia = world.as_(MANAGER_OF_FJORD);
        pia.credential().await;
        let eight = join_all((0..8).map(async |_| pia.act("createClient", client("k", "Bakery"), MADE).await)).await;
        assert!(eight.iter().all(|made| made["client"]["id"].is_string() && *made == eight[0]), "{eight:?}");
        assert_eq!(clients(&world).await, 1);
        let new = json!({ "name": "Bakery of Pia", "kind": "PROJECT", "idempotencyKey": "k" });
        let select = "organisation { id }";
        let eight = join_all((0..8).map(async |_| pia.act("createOrganisation", new.clone(), select).await)).await;
        assert!(eight.iter().all(|made| made["organisation"]["id"].is_string() && *made == eight[0]), "{eight:?}");
        assert_eq!(clients(&world).await, 2);
        assert_eq!(keys(&world).await, ["createClient", "createOrganisation"], "a key belongs to its mutation");
    });
}

#[test]
fn the_right_is_checked_again_and_a_repeated_answer_shows_what_the_actor_may_see_now() {
    with_database(async |world| {
        let pia = world.as_(MANAGER_OF_FJORD);
        pia.act("createClient", client("k", "Bakery"), MADE).await;
        let new = json!({ "name": "Bakery of Pia", "kind": "PROJECT", "idempotencyKey": "k" });
        let made = pia.act("createOrganisation", new.clone(), "organisation { id name }").await;
        assert_eq!(made["organisation"]["name"], "Bakery of Pia");
        let sql = "UPDATE membership_role SET builtin = 'MEMBER' WHERE membership_id IN \
                   (SELECT id FROM membership WHERE user_id = $1 AND organisation_id = $2)";
        world.db_execute(sql, [MANAGER_OF_FJORD.person().id.into(), FJORD.id.into()]).await;
        pia.attempt("createClient", client("k", "Bakery"), MADE).await.refused("FORBIDDEN");
        let sql = "DELETE FROM membership WHERE user_id = $1 AND organisation_id = \
                   (SELECT id FROM organisation WHERE name = 'Bakery of Pia')";
        world.db_execute(sql, [MANAGER_OF_FJORD.person().id.into()]).await;
        let again = pia.act("createOrganisation", new, "organisation { id name }").await;
        assert_eq!(again["organisation"], Value::Null, "she sees it no more");
        assert_eq!(clients(&world).await, 2);
    });
}

#[test]
fn a_refused_act_is_not_kept() {
    with_database(async |world| {
        let pia = world.as_(MANAGER_OF_FJORD);
        pia.mistake("createClient", client("k", " ")).await;
        assert!(keys(&world).await.is_empty());
        pia.act("createClient", client("k", "Bakery"), MADE).await;
        pia.mistake("createClient", client("l", " ")).await;
        assert_eq!(clients(&world).await, 1);
    });
}

#[test]
fn a_list_gets_the_same_results_again_and_a_dry_run_uses_up_no_key() {
    with_database(async |world| {
        let pia = world.as_(MANAGER_OF_FJORD);
        let select = "results { index client { id } partnership { id } userErrors { code field message } }";
        let row = |name: &str| json!({ "name": name, "kind": "COMPANY", "delegation": { "preset": "NONE" } });
        let list = |names: &[&str], dry: bool| {
            let rows: Vec<Value> = names.iter().map(|name| row(name)).collect();
            json!({ "organisationId": id_of(FJORD), "clients": rows, "dryRun": dry, "idempotencyKey": "k" })
        };
        pia.act("createClients", list(&["Bakery", " "], true), select).await;
        pia.act("createClients", list(&[" "], false), select).await;
        assert!(keys(&world).await.is_empty(), "nothing was done");
        let made = pia.act("createClients", list(&["Bakery", " ", "Bakery 2"], false), select).await;
        assert_eq!(made["results"][1]["userErrors"][0]["field"], json!(["input", "clients", "1", "name"]));
        assert_eq!(pia.act("createClients", list(&["Bakery", " ", "Bakery 2"], false), select).await, made);
        assert_eq!(clients(&world).await, 2);

        let operator = world.as_(OWNER_OF_OPERATOR);
        world.db_verify_everybody().await;
        let invited = |tenant: Tenant, many: bool| {
            let one = json!({ "email": "guest@example.org", "roles": [{ "builtIn": "VIEWER" }] });
            let mut input = if many { json!({ "invitations": [one] }) } else { one };
            input["organisationId"] = json!(id_of(tenant));
            input["idempotencyKey"] = json!("k");
            input
        };
        let one = operator.act("inviteMember", invited(ACME, false), "invitation { id }").await;
        assert_eq!(operator.act("inviteMember", invited(ACME, false), "invitation { id }").await, one);
        let of_solo = operator.act("inviteMember", invited(SOLO, false), "invitation { id }").await;
        assert_ne!(of_solo, one, "the key belongs to its organisation");
        let select = "results { invitation { id } userErrors { message } }";
        let many = operator.act("inviteMembers", invited(HAMRA, true), select).await;
        assert!(many["results"][0]["invitation"]["id"].is_string(), "{many}");
        assert_eq!(operator.act("inviteMembers", invited(HAMRA, true), select).await, many);
        assert_eq!(world.mails("guest@example.org").await.len(), 3);
    });
}

#[test]
fn prices_are_added_once_and_a_dry_run_uses_up_no_key() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let price = |unit: &str, from: &str| {
            json!({ "pricePlanId": Type::PricePlan.id(LIST_PRICES).0, "productId": Type::Product.id(PRODUCTS[0]).0,
                "currency": "SEK", "term": "MONTHLY", "interval": "MONTH", "unitMinor": unit, "validFrom": from })
        };
        let input = |unit: &str, dry: bool| {
            let prices = [price(unit, "2026-06-01"), price("1", "2020-01-01")];
            json!({ "prices": prices, "dryRun": dry, "idempotencyKey": "k" })
        };
        let select = "results { index price { id unitPrice { amountMinor } } userErrors { code field message } }";
        let tried = staff.act("addPrices", input("500", true), select).await;
        assert_eq!(tried["results"][0]["price"], Value::Null);
        assert!(keys(&world).await.is_empty());
        let before = world.db_count("price").await;
        let added = staff.act("addPrices", input("500", false), select).await;
        assert_eq!(added["results"][0]["price"]["unitPrice"]["amountMinor"], "500");
        assert_eq!(added["results"][1]["userErrors"][0]["field"], json!(["input", "prices", "1", "validFrom"]));
        assert_eq!(staff.act("addPrices", input("500", false), select).await, added);
        staff.attempt("addPrices", input("501", false), select).await.refused("CONFLICT");
        assert_eq!(world.db_count("price").await, before + 1);
        // One that was withdrawn since is not shown any more, and not added again.
        let id = added["results"][0]["price"]["id"].clone();
        staff.act("withdrawPrice", json!({ "priceId": id }), "").await;
        let again = staff.act("addPrices", input("500", false), select).await;
        assert_eq!((&again["results"][0]["price"], &again["results"][0]["userErrors"]), (&Value::Null, &json!([])));
        assert_eq!(world.db_count("price").await, before);
    });
}

#[test]
fn an_action_of_a_service_is_requested_once() {
    with_database(async |world| {
        let sql = "SELECT s.id FROM service s WHERE s.organisation_id = $1 AND s.kind = 'VIRTUAL_SERVER' LIMIT 1";
        let service = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
        let service = Type::Service.id(service[0].try_get_by_index(0).unwrap()).0;
        world.db_execute("UPDATE service_task SET state = 'DONE'", []).await;
        let owner = world.as_(HUB.owner);
        let input = |action: &str| json!({ "serviceId": service, "action": action, "idempotencyKey": "k" });
        let select = "service { generation }";
        let asked = owner.act("requestServiceAction", input("RESTART"), select).await;
        // Without the key, this would be refused: a service takes one request at a time.
        assert_eq!(owner.act("requestServiceAction", input("RESTART"), select).await, asked);
        owner.attempt("requestServiceAction", input("RESET_PASSWORD"), select).await.refused("CONFLICT");
        let tasks = "service_task WHERE kind = 'ACTION'";
        assert_eq!(world.db_count(tasks).await, 1);
    });
}

#[test]
fn an_outcome_is_forgotten_after_30_days() {
    with_database(async |world| {
        let pia = world.as_(MANAGER_OF_FJORD);
        let first = pia.act("createClient", client("k", "Bakery"), MADE).await;
        world.wait(TimeDelta::days(30));
        assert_eq!(pia.act("createClient", client("k", "Bakery"), MADE).await, first);
        assert_eq!(forget(world.db(), world.app.clock.now()).await.unwrap(), 0);
        world.wait(TimeDelta::days(1));
        let second = pia.act("createClient", client("k", "Bakery 2"), MADE).await;
        assert_ne!(second["client"]["id"], first["client"]["id"], "it does not wait for the clean-up");
        assert_eq!(pia.act("createClient", client("k", "Bakery 2"), MADE).await, second);
        world.wait(TimeDelta::days(31));
        assert_eq!(forget(world.db(), world.app.clock.now()).await.unwrap(), 1);
        assert!(keys(&world).await.is_empty());
    });
}
