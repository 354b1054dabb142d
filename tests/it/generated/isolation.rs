//! Two unrelated trees of tenants: no response in one tree ever contains anything from the other.

use std::collections::BTreeSet;

use serde_json::json;
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::generated::schema::{Schema, Selection, Way};
use crate::world::*;

/// Tables whose rows have no id of their own.
const WITHOUT_IDS: [&str; 24] = [
    "accounting_entry",
    "audit_chain",
    "billing_details",
    "credit_note_vat",
    "directory",
    "entitlement",
    "event_end",
    "idempotency_key",
    "invoice_vat",
    "issuer",
    "number_series",
    "organisation_halt",
    "organisation_name",
    "plan_assignment",
    "product_upgrade",
    "property_value",
    "recovery_code",
    "refresh_token",
    "reseller_programme",
    "seaql_migrations",
    "second_factor",
    "sign_in_policy",
    "throttle",
    "unbilled_subscription",
];

/// The word in every text of the other tree, and the ids of all its rows.
async fn secrets(world: &World) -> Vec<String> {
    let mut secrets = vec![BOREAL.word.to_lowercase()];
    for table in world.db_tables().await {
        if WITHOUT_IDS.contains(&table.as_str()) {
            continue;
        }
        let rows = world.db().rows(format!("SELECT id FROM \"{table}\""), Vec::new()).await.unwrap();
        let ids = rows.iter().map(|row| row.try_get_by_index::<Uuid>(0).unwrap()).filter(|id| is_of(*id, BOREAL.tree));
        // The part after the type prefix: it is the same in all ids of one row.
        secrets.extend(ids.map(|id| Type::User.id(id).0.replace("user_", "")));
    }
    assert!(secrets.len() > 80, "{} things to look for", secrets.len());
    secrets
}

#[track_caller]
fn shows_nothing_of(secrets: &[String], answer: &Answer, what: &str) {
    let text = answer.text.to_lowercase();
    let shown: Vec<&String> = secrets.iter().filter(|secret| text.contains(secret.as_str())).collect();
    assert!(shown.is_empty(), "{what} shows {shown:?}: {}", answer.text);
}

/// Everything that can be selected from the root and from each type that has ids, two levels of objects deep.
fn queries(schema: &Schema, fixtures: &Fixtures) -> Vec<String> {
    let selection = Selection { schema, fixtures };
    let mut queries = Vec::new();
    for field in schema.fields_of("Query").filter(|field| field.name() != "permissionCatalogue") {
        queries.extend(selection.field(field, 2).map(|text| format!("{{ {text} }}")));
    }
    let ways = Way::all(schema);
    for (type_name, way) in ways.iter().filter(|(type_name, _)| schema.is_node(type_name)) {
        for rule in schema.existence(type_name) {
            for field in schema.fields_of(type_name) {
                if let Some(text) = selection.field(field, 2) {
                    queries.push(way.document(fixtures, Some(&rule), &text));
                }
            }
        }
    }
    queries
}

#[test]
fn no_answer_to_one_tree_contains_anything_of_another() {
    with_database(async |world| {
        let secrets = secrets(&world).await;
        let schema = Schema::exported();
        let (_, own) = HUB.rows();
        let (_, foreign) = BOREAL.rows();
        let key = Caller::Key(HUB.key());
        for query in queries(&schema, &own) {
            for caller in [HUB.owner, key] {
                let answer = world.as_(caller).run(&query, json!({})).await;
                assert!(!answer.data().is_null(), "{query}: {}", answer.text);
                shows_nothing_of(&secrets, &answer, &query);
            }
        }
        let foreign_queries = queries(&schema, &foreign);
        for query in &foreign_queries {
            for caller in [HUB.owner, NOBODY] {
                let answer = world.as_(caller).run(query, json!({})).await;
                shows_nothing_of(&secrets, &answer, query);
            }
        }
        // The same queries as people of the other tree must find its objects, or the search above proves nothing.
        let mut found = BTreeSet::new();
        for query in &foreign_queries {
            let text = world.as_(BOREAL.owner).run(query, json!({})).await.text;
            found.extend(foreign.all().map(|(_, id)| id).filter(|id| text.contains(id)));
        }
        let all: BTreeSet<&str> = foreign.all().map(|(_, id)| id).collect();
        assert!(found.len() * 4 > all.len() * 3, "its own people see {} of {}", found.len(), all.len());
    });
}

#[test]
fn a_foreign_id_and_an_invented_one_get_the_same_answer() {
    with_database(async |world| {
        let schema = Schema::exported();
        let (_, foreign) = BOREAL.rows();
        let own = Type::Organisation.id(HUB.id()).0;
        let own_user = Type::User.id(HUB.owner.person().id).0;
        let mut tested = 0;
        for (type_name, id) in foreign.all() {
            let kind = *Type::ALL.iter().find(|kind| format!("{kind:?}") == type_name).unwrap();
            let invented = kind.id(key(BOREAL.tree, 999_999_999)).0;
            let mut templates = vec!["{ node(id: ID) { __typename id } }".to_owned()];
            templates.push("{ nodes(ids: [ID]) { __typename id } }".to_owned());
            for field in schema.fields_of("Query").filter(|field| !matches!(field.name(), "node" | "nodes")) {
                for argument in field.definition.arguments.iter().map(|argument| &argument.node) {
                    if argument.ty.node.to_string().trim_end_matches('!') != "ID" {
                        continue;
                    }
                    let mut given = vec![(argument.name.node.as_str(), "ID".to_owned())];
                    if argument.name.node != "organisationId" {
                        given.push(("organisationId", format!("{own:?}")));
                    }
                    let arguments = schema.arguments(field, &foreign, &given);
                    templates.push(format!("{{ {}{arguments} {{ __typename }} }}", field.name()));
                }
            }
            for template in templates {
                for caller in [HUB.owner, OWNER_OF_ACME, Caller::Key(HUB.key()), NOBODY] {
                    let client = world.as_(caller);
                    let of_foreign = client.run(&template.replace("ID", &format!("{id:?}")), json!({})).await;
                    let of_invented = client.run(&template.replace("ID", &format!("{invented:?}")), json!({})).await;
                    assert_eq!(of_foreign.text, of_invented.text, "{template} with a {type_name}");
                    tested += 1;
                }
            }
        }
        assert!(tested > 100);
        let explain = "query($user: ID!, $organisation: ID!) { \
             explainAccess(organisationId: $organisation, permission: INVOICE_READ, userId: $user) { granted \
             paths { sentence } misses { reason sentence steps { kind } } } }";
        let ask = async |user: String| {
            world.as_(HUB.owner).run(explain, json!({ "user": user, "organisation": own })).await.text
        };
        assert!(ask(own_user).await.contains("\"granted\":true"));
        let invented = ask(Type::User.id(key(BOREAL.tree, 999_999_999)).0).await;
        assert_eq!(ask(Type::User.id(BOREAL.owner.person().id).0).await, invented);
        assert_eq!(ask(Type::User.id(DISABLED_AT_ACME.person().id).0).await, invented);
    });
}
