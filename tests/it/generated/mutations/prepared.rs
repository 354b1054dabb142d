//! Writes the rows that examples need.

use chrono::TimeDelta;
use sea_orm::Value;
use tenantry::base::id::Type;
use tenantry::base::random::hash;
use uuid::Uuid;

use crate::world::*;

/// Rows that examples add are numbered from here.
const FIRST: u32 = 800_000;

/// Sets the state of the hub; if it was closed, then just now.
pub async fn db_state(world: &World, state: &str) {
    world.db_execute("UPDATE organisation SET state = $1 WHERE id = $2", [state.into(), HUB.id().into()]).await;
    let sql = "UPDATE organisation_halt SET closed_at = $1 WHERE organisation_id = $2";
    world.db_execute(sql, [now().into(), HUB.id().into()]).await;
}

/// Withdraws all pending transfers of the hub.
pub async fn db_no_transfer(world: &World) {
    let sql = "UPDATE ownership_transfer SET state = 'WITHDRAWN' WHERE organisation_id = $1 AND state = 'OFFERED'";
    world.db_execute(sql, [HUB.id().into()]).await;
}

/// Makes sure that the hub has exactly one pending transfer.
pub async fn db_transfer(world: &World) -> Uuid {
    db_no_transfer(world).await;
    let id = key(HUB.tree, FIRST);
    let sql = "INSERT INTO ownership_transfer (id, organisation_id, kind, state, email, token_hash, offered_by_id, leaves, \
               opens_at, expires_at, created_at) VALUES ($1, $2, 'OFFER', 'OFFERED', $3, $4, $5, FALSE, $6, $7, $6)";
    let owner = HUB.owner.person().id;
    let until = now() + TimeDelta::days(1);
    let values: [Value; 7] = [
        id.into(),
        HUB.id().into(),
        "new@example.org".into(),
        hash("example").into(),
        owner.into(),
        now().into(),
        until.into(),
    ];
    world.db_execute(sql, values).await;
    id
}

/// Makes the owner of the hub a member of some other organisation.
pub async fn db_membership(world: &World) -> Uuid {
    let organisation = key(HUB.tree, 11);
    let membership = key(HUB.tree, FIRST + 1);
    let sql = "INSERT INTO membership (id, organisation_id, user_id, created_at) VALUES ($1, $2, $3, $4)";
    let owner = HUB.owner.person().id;
    world.db_execute(sql, [membership.into(), organisation.into(), owner.into(), now().into()]).await;
    let sql = "INSERT INTO membership_role (id, organisation_id, membership_id, builtin) VALUES ($1, $2, $3, 'VIEWER')";
    let id = key(HUB.tree, FIRST + 2);
    world.db_execute(sql, [id.into(), organisation.into(), membership.into()]).await;
    organisation
}

/// Id of an agreement in this state, with the hub on this side.
pub async fn payer(world: &World, side: &str, state: &str) -> String {
    let sql = format!("SELECT id FROM payer WHERE {side} = $1 AND state = $2 ORDER BY id LIMIT 1");
    let rows = world.db().rows(sql, vec![HUB.id().into(), state.into()]).await.unwrap();
    Type::PayerAgreement.id(rows[0].try_get_by_index(0).unwrap()).0
}

/// Id of a remaining membership of a reader.
pub async fn reader(world: &World) -> String {
    let sql = "SELECT m.id FROM membership m JOIN \"user\" u ON u.id = m.user_id \
               WHERE m.organisation_id = $1 AND u.name LIKE 'Navet reader %' ORDER BY m.id LIMIT 1";
    let rows = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
    Type::Membership.id(rows[0].try_get_by_index(0).unwrap()).0
}

/// The id in the first column of the first row.
async fn first_id(world: &World, kind: Type, sql: &str) -> String {
    let rows = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
    kind.id(rows[0].try_get_by_index(0).unwrap()).0
}

/// Id of a remaining property definition.
pub async fn definition(world: &World) -> String {
    let sql = "SELECT id FROM property_definition WHERE organisation_id = $1 ORDER BY created_at, id LIMIT 1";
    first_id(world, Type::PropertyDefinition, sql).await
}

/// Key of a date property; the first ones may have been deleted by then.
pub async fn key_of_definition(world: &World) -> String {
    let sql = "SELECT \"key\" FROM property_definition WHERE organisation_id = $1 AND kind = 'DATE'";
    world.db().rows(sql, vec![HUB.id().into()]).await.unwrap()[0].try_get_by_index(0).unwrap()
}

/// Id of a partnership with a client of the hub.
pub async fn partnership(world: &World) -> String {
    first_id(world, Type::Partnership, "SELECT id FROM partnership WHERE reseller_id = $1 ORDER BY id LIMIT 1").await
}

/// Id of a remaining saved view.
pub async fn view(world: &World) -> String {
    first_id(world, Type::ClientView, "SELECT id FROM client_view WHERE organisation_id = $1 ORDER BY id LIMIT 1").await
}
