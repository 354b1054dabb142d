//! Many invitations at once: each row succeeds or fails on its own, and many rows take as many statements as few.

use serde_json::{Value, json};

use super::*;

const INVITE_ALL: &str = "mutation($input: InviteMembersInput!) { tried: inviteMembers(input: $input) { \
     results { index email invitation { id state roles { name } } userErrors { code field message } } \
     userErrors { code field } } }";

async fn invite_all(world: &World, inviter: Caller, rows: Vec<Value>, dry_run: bool) -> Answer {
    let input = json!({ "organisationId": id_of(ACME), "invitations": rows, "dryRun": dry_run });
    world.as_(inviter).run(INVITE_ALL, json!({ "input": input })).await
}

fn row(email: &str, role: &str) -> Value {
    json!({ "email": email, "roles": [{ "builtIn": role }] })
}

fn rows(word: &str, count: usize) -> Vec<Value> {
    (0..count).map(|number| row(&format!("{word}{number}@example.org"), "VIEWER")).collect()
}

/// Code and field of the mistake in each row; null for a valid row.
fn mistakes(answer: &Answer) -> Vec<Value> {
    let results = answer.ok()["tried"]["results"].as_array().unwrap();
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result["index"], index);
    }
    results.iter().map(|result| result["userErrors"][0].get("code").cloned().unwrap_or_default()).collect()
}

#[test]
fn invalid_rows_are_reported_and_do_not_stop_valid_ones() {
    with_database(async |world| {
        invite(&world, OWNER_OF_ACME, ACME, "waits@example.org", "VIEWER").await;
        let foreign = Type::Role.id(HUB.probe_role()).0;
        let rows = || {
            vec![
                row("a@example.org", "VIEWER"),
                row("not an address", "VIEWER"),
                row("b@example.org", "OWNER"),
                row("A@example.org ", "BILLING"),
                row(VIEWER_OF_ACME.person().email, "VIEWER"),
                row("waits@example.org", "VIEWER"),
                json!({ "email": "c@example.org", "roles": [{ "roleId": foreign }] }),
                json!({ "email": "d@example.org", "roles": [{ "roleId": "nonsense" }] }),
                json!({ "email": "e@example.org", "roles": [] }),
                row("f@example.org", "TECHNICAL"),
            ]
        };
        let expected = json!([
            null,
            "INVALID_INPUT",
            "PERMISSION_NOT_HELD",
            "DUPLICATE",
            "ALREADY_MEMBER",
            "DUPLICATE",
            "UNKNOWN",
            "INVALID_INPUT",
            "INVALID_INPUT",
            null
        ]);
        let before = world.db_dump().await;
        let dry = invite_all(&world, ADMIN_OF_ACME, rows(), true).await;
        assert_eq!(json!(mistakes(&dry)), expected, "{}", dry.text);
        assert!(dry.ok()["tried"]["results"].as_array().unwrap().iter().all(|result| result["invitation"].is_null()));
        let after = world.db_dump().await;
        for table in ["invitation", "invitation_role", "outgoing_mail"] {
            assert_eq!(before[table], after[table], "a dry run wrote into {table}");
        }
        assert!(after["audit_event"].iter().all(|event| !event.contains("inviteMembers") || event.contains("REFUSED")));

        let answer = invite_all(&world, ADMIN_OF_ACME, rows(), false).await;
        assert_eq!(json!(mistakes(&answer)), expected, "{}", answer.text);
        let results = &answer.ok()["tried"]["results"];
        assert_eq!(results[9]["invitation"]["roles"][0]["name"], "TECHNICAL");
        assert_eq!(results[1]["userErrors"][0]["field"], json!(["input", "invitations", "1", "email"]));
        assert_eq!(results[3]["email"], "A@example.org ");
        assert!(results[3]["userErrors"][0]["message"].as_str().unwrap().contains("index 0"), "{}", answer.text);
        assert_eq!(world.mails("a@example.org").await.len(), 1);
        assert_eq!(world.texts("SELECT recipient FROM outgoing_mail").await.len(), 3);
        done(&sign_up(&world, "f@example.org", Some(&world.link("f@example.org").await)).await);
        // The log of each invitation is found by its id.
        let query = "query($id: ID!, $of: ID!) { organisation(id: $id) { auditEvents(filter: {objectId: $of}) { edges { \
             node { action } } } auditVerification { valid reason } } }";
        for index in [0, 9] {
            let of = &results[index]["invitation"]["id"];
            let log = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME), "of": of })).await;
            let edges = log.ok()["organisation"]["auditEvents"]["edges"].as_array().unwrap();
            assert_eq!(edges.last().unwrap()["node"]["action"], "inviteMembers");
            assert_eq!(log.ok()["organisation"]["auditVerification"], json!({ "valid": true, "reason": null }));
        }
    });
}

#[test]
fn an_empty_list_and_a_too_long_one_are_refused() {
    with_database(async |world| {
        for (rows, code) in [(Vec::new(), "INVALID_INPUT"), (rows("many", 501), "TOO_MANY")] {
            let answer = invite_all(&world, OWNER_OF_ACME, rows, false).await;
            assert_eq!(answer.user_codes(), [code]);
            assert_eq!(answer.ok()["tried"]["results"], json!([]));
        }
        assert!(world.texts("SELECT recipient FROM outgoing_mail").await.is_empty());
        invite_all(&world, VIEWER_OF_ACME, rows("many", 1), false).await.refused("FORBIDDEN");
        invite_all(&world, SOLE_PERSON, rows("many", 1), false).await.refused("NOT_FOUND");
    });
}

#[test]
fn many_invitations_take_as_many_statements_as_few_and_are_limited_per_hour() {
    with_database(async |world| {
        let few = invite_all(&world, OWNER_OF_ACME, rows("few", 2), false).await;
        let few = {
            few.ok();
            invite_all(&world, OWNER_OF_ACME, rows("other", 2), false).await
        };
        let many = invite_all(&world, OWNER_OF_ACME, rows("many", 500), false).await;
        assert_eq!(mistakes(&many), vec![Value::Null; 500]);
        assert!(many.statements <= few.statements, "{} for 2, {} for 500", few.statements, many.statements);
        assert_eq!(world.texts("SELECT email FROM invitation WHERE email LIKE 'many%'").await.len(), 500);
        let rest = invite_all(&world, OWNER_OF_ACME, rows("rest", 500), false).await;
        let codes = mistakes(&rest);
        assert_eq!(codes.iter().filter(|code| code.is_null()).count(), 496);
        assert!(codes[496..].iter().all(|code| code == "TOO_MANY"), "{codes:?}");
        let one = try_invite(&world, OWNER_OF_ACME, invitation(ACME, ADA, "VIEWER")).await;
        assert_eq!(one.user_codes(), ["TOO_MANY"]);
        // Other organisations can still invite.
        invite(&world, OWNER_OF_LUND, LUND, ADA, "VIEWER").await;
        let hour = chrono::TimeDelta::hours(1);
        world.db_execute("UPDATE invitation SET sent_at = $1", [(now() - hour).into()]).await;
        // The owner has used up a day of mails to outsiders; the organisation has not.
        invite(&world, ADMIN_OF_ACME, ACME, ADA, "VIEWER").await;
    });
}
