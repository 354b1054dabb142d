//! Texts for people are in the language of the reader.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::world::*;

/// The data of the answer to a reader of this language.
async fn ask(world: &World, caller: Caller, language: &str, query: &str, variables: Value) -> Value {
    let mut request = Request::post("/graphql").header(CONTENT_TYPE, "application/json");
    if let Some(token) = world.as_(caller).credential().await {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    if !language.is_empty() {
        request = request.header(ACCEPT_LANGUAGE, language);
    }
    let body = json!({ "query": query, "variables": variables }).to_string();
    let answer = world.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.headers["vary"], "accept, accept-language");
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"].clone()
}

#[test]
fn permissions_are_described_in_the_language_of_the_reader() {
    with_database(async |world| {
        for (language, sentence) in [
            ("", "Read the audit log."),
            ("fr", "Read the audit log."),
            ("de-AT, en;q=0.5", "Das Protokoll lesen."),
            ("sv", "Läsa loggen."),
        ] {
            let query = "{ permissionCatalogue { permission description } }";
            let data = ask(&world, NOBODY, language, query, json!({})).await;
            let all = data["permissionCatalogue"].as_array().unwrap();
            let found = all.iter().find(|one| one["permission"] == "AUDIT_READ").unwrap();
            assert_eq!(found["description"], sentence, "{language}");
        }
    });
}

#[test]
fn decisions_are_explained_in_the_language_of_the_reader() {
    with_database(async |world| {
        let query = "query($id: ID!) { \
             granted: explainAccess(organisationId: $id, permission: AUDIT_READ) { paths { sentence steps { sentence } } } \
             refused: explainAccess(organisationId: $id, permission: INVOICE_ISSUE) { misses { sentence } } }";
        let name = FJORD.name;
        for (language, path, miss) in [
            (
                "en",
                format!("Has the role OWNER at {name}."),
                format!("No role held at {name} includes INVOICE_ISSUE for this."),
            ),
            (
                "de",
                format!("Hat die Rolle OWNER bei {name}."),
                format!("Keine Rolle bei {name} enthält dafür INVOICE_ISSUE."),
            ),
            (
                "sv",
                format!("Har rollen OWNER hos {name}."),
                format!("Ingen roll hos {name} innehåller INVOICE_ISSUE för detta."),
            ),
        ] {
            let data = ask(&world, OWNER_OF_FJORD, language, query, json!({ "id": id_of(FJORD) })).await;
            assert_eq!(data["granted"]["paths"][0]["sentence"], path, "{data}");
            assert_eq!(data["granted"]["paths"][0]["steps"][0]["sentence"], path, "{data}");
            assert_eq!(data["refused"]["misses"][0]["sentence"], miss, "{data}");
        }
    });
}

#[test]
fn mistakes_are_explained_in_the_language_of_the_reader() {
    with_database(async |world| {
        let log_in = "mutation($input: LogInInput!) { logIn(input: $input) { userErrors { message } } }";
        // Each another, so that nobody has to wait.
        let wrong = |name: &str| json!({ "input": { "email": format!("{name}@example.org"), "password": "x" } });
        let sign_up = "mutation($input: SignUpInput!) { signUp(input: $input) { userErrors { message } } }";
        let weak = json!({ "input": { "email": "new@example.org", "password": "short", "name": "Ada" } });
        for (turn, (language, credentials, password)) in [
            (
                "",
                "The address or the password is wrong, or the account is disabled.",
                "Choose a password of at least 10 characters; a sentence works well.",
            ),
            (
                "de",
                "Die Adresse oder das Passwort ist falsch, oder das Konto ist gesperrt.",
                "Wählen Sie ein Passwort mit mindestens 10 Zeichen; ein Satz eignet sich gut.",
            ),
            (
                "sv-SE, sv;q=0.9",
                "Adressen eller lösenordet är fel, eller så är kontot avstängt.",
                "Välj ett lösenord med minst 10 tecken; en mening fungerar bra.",
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let data = ask(&world, NOBODY, language, log_in, wrong(&format!("a{turn}"))).await;
            assert_eq!(data["logIn"]["userErrors"][0]["message"], credentials);
            let data = ask(&world, NOBODY, language, sign_up, weak.clone()).await;
            assert_eq!(data["signUp"]["userErrors"][0]["message"], password);
            let request = Request::post("/console/session")
                .header(CONTENT_TYPE, "application/json")
                .header("sec-fetch-site", "same-origin")
                .header(ACCEPT_LANGUAGE, language);
            let answer =
                world.send(request.body(Body::from(wrong(&format!("b{turn}"))["input"].to_string())).unwrap()).await;
            assert!(answer.body.contains(credentials), "{}", answer.body);
        }
    });
}

#[test]
fn advice_about_a_key_is_in_the_language_of_the_reader() {
    with_database(async |world| {
        world.db_verify(OWNER_OF_FJORD).await;
        let query = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { warnings { message } } }";
        let input = json!({ "organisationId": id_of(FJORD), "name": "Key", "permissions": ["CLIENT_READ", "INVOICE_READ"],
                            "clientPermissions": [] });
        for (language, words) in [
            ("", "The key opens nothing at the clients"),
            ("de", "Der Schlüssel öffnet nichts bei den Kunden"),
            ("sv", "Nyckeln öppnar inget hos kunderna"),
        ] {
            let data = ask(&world, OWNER_OF_FJORD, language, query, json!({ "input": input })).await;
            let message = data["createApiKey"]["warnings"][0]["message"].as_str();
            assert!(message.is_some_and(|message| message.starts_with(words)), "{data}");
        }
    });
}
