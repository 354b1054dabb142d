//! Examples of the partner mutations: a valid one for each allowed side, and an invalid one.

use entity::partnership_proposal::{Side, State};
use entity::reseller_request;
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::world::*;

/// Rows that examples add are numbered from here.
const FIRST: u32 = 820_000;

fn hub() -> String {
    Type::Organisation.id(HUB.id()).0
}

/// Valid arguments on the given side, for the owner of the hub or of the operator.
pub async fn valid(world: &World, mutation: &str, side: &str) -> Option<String> {
    let client = "{name: \"Example\", kind: COMPANY, delegation: {preset: FULL}, ownerEmail: \"owner@example.org\"}";
    Some(match mutation {
        "proposePartnership" => format!(
            "(input: {{organisationId: {:?}, side: {side}, to: {{code: \"ABCD-2345\"}}, delegation: {{permissions: []}}}})",
            hub()
        ),
        "acceptPartnership" | "declinePartnership" => {
            let maker = if side == "RESELLER" { (ACME.id, Side::Client) } else { (FJORD.id, Side::Reseller) };
            format!("(input: {{proposalId: {:?}}})", proposal(world, maker, HUB.id()).await)
        }
        "withdrawPartnershipProposal" => {
            let maker = if side == "RESELLER" { Side::Reseller } else { Side::Client };
            format!("(input: {{proposalId: {:?}}})", proposal(world, (HUB.id(), maker), NORDEN.id).await)
        }
        "updatePartnership" => {
            format!(
                "(input: {{partnershipId: {:?}, delegation: {{permissions: []}}}})",
                partnership(world, "CLIENT").await
            )
        }
        "endPartnership" => format!("(input: {{partnershipId: {:?}}})", partnership(world, side).await),
        "requestReseller" => {
            db_kind(world, "COMPANY").await;
            format!("(input: {{organisationId: {:?}, message: \"We serve schools\"}})", hub())
        }
        "withdrawResellerRequest" => format!("(input: {{resellerRequestId: {:?}}})", request(world).await),
        "approveReseller" => {
            db_kind(world, "COMPANY").await;
            let id = request(world).await;
            format!("(input: {{resellerRequestId: {id:?}, commissionBasisPoints: 1250, terms: \"As usual\"}})")
        }
        "declineReseller" => {
            format!("(input: {{resellerRequestId: {:?}, reason: \"Not yet\"}})", request(world).await)
        }
        "updateResellerProgramme" => {
            format!("(input: {{organisationId: {:?}, commissionBasisPoints: 900, terms: \"Less than before\"}})", hub())
        }
        "withdrawReseller" => format!("(input: {{organisationId: {:?}, reason: \"Sells nothing\"}})", hub()),
        "saveDelegationTemplate" => {
            format!("(input: {{organisationId: {:?}, name: \"Example\", delegation: {{preset: SUPPORT}}}})", hub())
        }
        "deleteDelegationTemplate" => format!("(input: {{delegationTemplateId: {:?}}})", template(world).await),
        "assignDelegationTemplate" => {
            let (template, partnership) = (template(world).await, partnership(world, "RESELLER").await);
            format!(
                "(input: {{organisationId: {:?}, delegationTemplateId: {template:?}, partnershipIds: [{partnership:?}]}})",
                hub()
            )
        }
        "proposeTemplates" => format!("(input: {{organisationId: {:?}}})", hub()),
        "setClientReference" => {
            format!("(input: {{partnershipId: {:?}, reference: \"C-17\"}})", partnership(world, "RESELLER").await)
        }
        "createClient" => format!("(input: {{organisationId: {:?}, client: {client}}})", hub()),
        "createClients" => format!("(input: {{organisationId: {:?}, clients: [{client}]}})", hub()),
        _ => return None,
    })
}

/// Invalid arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "proposePartnership" => format!(
            "(input: {{organisationId: {:?}, side: RESELLER, to: {{code: \"?\"}}, delegation: {{permissions: []}}}})",
            hub()
        ),
        "requestReseller" => format!("(input: {{organisationId: {:?}, message: \"We serve schools\"}})", hub()),
        "updateResellerProgramme" => {
            format!("(input: {{organisationId: {:?}, commissionBasisPoints: 10001, terms: \"x\"}})", hub())
        }
        "withdrawReseller" => format!("(input: {{organisationId: {:?}, reason: \" \"}})", hub()),
        "saveDelegationTemplate" => format!("(input: {{organisationId: {:?}, name: \"x\", delegation: {{}}}})", hub()),
        "assignDelegationTemplate" => format!("(input: {{organisationId: {:?}, partnershipIds: []}})", hub()),
        "proposeTemplates" => format!("(input: {{organisationId: {:?}, message: \" \"}})", hub()),
        "createClient" => format!(
            "(input: {{organisationId: {:?}, client: {{name: \" \", kind: COMPANY, delegation: {{preset: FULL}}}}}})",
            hub()
        ),
        "createClients" => format!("(input: {{organisationId: {:?}, clients: []}})", hub()),
        "updatePartnership" => format!(
            "(input: {{partnershipId: {:?}, endsAt: \"2020-01-01T00:00:00Z\"}})",
            partnership(world, "CLIENT").await
        ),
        // It has been answered before.
        "acceptPartnership" | "declinePartnership" => {
            let id = proposal(world, (FJORD.id, Side::Reseller), HUB.id()).await;
            world.db_execute("UPDATE partnership_proposal SET state = 'DECLINED'", []).await;
            format!("(input: {{proposalId: {id:?}}})")
        }
        "withdrawPartnershipProposal" => {
            let id = proposal(world, (HUB.id(), Side::Reseller), NORDEN.id).await;
            world.db_execute("UPDATE partnership_proposal SET state = 'DECLINED'", []).await;
            format!("(input: {{proposalId: {id:?}}})")
        }
        "withdrawResellerRequest" => {
            let id = request(world).await;
            world.db_execute("UPDATE reseller_request SET state = 'DECLINED'", []).await;
            format!("(input: {{resellerRequestId: {id:?}}})")
        }
        "approveReseller" => {
            let id = request(world).await;
            format!("(input: {{resellerRequestId: {id:?}, commissionBasisPoints: 10001, terms: \"As usual\"}})")
        }
        "declineReseller" => {
            format!("(input: {{resellerRequestId: {:?}, reason: \" \"}})", request(world).await)
        }
        "setClientReference" => format!(
            "(input: {{partnershipId: {:?}, reference: {:?}}})",
            partnership(world, "RESELLER").await,
            "x".repeat(101)
        ),
        // Only the id of these can be wrong: here it has another type.
        "endPartnership" => super::examples::wrong_id("partnershipId"),
        "deleteDelegationTemplate" => super::examples::wrong_id("delegationTemplateId"),
        _ => return None,
    })
}

async fn db_kind(world: &World, kind: &str) {
    world.db_execute("UPDATE organisation SET kind = $1 WHERE id = $2", [kind.into(), HUB.id().into()]).await;
}

/// Id of a pending proposal.
async fn proposal(world: &World, (maker, side): (Uuid, Side), addressee: Uuid) -> String {
    let number = FIRST + u32::from(side == Side::Client) + 2 * u32::from(maker == HUB.id());
    let id = key(HUB.tree, number);
    world.db_execute("DELETE FROM partnership_proposal WHERE id = $1", [id.into()]).await;
    let mut rows = Rows::starting_at(HUB.tree, FIRST + 10);
    let row = rows.proposal(maker, addressee, tenantry::access::DelegationPreset::Overview.set());
    (row.id, row.side, row.state) = (id, side, State::Proposed);
    // The proposer for Acme must still hold the permissions.
    row.proposed_by_id = (maker == ACME.id).then_some(OWNER_OF_ACME.person().id);
    rows.db_write(world.db().writer()).await;
    Type::PartnershipProposal.id(id).0
}

/// Id of a pending request of the hub.
async fn request(world: &World) -> String {
    world
        .db_execute(
            "DELETE FROM reseller_request WHERE state = 'REQUESTED' AND organisation_id = $1",
            [HUB.id().into()],
        )
        .await;
    let made = world.db().rows("SELECT COUNT(*) FROM reseller_request", Vec::new()).await.unwrap();
    let made: i64 = made[0].try_get_by_index(0).unwrap();
    let mut rows = Rows::starting_at(HUB.tree, FIRST + 100 + u32::try_from(made).unwrap());
    let id = rows.answered_request(HUB.id(), reseller_request::State::Requested);
    rows.db_write(world.db().writer()).await;
    Type::ResellerRequest.id(id).0
}

/// Id of a template of the hub.
async fn template(world: &World) -> String {
    let sql = "SELECT id FROM delegation_template WHERE organisation_id = $1 ORDER BY id DESC LIMIT 1";
    let rows = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
    Type::DelegationTemplate.id(rows[0].try_get_by_index(0).unwrap()).0
}

/// Id of an active partnership of the hub in which it is on this side.
async fn partnership(world: &World, side: &str) -> String {
    let column = if side == "RESELLER" { "reseller_id" } else { "client_id" };
    let sql = format!("SELECT id FROM partnership WHERE {column} = $1 AND state = 'ACTIVE' ORDER BY id LIMIT 1");
    let rows = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
    Type::Partnership.id(rows[0].try_get_by_index(0).unwrap()).0
}
