//! Orders and filters by figures, by what is delegated and by the state of the client, compared with a naive loop over
//! what the API shows the same viewer.

use std::collections::{BTreeMap, BTreeSet};

use collation::sort_key;
use entity::organisation::{Kind, State};
use entity::{invoice, subscription};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tenantry::access::{BuiltinRole, Permission, PermissionSet};
use tenantry::seed::rows as seed;

use super::*;

const FIRST: u32 = 700_000;
const CLIENTS: u32 = 30;
const TRIES: usize = 60;
const FIGURES: [&str; 5] = ["MEMBERS", "SUBSCRIPTIONS", "MONTHLY_RECURRING", "OPEN_AMOUNT", "OVERDUE_AMOUNT"];
const PERMISSIONS: [Permission; 4] =
    [Permission::OrganisationRead, Permission::MemberRead, Permission::SubscriptionRead, Permission::InvoiceRead];

/// Everything that the API shows of the clients.
const SHOWN: &str = "query($id: ID!) { reseller(id: $id) { clients(first: 100) { edges { client { name } partnership { id \
     delegatedPermissions } node { state overview { memberCount subscriptionCount \
     monthlyRecurring { amountMinor currency } openInvoices { amounts { amountMinor currency } } \
     overdueInvoices { count amounts { amountMinor currency } } } } } } } }";

const LIST: &str = "query($id: ID!, $first: Int, $after: String, $filter: ClientFilter, $orderBy: ClientOrder) { \
     reseller(id: $id) { clients(first: $first, after: $after, filter: $filter, orderBy: $orderBy) { totalCount \
     pageInfo { endCursor hasNextPage } edges { partnership { id } } } } }";

fn any<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

/// Gives Fjord clients that delegate, owe and buy at random.
async fn db_fill(world: &World, runner: &mut TestRunner) {
    let mut rows = Rows::starting_at(NORDIC, FIRST + 1_000);
    let (mut invoices, mut subscriptions) = (Vec::new(), Vec::new());
    let today = now().date_naive();
    let product = seed::product(key(NORDIC, FIRST), OPERATOR.id, "figures", "Figures", now());
    let currencies = prop::sample::select(vec!["EUR", "SEK", "NOK"]);
    let some = prop::collection::vec((currencies, 0..4_i64, -3..3_i64), 0..4);
    let states = prop::sample::select(vec![State::Active, State::Active, State::Suspended, State::Closed]);
    for number in 0..CLIENTS {
        let client = key(NORDIC, FIRST + 1 + number);
        let name = format!("{} client {number}", any(&"[a-cA-CäÅ]{1,2}", runner));
        rows.organisation(client, &name, Kind::Company).state = any(&states, runner);
        let delegated: Vec<Permission> = any(&prop::sample::subsequence(PERMISSIONS.to_vec(), 0..=4), runner);
        rows.partnership(FJORD.id, client, PermissionSet::of(&delegated).closed());
        for member in 0..any(&(0..3_u32), runner) {
            let user = rows.somebody(&format!("{name} {member}"));
            rows.member(client, user, &[Held::Builtin(BuiltinRole::Viewer)]);
        }
        for (currency, amount, days) in any(&some, runner) {
            let id = key(NORDIC, FIRST + 10_000 + u32::try_from(invoices.len()).unwrap());
            let days = (today - chrono::TimeDelta::days(40), today + chrono::TimeDelta::days(days));
            invoices.push(invoice::Model {
                total_minor: 100 * amount,
                ..seed::invoice(id, (client, client, OPERATOR.id), format!("F-{}", invoices.len()), currency, days)
            });
        }
        for (currency, price, _) in any(&some, runner) {
            let id = key(NORDIC, FIRST + 20_000 + u32::try_from(subscriptions.len()).unwrap());
            let row = seed::subscription(id, client, &product, (1_200 * price, currency), today);
            let interval =
                any(&prop::sample::select(vec![subscription::Interval::Month, subscription::Interval::Year]), runner);
            subscriptions.push(subscription::Model { interval, ..row });
        }
    }
    rows.db_write(world.db().writer()).await;
    db_insert(world.db().writer(), vec![product]).await;
    db_insert(world.db().writer(), invoices).await;
    db_insert(world.db().writer(), subscriptions).await;
}

/// The amounts of a figure by currency, or its count; `None` where it is hidden.
fn figure(edge: &Value, name: &str) -> Option<BTreeMap<String, i64>> {
    let overview = edge["node"].get("overview")?;
    let (count, amounts) = match name {
        "MEMBERS" => (&overview["memberCount"], &Value::Null),
        "SUBSCRIPTIONS" => (&overview["subscriptionCount"], &Value::Null),
        "MONTHLY_RECURRING" => (&Value::Null, &overview["monthlyRecurring"]),
        "OPEN_AMOUNT" => (&Value::Null, &overview["openInvoices"]["amounts"]),
        _ => (&Value::Null, &overview["overdueInvoices"]["amounts"]),
    };
    if let Some(count) = count.as_i64() {
        return Some(BTreeMap::from([(String::new(), count)]));
    }
    let amount = |money: &Value| {
        let minor = money["amountMinor"].as_str().unwrap().parse().unwrap();
        (money["currency"].as_str().unwrap().to_owned(), minor)
    };
    Some(amounts.as_array()?.iter().map(amount).collect())
}

fn matches(edge: &Value, filter: &Value) -> bool {
    let state = &edge["node"]["state"];
    let overdue = edge["node"]["overview"]["overdueInvoices"]["count"].as_i64();
    filter["organisationState"].as_array().is_none_or(|states| states.contains(state))
        && (filter["delegates"].is_null()
            || edge["partnership"]["delegatedPermissions"].as_array().unwrap().contains(&filter["delegates"]))
        && filter["hasOverdueInvoices"].as_bool().is_none_or(|has| overdue.is_some_and(|count| (count > 0) == has))
}

/// The partnerships that match, in the order: without one, by name.
fn naive(edges: &[Value], filter: &Value, order: Option<(&str, Option<&str>, bool)>) -> Vec<String> {
    let mut found: Vec<&Value> = edges.iter().filter(|edge| matches(edge, filter)).collect();
    let name = |edge: &Value| sort_key(edge["client"]["name"].as_str().unwrap());
    found.sort_by_cached_key(|edge| name(edge));
    if let Some((field, currency, descending)) = order {
        let shown: Vec<_> = found.iter().filter_map(|edge| figure(edge, field)).collect();
        let mut currencies: BTreeSet<String> = shown.iter().flat_map(BTreeMap::keys).cloned().collect();
        if let Some(currency) = currency {
            currencies = BTreeSet::from([currency.to_owned()]);
        }
        found.sort_by_cached_key(|edge| match figure(edge, field) {
            None => (1, Vec::new()),
            Some(amounts) => {
                let amount = |currency| amounts.get(currency).copied().unwrap_or_default();
                (0, currencies.iter().map(amount).map(|amount| if descending { -amount } else { amount }).collect())
            }
        });
    }
    found.iter().map(|edge| edge["partnership"]["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn orders_and_filters_by_figures_are_what_a_naive_loop_gives() {
    with_database(async |world| {
        let mut runner = TestRunner::deterministic();
        db_fill(&world, &mut runner).await;
        let shown = world.as_(OWNER_OF_FJORD).run(SHOWN, json!({ "id": id_of(FJORD) })).await;
        assert!(shown.codes().iter().all(|code| *code == "FORBIDDEN"), "{}", shown.text);
        let edges = shown.at("reseller/clients/edges").as_array().unwrap().clone();
        assert!(edges.len() > CLIENTS as usize);
        let filters = (
            prop::option::weighted(0.3, prop::sample::subsequence(vec!["ACTIVE", "SUSPENDED", "CLOSED"], 0..=3)),
            prop::option::weighted(0.3, prop::sample::select(vec!["INVOICE_READ", "MEMBER_READ", "SERVICE_MANAGE"])),
            prop::option::weighted(0.3, proptest::bool::ANY),
        );
        let orders = prop::option::weighted(
            0.8,
            (
                prop::sample::select(FIGURES.to_vec()),
                prop::option::weighted(0.3, prop::sample::select(vec!["EUR", "SEK", "JPY"])),
                proptest::bool::ANY,
            ),
        );
        let mut not_empty = 0;
        for _ in 0..TRIES {
            let (states, delegates, overdue) = any(&filters, &mut runner);
            let filter = json!({ "organisationState": states, "delegates": delegates, "hasOverdueInvoices": overdue });
            let order = any(&orders, &mut runner).map(|(field, currency, descending)| {
                (field, currency.filter(|_| !["MEMBERS", "SUBSCRIPTIONS"].contains(&field)), descending)
            });
            let expected = naive(&edges, &filter, order);
            let order_by = order.map(|(field, currency, descending)| {
                json!({ "field": field, "currency": currency, "direction": if descending { "DESC" } else { "ASC" } })
            });
            let (mut found, mut after) = (Vec::new(), Value::Null);
            loop {
                let variables =
                    json!({ "id": id_of(FJORD), "first": 7, "after": after, "filter": filter, "orderBy": order_by });
                let answer = world.as_(OWNER_OF_FJORD).run(LIST, variables).await;
                let page = &answer.ok()["reseller"]["clients"];
                assert_eq!(page["totalCount"], expected.len(), "{filter} {order:?}");
                let ids = page["edges"].as_array().unwrap().iter();
                found.extend(ids.map(|edge| edge["partnership"]["id"].as_str().unwrap().to_owned()));
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
                after = page["pageInfo"]["endCursor"].clone();
            }
            assert_eq!(found, expected, "{filter} {order:?}");
            not_empty += usize::from(!expected.is_empty());
        }
        assert!(not_empty > TRIES / 2, "{not_empty} of {TRIES} found something");
    });
}

#[test]
fn a_figure_orders_only_the_clients_that_show_it_and_bad_input_says_what_to_do() {
    with_database(async |world| {
        let overview = "UPDATE partnership SET delegated = 0 WHERE reseller_id = $1 AND client_id = $2";
        world.db_execute(overview, [FJORD.id.into(), ACME.id.into()]).await;
        let shown = world.as_(OWNER_OF_FJORD).run(SHOWN, json!({ "id": id_of(FJORD) })).await;
        let edges = shown.at("reseller/clients/edges").as_array().unwrap();
        let is_hidden = |edge: &&Value| edge["node"]["overview"]["memberCount"].is_null();
        let mut hidden: Vec<String> = edges.iter().filter(is_hidden).map(name).collect();
        hidden.sort_by_cached_key(|name| sort_key(name));
        assert!(hidden.contains(&"Acme".to_owned()) && hidden.len() < edges.len());
        for direction in ["ASC", "DESC"] {
            let found = names(&world, Value::Null, json!({ "field": "MEMBERS", "direction": direction })).await;
            assert!(found.ends_with(&hidden), "{direction} {found:?} {hidden:?}");
        }
        for overdue in [true, false] {
            let count = |edge: &&Value| edge["node"]["overview"]["overdueInvoices"]["count"].as_u64();
            let shown = edges.iter().filter(|edge| count(edge).is_some_and(|count| (count > 0) == overdue));
            let mut expected: Vec<String> = shown.map(name).collect();
            expected.sort_by_cached_key(|name| sort_key(name));
            let found = names(&world, json!({ "hasOverdueInvoices": overdue }), Value::Null).await;
            assert_eq!(found, expected, "{overdue}");
        }
        for state in ["ACTIVE", "SUSPENDED", "CLOSED"] {
            let mut expected: Vec<String> =
                edges.iter().filter(|edge| edge["node"]["state"] == state).map(name).collect();
            expected.sort_by_cached_key(|name| sort_key(name));
            let found = names(&world, json!({ "organisationState": [state] }), Value::Null).await;
            assert_eq!(found, expected, "{state}");
        }
        for (filter, order, says) in [
            (json!({ "delegates": "USER_MANAGE" }), Value::Null, "No client can delegate"),
            (Value::Null, json!({ "field": "MEMBERS", "currency": "EUR" }), "Leave it out"),
            (Value::Null, json!({ "field": "NAME", "currency": "EUR" }), "Leave it out"),
            (Value::Null, json!({ "field": "OPEN_AMOUNT", "currency": "euro" }), "three letters"),
            (Value::Null, json!({ "field": "OPEN_AMOUNT", "property": "note" }), "either by a field"),
        ] {
            let said = refusal(&world, filter, order).await;
            assert!(said.contains(says), "{said}");
        }
    });
}

#[test]
fn a_view_keeps_figures_in_its_columns_its_filter_and_its_order() {
    with_database(async |world| {
        define_all(&world).await;
        let select = "view { id columns missingProperties order { field property currency direction } \
                      filter { organisationState delegates hasOverdueInvoices } }";
        let view = json!({
            "resellerId": id_of(FJORD), "name": "Owing", "columns": ["OVERDUE_AMOUNT", "region", "MEMBERS"],
            "orderBy": { "field": "OVERDUE_AMOUNT", "currency": "sek", "direction": "DESC" },
            "filter": { "organisationState": ["ACTIVE"], "delegates": "INVOICE_READ", "hasOverdueInvoices": true },
        });
        let saved = world.as_(OWNER_OF_FJORD).act("saveClientView", view.clone(), select).await["view"].clone();
        let expected = json!({
            "id": saved["id"], "columns": ["OVERDUE_AMOUNT", "region", "MEMBERS"], "missingProperties": [],
            "order": { "field": "OVERDUE_AMOUNT", "property": null, "currency": "sek", "direction": "DESC" },
            "filter": { "organisationState": ["ACTIVE"], "delegates": "INVOICE_READ", "hasOverdueInvoices": true },
        });
        assert_eq!(saved, expected);
        let by_view = ask(&world, OWNER_OF_FJORD, json!({ "first": 100, "view": saved["id"] })).await;
        let shown: Vec<String> =
            by_view.ok()["reseller"]["clients"]["edges"].as_array().unwrap().iter().map(name).collect();
        assert_eq!(shown, names(&world, view["filter"].clone(), view["orderBy"].clone()).await);
        assert!(!shown.is_empty());
        for columns in [json!(["MEMBERS", "MEMBERS"]), json!(["PROFIT"])] {
            let mut wrong = view.clone();
            (wrong["name"], wrong["columns"]) = (json!("Other"), columns);
            let error = world.as_(OWNER_OF_FJORD).mistake("saveClientView", wrong).await;
            assert_eq!(error["field"], json!(["input", "columns"]), "{error}");
        }
    });
}
