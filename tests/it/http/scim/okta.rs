//! A conversation with Okta, as its documentation shows it.

use super::*;

#[test]
fn okta_creates_updates_and_deactivates_a_user() {
    with_database(async |world| {
        let okta = Provider::of_acme(&world).await;
        let found = okta
            .get(&format!("/Users?filter={}&startIndex=1&count=100", encoded("userName eq \"test.user@okta.local\"")))
            .await;
        let empty = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": []
        });
        assert_eq!(found, empty);
        let new = json!({
            "schemas": [USER],
            "userName": "test.user@okta.local",
            "name": {"givenName": "Test", "familyName": "User"},
            "emails": [{"primary": true, "value": "test.user@okta.local", "type": "work"}],
            "displayName": "Test User",
            "locale": "en-US",
            "externalId": "00ujl29u0le5T6Aj10h7",
            "groups": [],
            "password": "1mz050nq",
            "active": true
        });
        let user = okta.post("/Users", new.clone()).await;
        let path = format!("/Users/{}", id(&user));
        assert_eq!((&user["userName"], &user["displayName"]), (&json!("test.user@okta.local"), &json!("Test User")));
        assert!(user.get("password").is_none());
        // Okta changes a profile by PUT, with everything that it knows.
        let mut profile = okta.get(&path).await;
        profile["displayName"] = "Another User".into();
        profile["name"] = json!({"givenName": "Another", "familyName": "User"});
        profile[ENTERPRISE] = json!({"department": "R&D", "organization": "Acme"});
        let put = okta.ask("PUT", &path, Some(profile.clone()), 200).await;
        assert_eq!((&put["displayName"], &put[DIRECTORY]["unitPath"]), (&json!("Another User"), &json!("/R&D")));
        assert_eq!(put["externalId"], "00ujl29u0le5T6Aj10h7");
        let off = okta.patch(&path, json!([{"op": "replace", "value": {"active": false}}])).await;
        assert_eq!(off["active"], false);
        assert_eq!(okta.found("/Users", "userName eq \"TEST.user@okta.local\"").await, [id(&user)]);
        // A PUT without the state does not take it back.
        profile.as_object_mut().unwrap().remove("active");
        assert_eq!(okta.ask("PUT", &path, Some(profile), 200).await["active"], false);
        let state = world.texts("SELECT state FROM directory_person WHERE external_id = '00ujl29u0le5T6Aj10h7'").await;
        assert_eq!(state, ["SUSPENDED"]);
        // The same user once more is a conflict, even while suspended.
        is_error(&okta.ask("POST", "/Users", Some(new), 409).await, 409, Some("uniqueness"));
    });
}

#[test]
fn okta_pushes_a_group() {
    with_database(async |world| {
        let okta = Provider::of_acme(&world).await;
        let [ada, bo] = [okta.person("ada@acme.example").await, okta.person("bo@acme.example").await];
        let new =
            json!({"schemas": [GROUP], "displayName": "Test SCIMv2", "members": [{"value": ada, "display": "Ada"}]});
        let group = okta.post("/Groups", new.clone()).await;
        let path = format!("/Groups/{}", id(&group));
        assert_eq!(members(&group), ids([&ada]));
        assert!(group.get("externalId").is_none());
        let renamed = json!([{"op": "replace", "value": {"id": id(&group), "displayName": "Renamed"}}]);
        assert_eq!(okta.patch(&path, renamed).await["displayName"], "Renamed");
        // A group without an external id is known by its id alone, so another one may have the old name.
        assert_ne!(id(&okta.post("/Groups", new).await), id(&group));
        let both = json!([
            {"op": "remove", "path": format!("members[value eq \"{ada}\"]")},
            {"op": "add", "path": "members", "value": [{"value": bo, "display": "Bo"}]}
        ]);
        assert_eq!(members(&okta.patch(&path, both).await), ids([&bo]));
        let replaced = json!([{"op": "replace", "path": "members", "value": [{"value": ada}]}]);
        assert_eq!(members(&okta.patch(&path, replaced).await), ids([&ada]));
        let put = json!({"schemas": [GROUP], "displayName": "By PUT", "members": [{"value": bo}]});
        let put = okta.ask("PUT", &path, Some(put), 200).await;
        assert_eq!((members(&put), &put["displayName"]), (ids([&bo]), &json!("By PUT")));
        assert_eq!(okta.found("/Groups", "displayName eq \"by put\"").await, [id(&group)]);
        assert!(okta.found("/Groups", "displayName eq \"by\"").await.is_empty());
    });
}
