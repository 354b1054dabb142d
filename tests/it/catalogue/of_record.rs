//! Who earns commission on a subscription.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::base::id::Type;

use super::offers::*;
use crate::world::*;

const WHO: &str = "query($id: ID!) { node(id: $id) { ... on Subscription { partnerOfRecord { name }
  partnersOfRecord(first: 9) { totalCount edges { node { startsOn reseller { name } partnership { id } recordedAt } } }
} } }";

/// A subscription of Hamra, a client of Fjord, that the operator has sold, and the id of their partnership.
async fn sold_by_staff(world: &World) -> (String, String) {
    db_offer(world).await;
    world.db_execute("UPDATE partnership SET ends_at = NULL WHERE client_id = $1", [HAMRA.id.into()]).await;
    let id = buy(world, OWNER_OF_OPERATOR, HAMRA, &[line(SEAT, 2)], 20_000).await.remove(0);
    let sql = "SELECT id FROM partnership WHERE client_id = $1 AND reseller_id = $2";
    let rows = world.db().rows(sql, vec![HAMRA.id.into(), FJORD.id.into()]).await.unwrap();
    (id, Type::Partnership.id(rows[0].try_get_by_index(0).unwrap()).0)
}

fn input(subscription: &str, partnership: Option<&str>, starts_on: &str) -> Value {
    json!({ "subscriptionId": subscription, "partnershipId": partnership, "startsOn": starts_on })
}

/// Who earns, and the history as `day reseller`, the newest first.
async fn earning(world: &World, subscription: &str) -> (Value, Vec<String>) {
    let answer = world.as_(OWNER_OF_OPERATOR).run(WHO, json!({ "id": subscription })).await;
    let node = &answer.ok()["node"];
    let edges = node["partnersOfRecord"]["edges"].as_array().unwrap();
    let said = |edge: &Value| {
        let node = &edge["node"];
        format!("{} {}", node["startsOn"].as_str().unwrap(), node["reseller"]["name"].as_str().unwrap_or("nobody"))
    };
    (node["partnerOfRecord"]["name"].clone(), edges.iter().map(said).collect())
}

#[test]
fn staff_say_who_earns_from_a_day_on_and_nothing_of_it_is_lost() {
    with_database(async |world| {
        let (id, partnership) = sold_by_staff(&world).await;
        // Without a word about it, the oldest partnership earns.
        assert_eq!(earning(&world, &id).await, (json!("Fjord"), vec![]));
        let staff = world.as_(OWNER_OF_OPERATOR);
        let selection = "subscription { partnerOfRecord { name } } organisation { name }";
        let payload = staff.act("setPartnerOfRecord", input(&id, None, "2026-03-15"), selection).await;
        assert_eq!(payload["subscription"]["partnerOfRecord"], Value::Null);
        assert_eq!(payload["organisation"]["name"], "Hamra");
        staff.act("setPartnerOfRecord", input(&id, Some(&partnership), "2026-03-20"), selection).await;
        assert_eq!(
            earning(&world, &id).await,
            (Value::Null, vec!["2026-03-20 Fjord".into(), "2026-03-15 nobody".into()])
        );
        // A later word on the same day counts, and the earlier one stays in the history.
        let mut again = input(&id, Some(&partnership), "2026-03-15");
        again["idempotencyKey"] = json!("k");
        for _ in 0..2 {
            let payload = staff.act("setPartnerOfRecord", again.clone(), selection).await;
            assert_eq!(payload["subscription"]["partnerOfRecord"]["name"], "Fjord");
        }
        let history = ["2026-03-20 Fjord", "2026-03-15 Fjord", "2026-03-15 nobody"].map(str::to_owned).to_vec();
        assert_eq!(earning(&world, &id).await, (json!("Fjord"), history));
        let details = "SELECT details FROM audit_event WHERE action = 'setPartnerOfRecord' AND outcome = 'DONE' \
                       ORDER BY sequence";
        let details = world.texts(details).await;
        assert_eq!(details.len(), 3);
        assert!(details[1].contains(&partnership) && details[1].contains("2026-03-20"), "{}", details[1]);
        // Somebody whose partnership is over earns nothing, and nobody takes the place.
        world.db_execute("UPDATE partnership SET state = 'ENDED' WHERE client_id = $1", [HAMRA.id.into()]).await;
        assert_eq!(earning(&world, &id).await.0, Value::Null);
    });
}

#[test]
fn the_partner_that_orders_earns_and_only_those_who_see_partnerships_see_it() {
    with_database(async |world| {
        db_offer(&world).await;
        world.db_execute("UPDATE partnership SET ends_at = NULL WHERE client_id = $1", [HAMRA.id.into()]).await;
        let id = buy(&world, MANAGER_OF_FJORD, HAMRA, &[line(SEAT, 2)], 20_000).await.remove(0);
        assert_eq!(earning(&world, &id).await, (json!("Fjord"), vec!["2026-03-15 Fjord".into()]));
        let buyer = [Held::Builtin(tenantry::access::BuiltinRole::Buyer)];
        world.db_join(1, HAMRA, SOLE_PERSON.person().id, &buyer, None).await;
        let answer = world.as_(SOLE_PERSON).run(WHO, json!({ "id": id })).await;
        for field in ["partnerOfRecord", "partnersOfRecord"] {
            let error = answer.error_at(&["node".to_owned(), field.to_owned()]).unwrap();
            assert_eq!(error["extensions"]["permission"], "PARTNERSHIP_READ", "{}", answer.text);
        }
    });
}

#[test]
fn a_partner_that_cannot_earn_is_refused_and_so_is_everybody_but_staff() {
    with_database(async |world| {
        let (id, partnership) = sold_by_staff(&world).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.credential().await;
        let foreign = "SELECT id FROM partnership WHERE client_id <> $1 ORDER BY id LIMIT 1";
        let foreign = world.db().rows(foreign, vec![HAMRA.id.into()]).await.unwrap();
        let foreign = Type::Partnership.id(foreign[0].try_get_by_index(0).unwrap()).0;
        let count = async || world.db_count("partner_of_record").await;
        let before = count().await;
        for (bad, code, field) in [
            (input(&id, Some(&partnership), "2026-03-14"), "TOO_LATE", "startsOn"),
            (input(&id, Some(&foreign), "2026-03-15"), "UNKNOWN", "partnershipId"),
        ] {
            let error = staff.mistake("setPartnerOfRecord", bad).await;
            assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!(["input", field])), "{error}");
        }
        let ends = "UPDATE partnership SET ends_at = $2 WHERE client_id = $1";
        world.db_execute(ends, [HAMRA.id.into(), (now() + TimeDelta::days(3)).into()]).await;
        for (day, is_in_force) in [("2026-03-17", true), ("2026-03-18", false)] {
            let answer = staff.attempt("setPartnerOfRecord", input(&id, Some(&partnership), day), "").await;
            let expected: &[&str] = if is_in_force { &[] } else { &["STALE_STATE"] };
            assert_eq!(answer.user_codes(), expected, "{day}");
        }
        for (caller, code) in [
            // They see the subscription, but are not staff.
            (MANAGER_OF_FJORD, "FORBIDDEN"),
            (SOLE_PERSON, "NOT_FOUND"),
            (NOBODY, "UNAUTHENTICATED"),
        ] {
            world.as_(caller).attempt("setPartnerOfRecord", input(&id, None, "2026-03-15"), "").await.refused(code);
        }
        world.db_execute("UPDATE subscription SET state = 'ENDED' WHERE organisation_id = $1", [HAMRA.id.into()]).await;
        let error = staff.mistake("setPartnerOfRecord", input(&id, None, "2026-03-15")).await;
        assert_eq!(error["code"], "STALE_STATE");
        assert_eq!(count().await, before + 1);
    });
}
