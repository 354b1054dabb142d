//! Organisations that require a second factor of their members.

use super::*;

const SEES: &str = "query($id: ID!) { organisation(id: $id) { name viewerPermissions \
     signInPolicy { requiresSecondFactor } members(first: 50) { edges { node { user { name } hasSecondFactor } } } } }";

/// The owner of Acme, who has a second factor, requires one of the members.
async fn require(world: &World) {
    turn_on(world, OWNER_OF_ACME).await;
    let set = set_policy(world, OWNER_OF_ACME, ACME, "requireSecondFactor: true").await;
    let expected = json!({ "requiresSecondFactor": true, "logsLogIns": false });
    assert_eq!(set.at("setSignInPolicy/organisation/signInPolicy"), &expected, "{}", set.text);
}

#[test]
fn a_member_without_the_required_second_factor_is_told_what_to_do() {
    with_database(async |world| {
        let max = world.as_(ADMIN_OF_ACME);
        let before = max.run(SEES, json!({ "id": id_of(ACME) })).await;
        assert!(before.at("organisation/viewerPermissions").as_array().unwrap().len() > 5, "{}", before.text);
        require(&world).await;

        let after = max.run(SEES, json!({ "id": id_of(ACME) })).await;
        assert_eq!(after.at("organisation/name"), ACME.name);
        assert_eq!(after.at("organisation/viewerPermissions"), &json!(["ORGANISATION_READ"]));
        assert_eq!(after.at("organisation/signInPolicy/requiresSecondFactor"), true);
        assert_eq!(after.at("organisation/members"), &Value::Null);
        let error = &after.errors()[0];
        assert_eq!(error["extensions"]["code"], "SECOND_FACTOR_REQUIRED", "{}", after.text);
        assert!(error["message"].as_str().unwrap().contains("beginSecondFactor"), "{}", after.text);
        let change = "mutation($id: ID!) { updateOrganisation(input: {organisationId: $id, name: \"New\"}) { \
             userErrors { code } } }";
        max.run(change, json!({ "id": id_of(ACME) })).await.refused("SECOND_FACTOR_REQUIRED");
        // The own account is read and changed as before.
        let own = "{ viewer { name email activeOrganisation { name } memberships(first: 9) { totalCount } \
             sessions(first: 1) { totalCount } secondFactor { isOn } } }";
        let own = max.run(own, json!({})).await;
        assert_eq!(own.at("viewer/secondFactor/isOn"), false, "{}", own.text);

        turn_on(&world, ADMIN_OF_ACME).await;
        let open = max.run(SEES, json!({ "id": id_of(ACME) })).await;
        assert_eq!(open.at("organisation/viewerPermissions"), before.at("organisation/viewerPermissions"));
        let members = open.at("organisation/members/edges").as_array().unwrap().clone();
        let having: Vec<&str> = members
            .iter()
            .filter(|edge| edge["node"]["hasSecondFactor"] == true)
            .map(|edge| edge["node"]["user"]["name"].as_str().unwrap())
            .collect();
        assert_eq!(having.len(), 2, "{having:?}");
        assert!(having.contains(&ADMIN_OF_ACME.name()) && having.contains(&OWNER_OF_ACME.name()), "{having:?}");
    });
}

#[test]
fn the_explanation_names_the_missing_second_factor() {
    with_database(async |world| {
        require(&world).await;
        let query = "query($id: ID!, $permission: Permission!) { explainAccess(organisationId: $id, \
             permission: $permission) { granted misses { reason sentence remedy { permission } } } }";
        let ask = async |permission: &str| {
            let asked = json!({ "id": id_of(ACME), "permission": permission });
            world.as_(ADMIN_OF_ACME).run(query, asked).await
        };
        assert_eq!(ask("ORGANISATION_READ").await.at("explainAccess/granted"), true);
        let missed = ask("MEMBER_READ").await;
        assert_eq!(missed.at("explainAccess/misses/0/reason"), "SECOND_FACTOR_MISSING", "{}", missed.text);
        assert!(missed.at("explainAccess/misses/0/sentence").as_str().unwrap().contains("beginSecondFactor"));
    });
}

#[test]
fn keys_and_people_of_partners_need_no_second_factor() {
    with_database(async |world| {
        let sees = async |caller: Caller, at: Tenant| {
            world.as_(caller).run(SEES, json!({ "id": id_of(at) })).await.at("organisation/viewerPermissions").clone()
        };
        let before = (sees(OWNER_OF_FJORD, ACME).await, sees(KEY_OF_FJORD, FJORD).await);
        require(&world).await;
        turn_on(&world, OWNER_OF_FJORD).await;
        set_policy(&world, OWNER_OF_FJORD, FJORD, "requireSecondFactor: true").await.ok();
        assert_eq!((sees(OWNER_OF_FJORD, ACME).await, sees(KEY_OF_FJORD, FJORD).await), before);
        // At the partner itself, its own people need one, also for its clients.
        let lost = world.as_(SUPPORT_OF_FJORD).run(SEES, json!({ "id": id_of(ACME) })).await;
        lost.refused("NOT_FOUND");
    });
}

#[test]
fn nobody_requires_what_they_do_not_have_themselves() {
    with_database(async |world| {
        let refused = set_policy(&world, OWNER_OF_ACME, ACME, "requireSecondFactor: true").await;
        assert_eq!(error(&refused), "SECOND_FACTOR_REQUIRED");
        assert_eq!(world.db_count("sign_in_policy").await, 0);
        require(&world).await;
        // Left out stays, and what is lifted gives everything back with the next request.
        set_policy(&world, OWNER_OF_ACME, ACME, "logLogIns: true").await.ok();
        let lost = world.as_(VIEWER_OF_ACME).run(SEES, json!({ "id": id_of(ACME) })).await;
        assert_eq!(lost.at("organisation/viewerPermissions"), &json!(["ORGANISATION_READ"]));
        set_policy(&world, OWNER_OF_ACME, ACME, "requireSecondFactor: false").await.ok();
        let back = world.as_(VIEWER_OF_ACME).run(SEES, json!({ "id": id_of(ACME) })).await;
        assert!(back.at("organisation/viewerPermissions").as_array().unwrap().len() > 5, "{}", back.text);
    });
}
