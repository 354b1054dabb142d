//! Concurrent changes of one key, and changes while a request waits for the lock of the organisation.

use tenantry::access::BuiltinRole;

use super::*;
use crate::world::on_postgres;

#[test]
fn a_member_removed_while_the_request_waits_cannot_touch_keys() {
    on_postgres(async |world| {
        let input = json!({ "organisationId": id_of(ACME), "name": "Key", "permissions": ["SERVICE_READ"] });
        let (id, secret) = create(&world, OWNER_OF_ACME, input.clone()).await;
        let adam = world.as_(ADMIN_OF_ACME);
        adam.run("{ viewer { name } }", json!({})).await.ok();
        let rows = async || world.texts("SELECT name || permissions || secret_hash FROM api_key ORDER BY id").await;
        let before = rows().await;
        for (number, (mutation, input)) in [
            (CREATE, input),
            (UPDATE, json!({ "apiKeyId": id, "name": "Another" })),
            (ROTATE, json!({ "apiKeyId": id })),
            (REVOKE, json!({ "apiKeyId": id })),
        ]
        .into_iter()
        .enumerate()
        {
            let attempt = run(&world, ADMIN_OF_ACME, mutation, input);
            let answer = world.db_remove_while_it_waits(ADMIN_OF_ACME, attempt).await;
            assert_eq!(answer.codes(), ["NOT_FOUND"], "{}", answer.text);
            assert_eq!(rows().await, before, "{mutation}");
            ask(&world, &secret, ACME).await.ok();
            let number = 750_000 + 10 * u32::try_from(number).unwrap();
            world.db_join(number, ACME, ADMIN_OF_ACME.person().id, &[Held::Builtin(BuiltinRole::Admin)], None).await;
        }
    });
}

#[test]
fn a_key_narrowed_and_renamed_at_once_is_narrowed() {
    with_database(async |world| {
        world.as_(ADMIN_OF_ACME).run("{ viewer { name } }", json!({})).await.ok();
        for round in 0..20 {
            let permissions = json!(["SERVICE_MANAGE", "INVOICE_PAY"]);
            let input = json!({ "organisationId": id_of(ACME), "name": "Key", "permissions": permissions });
            let (id, _) = create(&world, OWNER_OF_ACME, input).await;
            let name = format!("Key {round}");
            let (narrowed, renamed) = tokio::join!(
                run(&world, OWNER_OF_ACME, UPDATE, json!({ "apiKeyId": id, "permissions": ["SERVICE_READ"] })),
                run(&world, ADMIN_OF_ACME, UPDATE, json!({ "apiKeyId": id, "name": name })),
            );
            assert_eq!((narrowed.user_codes(), renamed.user_codes()), (Vec::new(), Vec::new()));
            let query = "query($id: ID!) { node(id: $id) { ... on ApiKey { name permissions } } }";
            let key = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id })).await;
            let expected = json!({ "name": name, "permissions": ["ORGANISATION_READ", "SERVICE_READ"] });
            assert_eq!(key.ok()["node"], expected, "in round {round}");
        }
    });
}
