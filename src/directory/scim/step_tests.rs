use serde_json::json;

use super::*;

fn steps(operations: Json) -> Result<Vec<(Action, Attribute, Json)>, ScimError> {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    let read = of_patch(&json!({"schemas": schemas, "Operations": operations}))?;
    Ok(read.into_iter().map(|step| (step.action, step.target.attribute, step.value)).collect())
}

fn kind(operations: Json) -> Kind {
    steps(operations).unwrap_err().kind.unwrap()
}

#[test]
fn an_operation_is_known_in_any_case_and_with_or_without_a_path() {
    let expected = vec![(Action::Replace, Attribute::Active, json!("False"))];
    assert_eq!(steps(json!([{"op": "Replace", "path": "active", "value": "False"}])).unwrap(), expected);
    assert_eq!(steps(json!([{"OP": "rEPLACE", "Value": {"ACTIVE": "False"}}])).unwrap(), expected);
    assert_eq!(steps(json!([{"op": "replace", "path": null, "value": {"active": "False"}}])).unwrap(), expected);
}

#[test]
fn keys_of_a_value_without_a_path_are_paths() {
    let value = json!({
        "name.givenName": "Ada",
        "emails[type eq \"work\"].value": "ada@example.org",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "Sales",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Other", "manager": "x"},
        "name": {"familyName": "Lovelace", "middleName": "King"},
        "shoeSize": 38,
        "meta": {},
    });
    let read = steps(json!([{"op": "Add", "value": value}])).unwrap();
    let attributes: Vec<Attribute> = read.iter().map(|(_, attribute, _)| *attribute).collect();
    let mut missing = vec![
        Attribute::GivenName,
        Attribute::Emails,
        Attribute::Department,
        Attribute::Department,
        Attribute::FamilyName,
    ];
    missing.retain(|wanted| !attributes.contains(wanted));
    assert!(missing.is_empty() && read.len() == 5, "{read:?}");
}

#[test]
fn a_wrong_operation_says_what_is_wrong() {
    assert_eq!(kind(json!([{"op": "remove"}])), Kind::NoTarget);
    assert_eq!(kind(json!([{"op": "move", "path": "active"}])), Kind::InvalidSyntax);
    assert_eq!(kind(json!([{"path": "active"}])), Kind::InvalidSyntax);
    assert_eq!(kind(json!([{"op": "replace", "path": "shoeSize", "value": 38}])), Kind::InvalidPath);
    assert_eq!(kind(json!([{"op": "replace", "path": 7, "value": 38}])), Kind::InvalidPath);
    assert_eq!(kind(json!([{"op": "replace", "value": "x"}])), Kind::InvalidValue);
    assert_eq!(kind(json!([{"op": "replace", "path": "name", "value": "x"}])), Kind::InvalidValue);
    assert_eq!(kind(json!([{"op": "replace", "path": "id", "value": "x"}])), Kind::Mutability);
    assert_eq!(kind(json!([{"op": "replace", "path": "meta.created", "value": "x"}])), Kind::Mutability);
    assert_eq!(kind(json!({})), Kind::InvalidSyntax);
    let many: Vec<Json> = (0..=MOST).map(|_| json!({"op": "add", "path": "title", "value": "x"})).collect();
    assert_eq!(steps(many.into()).unwrap_err().status, 413);
    for body in [json!([]), json!(null), json!("x"), json!({"schemas": []})] {
        assert_eq!(of_patch(&body).unwrap_err().kind, Some(Kind::InvalidSyntax), "{body}");
    }
}

#[test]
fn an_attribute_with_parts_is_removed_part_by_part() {
    let expected = vec![(Action::Remove, Attribute::Department, Json::Null)];
    let path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(steps(json!([{"op": "remove", "path": path}])).unwrap(), expected);
    assert_eq!(steps(json!([{"op": "replace", "path": path, "value": null}])).unwrap(), expected);
}

#[test]
fn texts_and_truths_are_read_in_all_forms_that_clients_send() {
    for (value, expected) in [
        (json!("x"), Some("x")),
        (json!(""), None),
        (json!(null), None),
        (json!(7), Some("7")),
        (json!(["x"]), Some("x")),
        (json!([{"value": "x"}]), Some("x")),
        (json!({"$ref": null, "value": "x"}), Some("x")),
    ] {
        assert_eq!(text("a", &value).unwrap().as_deref(), expected, "{value}");
    }
    for wrong in [json!([]), json!({}), json!(["x", "y"]), json!([[["x"]]])] {
        assert_eq!(text("a", &wrong).unwrap_err().kind, Some(Kind::InvalidValue), "{wrong}");
    }
    for (value, expected) in
        [(json!(false), false), (json!("False"), false), (json!("TRUE"), true), (json!(true), true)]
    {
        assert_eq!(truth("active", &value).unwrap(), Some(expected), "{value}");
    }
    assert!(truth("active", &json!("no")).is_err());
}
