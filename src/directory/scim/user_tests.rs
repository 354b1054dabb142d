use sea_orm::prelude::Date;
use serde_json::json;

use super::super::step::{of_patch, of_resource};
use super::*;
use crate::base::random::Random;
use crate::directory::person::rules::{Context, changed};

/// What Entra ID sends for a new user.
fn entra() -> Json {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": "Test_User_ab6490ee-1e48-479e-a20b-2d77186b5dd1@testuser.com",
        "active": true,
        "emails": [{"primary": true, "type": "work", "value": "Test_User_fd0ea19b-0777-472c-9f96-4f70d2226f2e@testuser.com"}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName"},
        "roles": [],
        "title": "Clerk",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales", "employeeNumber": "17"}
    })
}

/// What Okta sends for a new user.
fn okta() -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "test.user@okta.local",
        "name": {"givenName": "Test", "familyName": "User"},
        "emails": [{"primary": true, "value": "test.user@okta.local", "type": "work"}],
        "displayName": "Test User",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq",
        "active": true
    })
}

fn created(body: &Json) -> WantedUser {
    UserChange::read(of_resource(body).unwrap()).unwrap().wanted(Manner::Create, None).unwrap()
}

fn row(wanted: &WantedUser, before: Option<&Model>) -> Model {
    let random = Random::seeded(1);
    let (now, today) = ("2026-03-01T10:00:00Z".parse().unwrap(), Date::from_ymd_opt(2026, 3, 1).unwrap());
    let context = Context { organisation: uuid::Uuid::nil(), seen_in: None, now, today, random: &random };
    Model { user_name: wanted.user_name.clone(), ..changed(before, &wanted.person, &context) }
}

fn patched(before: &Model, operations: Json) -> Model {
    let change = UserChange::read(of_patch(&json!({"Operations": operations})).unwrap()).unwrap();
    row(&change.wanted(Manner::Patch, Some(before)).unwrap(), Some(before))
}

#[test]
fn a_user_of_entra_is_a_person() {
    let WantedUser { person, user_name, is_unnamed } = created(&entra());
    assert_eq!(person.external_id, "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef");
    let address = "test_user_ab6490ee-1e48-479e-a20b-2d77186b5dd1@testuser.com";
    assert_eq!(person.email.unwrap().as_str(), address);
    assert_eq!((person.name.as_str(), person.unit_path.as_str()), ("givenName familyName", "/Sales"));
    assert_eq!((person.state, user_name, is_unnamed), (State::Active, None, false));
}

#[test]
fn a_user_of_okta_is_a_person() {
    let WantedUser { person, user_name, .. } = created(&okta());
    assert_eq!((person.external_id.as_str(), person.name.as_str()), ("00ujl29u0le5T6Aj10h7", "Test User"));
    assert_eq!((person.email.unwrap().as_str(), user_name), ("test.user@okta.local", None));
    assert_eq!(person.unit_path, "");
}

#[test]
fn a_user_name_that_is_no_address_is_kept_beside_the_address() {
    let emails =
        json!([{"value": "home@example.org", "type": "home"}, {"value": "Ada@example.org", "primary": "True"}]);
    let wanted = created(&json!({"userName": "ada", "emails": emails}));
    assert_eq!(wanted.user_name.as_deref(), Some("ada"));
    assert_eq!(wanted.person.email.as_ref().unwrap().as_str(), "ada@example.org");
    assert_eq!(
        (wanted.person.external_id.as_str(), wanted.person.name.as_str(), wanted.is_unnamed),
        ("ada", "ada", true)
    );
    assert_eq!(user_name(&row(&wanted, None)), "ada");
    let first =
        created(&json!({"userName": "ada", "emails": [{"value": "a@example.org"}, {"value": "b@example.org"}]}));
    assert_eq!(first.person.email.unwrap().as_str(), "a@example.org");
    assert_eq!(created(&json!({"userName": "ada"})).person.email, None);
}

#[test]
fn the_name_is_the_first_that_is_given() {
    let name = |body: Json| created(&body).person.name;
    let parts = json!({"formatted": "F", "givenName": "G", "familyName": "N"});
    assert_eq!(name(json!({"userName": "u", "displayName": "D", "name": parts})), "D");
    assert_eq!(name(json!({"userName": "u", "displayName": "", "name": parts})), "F");
    assert_eq!(name(json!({"userName": "u", "name": {"givenName": "G", "familyName": "N"}})), "G N");
    assert_eq!(name(json!({"userName": "u", "name": {"familyName": "N"}})), "N");
    assert_eq!(name(json!({"userName": "u", "name": null})), "u");
}

#[test]
fn the_path_of_the_unit_counts_before_the_department() {
    let unit = |department: &str, path: &str| {
        let body = json!({
            "userName": "u",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": department},
            "urn:tenantry:params:scim:schemas:extension:directory:2.0:User": {"unitPath": path}
        });
        created(&body).person.unit_path
    };
    assert_eq!(unit("Sales", "/Nordic/Sales"), "/Nordic/Sales");
    assert_eq!(unit("Sales", ""), "/Sales");
    assert_eq!(unit("", ""), "");
}

#[test]
fn people_are_disabled_and_enabled_as_entra_and_okta_do_it() {
    let ada = row(&created(&entra()), None);
    let off = patched(&ada, json!([{"op": "Replace", "path": "active", "value": "False"}]));
    assert_eq!(off, Model { state: State::Suspended, ..ada.clone() });
    let off = patched(&ada, json!([{"op": "replace", "value": {"active": false}}]));
    assert_eq!(off.state, State::Suspended);
    let renamed = patched(&off, json!([{"op": "Replace", "path": "displayName", "value": "New"}]));
    assert_eq!((renamed.state, renamed.name.as_str()), (State::Suspended, "New"));
    let on = patched(&off, json!([{"op": "Replace", "path": "active", "value": "True"}]));
    assert_eq!(on.state, State::Active);
}

#[test]
fn several_operations_change_several_attributes() {
    let ada = row(&created(&entra()), None);
    let after = patched(
        &ada,
        json!([
            {"op": "Replace", "path": "userName", "value": "5b50642d@testuser.com"},
            {"op": "Replace", "path": "name.givenName", "value": "Ada"},
            {"op": "Add", "path": "name.familyName", "value": "Lovelace"},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updatedEmail@example.org"},
            {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "IT"},
            {"op": "Add", "path": "title", "value": "Countess"},
        ]),
    );
    assert_eq!((after.name.as_str(), after.unit_path.as_str()), ("Ada Lovelace", "/IT"));
    assert_eq!(after.email.as_deref(), Some("5b50642d@testuser.com"));
    assert_eq!(after.external_id, ada.external_id);
    // One part alone does not say the whole name.
    let part = patched(&ada, json!([{"op": "Replace", "path": "name.familyName", "value": "King"}]));
    assert_eq!(part.name, ada.name);
}

#[test]
fn a_later_external_id_replaces_the_one_made_from_the_user_name() {
    let ada = row(&created(&json!({"userName": "ada"})), None);
    let renamed = patched(&ada, json!([{"op": "replace", "value": {"userName": "ada2"}}]));
    assert_eq!((renamed.external_id.as_str(), renamed.name.as_str()), ("ada2", "ada2"));
    let linked = patched(&renamed, json!([{"op": "replace", "path": "externalId", "value": "17"}]));
    let renamed = patched(&linked, json!([{"op": "replace", "value": {"userName": "ada3"}}]));
    assert_eq!((renamed.external_id.as_str(), user_name(&renamed)), ("17", "ada3"));
    let cleared = patched(&renamed, json!([{"op": "remove", "path": "externalId"}]));
    assert_eq!(cleared.external_id, "ada3");
}

#[test]
fn addresses_change_one_by_one() {
    let before = row(&created(&json!({"userName": "ada", "emails": [{"value": "a@example.org"}]})), None);
    let email = |operations: Json| patched(&before, operations).email;
    let is = |address: &str| Some(address.to_owned());
    assert_eq!(
        email(json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "b@example.org"}])),
        is("b@example.org")
    );
    assert_eq!(
        email(json!([{"op": "add", "path": "emails[type eq \"home\"].value", "value": "b@example.org"}])),
        is("a@example.org")
    );
    assert_eq!(
        email(json!([{"op": "add", "path": "emails", "value": [{"value": "b@example.org", "primary": true}]}])),
        is("b@example.org")
    );
    assert_eq!(
        email(json!([{"op": "replace", "path": "emails", "value": [{"value": "b@example.org"}]}])),
        is("b@example.org")
    );
    assert_eq!(
        email(json!([{"op": "replace", "value": {"emails[primary eq true].value": "b@example.org"}}])),
        is("b@example.org")
    );
    assert_eq!(email(json!([{"op": "remove", "path": "emails[type eq \"work\"]"}])), None);
    assert_eq!(email(json!([{"op": "remove", "path": "emails"}])), None);
    assert_eq!(email(json!([{"op": "remove", "path": "emails[type eq \"home\"]"}])), is("a@example.org"));
    assert_eq!(
        email(json!([{"op": "replace", "path": "emails[type eq \"work\"].type", "value": "other"}])),
        is("a@example.org")
    );
}

#[test]
fn put_clears_what_it_leaves_out_but_not_the_state() {
    let mut before = row(&created(&entra()), None);
    before.state = State::Suspended;
    let change = UserChange::read(of_resource(&json!({"userName": "ada"})).unwrap()).unwrap();
    let WantedUser { person, user_name, .. } = change.wanted(Manner::Replace, Some(&before)).unwrap();
    assert_eq!((person.name.as_str(), person.unit_path.as_str(), person.email), ("ada", "", None));
    assert_eq!(
        (person.state, person.external_id, user_name),
        (State::Suspended, before.external_id, Some("ada".into()))
    );
}

#[test]
fn wrong_values_are_refused() {
    let kind = |operation: Json| {
        UserChange::read(of_patch(&json!({"Operations": [operation]})).unwrap()).unwrap_err().kind.unwrap()
    };
    assert_eq!(kind(json!({"op": "remove", "path": "userName"})), Kind::Mutability);
    assert_eq!(kind(json!({"op": "replace", "path": "userName", "value": ""})), Kind::InvalidValue);
    assert_eq!(kind(json!({"op": "remove", "path": "active"})), Kind::Mutability);
    assert_eq!(kind(json!({"op": "replace", "path": "active", "value": "perhaps"})), Kind::InvalidValue);
    assert_eq!(kind(json!({"op": "replace", "path": "displayName", "value": ["a", "b"]})), Kind::InvalidValue);
    assert_eq!(kind(json!({"op": "add", "path": "emails", "value": [["a", "b"]]})), Kind::InvalidValue);
    let refused = |body: Json| {
        let change = UserChange::read(of_resource(&body).unwrap()).unwrap();
        change.wanted(Manner::Create, None).unwrap_err().field.unwrap()[1].clone()
    };
    assert_eq!(refused(json!({})), "userName");
    assert_eq!(refused(json!({"userName": "a\u{202e}b"})), "userName");
    assert_eq!(refused(json!({"userName": "a", "displayName": "x".repeat(201)})), "displayName");
    assert_eq!(refused(json!({"userName": "a", "externalId": "x".repeat(101)})), "externalId");
    assert_eq!(refused(json!({"userName": "a", "emails": [{"value": "no address"}]})), "emails");
}
