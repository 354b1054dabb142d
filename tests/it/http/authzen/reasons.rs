//! Reasons for administrators, in their language.

use axum::http::header::ACCEPT_LANGUAGE;
use chrono::TimeDelta;

use super::*;

impl Enforcer<'_> {
    /// The decision and the context of an answer with a reason.
    async fn explains(&self, language: &str, subject: &Value, action: &str, resource: &Value) -> (bool, Value) {
        let mut body = question(subject, action, resource);
        body["context"] = json!({ "reasons": true });
        let headers = [(CONTENT_TYPE.as_str(), "application/json"), (ACCEPT_LANGUAGE.as_str(), language)];
        let answer = self.send("POST", "/access/v1/evaluation", &headers, body.to_string()).await;
        assert_eq!((answer.status.as_u16(), &answer.headers["vary"]), (200, &"accept-language".parse().unwrap()));
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        (answer["decision"].as_bool().unwrap(), answer["context"].clone())
    }

    async fn sentence(&self, subject: &Value, action: &str, resource: &Value) -> (bool, String) {
        let (decision, context) = self.explains("en", subject, action, resource).await;
        (decision, context["reason_admin"]["en"].as_str().unwrap_or_else(|| panic!("{context}")).to_owned())
    }
}

#[test]
fn a_permit_shows_the_path_and_a_denial_what_is_missing() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let card = |tenant: Tenant| json!({ "id": id_of(tenant), "name": tenant.name });
        let role = "Has the role PARTNER_SUPPORT at Fjord";
        let (decision, context) = gate.explains("en", &subject(SUPPORT_OF_FJORD), "SERVICE_MANAGE", &at(ACME)).await;
        let sentence = format!("{role}; Fjord is a partner of Acme.");
        let steps = json!([
            { "kind": "MEMBERSHIP", "sentence": format!("{role}."), "role": "PARTNER_SUPPORT", "from": null,
              "organisation": card(FJORD) },
            { "kind": "PARTNERSHIP", "sentence": "Fjord is a partner of Acme.", "role": null, "from": card(FJORD),
              "organisation": card(ACME) },
        ]);
        let paths = json!([{ "at": "ORGANISATION", "sentence": sentence, "steps": steps }]);
        assert_eq!((decision, context), (true, json!({ "reason_admin": { "en": sentence }, "paths": paths })));

        let (decision, context) = gate.explains("en", &subject(OWNER_OF_FJORD), "INVOICE_READ", &at(MYR)).await;
        let sentence = "Myr does not delegate INVOICE_READ to its partner.";
        assert_eq!((decision, &context["reason_admin"]), (false, &json!({ "en": sentence })));
        let miss = &context["misses"][0];
        assert_eq!((&miss["reason"], &miss["sentence"]), (&json!("PARTNERSHIP_LACKS_PERMISSION"), &json!(sentence)));
        assert_eq!(miss["remedy"], json!({ "permission": "PARTNERSHIP_MANAGE", "organisation": card(MYR) }));
        assert_eq!(miss["organisation"], card(MYR));
        assert_eq!(miss["steps"].as_array().unwrap().len(), 2);
        assert!(context.get("paths").is_none());
    });
}

#[test]
fn reasons_are_in_the_language_of_the_request() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        for (language, tag, granted, denied, unknown) in [
            ("fr", "en", "Has the role OWNER at Acme.", "The user is disabled.", "There is no such action."),
            (
                "de-AT",
                "de",
                "Hat die Rolle OWNER bei Acme.",
                "Der Benutzer ist gesperrt.",
                "Diese Aktion gibt es nicht.",
            ),
            ("sv", "sv", "Har rollen OWNER hos Acme.", "Användaren är avstängd.", "Åtgärden finns inte."),
        ] {
            let (decision, context) = gate.explains(language, &subject(OWNER_OF_ACME), "AUDIT_READ", &at(ACME)).await;
            assert_eq!((decision, &context["reason_admin"]), (true, &json!({ tag: granted })));
            let (decision, context) =
                gate.explains(language, &by_address(DISABLED_AT_ACME), "AUDIT_READ", &at(ACME)).await;
            assert_eq!((decision, &context["reason_admin"]), (false, &json!({ tag: denied })));
            let (decision, context) = gate.explains(language, &subject(OWNER_OF_ACME), "can_fly", &at(ACME)).await;
            let text = context["reason_admin"][tag].as_str().unwrap();
            assert!(!decision && text.starts_with(unknown), "{context}");
        }
    });
}

#[test]
fn every_denial_has_a_reason() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let nobody = json!({ "type": "user", "id": "nobody@acme.example" });
        let invented = json!({ "type": "organisation", "id": id_of(ACME).replace("organisation_0", "organisation_1") });
        let unknown_key = json!({ "type": "api_key", "id": Type::ApiKey.id(key(NORDIC, 999_999)).0 });
        let sql = "UPDATE api_key SET expires_at = $1 WHERE organisation_id = $2";
        let key = subject(KEY_OF_FJORD);
        assert_eq!(
            gate.sentence(&key, "SERVICE_READ", &at(ACME)).await,
            (true, "Is a key of Fjord; Fjord is a partner of Acme.".to_owned())
        );
        world.db_execute(sql, [(now() - TimeDelta::days(1)).into(), FJORD.id.into()]).await;
        let query = "query($id: ID!) { organisation(id: $id) { services { edges { node { id kind } } } \
             partnerships { edges { node { id } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let organisation = &answer.ok()["organisation"];
        let services = organisation["services"]["edges"].as_array().unwrap();
        let server = services.iter().find(|edge| edge["node"]["kind"] != "DOMAIN").unwrap();
        let server = object(server["node"]["id"].as_str().unwrap());
        let partnership = object(organisation["partnerships"]["edges"][0]["node"]["id"].as_str().unwrap());
        for (subject, action, resource, sentence) in [
            (&nobody, "INVOICE_READ", &at(ACME), "There is no such subject."),
            (&unknown_key, "INVOICE_READ", &at(ACME), "There is no such subject."),
            (&subject(OWNER_OF_ACME), "INVOICE_READ", &invented, "There is no such resource."),
            (&subject(OWNER_OF_ACME), "INVOICE_READ", &nobody, "There is no such resource."),
            (&key, "SERVICE_READ", &at(ACME), "The key was revoked, or has expired."),
            (&subject(SOLE_PERSON), "INVOICE_READ", &at(ACME), "Is not a member of Acme"),
            (&subject(EXPIRED_AT_ACME), "INVOICE_READ", &at(ACME), "The membership at Acme has ended."),
            (&subject(OWNER_OF_EKEN), "MEMBER_INVITE", &at(EKEN), "Eken is suspended."),
            // The one thing is held, but the object is not seen.
            (&subject(INVOICES_OF_ACME), "INVOICE_READ", &server, "No role held at Acme includes SERVICE_READ"),
            (&subject(DOMAINS_OF_ACME), "DOMAIN_READ", &server, "No role held at Acme includes SERVICE_READ"),
            (&subject(OWNER_OF_ACME), "DOMAIN_READ", &server, "This permission does not count"),
            (&subject(OWNER_OF_ACME), "INVOICE_READ", &partnership, "This permission does not count"),
        ] {
            let (decision, text) = gate.sentence(subject, action, resource).await;
            assert!(!decision && text.starts_with(sentence), "{subject} {action} {resource}: {text}");
        }
    });
}

#[test]
fn reasons_are_given_only_where_they_are_asked_for_and_to_a_limit() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let with = |context: Value, count: usize| {
            let mut items = vec![json!({}), json!({ "context": { "reasons": true } }), json!({ "context": {} })];
            items.resize(count, json!({}));
            let mut body = question(&subject(OWNER_OF_ACME), "INVOICE_READ", &at(ACME));
            body["context"] = context;
            body["evaluations"] = json!(items);
            body
        };
        let explained = |answer: Value| -> Vec<bool> {
            answer["evaluations"].as_array().unwrap().iter().map(|one| one.get("context").is_some()).collect()
        };
        assert_eq!(explained(gate.ask("evaluations", with(json!({}), 3)).await), [false, true, false]);
        assert_eq!(explained(gate.ask("evaluations", with(json!({ "reasons": true }), 3)).await), [true, true, false]);
        let mut body = with(json!({}), 3);
        body["options"] = json!({ "reasons": true });
        assert_eq!(explained(gate.ask("evaluations", body).await), [true, true, true]);
        assert_eq!(explained(gate.ask("evaluations", with(json!({ "reasons": true }), 101)).await).len(), 101);
        let text = gate.refusal("evaluations", with(json!({ "reasons": true }), 102), 400).await;
        assert!(text.contains("101 evaluations with reasons; at most 100"), "{text}");
    });
}

#[test]
fn an_organisation_sees_in_its_log_that_a_program_asked_for_reasons() {
    with_database(async |world| {
        let gate = Enforcer::new(&world).await;
        let logged = "SELECT object_id || ' ' || way FROM audit_event WHERE action = 'evaluateAccess' ORDER BY organisation_id, sequence";
        let owner = subject(OWNER_OF_ACME);
        gate.decides(&owner, "INVOICE_READ", &at(ACME)).await;
        assert!(world.texts(logged).await.is_empty());
        gate.explains("en", &owner, "INVOICE_READ", &at(ACME)).await;
        gate.explains("en", &subject(KEY_OF_FJORD), "SERVICE_READ", &at(FJORD)).await;
        // What is unknown is in no log, and the operator's own is not filled either.
        gate.explains("en", &owner, "can_fly", &at(ACME)).await;
        gate.explains("en", &owner, "INVOICE_READ", &json!({ "type": "organisation", "id": "x" })).await;
        gate.explains("en", &owner, "INVOICE_READ", &at(OPERATOR)).await;
        let ids = [subject(KEY_OF_FJORD), owner].map(|subject| format!("{} OPERATOR", subject["id"].as_str().unwrap()));
        assert_eq!(world.texts(logged).await, ids);
        let query = "query($id: ID!) { organisation(id: $id) { auditEvents(first: 1) { edges { node { \
             action actorName objectName after } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let event = &answer.ok()["organisation"]["auditEvents"]["edges"][0]["node"];
        assert_eq!((&event["action"], &event["actorName"]), (&json!("evaluateAccess"), &json!("Gate")), "{event}");
        assert_eq!(event["after"], "{\"permission\":\"INVOICE_READ\"}");
    });
}
