//! The rules that protect an account from staff, and the effects of a change of its state.

use entity::user::{Model, State};
use uuid::Uuid;

use super::store;
use crate::access::{Actor, Authorised, Subject};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::request::{Request, Work};
use crate::people::session;
use crate::people::user::link::{self, Kind};

/// The user, if the viewer may change the account: the session must be fresh, and it must be another person's account.
pub async fn load_changeable(request: &Request, user: Uuid) -> Result<Model> {
    let row = store::find_user(request.db(), user).await?.ok_or(Error::NotFound)?;
    session::require_confirmed(request)?;
    if matches!(request.actor(), Actor::User(own) if own.id == user) {
        let message = [
            "This is your own account. Ask a colleague.",
            "Das ist Ihr eigenes Konto. Bitten Sie eine Kollegin oder einen Kollegen.",
            "Det är ditt eget konto. Be en kollega.",
        ];
        return Err(UserError::at("userId", UserErrorCode::InvalidInput, message).into());
    }
    Ok(row)
}

/// Refuses to change the account of a person who holds more at the operator than the viewer does. The operator is
/// locked, so two members of its staff cannot disable each other.
pub async fn require_not_stronger(work: &Work<'_>, operator: &Authorised, user: Uuid) -> Result<()> {
    let held = work.request.access.grants_in(work.tx, Subject::User(user), operator.id()).await?;
    let missing = held.without(operator.grants);
    if missing.is_empty() {
        return Ok(());
    }
    Err(UserError::lacking(
        "userId",
        [
            "You lack permissions that this user holds",
            "Ihnen fehlen Berechtigungen, die dieser Benutzer hat",
            "Du saknar behörigheter som den här användaren har",
        ],
        missing,
    )
    .into())
}

/// Enables or disables an account. All its sessions end, and the links in mails to it stop working.
pub async fn set_state(work: &Work<'_>, user: Uuid, state: State) -> Result<()> {
    if !store::set_state(work.tx, user, state).await? {
        let message = [
            "The user is already in this state, or was erased.",
            "Der Benutzer ist schon in diesem Zustand, oder er wurde gelöscht.",
            "Användaren är redan i det här tillståndet, eller har raderats.",
        ];
        return Err(UserError::at("userId", UserErrorCode::StaleState, message).into());
    }
    session::store::end_all(work.tx, user, None, session::store::EndedBecause::AccountDisabled, work.now).await?;
    link::store::void(work.tx, user, &[Kind::Verify, Kind::Reset, Kind::Change]).await?;
    Ok(())
}
