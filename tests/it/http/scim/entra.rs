//! A conversation with Entra ID, as its documentation shows it.

use super::*;

#[test]
fn entra_creates_changes_disables_and_deletes_a_user() {
    with_database(async |world| {
        let entra = Provider::of_acme(&world).await;
        // The test of the connection: somebody who cannot be there.
        assert!(entra.found("/Users", "userName eq \"b2a0f0f2-8d2a-4f8e-bf98-7363c4aed4ef\"").await.is_empty());
        let name = "Test_User_ab6490ee-1e48-479e-a20b-2d77186b5dd1@testuser.com";
        assert!(entra.found("/Users", &format!("userName eq \"{name}\"")).await.is_empty());
        let user = entra
            .post(
                "/Users",
                json!({
                    "schemas": [USER, ENTERPRISE],
                    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
                    "userName": name,
                    "active": true,
                    "displayName": "Ada",
                    "emails": [{"primary": true, "type": "work", "value": "Test_User_fd0ea19b@testuser.com"}],
                    "meta": {"resourceType": "User"},
                    "name": {"formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName"},
                    "roles": [],
                    "title": "Clerk",
                    ENTERPRISE: {"department": "Sales", "manager": "x"}
                }),
            )
            .await;
        let (id, lower) = (id(&user), name.to_lowercase());
        let path = format!("/Users/{id}");
        assert!(id.starts_with("directory_person_"));
        assert_eq!(user["schemas"], json!([USER, ENTERPRISE, DIRECTORY]));
        assert_eq!((&user["userName"], &user["displayName"]), (&json!(lower), &json!("Ada")));
        assert_eq!(user["emails"], json!([{"value": lower, "type": "work", "primary": true}]));
        assert_eq!(
            (&user[ENTERPRISE]["department"], &user[DIRECTORY]["unitPath"]),
            (&json!("Sales"), &json!("/Sales"))
        );
        assert_eq!(user["meta"]["resourceType"], "User");
        assert_eq!(entra.get(&path).await, user);
        assert_eq!(entra.found("/Users", &format!("userName eq \"{name}\"")).await, std::slice::from_ref(&id));
        assert_eq!(
            entra.found("/Users", "externalId eq \"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef\"").await,
            std::slice::from_ref(&id)
        );

        let changed = entra
            .patch(&path, json!([
                {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updatedEmail@microsoft.com"},
                {"op": "Replace", "path": "displayName", "value": "Ada Lovelace"},
                {"op": "Replace", "path": "name.familyName", "value": "Lovelace"},
                {"op": "Add", "path": "title", "value": "Countess"},
                {"op": "Replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "IT"}
            ]))
            .await;
        assert_eq!((&changed["displayName"], &changed[DIRECTORY]["unitPath"]), (&json!("Ada Lovelace"), &json!("/IT")));
        let renamed = json!([{"op": "Replace", "path": "userName", "value": "5b50642d-79fc-4410-9e90-4c077cdd1a59@testuser.com"}]);
        let renamed = entra.patch(&path, renamed).await;
        assert_eq!(renamed["userName"], "5b50642d-79fc-4410-9e90-4c077cdd1a59@testuser.com");
        let off = entra.patch(&path, json!([{"op": "Replace", "path": "active", "value": "False"}])).await;
        assert_eq!(off["active"], false);
        let on = entra.patch(&path, json!([{"op": "Replace", "value": {"active": "True"}}])).await;
        assert_eq!(on["active"], true);

        entra.ask("DELETE", &path, None, 204).await;
        is_error(&entra.ask("GET", &path, None, 404).await, 404, None);
        is_error(&entra.ask("DELETE", &path, None, 404).await, 404, None);
        assert!(entra.found("/Users", "externalId eq \"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef\"").await.is_empty());
        assert_eq!(entra.get("/Users").await["totalResults"], 0);
        // Whoever comes back is the same person.
        let again = json!({"externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef", "userName": name});
        assert_eq!(super::id(&entra.post("/Users", again).await), id);

        let events = world.texts("SELECT action FROM audit_event WHERE action LIKE 'scim.%' ORDER BY sequence").await;
        let updated = ["scim.updateUser"; 4];
        let expected = [&["scim.createUser"][..], &updated, &["scim.deleteUser", "scim.createUser"]].concat();
        assert_eq!(events, expected);
        let about =
            world.texts("SELECT object_id FROM audit_event WHERE action LIKE 'scim.%' GROUP BY object_id").await;
        assert_eq!(about, [id]);
        let kept = "SELECT details FROM audit_event WHERE action LIKE 'scim.%'";
        assert!(
            world.texts(kept).await.iter().all(|text| !text.contains("Lovelace") && !text.contains("testuser.com"))
        );
        let versions = "SELECT CAST(d.version AS TEXT) FROM directory d JOIN organisation o ON o.id = d.organisation_id \
                        WHERE o.name = 'Acme'";
        assert_eq!(world.texts(versions).await, ["7"]);
    });
}

#[test]
fn entra_keeps_a_group_and_its_members() {
    with_database(async |world| {
        let entra = Provider::of_acme(&world).await;
        let [ada, bo] = [entra.person("ada@acme.example").await, entra.person("bo@acme.example").await];
        let filter = encoded("displayName eq \"displayName\"");
        let found = entra.get(&format!("/Groups?excludedAttributes=members&filter={filter}")).await;
        assert_eq!(found["totalResults"], 0);
        let group = entra
            .post(
                "/Groups",
                json!({
                    "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
                    "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
                    "displayName": "displayName",
                    "meta": {"resourceType": "Group"}
                }),
            )
            .await;
        let id = id(&group);
        let path = format!("/Groups/{id}");
        assert_eq!(group["externalId"], "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159");
        assert_eq!(
            entra.found("/Groups", "externalId eq \"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159\"").await,
            std::slice::from_ref(&id)
        );

        let renamed = json!([{"op": "Replace", "path": "displayName", "value": "1879db59-3bdf-4490-ad68-ab880a269474updatedDisplayName"}]);
        entra.patch(&path, renamed).await;
        let added = json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": ada}, {"value": bo}]}]);
        let after = entra.patch(&path, added).await;
        assert_eq!(members(&after), ids([&ada, &bo]));
        let reference = format!("http://127.0.0.1:8080/scim/v2/{}/Users/{ada}", id_of(ACME));
        let member = json!({"value": ada, "$ref": reference, "type": "User"});
        assert!(after["members"].as_array().unwrap().contains(&member), "{after}");
        let light = entra.get(&format!("{path}?excludedAttributes=members")).await;
        assert!(light.get("members").is_none() && light["displayName"].is_string());
        // Whether somebody is a member.
        assert_eq!(
            entra.found("/Groups", &format!("id eq \"{id}\" and members eq \"{ada}\"")).await,
            std::slice::from_ref(&id)
        );
        let removed = json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": ada}]}]);
        assert_eq!(members(&entra.patch(&path, removed).await), ids([&bo]));
        assert!(entra.found("/Groups", &format!("id eq \"{id}\" and members eq \"{ada}\"")).await.is_empty());
        entra.ask("DELETE", &format!("/Users/{bo}"), None, 204).await;
        assert!(members(&entra.get(&path).await).is_empty());
        entra.ask("DELETE", &path, None, 204).await;
        is_error(&entra.ask("GET", &path, None, 404).await, 404, None);
    });
}
