//! A copy of one's own data.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::*;

async fn export(world: &World, caller: Caller) -> HttpAnswer {
    world.send(world.as_(caller).get("/viewer/export.ndjson").await).await
}

#[test]
fn a_person_gets_a_copy_of_everything_about_them_and_nothing_else() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let email = OWNER_OF_ACME.person().email;
        let key = json!({ "organisationId": id_of(ACME), "name": "Nightly", "permissions": ["MEMBER_READ", "ORGANISATION_READ"] });
        let secret = olga.act("createApiKey", key, "secret").await["secret"].as_str().unwrap().to_owned();
        let to_olga =
            |tenant| json!({ "organisationId": id_of(tenant), "email": email, "roles": [{ "builtIn": "MEMBER" }] });
        world.as_(OWNER_OF_LUND).act("inviteMember", to_olga(LUND), "").await;
        let to_others = json!({ "organisationId": id_of(ACME), "email": "somebody.else@example.org", "roles": [{ "builtIn": "MEMBER" }] });
        olga.act("inviteMember", to_others, "").await;
        let address = olga.run("{ viewer { export } }", json!({})).await;
        assert!(address.ok()["viewer"]["export"].as_str().unwrap().ends_with("/viewer/export.ndjson"));

        let answer = export(&world, OWNER_OF_ACME).await;
        let all = answer.export_lines();
        let of = |kind: &str| all.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
        assert_eq!((&of("account")[0]["email"], of("account").len()), (&json!(email), 1));
        assert_eq!(of("session").len(), 1);
        assert!(of("logIn").iter().all(|line| line["outcome"] == "LOGGED_IN"), "{:?}", of("logIn"));
        let organisations: Vec<&Value> = of("membership").into_iter().map(|line| &line["organisation"]).collect();
        assert!(organisations.contains(&&json!("Acme")), "{organisations:?}");
        let acme = of("membership").into_iter().find(|line| line["organisation"] == "Acme").unwrap();
        assert_eq!(acme["roles"], json!(["OWNER"]));
        let invited: Vec<&Value> = of("invitation").into_iter().map(|line| &line["organisation"]).collect();
        assert_eq!(json!(invited), json!(["Lund"]));
        assert_eq!((of("apiKey").len(), &of("apiKey")[0]["name"]), (1, &json!("Nightly")));
        let acts: Vec<&Value> = of("auditEvent").into_iter().map(|line| &line["action"]).collect();
        assert_eq!(json!(acts), json!(["createApiKey", "inviteMember"]));
        // Neither secrets nor others.
        for hidden in [&secret, "$argon2", "hash", "somebody.else", OWNER_OF_LUND.name(), OWNER_OF_LUND.person().email]
        {
            assert!(!answer.body.contains(hidden), "{hidden}: {}", answer.body);
        }
    });
}

#[test]
fn only_a_person_has_a_copy() {
    with_database(async |world| {
        assert_eq!(export(&world, NOBODY).await.status, StatusCode::UNAUTHORIZED);
        // An address that nobody proved may be anybody's.
        let email = SOLE_PERSON.person().email;
        let invite = json!({ "organisationId": id_of(ACME), "email": email, "roles": [{ "builtIn": "MEMBER" }] });
        world.as_(OWNER_OF_ACME).act("inviteMember", invite, "").await;
        let invitations = async || {
            let all = export(&world, SOLE_PERSON).await.export_lines();
            all.iter().filter(|line| line["type"] == "invitation").count()
        };
        world.db_verify(SOLE_PERSON).await;
        assert_eq!(invitations().await, 1);
        world.db_execute("UPDATE \"user\" SET email_verified_at = NULL WHERE email = $1", [email.into()]).await;
        assert_eq!(invitations().await, 0);
    });
}
