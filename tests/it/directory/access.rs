//! Who synchronises and who sees a directory.

use super::*;

const PEOPLE: &str = "query($id: ID!) { organisation(id: $id) { name people(first: 5) { totalCount } } }";

/// What Fjord may do at Acme.
async fn db_delegate(world: &World, permissions: &[tenantry::access::Permission]) {
    let set = tenantry::access::PermissionSet::of(permissions).closed();
    let sql = "UPDATE partnership SET delegated = $1 WHERE reseller_id = $2 AND client_id = $3";
    world.db_execute(sql, [set.to_stored().into(), FJORD.id.into(), ACME.id.into()]).await;
}

#[test]
fn a_partner_synchronises_with_the_permission_and_a_stranger_sees_nothing() {
    use tenantry::access::Permission;
    with_database(async |world| {
        let input = part("1", "PATCH", &people(0..2));
        db_delegate(&world, &[Permission::DirectorySync]).await;
        world.as_(OWNER_OF_FJORD).act("syncDirectory", input.clone(), "sync { created }").await;
        let event = "SELECT id FROM audit_event WHERE action = 'syncDirectory' AND outcome = 'DONE' AND actor_id = $1";
        assert_eq!(world.db().rows(event, vec![OWNER_OF_FJORD.person().id.into()]).await.unwrap().len(), 1);
        let answer = world.as_(OWNER_OF_FJORD).run(PEOPLE, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.at("organisation/people/totalCount"), 2, "{}", answer.text);
        db_delegate(&world, &[Permission::DirectoryRead]).await;
        let before = world.db_count("directory_person").await;
        let answer = world.as_(OWNER_OF_FJORD).attempt("syncDirectory", with(input.clone(), "syncId", "2"), "").await;
        answer.refused("FORBIDDEN");
        db_delegate(&world, &[Permission::OrganisationRead]).await;
        let answer = world.as_(OWNER_OF_FJORD).run(PEOPLE, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"], "{}", answer.text);
        for stranger in [SOLE_PERSON, BOREAL.owner] {
            let answer = world.as_(stranger).attempt("syncDirectory", with(input.clone(), "syncId", "3"), "").await;
            answer.refused("NOT_FOUND");
            let log_ins = json!({ "organisationId": id_of(ACME), "logIns": [] });
            world.as_(stranger).attempt("recordLogIns", log_ins, "").await.refused("NOT_FOUND");
        }
        assert_eq!(before, world.db_count("directory_person").await);
        let id = sync(&world, with(input, "syncId", "4")).await["people"][0]["objectId"].clone();
        let node = "query($id: ID!) { node(id: $id) { id } }";
        world.as_(SOLE_PERSON).run(node, json!({ "id": id })).await.refused("NOT_FOUND");
        world.as_(OWNER_OF_FJORD).run(node, json!({ "id": id })).await.refused("NOT_FOUND");
        world.as_(OWNER_OF_ACME).run(node, json!({ "id": id })).await.ok();
    });
}

#[test]
fn an_api_key_with_directory_sync_synchronises_and_does_nothing_else() {
    with_database(async |world| {
        world.db_verify(OWNER_OF_ACME).await;
        let input = json!({ "organisationId": id_of(ACME), "name": "Directory", "permissions": ["DIRECTORY_SYNC"] });
        let made = world.as_(OWNER_OF_ACME).act("createApiKey", input, "secret").await;
        let secret = made["secret"].as_str().unwrap();
        let query = "mutation($input: SyncDirectoryInput!) { syncDirectory(input: $input) { sync { created } \
             people { outcome } userErrors { code } } }";
        let variables = json!({ "input": part("1", "FULL", &people(0..3)) });
        let answer = world.send_as(Some(secret), query, variables).await;
        assert_eq!(answer.at("syncDirectory/sync/created"), 3, "{}", answer.text);
        let answer = world.send_as(Some(secret), PEOPLE, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.at("organisation/people/totalCount"), 3, "{}", answer.text);
        let query =
            "mutation($input: UpdateOrganisationInput!) { updateOrganisation(input: $input) { userErrors { code } } }";
        let variables = json!({ "input": { "organisationId": id_of(ACME), "name": "Other" } });
        world.send_as(Some(secret), query, variables).await.refused("FORBIDDEN");
    });
}
