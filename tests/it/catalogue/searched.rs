//! Subscriptions, services and orders are searched and ordered, and a table of clients shows in short what they have.

use serde_json::{Value, json};

use super::offers::*;
use crate::world::*;

const SUBSCRIPTIONS: &str = "query($id: ID!, $filter: SubscriptionFilter, $order: SubscriptionOrder, $after: String) {
  organisation(id: $id) { subscriptions(first: 2, after: $after, filter: $filter, orderBy: $order) {
    totalCount pageInfo { endCursor hasNextPage } edges { node { productCode committedUntil } } } } }";

/// The product codes of all pages.
async fn listed(world: &World, filter: Value, order: Value) -> Vec<String> {
    let (mut codes, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "id": id_of(JARL), "filter": filter, "order": order, "after": after });
        let answer = world.as_(OWNER_OF_OPERATOR).run(SUBSCRIPTIONS, variables).await;
        let list = &answer.ok()["organisation"]["subscriptions"];
        let edges = list["edges"].as_array().unwrap();
        codes.extend(edges.iter().map(|edge| edge["node"]["productCode"].as_str().unwrap().to_owned()));
        if list["pageInfo"]["hasNextPage"] == false {
            assert_eq!(list["totalCount"].as_u64().unwrap(), codes.len() as u64);
            return codes;
        }
        after = list["pageInfo"]["endCursor"].clone();
    }
}

#[test]
fn subscriptions_are_found_by_name_or_code_and_ordered_by_name_or_renewal() {
    with_database(async |world| {
        db_offer(&world).await;
        let mut rows = Rows::starting_at(NORDIC, 990_000);
        rows.details(JARL.id, "Jarl", None);
        rows.db_write(world.db().writer()).await;
        for name in [("Årsseat", "SEAT"), ("bare metal", "METAL")] {
            let sql = "UPDATE product SET name = $1 WHERE code = $2";
            world.db_execute(sql, [name.0.into(), name.1.into()]).await;
        }
        let lines = [line(SEAT, 1), line(METAL, 1), line(SERVER, 1), line(SEAT_PLUS, 1)];
        buy(&world, OWNER_OF_OPERATOR, JARL, &lines, 10_000 + 90_000 + 29_000 + 15_000).await;
        let by = |field: &str, direction: &str| json!({ "field": field, "direction": direction });
        // Names are ordered without regard to case, and å is with a.
        let by_name = ["SEAT", "METAL", "SEAT-PLUS", "VM-S"];
        let reversed: Vec<&str> = by_name.iter().rev().copied().collect();
        db_rename(&world).await;
        assert_eq!(listed(&world, Value::Null, by("NAME", "ASC")).await, by_name);
        assert_eq!(listed(&world, Value::Null, by("NAME", "DESC")).await, reversed);
        let soon = listed(&world, Value::Null, by("RENEWS_ON", "ASC")).await;
        assert_eq!(soon[..2].iter().filter(|code| ["METAL", "VM-S"].contains(&code.as_str())).count(), 2, "{soon:?}");
        let late = listed(&world, Value::Null, by("RENEWS_ON", "DESC")).await;
        assert!(late[0].starts_with("SEAT") && late[1].starts_with("SEAT"), "{late:?}");
        for (search, found) in [
            ("arsseat", vec![]),
            ("ÅRSS", vec!["SEAT"]),
            ("vm-s", vec!["VM-S"]),
            ("seat", vec!["SEAT", "SEAT-PLUS"]),
            ("%", vec![]),
            ("", by_name.to_vec()),
        ] {
            assert_eq!(listed(&world, json!({ "search": search }), by("NAME", "ASC")).await, found, "{search:?}");
        }
        // A cursor belongs to its order.
        let variables = json!({ "id": id_of(JARL), "order": by("NAME", "ASC") });
        let first = world.as_(OWNER_OF_OPERATOR).run(SUBSCRIPTIONS, variables).await;
        let after = first.at("organisation/subscriptions/pageInfo/endCursor").clone();
        let variables = json!({ "id": id_of(JARL), "order": by("NAME", "DESC"), "after": after });
        let other = world.as_(OWNER_OF_OPERATOR).run(SUBSCRIPTIONS, variables).await;
        let path = ["organisation", "subscriptions"].map(str::to_owned);
        assert_eq!(other.error_at(&path).unwrap()["extensions"]["code"], "INVALID_INPUT");
        let long = json!({ "id": id_of(JARL), "filter": { "search": "a".repeat(201) } });
        let long = world.as_(OWNER_OF_OPERATOR).run(SUBSCRIPTIONS, long).await;
        assert_eq!(long.error_at(&path).unwrap()["extensions"]["code"], "INVALID_INPUT");
    });
}

/// Subscriptions have the names of their products at the time of the order, which were changed without their sort keys.
async fn db_rename(world: &World) {
    world.db_execute("UPDATE subscription SET name_key = '', search_text = ''", []).await;
    migration::fill(world.db().writer()).await.unwrap();
}

#[test]
fn services_are_found_by_name_and_orders_by_either_number() {
    with_database(async |world| {
        db_offer(&world).await;
        let mut input = order(ACME, &[line(SERVER, 1)], 29_000);
        input["purchaseOrder"] = json!("PO Straße 17");
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("placeOrder", input, "").await;
        let query = "query($id: ID!, $services: ServiceFilter, $orders: OrderFilter) { organisation(id: $id) {
          services(first: 9, filter: $services) { edges { node { name } } }
          orders(first: 9, filter: $orders) { totalCount edges { node { number } } } } }";
        for (search, services, orders) in
            [("WEB1.acme", 1, 0), ("strasse 17", 0, 1), ("2026-000001", 0, 1), ("nothing", 0, 0)]
        {
            let filter = json!({ "search": search });
            let variables = json!({ "id": id_of(ACME), "services": filter, "orders": filter });
            let answer = olga.run(query, variables).await;
            let found = |list: &str| answer.at(&format!("organisation/{list}/edges")).as_array().unwrap().len();
            assert_eq!((found("services"), found("orders")), (services, orders), "{search}");
        }
    });
}

#[test]
fn the_client_table_shows_plan_and_products_in_a_constant_number_of_statements() {
    with_database(async |world| {
        let world = world.with_one_connection().await;
        db_offer(&world).await;
        world.db_execute("UPDATE partnership SET ends_at = NULL WHERE client_id = $1", [HAMRA.id.into()]).await;
        world.db_clients(40).await;
        let lines = [line(SEAT, 2), line(SEAT, 3), line(SERVER, 1)];
        buy(&world, MANAGER_OF_FJORD, HAMRA, &lines, 20_000 + 30_000 + 29_000).await;
        let query =
            "query($id: ID!, $first: Int!) { reseller(id: $id) { clients(first: $first, orderBy: {field: NAME}) {
          edges { node { name pricePlan { name } products { code name quantity product { id } } } } } } }";
        let mut statements = Vec::new();
        world.as_(MANAGER_OF_FJORD).credential().await;
        for first in [2, 40] {
            let answer = world.as_(MANAGER_OF_FJORD).run(query, json!({ "id": id_of(FJORD), "first": first })).await;
            let edges = answer.at("reseller/clients/edges").as_array().unwrap().clone();
            assert_eq!(edges.len(), first);
            assert!(edges.iter().all(|edge| edge["node"]["pricePlan"]["name"].is_string()), "{}", answer.text);
            statements.push(answer.statements);
        }
        assert_eq!(statements[0], statements[1]);
        let answer = world.as_(MANAGER_OF_FJORD).run(query, json!({ "id": id_of(FJORD), "first": 100 })).await;
        let edges = answer.at("reseller/clients/edges").as_array().unwrap().clone();
        let hamra = edges.iter().find(|edge| edge["node"]["name"] == "Hamra").unwrap();
        let products: Vec<Value> = hamra["node"]["products"].as_array().unwrap().clone();
        let seats =
            json!({ "code": "SEAT", "name": "Seat", "quantity": "5", "product": { "id": id_of_product(SEAT) } });
        assert!(products.contains(&seats), "{products:?}");
        assert!(products.iter().any(|product| product["code"] == "VM-S" && product["quantity"] == "1"), "{products:?}");
    });
}
