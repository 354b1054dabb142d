//! A partner handles the assets of its client as far as the client delegates it.

use serde_json::json;
use tenantry::access::{Permission, PermissionSet};

use super::*;

async fn db_delegate(world: &World, permissions: &[Permission]) {
    let set = PermissionSet::of(permissions).to_stored();
    let sql = "UPDATE partnership SET delegated = $1 WHERE client_id = $2";
    world.db_execute(sql, [set.into(), ACME.id.into()]).await;
}

#[test]
fn a_partner_creates_and_deletes_assets_as_far_as_it_is_delegated() {
    with_database(async |world| {
        db_licences(&world).await;
        buy_seats(&world, 1).await;
        let frida = world.as_(OWNER_OF_FJORD);
        db_delegate(&world, &[Permission::OrganisationRead, Permission::AssetRead]).await;
        frida.attempt("createAsset", one(logger("Roof")), "").await.refused("FORBIDDEN");

        db_delegate(&world, &[Permission::AssetCreate]).await;
        let payload = frida.act("createAsset", one(logger("Roof")), "asset { id feature { name } }").await;
        assert_eq!(payload["asset"]["feature"]["name"], "Data loggers");
        let input = json!({ "organisationId": id_of(ACME), "assetIds": [payload["asset"]["id"]] });
        frida.attempt("deleteAssets", input.clone(), RESULTS).await.refused("FORBIDDEN");
        assert_eq!(db_used(&world).await, 1);

        db_delegate(&world, &[Permission::AssetDelete]).await;
        frida.act("deleteAssets", input, RESULTS).await;
        assert_eq!(db_used(&world).await, 0);
        let query = "query($id: ID!) { organisation(id: $id) { assets(first: 5) { totalCount } licencePools(first: 5) { totalCount } } }";
        let answer = frida.run(query, json!({ "id": id_of(ACME) })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.at("organisation/assets/totalCount"), 1);
    });
}

#[test]
fn a_suspended_organisation_creates_no_assets() {
    with_database(async |world| {
        db_licences(&world).await;
        buy_seats(&world, 1).await;
        world.db_execute("UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1", [ACME.id.into()]).await;
        world.as_(OWNER_OF_ACME).attempt("createAsset", one(logger("Roof")), "").await.refused("FORBIDDEN");
        assert_eq!(db_used(&world).await, 0);
    });
}
