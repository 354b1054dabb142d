//! What this server can do, for clients that ask (RFC 7643, sections 5 to 7, and RFC 7644, section 4).

use serde_json::{Value as Json, json};

use super::page::LARGEST;
use super::{DIRECTORY, ENTERPRISE, GROUP, USER};

/// `ServiceProviderConfig` (RFC 7643, section 5).
pub fn configuration(base: &str) -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": LARGEST},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "API key",
            "description": "An API key with the permission DIRECTORY_SYNC, in the header Authorization: Bearer.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig")}
    })
}

/// The types of resources (RFC 7643, section 6).
pub fn resource_types(base: &str) -> Vec<Json> {
    let kind = |name: &str, endpoint: &str, schema: &str, extensions: Json| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name,
            "name": name,
            "endpoint": endpoint,
            "description": if name == "User" { "A person of the directory." } else { "A group of the directory." },
            "schema": schema,
            "schemaExtensions": extensions,
            "meta": {"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}")}
        })
    };
    let extensions = json!([{"schema": ENTERPRISE, "required": false}, {"schema": DIRECTORY, "required": false}]);
    vec![kind("User", "/Users", USER, extensions), kind("Group", "/Groups", GROUP, json!([]))]
}

/// The schemas (RFC 7643, section 7): only the attributes that this server keeps.
pub fn schemas(base: &str) -> Vec<Json> {
    let schema = |id: &str, name: &str, description: &str, attributes: Json| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": id,
            "name": name,
            "description": description,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{id}")}
        })
    };
    vec![
        schema(USER, "User", "A person of the directory.", of_users()),
        schema(GROUP, "Group", "A group of the directory.", of_groups()),
        schema(
            ENTERPRISE,
            "EnterpriseUser",
            "What a company knows of a person.",
            json!([text("department", "The unit. A slash separates units that contain each other."),]),
        ),
        schema(
            DIRECTORY,
            "DirectoryUser",
            "What Tenantry knows of a person.",
            json!([text(
                "unitPath",
                "The path of the unit, for example /Sales/North. It counts before the department."
            ),]),
        ),
    ]
}

fn of_users() -> Json {
    let user_name = "The name to log in with. If it is an address, it is the address of the person.";
    let address = "The address. If userName is an address, it is that one, and nothing else is kept.";
    let parts = "Used if there is no displayName, in whole or in parts. The parts are not kept.";
    let primary = "Always true: of several addresses, only the primary one is kept.";
    let read_only = ("mutability", json!("readOnly"));
    let required = ("required", json!(true));
    json!([
        with(text("userName", user_name), &[required.clone(), ("uniqueness", json!("server"))]),
        text("displayName", "The name. Without one, name counts, or else userName."),
        complex("name", parts, false, "readOnly", json!([with(text("formatted", "The name."), &[read_only])])),
        // A new user without it is active. It cannot be removed.
        with(boolean("active", "Whether the person works there now."), &[required]),
        complex(
            "emails",
            address,
            true,
            "readWrite",
            json!([
                text("value", "The address."),
                with(text("type", "Always work."), &[("canonicalValues", json!(["work"]))]),
                boolean("primary", primary),
            ]),
        ),
    ])
}

fn of_groups() -> Json {
    let immutable = ("mutability", json!("immutable"));
    let reference = |name: &str| {
        let mut attribute =
            with(text(name, "The address of the member."), &[("caseExact", json!(true)), immutable.clone()]);
        attribute["type"] = "reference".into();
        attribute["referenceTypes"] = json!(["User", "Group"]);
        attribute
    };
    json!([
        with(text("displayName", "The name."), &[("required", json!(true))]),
        complex(
            "members",
            "Users and groups in the group.",
            true,
            "readWrite",
            json!([
                with(text("value", "The id of the member."), &[("caseExact", json!(true)), immutable.clone()]),
                reference("$ref"),
                with(
                    text("type", "What the member is."),
                    &[immutable.clone(), ("canonicalValues", json!(["User", "Group"]))]
                ),
            ])
        ),
    ])
}

fn text(name: &str, description: &str) -> Json {
    attribute(name, "string", description, false)
}

fn boolean(name: &str, description: &str) -> Json {
    let mut attribute = attribute(name, "boolean", description, false);
    if let Json::Object(facts) = &mut attribute {
        facts.remove("caseExact");
        facts.remove("uniqueness");
    }
    attribute
}

fn complex(name: &str, description: &str, is_list: bool, mutability: &str, parts: Json) -> Json {
    let whole = attribute(name, "complex", description, is_list);
    with(whole, &[("mutability", json!(mutability)), ("subAttributes", parts)])
}

fn attribute(name: &str, kind: &str, description: &str, is_list: bool) -> Json {
    json!({
        "name": name,
        "type": kind,
        "multiValued": is_list,
        "description": description,
        "required": false,
        "caseExact": false,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none"
    })
}

fn with(mut attribute: Json, facts: &[(&str, Json)]) -> Json {
    for (name, value) in facts {
        attribute[*name] = value.clone();
    }
    attribute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_name_schemas_that_exist() {
        let schemas = schemas("https://example.org");
        let ids: Vec<&str> = schemas.iter().map(|schema| schema["id"].as_str().unwrap()).collect();
        for kind in resource_types("https://example.org") {
            assert!(ids.contains(&kind["schema"].as_str().unwrap()));
            for extension in kind["schemaExtensions"].as_array().unwrap() {
                assert!(ids.contains(&extension["schema"].as_str().unwrap()));
            }
        }
        assert_eq!(configuration("https://example.org")["filter"]["maxResults"], LARGEST);
    }
}
