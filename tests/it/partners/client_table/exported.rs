//! The client table as a file says what the API says to the same viewer, in the same order.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use tenantry::access::BuiltinRole;

use super::*;

/// Text as part of a query string.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

async fn export(world: &World, caller: Caller, reseller: &str, query: &str) -> HttpAnswer {
    let path = format!("/resellers/{reseller}/clients.csv{query}");
    world.send(world.as_(caller).get(&path).await).await
}

/// The lines of a table, the first of which names the columns.
async fn table(world: &World, caller: Caller, query: &str) -> Vec<Vec<String>> {
    let answer = export(world, caller, &id_of(FJORD), query).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.headers[CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(answer.headers[CONTENT_DISPOSITION], "attachment; filename=\"clients.csv\"");
    let text = answer.body.strip_prefix('\u{feff}').unwrap();
    assert!(text.ends_with("\r\n") && !text.contains('\u{feff}'));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|line| line.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_table_has_the_clients_and_the_columns_of_the_view_in_its_order() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.limits.export_rows = 2).await;
        define_all(&world).await;
        set(&world, ACME, &[("region", Some("north")), ("note", Some("=1+1"))]).await;
        set(&world, GRAN, &[("region", Some("south")), ("score", Some("-2.5"))]).await;
        let hidden = "UPDATE partnership SET delegated = 0 WHERE reseller_id = $1 AND client_id = $2";
        world.db_execute(hidden, [FJORD.id.into(), GRAN.id.into()]).await;
        let view = json!({
            "resellerId": id_of(FJORD), "name": "Owing", "columns": ["OVERDUE_AMOUNT", "region", "note", "score", "MEMBERS"],
            "orderBy": { "field": "OVERDUE_AMOUNT", "direction": "DESC" },
        });
        let view = world.as_(OWNER_OF_FJORD).act("saveClientView", view, "view { id }").await["view"]["id"].clone();
        let listed = names(&world, Value::Null, json!({ "field": "OVERDUE_AMOUNT", "direction": "DESC" })).await;
        let query = format!("?view={}", view.as_str().unwrap());
        let lines = table(&world, OWNER_OF_FJORD, &query).await;
        let first =
            "name,reference,kind,partnershipState,organisationId,OVERDUE_AMOUNT,The region,The note,The score,MEMBERS";
        assert_eq!(lines[0].join(","), first);
        let shown: Vec<String> = lines[1..].iter().map(|line| line[0].clone()).collect();
        assert_eq!(shown, listed);
        let line = |name: &str| lines.iter().find(|line| line[0] == name).unwrap();
        let acme = line("Acme");
        assert_eq!((&*acme[4], &*acme[5]), (&*id_of(ACME), "1500.00 SEK"));
        assert_eq!((&*acme[6], &*acme[7]), ("north", "'=1+1"), "no cell runs as a formula");
        assert_eq!(acme[9], world.members(ACME).await.len().to_string());
        // Gran shows no figures, and its number is one.
        assert_eq!(line("Gran")[5..], ["", "south", "", "-2.5", ""]);

        let filter = encoded(&json!({ "name": { "contains": "gran" } }).to_string());
        let order = encoded(&json!({ "field": "NAME", "direction": "DESC" }).to_string());
        let lines =
            table(&world, OWNER_OF_FJORD, &format!("?filter={filter}&orderBy={order}&columns=region,MEMBERS")).await;
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1][5..], ["south", ""]);
        let nobody = encoded(&json!({ "name": { "contains": "nobody" } }).to_string());
        assert_eq!(
            table(&world, OWNER_OF_FJORD, &format!("?filter={nobody}")).await.len(),
            1,
            "the names of the columns"
        );
    });
}

#[test]
fn a_table_is_refused_like_the_list_and_bad_parameters_say_what_to_do() {
    with_database(async |world| {
        let join = [Held::Builtin(BuiltinRole::Member)];
        world.db_join(700_000, FJORD, MEMBER_OF_ACME.person().id, &join, None).await;
        let fjord = id_of(FJORD);
        for (caller, reseller, query, status) in [
            (NOBODY, fjord.as_str(), "", StatusCode::UNAUTHORIZED),
            (OWNER_OF_LUND, &fjord, "", StatusCode::NOT_FOUND),
            (MEMBER_OF_ACME, &fjord, "", StatusCode::FORBIDDEN),
            (OWNER_OF_ACME, &id_of(ACME), "", StatusCode::NOT_FOUND),
            (OWNER_OF_FJORD, "fjord", "", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?columns=PROFIT", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?filter=x", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?filter=%7B%22colour%22%3A1%7D", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?sort=name", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, "?view=x&filter=%7B%7D", StatusCode::BAD_REQUEST),
            (OWNER_OF_FJORD, &fjord, &format!("?view={}", Type::ClientView.id(FJORD.id).0), StatusCode::NOT_FOUND),
        ] {
            let answer = export(&world, caller, reseller, query).await;
            assert_eq!(answer.status, status, "{} {reseller}{query}: {}", caller.name(), answer.body);
        }
        let said = export(&world, OWNER_OF_FJORD, &fjord, "?columns=PROFIT").await.body;
        assert!(said.contains("The figures are: MEMBERS"), "{said}");
    });
}
