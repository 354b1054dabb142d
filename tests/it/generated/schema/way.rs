//! The shortest path from the root of the schema to each object type.
//!
//! A path starts at `node(id:)` of the nearest type that has ids, or at the root itself, and continues field by field.

use std::collections::{BTreeMap, VecDeque};

use super::{Field, Rule, Schema};
use crate::world::{Caller, Fixtures, HUB, OWNER_OF_OPERATOR};

/// The path to one type.
#[derive(Clone, Debug)]
pub struct Way<'a> {
    schema: &'a Schema,
    /// The type that `node` finds, or `Query`.
    pub start: &'a str,
    steps: Vec<Step<'a>>,
}

#[derive(Clone, Debug)]
struct Step<'a> {
    field: Field<'a>,
    /// The object type that it leads to: the field's own type, or a member of its union.
    to: &'a str,
}

impl<'a> Way<'a> {
    /// The path to each object type except the mutations and their payloads.
    pub fn all(schema: &'a Schema) -> BTreeMap<&'a str, Self> {
        let names = schema.types().map(|definition| definition.name.node.as_str());
        let starts = names.filter(|name| schema.is_node(name)).chain(["Query"]);
        let mut found: BTreeMap<&str, Self> =
            starts.map(|start| (start, Self { schema, start, steps: Vec::new() })).collect();
        let mut queue: VecDeque<&str> = found.keys().copied().collect();
        while let Some(at) = queue.pop_front() {
            for field in
                schema.fields_of(at).filter(|field| !matches!(&*field.coordinate(), "Query.node" | "Query.nodes"))
            {
                for to in schema.members(field.type_name()) {
                    if !found.contains_key(to) {
                        let mut way = found[at].clone();
                        way.steps.push(Step { field, to });
                        found.insert(to, way);
                        queue.push_back(to);
                    }
                }
            }
        }
        found
    }

    /// The rule by which the first object of the path exists: the rule at this side, if there is one.
    pub fn existence(&self, side: &str) -> Option<Rule> {
        if self.start == "Query" {
            return None;
        }
        let rules = self.schema.existence(self.start);
        rules.iter().find(|rule| rule.side == side).or_else(|| rules.first()).cloned()
    }

    /// The rule of each step that has one, with the response path at which it is refused.
    pub fn rules(&self) -> Vec<(Rule, Vec<String>)> {
        let ruled = self.steps.iter().enumerate();
        let ruled = ruled.filter_map(|(index, step)| Some((step.field.rules().into_iter().next()?, index)));
        ruled.map(|(rule, index)| (rule, self.path_of(index + 1, true))).collect()
    }

    /// The caller who sees everything: the owner of the hub, or the owner of the operator if only staff can see it.
    pub fn reader(&self) -> Caller {
        let is_for_staff = self.schema.existence(self.start).iter().any(|rule| rule.permission.is_platform());
        if is_for_staff || self.steps.iter().any(|step| step.field.name() == "operator") {
            OWNER_OF_OPERATOR
        } else {
            HUB.owner
        }
    }

    /// The path of the object in the response.
    pub fn path(&self) -> Vec<String> {
        self.path_of(self.steps.len(), false)
    }

    fn path_of(&self, steps: usize, at_the_field: bool) -> Vec<String> {
        let mut path: Vec<String> = if self.start == "Query" { Vec::new() } else { vec!["node".to_owned()] };
        for (index, step) in self.steps[..steps].iter().enumerate() {
            path.push(step.field.name().to_owned());
            if step.field.is_list() && !(at_the_field && index + 1 == steps) {
                path.push("0".to_owned());
            }
        }
        path
    }

    /// A document that follows the path and selects fields at its end. Its first object is the one that exists by the
    /// rule.
    pub fn document(&self, fixtures: &Fixtures, rule: Option<&Rule>, selection: &str) -> String {
        let mut inner = selection.to_owned();
        for step in self.steps.iter().rev() {
            // A list on the way is asked for the object that the suites look at.
            let one = [("first", "1".to_owned())];
            let given: &[_] = if step.field.type_name().ends_with("Connection") { &one } else { &[] };
            let arguments = self.schema.arguments(step.field, fixtures, given);
            inner = format!("{}{arguments} {{ ... on {} {{ {inner} }} }}", step.field.name(), step.to);
        }
        if self.start == "Query" {
            return format!("{{ {inner} }}");
        }
        let (permission, side) =
            rule.map_or_else(Default::default, |rule| (rule.permission.graphql_name(), rule.side.clone()));
        let id = fixtures.id(self.start, &permission, &side);
        format!("{{ node(id: {id:?}) {{ ... on {} {{ {inner} }} }} }}", self.start)
    }
}

impl Schema {
    /// The arguments of a field: those given, and the required ones. Ids come from the fixtures: `id` has the type that
    /// the field returns, and `invoiceId` is the id of an invoice.
    pub fn arguments(&self, field: Field<'_>, fixtures: &Fixtures, given: &[(&str, String)]) -> String {
        let id = |argument: &str| {
            let type_name = match argument.strip_suffix("Id") {
                Some(name) => name[..1].to_uppercase() + &name[1..],
                // If it can have several types, any will do.
                None if self.object(field.type_name()).is_none() => "Organisation".to_owned(),
                None => field.type_name().to_owned(),
            };
            fixtures.id(&type_name, "", "").to_owned()
        };
        let arguments: Vec<String> = field
            .definition
            .arguments
            .iter()
            .filter_map(|argument| {
                let name = argument.node.name.node.as_str();
                let given = given.iter().find(|(given, _)| *given == name).map(|(_, value)| value.clone());
                let value = given.unwrap_or_else(|| self.value(&argument.node, &id));
                (value != "null").then(|| format!("{name}: {value}"))
            })
            .collect();
        if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) }
    }
}
