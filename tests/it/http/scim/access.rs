//! Who may synchronise a directory by SCIM.

use super::*;

#[test]
fn strangers_and_invented_organisations_answer_alike() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let user = json!({"userName": "ada@acme.example"});
        let invented = id_of(ACME).replace("organisation_0", "organisation_1");
        let body = |provider: HttpAnswer| (provider.status.as_u16(), provider.body);
        let json = [(CONTENT_TYPE.as_str(), "application/scim+json")];
        for (method, path) in [("GET", "/Users"), ("POST", "/Users"), ("GET", "/Schemas"), ("DELETE", "/Groups/x")] {
            let mut answers = Vec::new();
            for organisation in [id_of(SOLO), invented.clone(), "organisation_x".to_owned(), "ä".to_owned()] {
                let organisation = encoded(&organisation);
                let stranger = Provider::new(&world, acme.bearer.clone(), &organisation);
                answers.push(body(stranger.send(method, path, &json, user.to_string()).await));
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
            assert_eq!(answers[0].0, 404);
            is_error(&serde_json::from_str(&answers[0].1).unwrap(), 404, None);
            for wrong in [None, Some("tenantry_key_wrong".to_owned())] {
                let nobody = Provider::new(&world, wrong, &id_of(ACME));
                let answer = nobody.send(method, path, &json, user.to_string()).await;
                assert_eq!(
                    (answer.status.as_u16(), answer.headers["www-authenticate"].to_str().unwrap()),
                    (401, "Bearer")
                );
                is_error(&serde_json::from_str(&answer.body).unwrap(), 401, None);
            }
        }
    });
}

#[test]
fn a_key_may_read_or_write_as_its_permissions_say() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let ada = acme.person("ada@acme.example").await;
        let reader = key_at(&world, OWNER_OF_ACME, ACME, &["DIRECTORY_READ"], &[]).await;
        let reader = Provider::new(&world, Some(reader), &id_of(ACME));
        assert_eq!(reader.get("/Users").await["totalResults"], 1);
        let other = key_at(&world, OWNER_OF_ACME, ACME, &["INVOICE_READ"], &[]).await;
        let other = Provider::new(&world, Some(other), &id_of(ACME));
        is_error(&other.ask("GET", "/Users", None, 403).await, 403, None);
        let before = world.db_dump().await;
        let path = format!("/Users/{ada}");
        for (method, path) in
            [("POST", "/Users"), ("PUT", &path), ("PATCH", &path), ("DELETE", &path), ("POST", "/Groups")]
        {
            for provider in [&reader, &other] {
                let body = json!({"userName": "x", "displayName": "x", "Operations": []});
                is_error(&provider.ask(method, path, Some(body), 403).await, 403, None);
            }
        }
        assert_eq!(before, world.db_dump().await);
        // A person may do it too, with a token.
        let token = world.as_(OWNER_OF_ACME).credential().await;
        assert_eq!(Provider::new(&world, token, &id_of(ACME)).get("/Users").await["totalResults"], 1);
    });
}

#[test]
fn a_partner_synchronises_if_the_client_lets_it() {
    with_database(async |world| {
        let key = key_at(&world, OWNER_OF_NORDEN, NORDEN, &[], &["DIRECTORY_SYNC"]).await;
        let partner = Provider::new(&world, Some(key.clone()), &id_of(FJORD));
        let ada = partner.person("ada@fjord.example").await;
        let way = "SELECT way FROM audit_event WHERE action = 'scim.createUser'";
        assert_ne!(world.texts(way).await, ["OWN"]);
        // Lund delegates an overview only.
        let overview = Provider::new(&world, Some(key), &id_of(LUND));
        let answer = overview.send("GET", "/Users", &[], "").await;
        assert!(matches!(answer.status.as_u16(), 403 | 404), "{}", answer.body);
        // People of one directory are nobody in another.
        let acme = Provider::of_acme(&world).await;
        is_error(&acme.ask("GET", &format!("/Users/{ada}"), None, 404).await, 404, None);
        is_error(&acme.ask("DELETE", &format!("/Users/{ada}"), None, 404).await, 404, None);
        assert!(acme.found("/Users", &format!("id eq \"{ada}\"")).await.is_empty());
        let group = json!({"displayName": "G", "members": [{"value": ada}]});
        is_error(&acme.ask("POST", "/Groups", Some(group), 400).await, 400, Some("invalidValue"));
        assert_eq!(acme.get("/Groups").await["totalResults"], 0);
    });
}

#[test]
fn a_suspended_organisation_is_only_read() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        acme.person("ada@acme.example").await;
        let sql = "UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1";
        world.db_execute(sql, [ACME.id.into()]).await;
        assert_eq!(acme.get("/Users").await["totalResults"], 1);
        let new = json!({"userName": "bo@acme.example"});
        is_error(&acme.ask("POST", "/Users", Some(new), 403).await, 403, None);
    });
}
