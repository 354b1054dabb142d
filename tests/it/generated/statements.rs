//! The number of statements of a query depends on its text, never on the number of objects in the answer.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write;

use serde_json::{Value, json};
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::generated::schema::{Field, Schema, Way};
use crate::world::{Answer, Fixtures, HUB, World, is_of, with_database};

/// The number of parents.
const MANY: u32 = 25;
/// The number of outer lists with which each inner list is tried.
const OUTER_LISTS: usize = 3;
/// Two concurrent statements may finish in either order, which decides whether the fields that wait for them are
/// batched together. The same applies if an organisation is already loaded: its lists start before those of its
/// siblings.
const IN_EITHER_ORDER: u64 = 3;

/// Counts of nested lists, by the outer and inner list: the inner list, its statements and its number of parents.
type Counts = BTreeMap<String, (String, u64, usize)>;

/// A page with a partner's clients: the most important query of the product.
const PARTNER_TREE: &str = "query PartnerTree($id: ID!, $first: Int!) { reseller(id: $id) {
  organisation { name }
  clients(first: $first, orderBy: {field: NAME}) { totalCount edges {
    partnership { state delegatedPermissions endsAt }
    node {
      id name kind state viewerPermissions
      members(first: 5) { edges { node { user { name } email roles { name } } } }
      services(first: 5) { edges { node { kind name state } } }
      invoices(filter: {state: OVERDUE}, first: 3) { edges { node { number total { formatted } dueOn } } }
      billing { recipient { __typename ... on OrganisationCard { name } ... on BillingContact { name } } }
      reseller { clients(first: 20) { edges { node { name } } } }
    }
  } }
} }";

/// The query of the page after login.
const DASHBOARD: &str = "query Dashboard($first: Int!) { viewer {
  name email
  activeOrganisation { id name }
  organisations(first: $first) { edges { node {
    id name kind viewerPermissions payer { name } paysFor(first: 10) { edges { node { name } } }
  } } }
} }";

#[test]
fn the_partner_tree_and_the_dashboard_take_the_same_few_statements_for_any_number_of_clients() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..100).await;
        let world = world.with_one_connection().await;
        let mut table = String::new();
        for (name, query) in [("partner tree", PARTNER_TREE), ("dashboard", DASHBOARD)] {
            let mut counted = Vec::new();
            for first in [1, 10, 100] {
                let variables = json!({ "id": Type::Organisation.id(HUB.id()).to_string(), "first": first });
                let answer = world.as_(HUB.owner).run(query, variables).await;
                let found = answer
                    .ok()
                    .pointer("/reseller/clients/edges")
                    .or(answer.data().pointer("/viewer/organisations/edges"));
                assert_eq!(found.and_then(Value::as_array).map(Vec::len), Some(first), "{name}");
                counted.push(answer.statements);
            }
            assert!(counted.iter().all(|count| *count == counted[0]), "{name}: {counted:?} for 1, 10 and 100");
            assert!(counted[0] <= 12, "{name}: {counted:?} for 1, 10 and 100");
            writeln!(table, "{name}: {}", counted[0]).unwrap();
        }
        insta::allow_duplicates! {
            insta::assert_snapshot!(table, @r"
            partner tree: 12
            dashboard: 6
            ");
        }
    });
}

#[test]
fn every_list_takes_as_many_statements_for_many_parents_as_for_few() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..1).await;
        let few = count(&world, usize::MAX).await;
        world.db_crowd(&HUB, 1..MANY).await;
        let many = count(&world, OUTER_LISTS).await;
        let grown: Vec<String> = few
            .iter()
            .filter_map(|(coordinate, (_, before, _))| Some((coordinate, *before, many.get(coordinate)?.1)))
            .filter(|(_, before, after)| *after > before + IN_EITHER_ORDER)
            .map(|(coordinate, before, after)| format!("{coordinate}: {before}, then {after}"))
            .collect();
        assert_eq!(grown, Vec::<String>::new());
        // Lists at the root have only one parent.
        let schema = Schema::exported();
        let ways = Way::all(&schema);
        let missed: Vec<String> = schema
            .connections()
            .filter(|field| ways[field.owner].start != "Query")
            .map(|field| field.coordinate())
            .filter(|coordinate| {
                !many.values().any(|(inner, _, parents)| inner == coordinate && *parents >= MANY as usize)
            })
            .collect();
        assert_eq!(missed, Vec::<String>::new(), "no list leads to many parents of these");
    });
}

/// Counts the statements of each nested list, until it has been tried with many parents in this many outer lists.
async fn count(world: &World, outer_lists: usize) -> Counts {
    let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
    let ways = Way::all(&schema);
    let mut counts = Counts::new();
    let mut done: HashMap<String, usize> = HashMap::new();
    for outer in schema.connections() {
        for (inner_type, inner_way) in inside(&schema, outer) {
            for inner in schema.fields_of(inner_type).filter(|field| field.type_name().ends_with("Connection")) {
                let done = done.entry(inner.coordinate()).or_default();
                if *done >= outer_lists {
                    continue;
                }
                let nested = Nested { schema: &schema, fixtures: &fixtures, way: &ways[outer.owner], outer };
                let answer = nested.ask(world, &inner_way, inner).await;
                let parents = parents(answer.data());
                *done += usize::from(parents >= MANY as usize);
                let coordinate = format!("{} → {}", outer.coordinate(), inner.coordinate());
                counts.insert(coordinate, (inner.coordinate(), answer.statements, parents));
            }
        }
    }
    counts
}

#[test]
fn looking_up_many_objects_takes_as_many_statements_as_one() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..MANY).await;
        let schema = Schema::exported();
        let ways = Way::all(&schema);
        let mut grown = Vec::new();
        for name in schema.types().map(|definition| definition.name.node.as_str()).filter(|name| schema.is_node(name)) {
            let kind = *Type::ALL.iter().find(|kind| format!("{kind:?}") == name).unwrap();
            let ids = ids_of(&world, kind).await;
            assert!(ids.len() >= MANY as usize, "{name} has {} objects", ids.len());
            let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
            let reader = ways[name].reader();
            let many = world.as_(reader).run(query, json!({ "ids": ids })).await;
            let there = ids.iter().find(|id| many.text.contains(*id)).unwrap();
            let one = world.as_(reader).run(query, json!({ "ids": [there] })).await;
            if many.statements > one.statements + IN_EITHER_ORDER {
                grown.push(format!("{name}: {} for one, {} for {}", one.statements, many.statements, ids.len()));
            }
        }
        assert_eq!(grown, Vec::<String>::new());
    });
}

/// Ids of objects of the hub's tree.
async fn ids_of(world: &World, kind: Type) -> Vec<String> {
    // `ApiKey` is in the table `api_key`.
    let name = format!("{kind:?}").chars().fold(String::new(), |name, letter| match letter {
        'A'..='Z' if name.is_empty() => name + &letter.to_lowercase().to_string(),
        'A'..='Z' => name + "_" + &letter.to_lowercase().to_string(),
        _ => name + &letter.to_string(),
    });
    let table = match kind {
        Type::Reseller => "organisation",
        Type::PayerAgreement => "payer",
        Type::Order => "sales_order",
        Type::Charge => "pending_charge",
        Type::UserAccount => "\"user\"",
        _ => &name,
    };
    let rows = world.db().rows(format!("SELECT id FROM {table} ORDER BY id DESC"), Vec::new()).await.unwrap();
    let keys = rows.iter().map(|row| row.try_get_by_index::<Uuid>(0).unwrap());
    keys.filter(|id| is_of(*id, HUB.tree)).take(60).map(|id| kind.id(id).to_string()).collect()
}

/// The types that can be reached from the edges of a list without another list, with the fields on the path.
fn inside<'a>(schema: &'a Schema, list: Field<'a>) -> BTreeMap<&'a str, Vec<(&'a str, &'a str)>> {
    let connection = list.type_name();
    let edges = schema.fields_of(connection).find(|field| field.name() == "edges").unwrap();
    let mut found = BTreeMap::from([(edges.type_name(), Vec::new())]);
    let mut queue = VecDeque::from([edges.type_name()]);
    while let Some(at) = queue.pop_front() {
        for field in schema.fields_of(at).filter(|field| !field.type_name().ends_with("Connection")) {
            for to in schema.members(field.type_name()) {
                if !found.contains_key(to) {
                    let mut way: Vec<(&str, &str)> = found[at].clone();
                    way.push((field.name(), to));
                    found.insert(to, way);
                    queue.push_back(to);
                }
            }
        }
    }
    found
}

struct Nested<'a> {
    schema: &'a Schema,
    fixtures: &'a Fixtures,
    way: &'a Way<'a>,
    outer: Field<'a>,
}

impl Nested<'_> {
    async fn ask(&self, world: &World, way: &[(&str, &str)], inner: Field<'_>) -> Answer {
        let arguments = self.schema.arguments(inner, self.fixtures, &[("first", "100".to_owned())]);
        let mut selection = format!("counted: {}{arguments} {{ totalCount edges {{ cursor }} }}", inner.name());
        for (name, to) in way.iter().rev() {
            selection = format!("{name} {{ ... on {to} {{ {selection} }} }}");
        }
        let arguments = self.schema.arguments(self.outer, self.fixtures, &[("first", "100".to_owned())]);
        let selection = format!("{}{arguments} {{ edges {{ {selection} }} }}", self.outer.name());
        let query = self.way.document(self.fixtures, self.way.existence("").as_ref(), &selection);
        world.as_(self.way.reader()).run(&query, json!({})).await
    }
}

/// How many objects have a non-empty counted list.
fn parents(data: &Value) -> usize {
    match data {
        Value::Object(fields) => {
            let is_one = fields.get("counted").is_some_and(|list| list["totalCount"].as_u64() > Some(0));
            usize::from(is_one) + fields.values().map(parents).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(parents).sum(),
        _ => 0,
    }
}
