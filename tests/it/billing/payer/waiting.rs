//! A person who loses BILLING_UPDATE while the request waits changes nothing.

use serde_json::json;

use super::*;
use crate::base::locked::while_waiting;

/// Olga no longer holds anything at Acme.
const GONE: &str = "DELETE FROM membership_role WHERE organisation_id = $1 AND membership_id IN \
                    (SELECT m.id FROM membership m JOIN \"user\" u ON u.id = m.user_id WHERE u.name LIKE 'Olga%')";
/// Nor anything elsewhere.
const GONE_ELSEWHERE: &str = "DELETE FROM membership_role WHERE organisation_id <> $1 AND membership_id IN \
                              (SELECT m.id FROM membership m JOIN \"user\" u ON u.id = m.user_id WHERE u.name LIKE 'Olga%')";

#[test]
fn a_member_removed_while_the_request_waits_changes_no_payer() {
    with_database(async |world| {
        for mutation in [
            "updateBillingDetails",
            "setBillingRecipient",
            "createBillingContact",
            "updateBillingContact",
            "deleteBillingContact",
            "requestPayer",
            "withdrawPayerRequest",
            "acceptPayer",
            "declinePayer",
            "endPayer",
        ] {
            world.db_reset().await;
            world.db_verify_everybody().await;
            let olga = world.as_(OWNER_OF_ACME);
            let place = json!({ "organisationId": id_of(ACME) });
            let contact = json!({ "organisationId": id_of(ACME), "name": "N", "address": "A", "country": "SE",
                                  "email": "n@example.org" });
            let of_contact = olga.act("createBillingContact", contact.clone(), "contact { id }").await;
            let of_contact = json!({ "contactId": of_contact["contact"]["id"] });
            let input = match mutation {
                "createBillingContact" => contact,
                "updateBillingContact" | "deleteBillingContact" => of_contact,
                "requestPayer" => seeking(ACME, "NOBO-DYXX", 0),
                "withdrawPayerRequest" => named(&ask(&world, OWNER_OF_ACME, seeking(ACME, "NOBO-DYXX", 0)).await),
                "endPayer" => named(&agree(&world, ACME, SOLO, 0).await),
                "acceptPayer" | "declinePayer" => {
                    named(&ask(&world, SOLE_PERSON, seeking(SOLO, &world.code_of(ACME).await, 0)).await)
                }
                _ => place,
            };
            let before = world.texts("SELECT state FROM payer ORDER BY id").await;
            while_waiting(&world, OWNER_OF_ACME, (mutation, input), GONE).await.refused("NOT_FOUND");
            assert_eq!(world.texts("SELECT state FROM payer ORDER BY id").await, before, "{mutation}");
        }
    });
}

#[test]
fn a_person_who_lost_the_payer_while_waiting_only_requests() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        db_nobody_pays(&world).await;
        db_role_at(&world, 760_000, OWNER_OF_ACME, SOLO, BuiltinRole::Billing).await;
        let asked = ask(&world, OWNER_OF_ACME, asking(ACME, SOLO, 3)).await;
        assert_eq!(asked["state"], "SCHEDULED", "with both sides in hand it is agreed at once");
        db_nobody_pays(&world).await;
        while_waiting(&world, OWNER_OF_ACME, ("requestPayer", asking(ACME, SOLO, 3)), GONE_ELSEWHERE).await.ok();
        assert_eq!(world.texts("SELECT state FROM payer").await, ["PROPOSED"]);
        assert_eq!(chain_on(&world, ACME, 3).await, Vec::<String>::new());
    });
}
