//! Disabling users, and letting them in again.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::user::State;
use macros::guarded;
use sea_orm::{ActiveEnum, DatabaseTransaction};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::account::UserAccount;
use super::store;
use crate::access::{Actor, Decision, Permission, Subject, directive, told};
use crate::base::config::Config;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::people::session;
use crate::people::session::unconfirmed;
use crate::people::user::erasure::{self, Erasure};
use crate::people::user::link::{self, Kind};

/// The user whom to disable.
#[derive(InputObject)]
pub struct DisableUserInput {
    /// Id of the user.
    pub user_id: ID,
    /// Why, for the audit log of the operator. 1 to 200 characters.
    pub reason: String,
}

/// The user whom to let in again.
#[derive(InputObject)]
pub struct EnableUserInput {
    /// Id of the user.
    pub user_id: ID,
}

/// The user whom to erase.
#[derive(InputObject)]
pub struct EraseUserInput {
    /// Id of the user.
    pub user_id: ID,
    /// Why, for the audit log of the operator. 1 to 200 characters.
    pub reason: String,
}

/// The user as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UserAccountPayload {
    /// The user; null if nothing was changed.
    pub account: Option<UserAccount>,
    /// Why nothing was changed.
    pub user_errors: Vec<UserError>,
}

impl UserAccountPayload {
    fn refused(error: UserError) -> Self {
        Self { account: None, user_errors: vec![error] }
    }
}

/// Mutations of those who run the platform.
#[derive(Default)]
pub struct OperatorMutation;

#[guarded]
#[Object]
impl OperatorMutation {
    /// Keeps a user out: all sessions end at once, and no permission is held anywhere until `enableUser`. Asks for a
    /// fresh `confirmIdentity`.
    #[acts(USER_MANAGE)]
    async fn disable_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The user whom to disable.")] input: DisableUserInput,
    ) -> Result<Option<UserAccountPayload>> {
        let access = &Request::of(context)?.access;
        let operator = store::act(access, Permission::UserManage).await?;
        let reason = match text::name("reason", &input.reason) {
            Ok(reason) => reason,
            Err(error) => return Ok(Some(UserAccountPayload { account: None, user_errors: told(context, error) })),
        };
        let change = Change { operator, action: "disableUser", state: State::Disabled, reason: Some(reason) };
        change.carry_out(context, &input.user_id).await
    }

    /// Erases an account for ever, with all that names the person, as `eraseAccount` does for oneself: for somebody who
    /// asks for it and cannot sign in. Refused while the person is the last owner of organisations that others belong to.
    /// Asks for a fresh `confirmIdentity`.
    #[acts(USER_MANAGE)]
    async fn erase_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The user whom to erase.")] input: EraseUserInput,
    ) -> Result<Option<UserAccountPayload>> {
        let request = Request::of(context)?;
        let operator = store::act(&request.access, Permission::UserManage).await?;
        let refused = |error| Ok(Some(UserAccountPayload::refused(error)));
        let reason = match text::name("reason", &input.reason) {
            Ok(reason) => reason,
            Err(error) => return refused(error),
        };
        let user = id::Type::User.parse(&input.user_id)?;
        store::user(request.db(), user).await?.ok_or(Error::NotFound)?;
        if let Some(error) = obstacle(context, user)? {
            return refused(error);
        }
        let (random, config) = (service::<Random>(context)?, service::<Arc<Config>>(context)?);
        let act = Event::done("eraseUser", operator.row.id, Some(Permission::UserManage))
            .to(id::Type::User.id(user))
            .changing(Json::Null, json!({ "reason": reason }));
        let erased = request
            .write(async |tx| {
                if let Some(error) = stronger(tx, request, operator.row.id, user).await? {
                    return Ok(Err(error));
                }
                let erased = erasure::erase(tx, request, random, config, "eraseUser", user).await?;
                if erased == Erasure::Done {
                    audit::record(&request.work(tx), act).await?;
                }
                Ok(Ok(erased))
            })
            .await?;
        let erased = match erased {
            Ok(erased) => erased,
            Err(error) => return Ok(Some(UserAccountPayload { account: None, user_errors: told(context, error) })),
        };
        match erased {
            Erasure::Done => {
                let after = store::user(request.db(), user).await?.ok_or(Error::NotFound)?;
                let account = UserAccount::new(&Arc::new(after), &operator);
                Ok(Some(UserAccountPayload { account: Some(account), user_errors: Vec::new() }))
            }
            Erasure::LastOwner(names) => refused(erasure::last_owner(&names)),
            Erasure::NotThere => {
                refused(UserError::at("userId", UserErrorCode::StaleState, "This user was erased before."))
            }
        }
    }

    /// Lets a disabled user in again. Asks for a fresh `confirmIdentity`.
    #[acts(USER_MANAGE)]
    async fn enable_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The user whom to let in again.")] input: EnableUserInput,
    ) -> Result<Option<UserAccountPayload>> {
        let operator = store::act(&Request::of(context)?.access, Permission::UserManage).await?;
        let change = Change { operator, action: "enableUser", state: State::Active, reason: None };
        change.carry_out(context, &input.user_id).await
    }
}

/// What to answer before anything is locked, though the actor may manage users: the session is not fresh, or the account
/// is its own.
fn obstacle(context: &Context<'_>, user: Uuid) -> Result<Option<UserError>> {
    if let Some(error) = unconfirmed(context)? {
        return Ok(Some(error));
    }
    let request = Request::of(context)?;
    if matches!(request.actor(), Actor::User(own) if own.id == user) {
        let message = "This is your own account. Ask a colleague.";
        return Ok(Some(UserError::at("userId", UserErrorCode::InvalidInput, message)));
    }
    Ok(None)
}

/// Why the account cannot be touched: it is of somebody who holds more at the operator. Others are kept away from who
/// belongs to the operator until the transaction ends.
async fn stronger(
    tx: &DatabaseTransaction,
    request: &Request,
    operator: Uuid,
    user: Uuid,
) -> Result<Option<UserError>> {
    let seen = organisation::store::lock_to_act(tx, &request.access, operator, Permission::UserManage).await?;
    let held = request.access.grants_in(tx, Subject::User(user), operator).await?;
    let missing = held.without(seen.grants);
    let opening = "This user holds at the operator what you do not";
    Ok((!missing.is_empty()).then(|| UserError::lacking("userId", opening, missing)))
}

/// A change of what a user may do.
struct Change {
    operator: Decision,
    action: &'static str,
    state: State,
    reason: Option<String>,
}

impl Change {
    async fn carry_out(self, context: &Context<'_>, user: &ID) -> Result<Option<UserAccountPayload>> {
        let request = Request::of(context)?;
        let user = id::Type::User.parse(user)?;
        let before = store::user(request.db(), user).await?.ok_or(Error::NotFound)?;
        if let Some(error) = obstacle(context, user)? {
            return Ok(Some(UserAccountPayload::refused(error)));
        }
        let random = service::<Random>(context)?;
        let now = request.now();
        let act = Event::done(self.action, self.operator.row.id, Some(Permission::UserManage))
            .to(id::Type::User.id(user))
            .about(user)
            .changing(
                json!({ "state": before.state.to_value() }),
                json!({ "state": self.state.to_value(), "reason": self.reason }),
            );
        let operator = self.operator.row.id;
        let changed = request
            .write(async |tx| {
                // One after the other: two members of the staff do not disable each other.
                if let Some(error) = stronger(tx, request, operator, user).await? {
                    return Ok(Err(error));
                }
                let changed = store::set_state(tx, user, self.state).await?;
                if changed {
                    session::store::end_all(tx, user, None, now).await?;
                    link::store::void(tx, user, &[Kind::Verify, Kind::Reset, Kind::Change]).await?;
                    audit::record(&request.work(tx), act).await?;
                }
                Ok(Ok(changed))
            })
            .await?;
        let changed = match changed {
            Ok(changed) => changed,
            Err(error) => return Ok(Some(UserAccountPayload { account: None, user_errors: told(context, error) })),
        };
        if !changed {
            let message = "This is so already, or the user was erased.";
            let error = UserError::at("userId", UserErrorCode::StaleState, message);
            return Ok(Some(UserAccountPayload::refused(error)));
        }
        let after = store::user(request.db(), user).await?.ok_or(Error::NotFound)?;
        let account = UserAccount::new(&Arc::new(after), &self.operator);
        Ok(Some(UserAccountPayload { account: Some(account), user_errors: Vec::new() }))
    }
}
