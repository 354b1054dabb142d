//! Instants outside the years 1 to 9999 are refused, on both databases alike.

use serde_json::json;

use crate::world::*;

/// Instants beyond the calendar. An offset moves two of them over its edge.
const BEYOND: [&str; 5] = [
    "9999-12-31T23:59:59-01:00",
    "0001-01-01T00:00:00+01:00",
    "+10000-01-01T00:00:00Z",
    "+262142-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
];

#[test]
fn an_instant_beyond_the_calendar_is_refused() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let filter = "query($id: ID!, $filter: AuditFilter) { organisation(id: $id) { auditEvents(filter: $filter) { \
             edges { node { id } } } } }";
        let good = json!({ "from": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z" });
        olga.run(filter, json!({ "id": id_of(ACME), "filter": good })).await.ok();
        for at in BEYOND {
            for field in ["from", "until"] {
                let variables = json!({ "id": id_of(ACME), "filter": { field: at } });
                let answer = olga.run(filter, variables).await;
                assert_eq!(answer.codes(), ["INVALID_INPUT"], "{at}: {}", answer.text);
            }
            let invitation = json!({ "organisationId": id_of(ACME), "email": "ada@example.org",
                "roles": [{ "builtIn": "MEMBER" }], "membershipExpiresAt": at });
            let answer = olga.attempt("inviteMember", invitation, "").await;
            let is_refused = answer.codes() == ["INVALID_INPUT"] || answer.user_codes() == ["INVALID_INPUT"];
            assert!(is_refused, "{at}: {}", answer.text);
        }
        assert!(world.mails("ada@example.org").await.is_empty());
    });
}
