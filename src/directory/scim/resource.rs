//! Users and groups as clients get them (RFC 7643, sections 3 and 4). Pure functions.

use entity::{directory_group, directory_person};
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::user::user_name;
use super::{DIRECTORY, ENTERPRISE, GROUP, USER, tag};
use crate::base::id::Type;
use crate::directory::group::rules::Member;

/// A resource with what the headers of an answer say about it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The resource itself.
    pub body: Json,
    /// Its address.
    pub location: String,
    /// Its version.
    pub tag: String,
}

/// A user. `base` is the address of the SCIM service of the organisation.
pub fn user(row: &directory_person::Model, base: &str) -> Resource {
    let id = Type::DirectoryPerson.id(row.id).to_string();
    let meta = Meta::new("User", format!("{base}/Users/{id}"), row.created_at, row.updated_at);
    let user_name = user_name(row);
    let mut body = json!({
        "schemas": [USER],
        "id": id,
        "userName": user_name,
        "active": row.state == directory_person::State::Active,
        "meta": meta.body(),
    });
    // Somebody without an id in the source is known by the userName, and called by it without a name.
    if row.external_id != user_name {
        body["externalId"] = row.external_id.as_str().into();
    }
    if row.name != user_name {
        body["displayName"] = row.name.as_str().into();
        body["name"] = json!({ "formatted": row.name });
    }
    if let Some(email) = &row.email {
        body["emails"] = json!([{ "value": email, "type": "work", "primary": true }]);
    }
    if let Some(department) = row.unit_path.strip_prefix('/') {
        body["schemas"] = json!([USER, ENTERPRISE, DIRECTORY]);
        body[ENTERPRISE] = json!({ "department": department });
        body[DIRECTORY] = json!({ "unitPath": row.unit_path });
    }
    meta.around(body)
}

/// A group, with its members unless they are left out.
pub fn group(row: &directory_group::Model, members: Option<&[Member<Uuid>]>, base: &str) -> Resource {
    let id = Type::DirectoryGroup.id(row.id).to_string();
    let meta = Meta::new("Group", format!("{base}/Groups/{id}"), row.created_at, row.updated_at);
    let mut body = json!({ "schemas": [GROUP], "id": id, "displayName": row.name, "meta": meta.body() });
    // A group without an id in the source has its own.
    if row.external_id != id {
        body["externalId"] = row.external_id.as_str().into();
    }
    if let Some(members) = members.filter(|members| !members.is_empty()) {
        body["members"] = members.iter().map(|one| member(*one, base)).collect();
    }
    meta.around(body)
}

fn member(one: Member<Uuid>, base: &str) -> Json {
    let (kind, path, id) = match one {
        Member::Person(key) => ("User", "Users", Type::DirectoryPerson.id(key)),
        Member::Group(key) => ("Group", "Groups", Type::DirectoryGroup.id(key)),
    };
    json!({ "value": *id, "$ref": format!("{base}/{path}/{}", *id), "type": kind })
}

/// What is known of each resource (RFC 7643, section 3.1).
struct Meta {
    kind: &'static str,
    location: String,
    created_at: DateTimeUtc,
    updated_at: DateTimeUtc,
}

impl Meta {
    const fn new(kind: &'static str, location: String, created_at: DateTimeUtc, updated_at: DateTimeUtc) -> Self {
        Self { kind, location, created_at, updated_at }
    }

    fn body(&self) -> Json {
        let moment = |at: DateTimeUtc| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        json!({
            "resourceType": self.kind,
            "created": moment(self.created_at),
            "lastModified": moment(self.updated_at),
            "location": self.location,
            "version": tag::of(self.updated_at),
        })
    }

    fn around(self, body: Json) -> Resource {
        Resource { body, location: self.location, tag: tag::of(self.updated_at) }
    }
}

/// Which attributes a client wants (RFC 7644, section 3.9).
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these, and those that are always there. Empty for all.
    pub attributes: Vec<String>,
    /// All but these.
    pub excluded: Vec<String>,
}

/// The attributes that are always there.
const ALWAYS: [&str; 2] = ["schemas", "id"];

impl Selection {
    /// Reads the two parameters: names, separated by commas, in any case.
    pub fn read(attributes: Option<&str>, excluded: Option<&str>) -> Self {
        let names = |text: Option<&str>| {
            let names = text.unwrap_or_default().split(',').map(|name| bare(name.trim()));
            names.filter(|name| !name.is_empty()).collect()
        };
        Self { attributes: names(attributes), excluded: names(excluded) }
    }

    /// Whether the client wants an attribute, or a part of it.
    pub fn has(&self, name: &str) -> bool {
        let is_asked = self.attributes.is_empty() || self.attributes.iter().any(|asked| is_or_below(asked, name));
        is_asked && !self.excluded.iter().any(|excluded| excluded.eq_ignore_ascii_case(name))
    }

    /// The resource with what is wanted of it.
    pub fn of(&self, resource: Json) -> Json {
        let Json::Object(attributes) = resource else { return resource };
        if self.attributes.is_empty() && self.excluded.is_empty() {
            return Json::Object(attributes);
        }
        let kept = attributes.into_iter().filter_map(|(key, value)| {
            let name = key.to_ascii_lowercase();
            if ALWAYS.contains(&name.as_str()) {
                return Some((key, value));
            }
            Some((key, self.part(&name, value)?))
        });
        Json::Object(kept.collect())
    }

    /// What is wanted of one attribute.
    fn part(&self, name: &str, value: Json) -> Option<Json> {
        if !self.has(name) {
            return None;
        }
        let whole = self.attributes.is_empty() || self.attributes.iter().any(|asked| asked == name);
        let keeps = |part: &str| {
            let path = [format!("{name}.{part}"), format!("{name}:{part}")].map(|path| path.to_ascii_lowercase());
            (whole || path.iter().any(|path| self.attributes.contains(path)))
                && !path.iter().any(|path| self.excluded.contains(path))
        };
        let narrowed =
            |object: Map<String, Json>| Json::Object(object.into_iter().filter(|(part, _)| keeps(part)).collect());
        Some(match value {
            Json::Object(object) => narrowed(object),
            Json::Array(values) => values
                .into_iter()
                .map(|value| if let Json::Object(object) = value { narrowed(object) } else { value })
                .collect(),
            other => other,
        })
    }
}

/// A name in lower case, without the schema of users or groups.
fn bare(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let core = [USER, GROUP].map(|schema| format!("{}:", schema.to_ascii_lowercase()));
    core.iter().find_map(|schema| name.strip_prefix(schema.as_str()).map(str::to_owned)).unwrap_or(name)
}

fn is_or_below(asked: &str, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    asked.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']))
}

/// One page of a list (RFC 7644, section 3.4.2).
pub fn list(resources: Vec<Json>, total: u64, start: u64) -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

/// The key of a user or a group in an address. What is no id of this type names nothing.
pub fn key_of(kind: Type, id: &str) -> Option<Uuid> {
    match crate::base::id::parse(&crate::base::id::PublicId::from(id)) {
        Ok((found, key)) if found == kind => Some(key),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(attributes: &str, excluded: &str) -> Json {
        let resource = json!({
            "schemas": [USER], "id": "1", "userName": "u", "name": {"formatted": "F", "givenName": "G"},
            "emails": [{"value": "a", "type": "work"}], ENTERPRISE: {"department": "D"}, "meta": {}
        });
        Selection::read(Some(attributes), Some(excluded)).of(resource)
    }

    #[test]
    fn a_client_chooses_attributes() {
        assert_eq!(selected("USERNAME", ""), json!({"schemas": [USER], "id": "1", "userName": "u"}));
        let some = json!({"schemas": [USER], "id": "1", "name": {"givenName": "G"}, "emails": [{"value": "a"}]});
        assert_eq!(selected("name.givenName, emails.value", ""), some);
        let department = format!("{ENTERPRISE}:department");
        assert_eq!(selected(&department, "")[ENTERPRISE], json!({"department": "D"}));
        assert_eq!(selected(&format!("{USER}:userName"), "")["userName"], "u");
    }

    #[test]
    fn a_client_leaves_attributes_out() {
        let left = selected("", "emails,name.formatted,meta,id");
        let expected = json!({
            "schemas": [USER], "id": "1", "userName": "u", "name": {"givenName": "G"}, ENTERPRISE: {"department": "D"}
        });
        assert_eq!(left, expected);
        let selection = Selection::read(None, Some("members"));
        assert!(!selection.has("members") && Selection::read(Some("members.value"), None).has("members"));
        assert!(!Selection::read(Some("displayName"), None).has("members"));
    }

    #[test]
    fn an_id_of_another_type_names_nothing() {
        let person = Type::DirectoryPerson.id(Uuid::nil()).to_string();
        assert_eq!(key_of(Type::DirectoryPerson, &person), Some(Uuid::nil()));
        assert_eq!(key_of(Type::DirectoryGroup, &person), None);
        assert_eq!(key_of(Type::DirectoryPerson, "ä"), None);
    }
}
