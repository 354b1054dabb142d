//! An object that an actor may not see, and one that nobody made: every mutation, with every id that its input takes, as
//! every kind of actor. The answers are equal to the byte, and so is what the audit logs say.
//!
//! Each id of an example is replaced in turn. The rest of the example stays valid, so the actor gets as far as that id.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, Selection as Part, TypeKind};
use async_graphql::{Name, Value};
use chrono::TimeDelta;
use serde_json::json;
use tenantry::access::{Permission, PermissionSet};
use tenantry::base::id::Type;

use super::mutations::examples::{doer, valid};
use super::schema::{Field, Rule, Schema, Selection, all_but, has};
use crate::world::*;

/// A step to an id in an input.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// A field of an input object. Of some objects only one field can be given.
    Field { name: String, type_name: String, is_only_one: bool },
    /// Any item of a list.
    Item,
}

/// An id that a mutation takes.
#[derive(Clone, Debug)]
struct Place {
    steps: Vec<Step>,
    kind: Type,
}

/// The ids that a mutation takes, wherever in its arguments they are.
fn places(schema: &Schema, field: Field<'_>) -> Vec<Place> {
    let mut found = Vec::new();
    for argument in &field.definition.arguments {
        let argument = &argument.node;
        let start = Step::Field { name: argument.name.node.to_string(), type_name: String::new(), is_only_one: false };
        walk(schema, &argument.ty.node.to_string(), vec![start], &mut found);
    }
    found
}

fn walk(schema: &Schema, written: &str, steps: Vec<Step>, found: &mut Vec<Place>) {
    let mut steps = steps;
    steps.extend(written.matches('[').map(|_| Step::Item));
    let type_name = written.trim_matches(['[', ']', '!']);
    if type_name == "ID" {
        let name = steps.iter().rev().find_map(|step| match step {
            Step::Field { name, .. } => Some(name.clone()),
            Step::Item => None,
        });
        found.push(Place { kind: kind_of(&name.unwrap()), steps });
        return;
    }
    let Some(definition) = schema.types().find(|definition| definition.name.node == type_name) else { return };
    let TypeKind::InputObject(input) = &definition.kind else { return };
    // A filter in a filter takes the same ids once more.
    if steps.len() > 6 {
        return;
    }
    for field in &input.fields {
        let step = Step::Field {
            name: field.node.name.node.to_string(),
            type_name: type_name.to_owned(),
            is_only_one: has(&definition.directives, "oneOf"),
        };
        let steps = steps.iter().cloned().chain([step]).collect();
        walk(schema, &field.node.ty.node.to_string(), steps, found);
    }
}

/// The type of the ids that a field of this name takes.
fn kind_of(name: &str) -> Type {
    let bare = name.strip_suffix("Ids").or_else(|| name.strip_suffix("Id")).unwrap_or(name);
    match bare {
        "agreement" => Type::PayerAgreement,
        "contact" => Type::BillingContact,
        "proposal" => Type::PartnershipProposal,
        "transfer" => Type::OwnershipTransfer,
        "upgrade" => Type::Product,
        "view" => Type::ClientView,
        "task" => Type::ServiceTask,
        "change" => Type::SubscriptionChange,
        "resume" => Type::BillingRun,
        "statement" => Type::CommissionStatement,
        "payer" => Type::Organisation,
        "person" => Type::DirectoryPerson,
        "assignment" => Type::LicenceAssignment,
        "pin" => Type::LicencePin,
        "group" => Type::DirectoryGroup,
        "afterEvent" => Type::Event,
        other => {
            let found = Type::ALL.iter().find(|kind| format!("{kind:?}").eq_ignore_ascii_case(other));
            *found.unwrap_or_else(|| panic!("say in tests/it/generated/hidden.rs of which type the ids of {name} are"))
        }
    }
}

/// The arguments of an example, by name.
fn arguments(example: &str, mutation: &str) -> BTreeMap<String, Value> {
    let document = parse_query(format!("mutation {{ {mutation}{example} {{ __typename }} }}")).unwrap();
    let DocumentOperations::Single(operation) = document.operations else { panic!("one operation") };
    let Part::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!("one field") };
    let given = field.node.arguments.iter();
    given.map(|(name, value)| (name.node.to_string(), value.node.clone().into_const().unwrap())).collect()
}

/// Puts the id at the place, with what must stand beside it.
fn put(schema: &Schema, value: &mut Value, steps: &[Step], id: &str) {
    let Some((step, rest)) = steps.split_first() else {
        *value = Value::String(id.to_owned());
        return;
    };
    match step {
        Step::Item => {
            if !matches!(value, Value::List(items) if !items.is_empty()) {
                *value = Value::List(vec![Value::Null]);
            }
            let Value::List(items) = value else { unreachable!() };
            items.truncate(1);
            put(schema, &mut items[0], rest, id);
        }
        Step::Field { name, type_name, is_only_one } => {
            if !matches!(value, Value::Object(_)) || *is_only_one {
                *value = least(schema, type_name, *is_only_one);
            }
            let Value::Object(fields) = value else { unreachable!() };
            put(schema, fields.entry(Name::new(name)).or_insert(Value::Null), rest, id);
        }
    }
}

/// An input object with the fields that it requires.
fn least(schema: &Schema, type_name: &str, is_only_one: bool) -> Value {
    let TypeKind::InputObject(input) = &schema.type_(type_name).kind else { panic!("{type_name} is no input") };
    let mut fields = async_graphql::indexmap::IndexMap::new();
    for field in input.fields.iter().map(|field| &field.node).filter(|_| !is_only_one) {
        let text = schema.value(field, &|name| kind_of(name).id(HUB.id()).0);
        if text != "null" {
            let written = arguments(&format!("(value: {text})"), "value");
            fields.insert(field.name.node.clone(), written["value"].clone());
        }
    }
    Value::Object(fields)
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
enum Asker {
    /// The caller of the valid example: holds everything at home.
    Doer,
    /// Holds everything at the hub but the read of the object.
    AllButTheRead,
    /// Sees the hub and nothing in it.
    Sees,
    /// An API key of the hub.
    Key,
    /// A member of another organisation.
    Elsewhere,
}

/// Where an answer may tell that an object is there, and why.
const TELLS: [(&str, &str); 3] = [
    // A member leaves by their own membership, whatever it lets them see.
    ("leaveOrganisation", "AllButTheRead"),
    // One's own session.
    ("revokeSession", "Doer"),
    // The permission to end it is held, and so it may be known.
    ("withdrawOwnership", "AllButTheRead"),
];

const ASKERS: [Asker; 5] = [Asker::Doer, Asker::AllButTheRead, Asker::Sees, Asker::Key, Asker::Elsewhere];

/// The rules by which objects of the type exist.
fn existence(schema: &Schema, kind: Type) -> Vec<Rule> {
    let rule = |permission| vec![Rule { permission, side: "ORGANISATION".to_owned() }];
    match kind {
        Type::Role => rule(Permission::RoleRead),
        Type::User | Type::Session => Vec::new(),
        other => schema.existence(&format!("{other:?}")),
    }
}

struct Suite<'a> {
    world: &'a World,
    schema: &'a Schema,
    objects: BTreeMap<String, Vec<String>>,
    /// The ids of the objects of the hub.
    hub: BTreeSet<String>,
    /// The valid arguments of the mutation.
    example: String,
    compared: usize,
    wrong: Vec<String>,
}

impl Suite<'_> {
    async fn caller(&self, asker: Asker, field: Field<'_>, kind: Type) -> Caller {
        let set = match asker {
            Asker::AllButTheRead => all_but(&existence(self.schema, kind)),
            Asker::Sees => PermissionSet::of(&[Permission::OrganisationRead]),
            Asker::Doer => return doer(field),
            Asker::Key => return Caller::Key(HUB.key()),
            Asker::Elsewhere => return OWNER_OF_ACME,
        };
        self.world.db_role(&HUB, set, PermissionSet::EMPTY).await;
        HUB.probe
    }

    /// Writes the rows of the valid example anew.
    async fn prepare(&mut self, field: Field<'_>) {
        self.world.db_reset().await;
        self.example = valid(self.world, field, None).await;
    }

    fn is_of_hub(&self, id: &str) -> bool {
        self.hub.contains(id)
    }

    /// Whether the caller may know of the object.
    async fn sees(&self, caller: Caller, kind: Type, id: &str) -> bool {
        let query = match kind {
            Type::Role => format!("{{ previewRoleChange(roleId: {id:?}) {{ __typename }} }}"),
            // Staff look at all users, and nobody looks at the sessions of others.
            Type::User | Type::UserAccount => {
                return matches!(caller, Caller::Person(person) if person.id == OWNER_OF_OPERATOR.person().id);
            }
            Type::Session => return false,
            _ => format!("{{ node(id: {id:?}) {{ __typename }} }}"),
        };
        let answer = self.world.as_(caller).run(&query, json!({})).await;
        answer.errors().is_empty()
    }

    async fn check(&mut self, field: Field<'_>, place: &Place, asker: Asker) {
        let caller = self.caller(asker, field, place.kind).await;
        let invented = place.kind.id(key(HUB.tree, 999_999_999)).0;
        // One of the hub and one of another tree.
        let mut tried = Vec::new();
        for hidden in self.objects.get(&format!("{:?}", place.kind)).cloned().unwrap_or_default() {
            let is_of_hub = self.is_of_hub(&hidden);
            if tried.contains(&is_of_hub) || self.sees(caller, place.kind, &hidden).await {
                continue;
            }
            tried.push(is_of_hub);
            let (of_invented, is_used) = self.ask(field, place, caller, &invented).await;
            let (of_hidden, _) = self.ask(field, place, caller, &hidden).await;
            self.compared += 1;
            // An id that is not looked at changes nothing, and two acts that succeed have different ids in their answers.
            let may_tell = TELLS.contains(&(field.name(), format!("{asker:?}").as_str()));
            if is_used && !may_tell && of_invented != of_hidden {
                self.wrong.push(format!(
                    "{} {:?} as {asker:?}: {hidden}\n  {of_hidden:?}\n  {of_invented:?}",
                    field.name(),
                    place.steps
                ));
            }
        }
    }

    /// The answer and what the logs say of it, and whether the mutation was refused.
    async fn ask(
        &mut self,
        field: Field<'_>,
        place: &Place,
        caller: Caller,
        id: &str,
    ) -> ((String, Vec<String>), bool) {
        // A log takes ten refusals of an actor in a minute.
        self.world.app.clock.advance(TimeDelta::minutes(1));
        let mut given = arguments(&self.example, field.name());
        let Step::Field { name, .. } = &place.steps[0] else { unreachable!() };
        put(self.schema, given.entry(name.clone()).or_insert(Value::Null), &place.steps[1..], id);
        let written: Vec<String> = given.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let (_, fixtures) = HUB.rows();
        let selection = Selection { schema: self.schema, fixtures: &fixtures }.all(field.type_name(), 1);
        let query = format!("mutation {{ {}({}) {{ {selection} }} }}", field.name(), written.join(", "));
        let client = self.world.as_(caller);
        client.credential().await;
        self.world
            .db_execute(
                "UPDATE session SET active_organisation_id = $1 WHERE user_id IN ($2, $3)",
                [HUB.id().into(), HUB.owner.person().id.into(), HUB.probe.person().id.into()],
            )
            .await;
        let before = self.events().await;
        let answer = client.run(&query, json!({})).await;
        let mut events = self.events().await;
        events.drain(..before.len());
        // Fields have aliases in this selection. Of what has succeeded, some fields may be hidden from the caller.
        let is_refused = answer.data()[field.name()].is_null() || answer.text.contains("\"UserError_code\":");
        if !is_refused {
            self.prepare(field).await;
        }
        ((answer.text, events), is_refused)
    }

    /// What the logs say of this minute, in order.
    async fn events(&self) -> Vec<String> {
        let sql = "SELECT action || ' ' || outcome || ' ' || COALESCE(object_id, '') || ' ' || way || ' ' \
                   || COALESCE(details, '') FROM audit_event WHERE at >= $1 ORDER BY at, id";
        let rows = self.world.db().rows(sql, vec![self.world.app.clock.now().into()]).await.unwrap();
        let without_salt = |text: String| match text.split_once("\"salt\":\"") {
            Some((start, rest)) => format!("{start}{}", rest.split_once('"').map_or("", |(_, rest)| rest)),
            None => text,
        };
        rows.iter().map(|row| without_salt(row.try_get_by_index(0).unwrap())).collect()
    }
}

#[test]
fn a_mutation_answers_a_hidden_id_and_an_invented_one_alike() {
    with_database(async |world| {
        let schema = Schema::exported();
        let mut objects: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let hub: BTreeSet<String> = HUB.rows().1.all().map(|(_, id)| id.to_owned()).collect();
        for hub in [HUB, BOREAL] {
            for (type_name, id) in hub.rows().1.all() {
                objects.entry(type_name.to_owned()).or_default().push(id.to_owned());
            }
        }
        let sessions = "SELECT id FROM session ORDER BY id LIMIT 2";
        for row in world.db().rows(sessions, Vec::new()).await.unwrap() {
            objects.entry("Session".to_owned()).or_default().push(Type::Session.id(row.try_get_by_index(0).unwrap()).0);
        }
        let (example, wrong) = (String::new(), Vec::new());
        let mut suite = Suite { world: &world, schema: &schema, objects, hub, example, compared: 0, wrong };
        for field in schema.fields_of("Mutation") {
            suite.prepare(field).await;
            for place in places(&schema, field) {
                for asker in ASKERS {
                    suite.check(field, &place, asker).await;
                }
                world.wait(TimeDelta::minutes(1));
            }
        }
        assert_eq!(suite.wrong, Vec::<String>::new(), "{} of {}", suite.wrong.len(), suite.compared);
        assert!(suite.compared > 300, "only {} were compared", suite.compared);
    });
}
