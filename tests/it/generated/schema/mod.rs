//! The exported schema, read back: the source of the generated suites.

mod selection;
mod way;

use std::collections::BTreeMap;

use async_graphql::Value;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Positioned, parser::types::ObjectType};
use tenantry::access::{Permission, PermissionSet};

pub use selection::Selection;
pub use way::Way;

/// All types by name.
#[derive(Debug)]
pub struct Schema(BTreeMap<String, TypeDefinition>);

/// One permission at one side, as `@requires` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub permission: Permission,
    pub side: String,
}

/// A field of an object type.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    pub owner: &'a str,
    pub definition: &'a FieldDefinition,
}

impl Schema {
    pub fn exported() -> Self {
        let document = parse_schema(tenantry::graphql::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some((definition.node.name.to_string(), definition.node)),
            _ => None,
        });
        Self(types.collect())
    }

    pub fn types(&self) -> impl Iterator<Item = &TypeDefinition> {
        self.0.values()
    }

    pub fn type_(&self, name: &str) -> &TypeDefinition {
        self.0.get(name).unwrap_or_else(|| panic!("the schema has no type {name}"))
    }

    pub fn object(&self, name: &str) -> Option<&ObjectType> {
        match &self.0.get(name)?.kind {
            TypeKind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The object types of a type: itself, or the members of a union.
    pub fn members(&self, name: &str) -> Vec<&str> {
        match self.0.get(name).map(|found| (&found.name, &found.kind)) {
            Some((name, TypeKind::Object(_))) => vec![name.node.as_str()],
            Some((_, TypeKind::Union(union))) => union.members.iter().map(|member| member.node.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// All fields of all object types.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.0.keys().flat_map(|name| self.fields_of(name))
    }

    pub fn fields_of(&self, name: &str) -> impl Iterator<Item = Field<'_>> {
        let found = self.0.get_key_value(name);
        found.into_iter().flat_map(|(owner, definition)| {
            let fields = match &definition.kind {
                TypeKind::Object(object) => object.fields.as_slice(),
                _ => &[],
            };
            fields.iter().map(move |field| Field { owner, definition: &field.node })
        })
    }

    /// The fields that are connections.
    pub fn connections(&self) -> impl Iterator<Item = Field<'_>> {
        self.fields().filter(|field| field.type_name().ends_with("Connection"))
    }

    /// Whether `node(id:)` finds objects of the type.
    pub fn is_node(&self, name: &str) -> bool {
        self.object(name).is_some_and(|object| object.implements.iter().any(|interface| interface.node == "Node"))
    }

    /// The rules by which objects of the type exist. One is enough.
    pub fn existence(&self, name: &str) -> Vec<Rule> {
        rules(&self.type_(name).directives)
    }

    /// A value for a required argument or input field.
    pub fn value(&self, argument: &InputValueDefinition, id: &impl Fn(&str) -> String) -> String {
        if argument.ty.node.nullable || argument.default_value.is_some() {
            return "null".to_owned();
        }
        let BaseType::Named(name) = &argument.ty.node.base else { return "[]".to_owned() };
        match (name.as_str(), self.0.get(name.as_str()).map(|found| &found.kind)) {
            ("ID", _) => format!("{:?}", id(&argument.name.node)),
            ("Int", _) => "1".to_owned(),
            ("Boolean", _) => "true".to_owned(),
            (_, Some(TypeKind::Enum(values))) => values.values[0].node.value.to_string(),
            // Exactly one field is given.
            (_, Some(TypeKind::InputObject(input)))
                if self.0.get(name.as_str()).is_some_and(|of| has(&of.directives, "oneOf")) =>
            {
                let mut field = input.fields[0].node.clone();
                field.ty.node.nullable = false;
                format!("{{{}: {}}}", field.name.node, self.value(&field, id))
            }
            (_, Some(TypeKind::InputObject(input))) => {
                let fields = input.fields.iter().filter(|field| !field.node.ty.node.nullable);
                let values = fields.map(|field| format!("{}: {}", field.node.name.node, self.value(&field.node, id)));
                format!("{{{}}}", values.collect::<Vec<_>>().join(", "))
            }
            // A rate between two currencies.
            ("String", _) if argument.name.node == "from" => "\"EUR\"".to_owned(),
            ("String", _) if argument.name.node == "to" => "\"SEK\"".to_owned(),
            _ => "\"x\"".to_owned(),
        }
    }
}

impl<'a> Field<'a> {
    pub fn name(&self) -> &'a str {
        &self.definition.name.node
    }

    /// For example `Organisation.members`.
    pub fn coordinate(&self) -> String {
        format!("{}.{}", self.owner, self.name())
    }

    pub fn rules(&self) -> Vec<Rule> {
        rules(&self.definition.directives)
    }

    pub fn has(&self, directive: &str) -> bool {
        has(&self.definition.directives, directive)
    }

    pub fn is_nullable(&self) -> bool {
        self.definition.ty.node.nullable
    }

    pub fn is_list(&self) -> bool {
        matches!(self.definition.ty.node.base, BaseType::List(_))
    }

    /// The type without its wrappers.
    pub fn type_name(&self) -> &'a str {
        base(&self.definition.ty.node)
    }

    pub fn argument(&self, name: &str) -> Option<&'a InputValueDefinition> {
        self.definition.arguments.iter().map(|argument| &argument.node).find(|argument| argument.name.node == name)
    }
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base(inner),
    }
}

pub fn has(directives: &[Positioned<ConstDirective>], name: &str) -> bool {
    directives.iter().any(|directive| directive.node.name.node == name)
}

/// The alternatives of `@requires`.
pub fn rules(directives: &[Positioned<ConstDirective>]) -> Vec<Rule> {
    let required = directives.iter().filter(|directive| directive.node.name.node == "requires");
    required
        .map(|directive| {
            let argument = |name: &str| match directive.node.get_argument(name).map(|value| &value.node) {
                Some(Value::Enum(value)) => Some(value.to_string()),
                _ => None,
            };
            let permission = argument("permission").unwrap();
            let side = argument("at").unwrap_or_else(|| "ORGANISATION".to_owned());
            Rule { permission: permission_named(&permission), side }
        })
        .collect()
}

fn permission_named(name: &str) -> Permission {
    let found = Permission::ALL.iter().find(|permission| permission.graphql_name() == name);
    *found.unwrap_or_else(|| panic!("the schema names an unknown permission: {name}"))
}

/// Everything that an ordinary organisation can hold, without these permissions and those that imply them.
pub fn all_but(rules: &[Rule]) -> PermissionSet {
    let brings = |permission: Permission| {
        let closed = PermissionSet::of(&[permission]);
        rules.iter().any(|rule| closed.has(rule.permission))
    };
    PermissionSet::ORDINARY.iter().filter(|permission| !brings(*permission)).collect()
}
