//! Disabling a user.

use async_graphql::{ID, InputObject};
use entity::user::State;
use macros::mutation;
use sea_orm::ActiveEnum;
use serde_json::json;

use super::account::UserAccountPayload;
use super::accounts;
use super::object::Operator;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The user to disable.
#[derive(InputObject)]
pub struct DisableUserInput {
    /// Id of the user.
    pub user_id: ID,
    /// The reason, for the audit log of the operator. 1 to 200 characters.
    pub reason: String,
}

/// Disables a user: all sessions end at once, and the user holds no permission anywhere until `enableUser`. Needs a recent
/// `confirmIdentity`.
#[mutation]
#[acts(USER_MANAGE, on = ())]
async fn disable_user(act: ActOn<'_, Operator>, input: DisableUserInput) -> Result<UserAccountPayload> {
    let reason = text::name("reason", &input.reason)?;
    let user = Type::User.parse(&input.user_id)?;
    let before = accounts::load_changeable(act.request, user).await?;
    let after = json!({ "state": State::Disabled.to_value(), "reason": reason });
    let event = act.event().to(Type::User.id(user)).about(user);
    let event = event.changing(json!({ "state": before.state.to_value() }), after);
    act.locked(async |work, at| {
        accounts::require_not_stronger(work, &at, user).await?;
        accounts::set_state(work, user, State::Disabled).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    UserAccountPayload::load(&act, user).await
}
