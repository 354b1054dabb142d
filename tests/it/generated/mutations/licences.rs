//! Examples of the mutations of assets.

use tenantry::base::id::Type;
use uuid::Uuid;

use crate::world::*;

/// Rows that examples add are numbered from here.
const FIRST: u32 = 870_000;

fn hub() -> String {
    Type::Organisation.id(HUB.id()).0
}

fn described() -> String {
    format!("featureId: {:?}, name: \"Example\", kind: \"Logger\"", Type::Feature.id(HUB.quota()).0)
}

/// Gives the hub a subscription of its own for assets. Examples of orders end the others.
async fn db_grant(world: &World) {
    const NAME: &str = "Navet example of a quota";
    let found = world.db().rows("SELECT 1 FROM product WHERE name = $1", vec![NAME.into()]).await.unwrap();
    if found.is_empty() {
        let mut rows = Rows::starting_at(HUB.tree, FIRST);
        let bought = rows.subscription(HUB.id(), NAME);
        rows.licence(bought, HUB.quota());
        rows.db_write(world.db().writer()).await;
    }
}

/// Id of an asset of the hub that is not deleted.
async fn asset(world: &World) -> String {
    let sql = "SELECT id FROM asset WHERE organisation_id = $1 AND state = 'ACTIVE' ORDER BY id LIMIT 1";
    let rows = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
    Type::Asset.id(rows[0].try_get_by_index::<Uuid>(0).unwrap()).0
}

/// Valid arguments.
pub async fn valid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "createAsset" => {
            db_grant(world).await;
            format!("(input: {{organisationId: {:?}, {}}})", hub(), described())
        }
        "createAssets" => {
            db_grant(world).await;
            format!("(input: {{organisationId: {:?}, assets: [{{{}}}]}})", hub(), described())
        }
        "updateAsset" => {
            format!("(input: {{assetId: {:?}, name: \"Changed\", externalId: \"SN 1\"}})", asset(world).await)
        }
        "deleteAssets" => format!("(input: {{organisationId: {:?}, assetIds: [{:?}]}})", hub(), asset(world).await),
        _ => return None,
    })
}

/// Invalid arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "createAsset" => {
            let described = described().replace("\"Example\"", "\" \"");
            format!("(input: {{organisationId: {:?}, {described}}})", hub())
        }
        "createAssets" => format!("(input: {{organisationId: {:?}, assets: []}})", hub()),
        "updateAsset" => format!("(input: {{assetId: {:?}, kind: \"\"}})", asset(world).await),
        "deleteAssets" => format!("(input: {{organisationId: {:?}, assetIds: []}})", hub()),
        _ => return None,
    })
}
