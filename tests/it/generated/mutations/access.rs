//! Examples of the mutations of requests for access.

use tenantry::access::Permission;
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::world::*;

/// Rows that examples add are numbered from here.
const FIRST: u32 = 870_000;

/// Valid arguments. `rule` is the permission that the actor holds, if only one counts.
pub async fn valid(world: &World, mutation: &str, rule: Option<Permission>) -> Option<String> {
    Some(match mutation {
        "requestAccess" => {
            let organisation = db_lacking(world).await;
            format!(
                "(input: {{organisationId: {:?}, permission: SERVICE_MANAGE, message: \"Example\"}})",
                Type::Organisation.id(organisation).0
            )
        }
        "grantAccess" => format!("(input: {{accessRequestId: {:?}}})", db_request(world, rule).await),
        "declineAccess" => {
            format!("(input: {{accessRequestId: {:?}, reason: \"Example\"}})", db_request(world, rule).await)
        }
        _ => return None,
    })
}

/// Invalid arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "requestAccess" => {
            let organisation = db_lacking(world).await;
            format!(
                "(input: {{organisationId: {:?}, permission: ORGANISATION_READ, message: \"Example\"}})",
                Type::Organisation.id(organisation).0
            )
        }
        "grantAccess" => {
            let request = db_request(world, None).await;
            let role = Type::Role.id(key(HUB.tree, FIRST)).0;
            format!("(input: {{accessRequestId: {request:?}, role: {{roleId: {role:?}}}}})")
        }
        "declineAccess" => {
            format!("(input: {{accessRequestId: {:?}, reason: \" \"}})", db_request(world, None).await)
        }
        _ => return None,
    })
}

/// An organisation where the owner of the hub only reads, and has asked for nothing.
async fn db_lacking(world: &World) -> Uuid {
    let owner = HUB.owner.person().id;
    world.db_verify(HUB.owner).await;
    world.db_execute("DELETE FROM access_request WHERE user_id = $1", [owner.into()]).await;
    let organisation = key(HUB.tree, 11);
    let sql = "SELECT 1 FROM membership WHERE organisation_id = $1 AND user_id = $2";
    if world.db().rows(sql, vec![organisation.into(), owner.into()]).await.unwrap().is_empty() {
        let mut rows = Rows::starting_at(HUB.tree, FIRST);
        rows.member(organisation, owner, &[Held::Builtin(tenantry::access::BuiltinRole::Viewer)]);
        rows.db_write(world.db().writer()).await;
    }
    organisation
}

/// A new request that the hub decides about: of a member, or of a partner.
async fn db_request(world: &World, rule: Option<Permission>) -> String {
    let count = u32::try_from(world.db_count("access_request").await).unwrap();
    let mut rows = Rows::starting_at(HUB.tree, FIRST + 10 + 10 * count);
    let user = rows.somebody(&format!("Navet asking {count}"));
    let membership = rows.member(HUB.id(), user, &[]).id;
    let id = rows.access_request(HUB.id(), (user, membership), Permission::OrganisationRead);
    rows.db_write(world.db().writer()).await;
    if rule == Some(Permission::PartnershipManage) {
        let sql = "UPDATE access_request SET membership_id = NULL, \
                   partnership_id = (SELECT MIN(p.id) FROM partnership p WHERE p.client_id = $1) WHERE id = $2";
        let sql = if world.db().backend() == sea_orm::DbBackend::Postgres {
            sql.replace("MIN(p.id)", "MIN(p.id::text)::uuid")
        } else {
            sql.to_owned()
        };
        world.db_execute(&sql, [HUB.id().into(), id.into()]).await;
    }
    Type::AccessRequest.id(id).0
}
