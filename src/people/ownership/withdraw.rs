//! Withdrawing a transfer.

use async_graphql::{ID, InputObject};
use entity::ownership_transfer::State;
use macros::{mutation, payload};
use serde_json::json;
use uuid::Uuid;

use super::object::OwnershipTransfer;
use super::{rules, store};
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find, Target};
use crate::graphql::request::Request;
use crate::oversight::audit;

/// The transfer to withdraw.
#[derive(InputObject)]
pub struct WithdrawOwnershipInput {
    /// Id of the transfer.
    pub transfer_id: ID,
}

/// The withdrawn transfer.
#[payload]
pub struct WithdrawOwnershipPayload {
    /// The transfer; null if it was not withdrawn, or if you cannot see it.
    pub transfer: Option<OwnershipTransfer>,
}

/// A transfer that may be withdrawn. Owners of a closed organisation find it too, although they cannot see it as an
/// `OwnershipTransfer`.
pub struct WithdrawableTransfer {
    id: Uuid,
    decision: Decision,
}

impl Guarded for WithdrawableTransfer {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.decision.grants_at(side)
    }
}

impl AsRef<Decision> for WithdrawableTransfer {
    fn as_ref(&self) -> &Decision {
        &self.decision
    }
}

impl Target for WithdrawableTransfer {
    type Key = ID;

    async fn locate(request: &Request, id: &ID) -> Result<Option<Self>> {
        let id = Type::OwnershipTransfer.parse(id)?;
        let Some(row) = store::find(request.db(), id).await? else { return Ok(None) };
        let Some(decision) = request.access.look(row.organisation_id).await? else { return Ok(None) };
        let may_withdraw = decision.unmasked(request.now()).has(Permission::OwnershipTransfer);
        let is_visible = decision.grants.has(Permission::MemberRead) || may_withdraw;
        Ok(is_visible.then_some(Self { id, decision }))
    }
}

/// Withdraws a pending transfer, also one that the operator has started. Its link stops working at once. Owners can do
/// this in a suspended or closed organisation too.
#[mutation]
#[acts(OWNERSHIP_TRANSFER, on = input.transfer_id, unmasked)]
async fn withdraw_ownership(
    act: ActOn<'_, WithdrawableTransfer>,
    input: WithdrawOwnershipInput,
) -> Result<WithdrawOwnershipPayload> {
    let id = act.object.id;
    act.locked(async |work, _| {
        let row = store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?;
        rules::require_pending(&row, work.now)?;
        store::answer(work.tx, id, State::Withdrawn, None, work.now).await?;
        let event = act.event().to(input.transfer_id);
        let event = event.changing(rules::audit_snapshot(&row), json!({ "state": "WITHDRAWN" }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let transfer = OwnershipTransfer::find(act.request, id).await?;
    Ok(WithdrawOwnershipPayload { transfer, ..Default::default() })
}
