//! The permission catalogue: what each permission allows, read from the schema itself.

use std::collections::BTreeMap;

use async_graphql::Value as ConstValue;
use async_graphql_parser::parse_schema;
use async_graphql_parser::types::{ConstDirective, TypeKind, TypeSystemDefinition};
use macros::public_object;

use crate::access::{BuiltinRole, Permission, PermissionSet};
use crate::base::locale::Locale;

/// One permission and what it allows.
#[public_object]
pub struct PermissionInfo {
    /// The permission.
    pub permission: Permission,
    /// The area that it belongs to.
    pub area: String,
    /// What it allows, in a sentence, in the language of the viewer (`Accept-Language`: English, German or Swedish).
    pub description: String,
    /// Whether it only allows reading.
    pub is_read: bool,
    /// Whether a client can delegate it to a reseller.
    pub delegable: bool,
    /// Whether only roles of the operator hold it.
    pub platform_only: bool,
    /// The permissions that it implies.
    pub implies: Vec<Permission>,
    /// The types, fields and mutations that need it, for example `Organisation.invoices`. `ACCESS_EVALUATE` opens addresses
    /// beside the schema: `POST /access/v1/evaluation` and others.
    pub fields: Vec<String>,
    /// The built-in roles that hold it at the organisation itself.
    pub built_in_roles: Vec<BuiltinRole>,
    /// The built-in roles that hold it at the organisation's clients, as far as the clients delegate it.
    pub built_in_client_roles: Vec<BuiltinRole>,
}

/// The addresses beside the schema that need a permission which opens nothing in the schema.
const BESIDE_THE_SCHEMA: [(Permission, &str); 5] = [
    (Permission::AccessEvaluate, "POST /access/v1/evaluation"),
    (Permission::AccessEvaluate, "POST /access/v1/evaluations"),
    (Permission::AccessEvaluate, "POST /access/v1/search/subject"),
    (Permission::AccessEvaluate, "POST /access/v1/search/resource"),
    (Permission::AccessEvaluate, "POST /access/v1/search/action"),
];

/// Which types and fields need which permission.
#[derive(Clone, Debug, Default)]
pub struct FieldsByPermission(BTreeMap<String, Vec<String>>);

impl FieldsByPermission {
    /// Reads the `@requires` directives of a schema in its text form.
    pub fn read(sdl: &str) -> Result<Self, async_graphql_parser::Error> {
        let mut found = Self::default();
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let TypeKind::Object(object) = definition.kind else { continue };
            let name = &definition.name.node;
            found.add(name, definition.directives.iter().map(|directive| &directive.node));
            for field in &object.fields {
                let coordinate = format!("{name}.{}", field.node.name.node);
                found.add(&coordinate, field.node.directives.iter().map(|directive| &directive.node));
            }
        }
        Ok(found)
    }

    fn add<'a>(&mut self, coordinate: &str, directives: impl Iterator<Item = &'a ConstDirective>) {
        for directive in directives.filter(|directive| directive.name.node == "requires") {
            let named = directive.arguments.iter().find(|(name, _)| name.node == "permission");
            if let Some((_, value)) = named
                && let ConstValue::Enum(permission) = &value.node
            {
                let coordinates = self.0.entry(permission.to_string()).or_default();
                if coordinates.last().is_none_or(|last| last != coordinate) {
                    coordinates.push(coordinate.to_owned());
                }
            }
        }
    }

    /// Everything about all permissions, in the order of their table.
    pub fn catalogue(&self, locale: Locale) -> Vec<PermissionInfo> {
        Permission::ALL.iter().map(|permission| self.info(*permission, locale)).collect()
    }

    /// The same about the permissions of a set.
    pub fn of(&self, set: PermissionSet, locale: Locale) -> Vec<PermissionInfo> {
        set.iter().map(|permission| self.info(permission, locale)).collect()
    }

    fn info(&self, permission: Permission, locale: Locale) -> PermissionInfo {
        let mut implies = Vec::new();
        let mut next = permission.implies();
        while let Some(implied) = next {
            implies.push(implied);
            next = implied.implies();
        }
        let mut fields = self.0.get(&permission.graphql_name()).cloned().unwrap_or_default();
        let beside = BESIDE_THE_SCHEMA.iter().filter(|(needed, _)| *needed == permission);
        fields.extend(beside.map(|(_, address)| (*address).to_owned()));
        let platform_only = permission.is_platform();
        let roles = BuiltinRole::ALL.into_iter();
        PermissionInfo {
            permission,
            area: permission.area(),
            description: permission.sentence_in(locale).to_owned(),
            is_read: permission.is_read(),
            delegable: permission.is_delegable(),
            platform_only,
            implies,
            fields,
            built_in_roles: roles.clone().filter(|role| role.sets(platform_only).own.has(permission)).collect(),
            built_in_client_roles: roles.filter(|role| role.sets(platform_only).clients.has(permission)).collect(),
        }
    }
}
