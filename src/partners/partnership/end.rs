//! Ending a partnership.

use async_graphql::{ID, InputObject};
use entity::partnership::EndedBy;
use macros::{mutation, payload};

use super::object::Partnership;
use super::parties::{Parties, PartnershipSide, record};
use super::side::OnSide;
use super::{ending, store};
use crate::access::Permission;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find, Target};
use crate::graphql::request::Request;

/// The partnership to end.
#[derive(InputObject)]
pub struct EndPartnershipInput {
    /// Id of the partnership.
    pub partnership_id: ID,
}

/// The ended partnership.
#[payload]
pub struct EndPartnershipPayload {
    /// The partnership; null if it was not ended. Its `givenMemberships` are those that stay.
    pub partnership: Option<Partnership>,
}

/// The side that ends it. A viewer who manages both sides ends it as the client, which decides what it delegates.
impl Target for OnSide<Partnership> {
    type Key = ID;

    async fn locate(request: &Request, id: &ID) -> Result<Option<Self>> {
        let Some(partnership) = <Partnership as Target>::locate(request, id).await? else { return Ok(None) };
        let is_client = partnership.client.grants.has(Permission::PartnershipManage);
        let is_reseller = partnership.reseller.grants.has(Permission::ClientRead);
        let side = if is_client || !is_reseller { PartnershipSide::Client } else { PartnershipSide::Reseller };
        let at = partnership.on(side).clone();
        Ok(Some(Self { subject: partnership, side, at }))
    }
}

/// Ends a partnership at once, from either side. The reseller's people lose their access with their next requests, and
/// their memberships given through the partnership end. Other members stay: `Partnership.givenMemberships` lists them.
/// It works in a suspended organisation too.
#[mutation]
#[acts(PARTNERSHIP_MANAGE at CLIENT, CLIENT_UPDATE at RESELLER, on = input.partnership_id)]
async fn end_partnership(
    act: ActOn<'_, OnSide<Partnership>>,
    input: EndPartnershipInput,
) -> Result<EndPartnershipPayload> {
    let (key, side) = (Type::Partnership.parse(&input.partnership_id)?, act.object.side);
    let by = match side {
        _ if act.request.access.is_for_operator(act.organisation(), act.permission()) => EndedBy::Operator,
        PartnershipSide::Client => EndedBy::Client,
        PartnershipSide::Reseller => EndedBy::Reseller,
    };
    act.request
        .transaction(async |work| {
            // Members of the client may lose their membership, so the client is locked, whichever side ends it.
            crate::access::lock(work.tx, act.object.subject.client.id()).await?;
            act.request.access.look_in(work.tx, act.organisation()).await?.authorise(act.permission())?;
            let row = store::find_row(work.tx, key).await?.ok_or(Error::NotFound)?;
            if !ending::end_at_once(work, &row, by, act.action).await? {
                let message = [
                    "The partnership was already ended.",
                    "Die Partnerschaft wurde schon beendet.",
                    "Partnerskapet har redan avslutats.",
                ];
                return Err(UserError::at("partnershipId", UserErrorCode::StaleState, message).into());
            }
            let (before, after) = ending::audit_snapshots(&row);
            let event = act.event().to(Type::Partnership.id(key)).changing(before, after);
            record(work, (Parties::of(&row), side, key), event).await
        })
        .await?;
    let partnership = Partnership::find(act.request, key).await?;
    Ok(EndPartnershipPayload { partnership, ..Default::default() })
}
