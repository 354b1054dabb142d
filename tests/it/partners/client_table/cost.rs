//! The cost of the table: many clients and properties take as many statements as few, and both databases use indexes.

use entity::property_definition;
use sea_orm::{ConnectionTrait, DbBackend};
use tenantry::access::Decision;
use tenantry::base::db::recorded;
use tenantry::graphql::page::{OrderDirection, PageArguments};
use tenantry::graphql::request::Request;
use tenantry::partners::property::{self, ClientPropertyFilter};
use tenantry::partners::reseller::{ClientFilter, ClientOrder, Setting, choice, clients};

use super::*;
use crate::generated::plans::{db_forbid, find, prepared};

const TABLE: &str = "query($id: ID!, $first: Int!, $filter: ClientFilter, $orderBy: ClientOrder) { reseller(id: $id) { \
     clients(first: $first, filter: $filter, orderBy: $orderBy) { totalCount edges { client { name } \
     partnership { properties { key label type value number } } } } } }";

async fn db_define(world: &World, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let input = json!({ "resellerId": Type::Reseller.id(HUB.id()).0, "key": format!("key_{number}"), "label": "Key", "type": "NUMBER" });
        world.as_(HUB.owner).act("createPropertyDefinition", input, "").await;
    }
    let sql = "UPDATE property_value SET value = '1', folded = '1', ascending_key = 'abff0000000000000', \
               descending_key = 'abff0000000000000' WHERE \"key\" LIKE 'key_%'";
    world.db_execute(sql, []).await;
}

#[test]
fn a_page_takes_as_many_statements_for_many_clients_and_properties_as_for_few() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..100).await;
        let world = world.with_one_connection().await;
        db_define(&world, 0..1).await;
        let mut counts = Vec::new();
        for properties in [2, 30] {
            db_define(&world, 1..properties).await;
            for first in [1, 100] {
                let page = json!({ "id": Type::Reseller.id(HUB.id()).0, "first": first, "orderBy": { "property": "key_0" },
                                   "filter": { "property": { "key": "key_1", "from": "1" }, "properties": [{ "key": "key_0", "eq": "1" }] } });
                let answer = world.as_(HUB.owner).run(TABLE, page).await;
                let edges = answer.ok()["reseller"]["clients"]["edges"].as_array().unwrap();
                assert_eq!(edges.len(), first);
                assert!(edges[0]["partnership"]["properties"].as_array().unwrap().len() > properties as usize);
                counts.push(answer.statements);
            }
            if properties == 2 {
                // Existing definitions are not defined again.
                world.db_execute("DELETE FROM property_definition WHERE \"key\" = 'key_1'", []).await;
            }
        }
        // The session, the reseller, what the viewer holds, the definitions, whether few clients match, the page, the
        // grants, the count, the values.
        assert_eq!(counts, [counts[0]; 4]);
        assert!(counts[0] <= 9, "{counts:?}");
    });
}

#[test]
fn tables_of_many_resellers_side_by_side_take_as_many_statements_as_that_of_one() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..1).await;
        let query = "query($id: ID!) { reseller(id: $id) { clients(first: 100, filter: {name: {contains: \"00 client\"}}) { edges { node { \
                     reseller { clients(first: 5, orderBy: {property: \"region\"}, filter: {property: {key: \"region\", isSet: false}}) { \
                     totalCount edges { client { name } partnership { properties { key value } } } } } } } } } }";
        let mut counts = Vec::new();
        for numbers in [1..2, 2..60] {
            world.db_crowd(&HUB, numbers.clone()).await;
            let answer = world.as_(HUB.owner).run(query, json!({ "id": Type::Reseller.id(HUB.id()).0 })).await;
            let edges = answer.ok()["reseller"]["clients"]["edges"].as_array().unwrap();
            assert_eq!(edges.len(), numbers.end as usize);
            assert!(edges.iter().all(|edge| edge["node"]["reseller"]["clients"]["totalCount"] == 1), "{}", answer.text);
            counts.push(answer.statements);
        }
        assert!(counts[1] <= counts[0] + 3, "{counts:?}");
    });
}

fn any(key: &str) -> ClientPropertyFilter {
    ClientPropertyFilter { key: key.to_owned(), ..ClientPropertyFilter::default() }
}

/// Filters and orders of each sort.
fn asked() -> impl Iterator<Item = (ClientFilter, Option<ClientOrder>)> {
    let text = |text: &str| Some(text.to_owned());
    let filters = [
        ClientPropertyFilter { eq: text("north"), ..any("region") },
        ClientPropertyFilter { any_of: Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]), ..any("region") },
        ClientPropertyFilter { contains: text("a"), ..any("region") },
        ClientPropertyFilter { from: text("1"), to: text("2"), ..any("score") },
        ClientPropertyFilter { is_set: Some(true), ..any("score") },
        ClientPropertyFilter { is_set: Some(false), ..any("score") },
    ];
    let by = |key: &str, direction| Some(ClientOrder { field: None, property: text(key), currency: None, direction });
    let orders =
        [None, by("score", OrderDirection::Asc), by("score", OrderDirection::Desc), by("region", OrderDirection::Asc)];
    let both = move |filter: &ClientPropertyFilter| {
        orders.clone().map(|order| (ClientFilter { property: Some(filter.clone()), ..ClientFilter::default() }, order))
    };
    filters.into_iter().flat_map(move |filter| both(&filter).into_iter())
}

/// A request of the owner of the hub.
fn request(world: &World) -> Request {
    world.request(HUB.owner)
}

/// What filters and orders are read for.
fn setting<'a>(definitions: &'a [property_definition::Model], reseller: &'a Decision) -> Setting<'a> {
    Setting { definitions, reseller, now: now(), today: now().date_naive(), since: None }
}

#[test]
fn statements_of_an_order_by_a_figure_do_not_depend_on_the_number_of_clients_or_resellers() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..1).await;
        let query = "query($id: ID!) { reseller(id: $id) { clients(first: 100, orderBy: {field: OVERDUE_AMOUNT}, \
                     filter: {name: {contains: \"00 client\"}}) { edges { node { \
                     reseller { clients(first: 5, orderBy: {field: MEMBERS, direction: DESC}, \
                     filter: {hasOverdueInvoices: true, organisationState: [ACTIVE], delegates: MEMBER_READ}) { \
                     totalCount edges { client { name } } } } } } } } }";
        let mut counts = Vec::new();
        for numbers in [1..2, 2..60] {
            world.db_crowd(&HUB, numbers.clone()).await;
            let answer = world.as_(HUB.owner).run(query, json!({ "id": Type::Reseller.id(HUB.id()).0 })).await;
            let edges = answer.ok()["reseller"]["clients"]["edges"].as_array().unwrap();
            assert_eq!(edges.len(), numbers.end as usize);
            assert!(edges.iter().all(|edge| edge["node"]["reseller"]["clients"]["totalCount"] == 1), "{}", answer.text);
            counts.push(answer.statements);
        }
        assert!(counts[1] <= counts[0] + 3, "{counts:?}");
    });
}

/// Asks for the pages and counts of all of these. Returns the statements.
async fn ask_for_all(world: &World) -> Vec<String> {
    let mut statements = Vec::new();
    for (filter, order, may_be_few) in
        asked().flat_map(|(filter, order)| [true, false].map(|few| (filter.clone(), order.clone(), few)))
    {
        let request = request(world);
        let definitions = property::store::all(&request, HUB.id()).await.unwrap();
        let hub = request.access.look(HUB.id()).await.unwrap().unwrap();
        let mut choice = choice(&setting(&definitions, &hub), Some(&filter), order.as_ref()).unwrap();
        if !may_be_few {
            choice.narrow.clear();
        }
        let page = PageArguments::new(Some(1), None, None, None).unwrap();
        let (found, texts) = recorded(async {
            let found = clients::list(&request, HUB.id(), &page, choice).await.unwrap();
            found.total.take(&request).await.unwrap();
            found
        })
        .await;
        statements.extend(texts.into_iter().filter(|text| text.contains("property_value")));
        drop(found);
    }
    statements
}

#[test]
fn a_client_is_found_by_its_number_from_the_index_of_numbers() {
    with_database(async |world| {
        let world = world.with_one_connection().await;
        let filter = ClientFilter { reference: Some("C-17".to_owned()), ..ClientFilter::default() };
        let request = request(&world);
        let hub = request.access.look(HUB.id()).await.unwrap().unwrap();
        let choice = choice(&setting(&[], &hub), Some(&filter), None).unwrap();
        let page = PageArguments::new(Some(1), None, None, None).unwrap();
        let (found, texts) = recorded(clients::list(&request, HUB.id(), &page, choice)).await;
        assert!(found.unwrap().slice.items.is_empty());
        let text = texts.iter().find(|text| text.contains("t.reference")).unwrap();
        if world.db().backend() == DbBackend::Sqlite {
            let db = world.db().reader();
            let rows = db.query_all_raw(sql(db, &format!("EXPLAIN QUERY PLAN {text}"))).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.try_get::<String>("", "detail").unwrap()).collect();
            assert!(plan.iter().any(|step| step.contains("partnership_reseller_id_reference")), "{plan:#?}");
        }
    });
}

#[test]
fn filters_and_orders_are_read_from_indexes() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..50).await;
        let world = world.with_one_connection().await;
        let texts = ask_for_all(&world).await;
        assert!(texts.len() >= 40, "{} statements", texts.len());
        let mut slow = Vec::new();
        if world.db().backend() == DbBackend::Sqlite {
            for text in &texts {
                let db = world.db().reader();
                let rows = db.query_all_raw(sql(db, &format!("EXPLAIN QUERY PLAN {text}"))).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.try_get::<String>("", "detail").unwrap()).collect();
                let scans = |step: &String| {
                    let tables = ["SCAN o", "SCAN t", "SCAN v", "SCAN c", "SCAN d"];
                    tables.iter().any(|scan| step == scan || step.starts_with(&format!("{scan} ")))
                };
                let reads_values = plan
                    .iter()
                    .any(|step| step.starts_with("SEARCH o ") && step.contains("INDEX property_value_definition_id"))
                    || plan
                        .iter()
                        .any(|step| step.contains("SEARCH v USING") && step.contains("partnership_id=? AND key=?"));
                // Only the rows of the page are sorted, after all of them are read.
                let sorts = plan.iter().filter(|step| step.contains("USE TEMP B-TREE")).count();
                let pages = plan.iter().filter(|step| step.contains("CORRELATED LIST SUBQUERY")).count();
                if plan.iter().any(scans) || !reads_values || sorts > 1 || pages > 1 {
                    slow.push(format!("{text}\n{plan:#?}"));
                }
            }
        } else {
            db_forbid(&world, &["seqscan", "bitmapscan", "sort"]).await;
            let statements = prepared(&world).await;
            let mut looked = 0;
            for statement in statements.iter().filter(|statement| statement.text.contains("property_value")) {
                if statement.text.starts_with("UPDATE") || statement.text.starts_with("INSERT") {
                    continue;
                }
                let plan = statement.plan(&world).await;
                let mut pages = Vec::new();
                find(&plan, "Limit", &mut pages);
                let part = pages.first().copied().unwrap_or(&plan);
                for node in ["Seq Scan", "Sort"] {
                    let mut found = Vec::new();
                    find(part, node, &mut found);
                    let is_count = pages.is_empty() && node == "Sort";
                    if !found.is_empty() && !is_count {
                        slow.push(format!("{node} in {}", statement.text));
                    }
                }
                looked += 1;
            }
            assert!(looked >= 20, "{looked} statements");
        }
        assert_eq!(slow, Vec::<String>::new());
    });
}
