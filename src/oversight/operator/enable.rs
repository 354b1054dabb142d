//! Enabling a disabled user again.

use async_graphql::{ID, InputObject};
use entity::user::State;
use macros::mutation;
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};

use super::account::UserAccountPayload;
use super::accounts;
use super::object::Operator;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The user to enable.
#[derive(InputObject)]
pub struct EnableUserInput {
    /// Id of the user.
    pub user_id: ID,
}

/// Enables a disabled user again. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(USER_MANAGE, on = ())]
async fn enable_user(act: ActOn<'_, Operator>, input: EnableUserInput) -> Result<UserAccountPayload> {
    let user = Type::User.parse(&input.user_id)?;
    let before = accounts::load_changeable(act.request, user).await?;
    let after = json!({ "state": State::Active.to_value(), "reason": Json::Null });
    let event = act.event().to(Type::User.id(user)).about(user);
    let event = event.changing(json!({ "state": before.state.to_value() }), after);
    act.locked(async |work, at| {
        accounts::require_not_stronger(work, &at, user).await?;
        accounts::set_state(work, user, State::Active).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    UserAccountPayload::load(&act, user).await
}
