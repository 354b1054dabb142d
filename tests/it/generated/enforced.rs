//! Every rule of the schema is enforced: a holder of just the named permission gets the field, and a holder of everything
//! else does not. Nothing here names a field.

use serde_json::{Value, json};
use tenantry::access::{Permission, PermissionSet};
use tenantry::base::id::Type;

use crate::generated::schema::{Field, Rule, Schema, Selection, Way, all_but};
use crate::world::{Answer, Fixtures, HUB, NOBODY, OPERATOR, World, with_database};

/// Sends the query as the probe of the hub while it holds only these permissions.
async fn ask_with(world: &World, own: PermissionSet, query: &str) -> Answer {
    world.db_role(&HUB, own, PermissionSet::EMPTY).await;
    world.as_(HUB.probe).run(query, json!({})).await
}

fn is_there(answer: &Answer, path: &[String]) -> bool {
    !answer.at(&path.join("/")).is_null()
}

#[track_caller]
fn refused_at(answer: &Answer, path: &[String], what: &str, code: &str) -> Value {
    let error = answer.error_at(path).unwrap_or_else(|| panic!("{what}: no error at {path:?}\n{}", answer.text));
    assert_eq!(error["extensions"]["code"], code, "{what}: {}", answer.text);
    assert!(!is_there(answer, path), "{what}: refused but returned anyway\n{}", answer.text);
    error["extensions"].clone()
}

/// Asserts FORBIDDEN, with one of the alternatives at the hub or at the operator.
#[track_caller]
fn forbidden_at(answer: &Answer, path: &[String], what: &str, alternatives: &[Rule]) {
    let extensions = refused_at(answer, path, what, "FORBIDDEN");
    let named = extensions["permission"].as_str().unwrap();
    assert!(alternatives.iter().any(|rule| rule.permission.graphql_name() == named), "{what}: {}", answer.text);
    let places = [HUB.id(), OPERATOR.id].map(|id| json!(Type::Organisation.id(id).to_string()));
    assert!(places.contains(&extensions["organisation"]), "{what}: {}", answer.text);
}

#[test]
fn an_object_exists_for_holders_of_its_permission_and_for_nobody_else() {
    with_database(async |world| {
        let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
        let mut tested = 0;
        for definition in schema.types().filter(|definition| schema.is_node(&definition.name.node)) {
            let name = definition.name.node.as_str();
            for rule in schema.existence(name) {
                let id = fixtures.id(name, &rule.permission.graphql_name(), &rule.side);
                let query = format!("{{ node(id: {id:?}) {{ __typename id }} }}");
                let answer = ask_with(&world, PermissionSet::of(&[rule.permission]), &query).await;
                assert_eq!(answer.ok()["node"]["id"], id, "{name} by {rule:?}");
                assert_eq!(answer.ok()["node"]["__typename"], name);
                // Of some objects, several permissions let one see the same.
                let id_by = |rule: &Rule| fixtures.id(name, &rule.permission.graphql_name(), &rule.side);
                let alternatives: Vec<Rule> =
                    schema.existence(name).into_iter().filter(|other| id_by(other) == id).collect();
                let answer = ask_with(&world, all_but(&alternatives), &query).await;
                refused_at(&answer, &["node".to_owned()], &format!("{name} without {rule:?}"), "NOT_FOUND");
                tested += 1;
            }
        }
        assert!(tested >= 10, "only {tested} rules were tested");
    });
}

#[test]
fn a_field_is_shown_to_holders_of_its_permission_and_to_nobody_else() {
    with_database(async |world| {
        let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
        let ways = Way::all(&schema);
        let mut tested = 0;
        for field in schema.fields().filter(|field| !matches!(field.owner, "Query" | "Mutation" | "Streams")) {
            for rule in field.rules() {
                let Some(way) = ways.get(field.owner) else { panic!("no path leads to {}", field.owner) };
                Case { schema: &schema, fixtures: &fixtures, way, field, rule }.test(&world).await;
                tested += 1;
            }
        }
        assert!(tested >= 15, "only {tested} rules were tested");
    });
}

/// One alternative of one field.
struct Case<'a> {
    schema: &'a Schema,
    fixtures: &'a Fixtures,
    way: &'a Way<'a>,
    field: Field<'a>,
    rule: Rule,
}

impl Case<'_> {
    async fn test(&self, world: &World) {
        let what = format!("{} by {:?}", self.field.coordinate(), self.rule);
        let selection = Selection { schema: self.schema, fixtures: self.fixtures }.least(self.field);
        let existence = self.way.existence(&self.rule.side);
        let query = self.way.document(self.fixtures, existence.as_ref(), &selection);
        let mut path = self.way.path();
        path.push(self.field.name().to_owned());

        let on_the_way = self.way.rules();
        let needed = existence.iter().chain(on_the_way.iter().map(|(rule, _)| rule)).chain([&self.rule]);
        let needed: Vec<Permission> = needed.map(|rule| rule.permission).collect();
        let answer = ask_with(world, PermissionSet::of(&needed), &query).await;
        answer.ok();
        assert!(is_there(&answer, &path), "{what}: the field is empty at the hub\n{query}\n{}", answer.text);

        let alternatives: Vec<Rule> =
            self.field.rules().into_iter().filter(|rule| rule.side == self.rule.side).collect();
        let others = all_but(&alternatives);
        let answer = ask_with(world, others, &query).await;
        let lacks = |rule: &Rule| !others.has(rule.permission);
        if existence.as_ref().is_some_and(lacks) {
            refused_at(&answer, &["node".to_owned()], &what, "NOT_FOUND");
        } else if let Some((rule, path)) = on_the_way.iter().find(|(rule, _)| lacks(rule)) {
            if self.way.start == "Query" && path.len() == 1 {
                refused_at(&answer, path, &what, "NOT_FOUND");
            } else {
                forbidden_at(&answer, path, &what, std::slice::from_ref(rule));
            }
        } else {
            forbidden_at(&answer, &path, &what, &alternatives);
        }
    }
}

#[test]
fn a_root_field_finds_objects_for_holders_of_its_permission_and_for_nobody_else() {
    with_database(async |world| {
        let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
        let selection = Selection { schema: &schema, fixtures: &fixtures };
        let mut tested = 0;
        for field in schema.fields_of("Query") {
            let path = [field.name().to_owned()];
            for rule in field.rules() {
                let query = format!("{{ {} }}", selection.least(field));
                let answer = ask_with(&world, PermissionSet::of(&[rule.permission]), &query).await;
                answer.ok();
                assert!(is_there(&answer, &path), "{query}: {}", answer.text);
                let answer = ask_with(&world, all_but(&field.rules()), &query).await;
                refused_at(&answer, &path, &field.coordinate(), "NOT_FOUND");
                let answer = world.as_(NOBODY).run(&query, json!({})).await;
                refused_at(&answer, &path, &field.coordinate(), "UNAUTHENTICATED");
                tested += 1;
            }
            if field.has("authenticated") {
                let query = format!("{{ {} }}", selection.least(field));
                let answer = world.as_(HUB.owner).run(&query, json!({})).await;
                assert!(is_there(&answer, &path), "{query}: {}", answer.text);
                let answer = world.as_(NOBODY).run(&query, json!({})).await;
                refused_at(&answer, &path, &field.coordinate(), "UNAUTHENTICATED");
                tested += 1;
            }
        }
        assert!(tested >= 4, "only {tested} root fields were tested");
    });
}
