//! Erasing a user.

use async_graphql::{ID, InputObject};
use macros::mutation;
use serde_json::{Value as Json, json};

use super::account::UserAccountPayload;
use super::accounts;
use super::object::Operator;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::people::erasure::{self, Erasure};

/// The user to erase.
#[derive(InputObject)]
pub struct EraseUserInput {
    /// Id of the user.
    pub user_id: ID,
    /// The reason, for the audit log of the operator. 1 to 200 characters.
    pub reason: String,
}

/// Erases an account forever, with everything that identifies the person, as `eraseAccount` does for one's own account.
/// For people who ask to be erased and cannot sign in. Refused while the person is the last owner of an organisation
/// that has other members. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(USER_MANAGE, on = ())]
async fn erase_user(act: ActOn<'_, Operator>, input: EraseUserInput) -> Result<UserAccountPayload> {
    let request = act.request;
    let reason = text::name("reason", &input.reason)?;
    let user = Type::User.parse(&input.user_id)?;
    accounts::load_changeable(request, user).await?;
    let event = act.event().to(Type::User.id(user)).changing(Json::Null, json!({ "reason": reason }));
    act.locked(async |work, at| {
        accounts::require_not_stronger(work, &at, user).await?;
        match erasure::erase_user(work, act.action, user).await? {
            Erasure::Done => Ok(audit::record(work, event).await?),
            Erasure::LastOwner(names) => Err(erasure::last_owner(&names).into()),
            Erasure::NotThere => Err(UserError::at(
                "userId",
                UserErrorCode::StaleState,
                ["The user is already erased.", "Der Benutzer ist schon gelöscht.", "Användaren är redan raderad."],
            )
            .into()),
        }
    })
    .await?;
    UserAccountPayload::load(&act, user).await
}
