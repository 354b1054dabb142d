//! What the protocol asks: errors, versions, addresses, and what the server says of itself.

use super::*;

const MEDIA: [(&str, &str); 1] = [("content-type", "application/scim+json")];

#[test]
fn a_malformed_request_has_its_status_and_kind() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let ada = format!("/Users/{}", acme.person("ada@acme.example").await);
        let before = world.db_dump().await;
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for body in ["", "{", "null", "[]", "7", "{\"userName\":\"x\"}}", &deep] {
            let answer = acme.send("POST", "/Users", &MEDIA, body.to_owned()).await;
            is_error(&serde_json::from_str(&answer.body).unwrap(), 400, Some("invalidSyntax"));
        }
        let large = format!("{{\"userName\":\"{}\"}}", "x".repeat(9 << 20));
        let answer = acme.send("POST", "/Users", &MEDIA, large).await;
        is_error(&serde_json::from_str(&answer.body).unwrap(), 413, Some("tooMany"));
        for media in ["text/plain", "application/xml", ""] {
            let answer = acme.send("POST", "/Users", &[("content-type", media)], "{}").await;
            is_error(&serde_json::from_str(&answer.body).unwrap(), 415, None);
        }
        let invalid =
            async |body: Value| is_error(&acme.ask("POST", "/Users", Some(body), 400).await, 400, Some("invalidValue"));
        invalid(json!({})).await;
        invalid(json!({"userName": ""})).await;
        invalid(json!({"userName": "a\u{202e}b"})).await;
        invalid(json!({"userName": "x", "active": "perhaps"})).await;
        invalid(json!({"userName": "x", "emails": [{"value": "x"}]})).await;
        is_error(&acme.ask("POST", "/Groups", Some(json!({})), 400).await, 400, Some("invalidValue"));
        acme.refuse(&ada, json!([{"op": "move", "path": "active"}]), 400, "invalidSyntax").await;
        acme.refuse(&ada, json!([{"op": "replace", "path": "shoeSize", "value": 38}]), 400, "invalidPath").await;
        acme.refuse(&ada, json!([{"op": "remove"}]), 400, "noTarget").await;
        acme.refuse(&ada, json!([{"op": "remove", "path": "userName"}]), 400, "mutability").await;
        acme.refuse(&ada, json!([{"op": "replace", "path": "id", "value": "x"}]), 400, "mutability").await;
        // All operations, or none.
        let both = json!([
            {"op": "replace", "path": "displayName", "value": "Ada"},
            {"op": "replace", "path": "active", "value": "perhaps"}
        ]);
        acme.refuse(&ada, both, 400, "invalidValue").await;
        for filter in ["userName", "userName co \"a\"", "title eq \"a\"", "userName eq \"a\" or id eq \"b\""] {
            let body = acme.ask("GET", &format!("/Users?filter={}", encoded(filter)), None, 400).await;
            is_error(&body, 400, Some("invalidFilter"));
        }
        for parameters in ["startIndex=x", "count=1.5"] {
            let body = acme.ask("GET", &format!("/Groups?{parameters}"), None, 400).await;
            is_error(&body, 400, Some("invalidValue"));
        }
        for path in ["", "/", "/Nothing", "/Me", "/Users/x/y", "/Users/directory_person_x"] {
            is_error(&acme.ask("GET", path, None, 404).await, 404, None);
        }
        for (method, path, allowed) in [("PUT", "/Users", "GET,HEAD,POST"), ("POST", "/Schemas", "GET,HEAD")] {
            let answer = acme.send(method, path, &MEDIA, "{}").await;
            assert_eq!((answer.status.as_u16(), answer.headers["allow"].to_str().unwrap()), (405, allowed), "{path}");
            is_error(&serde_json::from_str(&answer.body).unwrap(), 405, None);
        }
        assert_eq!(before, world.db_dump().await);
    });
}

#[test]
fn a_value_that_must_be_unique_is_refused_if_another_user_has_it() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let taken = json!({"userName": "ada", "externalId": "1", "emails": [{"value": "ada@acme.example"}]});
        acme.post("/Users", taken).await;
        let bo = format!("/Users/{}", acme.person("bo").await);
        let before = world.db_dump().await;
        for new in [
            json!({"userName": "ADA", "externalId": "2"}),
            json!({"userName": "x", "externalId": "1"}),
            json!({"userName": "Ada@acme.example"}),
            json!({"userName": "x", "emails": [{"value": "ada@ACME.example"}]}),
        ] {
            is_error(&acme.ask("POST", "/Users", Some(new.clone()), 409).await, 409, Some("uniqueness"));
            is_error(&acme.ask("PUT", &bo, Some(new.clone()), 409).await, 409, Some("uniqueness"));
            acme.refuse(&bo, json!([{"op": "replace", "value": new}]), 409, "uniqueness").await;
        }
        assert_eq!(before, world.db_dump().await);
        acme.post("/Groups", json!({"displayName": "G", "externalId": "1"})).await;
        let same = json!({"displayName": "H", "externalId": "1"});
        is_error(&acme.ask("POST", "/Groups", Some(same), 409).await, 409, Some("uniqueness"));
    });
}

#[test]
fn a_user_without_an_external_id_is_known_by_the_user_name() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let ada = acme.person("ada").await;
        assert_eq!(acme.found("/Users", "externalId eq \"ada\"").await, std::slice::from_ref(&ada));
        let path = format!("/Users/{ada}");
        acme.patch(&path, json!([{"op": "replace", "path": "userName", "value": "ada2"}])).await;
        assert_eq!(
            acme.found("/Users", "userName eq \"Ada2\" and externalId eq \"ada2\"").await,
            std::slice::from_ref(&ada)
        );
        acme.patch(&path, json!([{"op": "add", "path": "externalId", "value": "17"}])).await;
        assert_eq!(
            acme.found("/Users", "userName eq \"ada2\" and externalId eq \"17\"").await,
            std::slice::from_ref(&ada)
        );
        assert!(acme.found("/Users", "userName eq \"ada2\" and externalId eq \"ada2\"").await.is_empty());
        acme.ask("DELETE", &path, None, 204).await;
        // Without the external id, the name alone does not bring a person back who has another one.
        assert_ne!(acme.person("ada2").await, ada);
        let long = format!("{}@acme.example", "a".repeat(60));
        let long = format!("{long}.{}.example", "b".repeat(60));
        acme.person(&long).await;
    });
}

#[test]
fn a_version_protects_from_lost_updates() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let ada = acme.person("ada@acme.example").await;
        let group = id(&acme.post("/Groups", json!({"displayName": "G"})).await);
        let operations = |value: Value| json!({"schemas": [PATCH], "Operations": [value]}).to_string();
        let changes = [
            (
                format!("/Groups/{group}"),
                operations(json!({"op": "add", "path": "members", "value": [{"value": ada}]})),
            ),
            (format!("/Users/{ada}"), operations(json!({"op": "replace", "path": "displayName", "value": "Ada"}))),
        ];
        for (path, change) in changes {
            let first = acme.send("GET", &path, &[], "").await;
            let tag = first.headers["etag"].to_str().unwrap().to_owned();
            let body: Value = serde_json::from_str(&first.body).unwrap();
            assert!(tag.starts_with("W/\"") && body["meta"]["version"] == tag, "{tag}");
            let same = acme.send("GET", &path, &[("if-none-match", &tag)], "").await;
            assert_eq!(
                (same.status.as_u16(), same.body.as_str(), same.headers["etag"].to_str().unwrap()),
                (304, "", tag.as_str())
            );
            let seen = [MEDIA[0], ("if-match", tag.as_str())];
            let done = acme.send("PATCH", &path, &seen, change.clone()).await;
            assert_eq!(done.status.as_u16(), 200, "{}", done.body);
            assert_ne!(done.headers["etag"].to_str().unwrap(), tag);
            // The same again, in the version before, is refused for every method.
            for (method, body) in
                [("PATCH", change.as_str()), ("PUT", "{\"userName\":\"x\",\"displayName\":\"x\"}"), ("DELETE", "")]
            {
                let late = acme.send(method, &path, &seen, body.to_owned()).await;
                is_error(&serde_json::from_str(&late.body).unwrap(), 412, None);
            }
            let now = done.headers["etag"].to_str().unwrap();
            assert_eq!(acme.send("GET", &path, &[("if-none-match", &tag)], "").await.status.as_u16(), 200);
            // Nothing changes, so the version stays.
            let again = acme.send("PATCH", &path, &[MEDIA[0], ("if-match", now)], change).await;
            assert_eq!((again.status.as_u16(), again.headers["etag"].to_str().unwrap()), (200, now));
            assert_eq!(acme.send("DELETE", &path, &[("if-match", "*")], "").await.status.as_u16(), 204);
        }
    });
}

#[test]
fn addresses_and_attributes_are_as_the_client_asks() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let new = json!({"schemas": [USER], "userName": "ada@acme.example", "displayName": "Ada", DIRECTORY: {"unitPath": "/A/B"}});
        let answer = acme.send("POST", "/Users", &[("content-type", "application/json")], new.to_string()).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let location = answer.headers["location"].to_str().unwrap();
        assert_eq!(body["meta"]["location"], location);
        assert!(location.ends_with(&format!("{}/Users/{}", acme.path, id(&body))), "{location}");
        let path = location.split(&acme.path).nth(1).unwrap();
        assert_eq!(acme.get(path).await[ENTERPRISE]["department"], "A/B");
        let some = acme.get(&format!("{path}?attributes=USERNAME,emails.value")).await;
        let expected = json!({
            "schemas": body["schemas"], "id": id(&body), "userName": "ada@acme.example",
            "emails": [{"value": "ada@acme.example"}]
        });
        assert_eq!(some, expected);
        let list = acme.get("/Users?excludedAttributes=emails,meta").await;
        assert!(list["Resources"][0].get("emails").is_none() && list["Resources"][0]["displayName"] == "Ada");
        let patched = acme
            .patch(&format!("{path}?attributes=displayName"), json!([{"op": "add", "path": "active", "value": true}]))
            .await;
        assert!(patched.get("userName").is_none() && patched["displayName"] == "Ada");
    });
}

#[test]
fn the_server_says_what_it_can_do() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let configuration = acme.get("/ServiceProviderConfig").await;
        for (name, is) in [("patch", true), ("filter", true), ("etag", true), ("bulk", false), ("sort", false)] {
            assert_eq!(configuration[name]["supported"], is, "{name}");
        }
        for (path, ids) in
            [("/ResourceTypes", vec!["User", "Group"]), ("/Schemas", vec![USER, GROUP, ENTERPRISE, DIRECTORY])]
        {
            let list = acme.get(path).await;
            let found: Vec<&str> =
                list["Resources"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
            assert_eq!(found, ids);
            for id in ids {
                let one = acme.get(&format!("{path}/{id}")).await;
                assert!(one["meta"]["location"].as_str().unwrap().ends_with(&format!("{path}/{id}")));
            }
            is_error(&acme.ask("GET", &format!("{path}/Nothing"), None, 404).await, 404, None);
            is_error(&acme.ask("GET", &format!("{path}?filter=x"), None, 403).await, 403, None);
        }
    });
}
