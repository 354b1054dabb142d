//! Days begin at midnight in the zone of the installation, not in Greenwich.

use serde_json::json;

use super::*;

/// Half past midnight in Stockholm on 1 April 2026. In Greenwich it is still the 31st of March.
const HALF_PAST_MIDNIGHT: TimeDelta = TimeDelta::minutes((16 * 24 + 10) * 60 + 30);

#[test]
fn a_payer_begun_half_an_hour_after_midnight_starts_on_the_local_day() {
    with_database(async |world| {
        db_nobody_pays(&world).await;
        world.db_verify(OWNER_OF_FJORD).await;
        world.wait(HALF_PAST_MIDNIGHT);
        let operator = world.as_(OWNER_OF_OPERATOR);
        let yesterday = operator.mistake("requestPayer", asking(ACME, SOLO, 16)).await;
        assert_eq!(yesterday["field"], json!(["input", "startsOn"]));
        let agreed = ask(&world, OWNER_OF_OPERATOR, asking(ACME, SOLO, 17)).await;
        assert_eq!((&agreed["state"], &agreed["startsOn"]), (&json!("ACTIVE"), &json!("2026-04-01")));
        assert_eq!(chain_on(&world, ACME, 16).await, [""; 0]);
        let query = "query($id: ID!) { explainPayer(organisationId: $id) { on payer { name } } }";
        let today = operator.run(query, json!({ "id": id_of(ACME) })).await;
        assert_eq!(today.at("explainPayer"), &json!({ "on": "2026-04-01", "payer": { "name": "Solo" } }));
        let ended = operator.act("endPayer", named(&agreed), AGREEMENT).await;
        assert_eq!(ended["agreement"]["endsOn"], "2026-04-01");

        let client = json!({ "name": "Bakery", "kind": "COMPANY", "delegation": { "preset": "FULL" },
                             "recipient": { "reseller": true } });
        let input = json!({ "organisationId": id_of(FJORD), "client": client });
        let select = "client { payerRequests(first: 2) { edges { node { startsOn payer { name } } } } }";
        let made = world.as_(OWNER_OF_FJORD).act("createClient", input, select).await;
        let agreements = &made["client"]["payerRequests"]["edges"];
        assert_eq!(agreements, &json!([{ "node": { "startsOn": "2026-04-01", "payer": { "name": "Fjord" } } }]));
    });
}

#[test]
fn an_invoice_is_overdue_from_the_first_minute_of_the_local_day_after() {
    with_database(async |world| {
        let due = (now() + TimeDelta::days(16)).date_naive();
        world.db_execute("UPDATE invoice SET state = 'OPEN', due_on = $1", [due.into()]).await;
        let query = "query($id: ID!) { organisation(id: $id) { overview { overdueInvoices { count } } \
                     open: invoices(first: 1, filter: {state: OPEN}) { totalCount } \
                     invoices(first: 1) { totalCount edges { node { state } } } } }";
        for (wait, state) in [(HALF_PAST_MIDNIGHT - TimeDelta::minutes(31), "OPEN"), (TimeDelta::minutes(1), "OVERDUE")]
        {
            world.wait(wait);
            let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
            let seen = &answer.ok()["organisation"];
            let all = &seen["invoices"]["totalCount"];
            assert_eq!(seen["invoices"]["edges"][0]["node"]["state"], state);
            let (open, overdue) = if state == "OPEN" { (all, &json!(0)) } else { (&json!(0), all) };
            assert_eq!((&seen["open"]["totalCount"], &seen["overview"]["overdueInvoices"]["count"]), (open, overdue));
        }
    });
}
