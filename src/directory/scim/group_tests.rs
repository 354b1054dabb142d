use serde_json::json;

use super::super::step::{of_patch, of_resource};
use super::*;

fn person(number: u128) -> String {
    Type::DirectoryPerson.id(Uuid::from_u128(number)).to_string()
}

fn patched(operations: Json) -> Result<GroupChange, ScimError> {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    GroupChange::read(&of_patch(&json!({"schemas": schemas, "Operations": operations}))?)
}

fn members(operations: Json) -> (bool, Vec<(u128, bool)>) {
    let MemberChange { is_whole, .. } = &patched(operations.clone()).unwrap().members;
    let named = patched(operations).unwrap().members.named();
    (*is_whole, named.into_iter().map(|(member, is_in)| (member.key().as_u128(), is_in)).collect())
}

#[test]
fn a_group_is_created_as_entra_and_okta_do_it() {
    let entra = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
        "displayName": "displayName",
        "meta": {"resourceType": "Group"}
    });
    let change = GroupChange::read(&of_resource(&entra).unwrap()).unwrap();
    assert_eq!(change.name().unwrap().as_deref(), Some("displayName"));
    assert_eq!(change.external_id(Uuid::nil(), None).unwrap(), "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159");
    let okta = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Test SCIMv2",
        "members": [{"value": person(1), "display": "ada@example.org"}]
    });
    let change = GroupChange::read(&of_resource(&okta).unwrap()).unwrap();
    assert_eq!(change.external_id(Uuid::nil(), None).unwrap(), Type::DirectoryGroup.id(Uuid::nil()).to_string());
    assert_eq!(change.members.keeps(Member::Person(Uuid::from_u128(1))), Some(true));
}

#[test]
fn members_are_added_and_removed_as_entra_and_okta_do_it() {
    let add =
        json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": person(1)}, {"value": person(2)}]}]);
    assert_eq!(members(add), (false, vec![(1, true), (2, true)]));
    let by_path = json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", person(1))}]);
    assert_eq!(members(by_path), (false, vec![(1, false)]));
    let by_value = json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": person(1)}]}]);
    assert_eq!(members(by_value), (false, vec![(1, false)]));
    let all = json!([{"op": "remove", "path": "members"}]);
    assert_eq!(members(all), (true, vec![]));
    let replaced = json!([{"op": "replace", "path": "members", "value": [{"value": person(3)}]}]);
    assert_eq!(members(replaced), (true, vec![(3, true)]));
    let without_path = json!([{"op": "Add", "value": {"members": [{"value": person(3)}]}}]);
    assert_eq!(members(without_path), (false, vec![(3, true)]));
}

#[test]
fn operations_on_members_follow_each_other() {
    let operations = json!([
        {"op": "add", "path": "members", "value": [{"value": person(1)}]},
        {"op": "replace", "path": "members", "value": [{"value": person(2)}]},
        {"op": "add", "path": "members", "value": {"value": person(3)}},
        {"op": "remove", "path": format!("members[value eq \"{}\"]", person(2))},
        {"op": "remove", "path": "members[value eq \"nobody\"]"},
    ]);
    assert_eq!(members(operations.clone()), (true, vec![(2, false), (3, true)]));
    let change = patched(operations).unwrap().members;
    assert_eq!(change.keeps(Member::Person(Uuid::from_u128(9))), Some(false));
    assert_eq!(MemberChange::default().keeps(Member::Person(Uuid::from_u128(9))), None);
}

#[test]
fn a_group_is_renamed_as_okta_does_it() {
    let value = json!({"id": "directory_group_00000000000000000000000000", "displayName": "New name"});
    let change = patched(json!([{"op": "replace", "value": value}])).unwrap();
    assert_eq!(change.name().unwrap().as_deref(), Some("New name"));
    assert!(change.members.is_empty());
    assert_eq!(change.external_id(Uuid::nil(), Some("before")).unwrap(), "before");
}

#[test]
fn wrong_members_are_refused() {
    let kind = |operations: Json| patched(operations).unwrap_err().kind.unwrap();
    assert_eq!(kind(json!([{"op": "add", "path": "members", "value": [{"value": "nobody"}]}])), Kind::InvalidValue);
    assert_eq!(kind(json!([{"op": "add", "path": "members", "value": [{"display": "Ada"}]}])), Kind::InvalidValue);
    assert_eq!(kind(json!([{"op": "remove", "path": "members[type eq \"User\"]"}])), Kind::InvalidFilter);
    assert_eq!(kind(json!([{"op": "add", "path": "members[value eq \"a\"]", "value": "b"}])), Kind::InvalidPath);
    assert_eq!(kind(json!([{"op": "remove", "path": "displayName"}])), Kind::Mutability);
    let many: Vec<Json> = (0..=MOST as u128).map(|number| json!({"value": person(number)})).collect();
    assert_eq!(patched(json!([{"op": "add", "path": "members", "value": many}])).unwrap_err().status, 413);
}
