//! Moving an account to another address, and back.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::user;
use macros::guarded;
use sea_orm::DatabaseTransaction;

use uuid::Uuid;

use super::address::Address;
use super::desk::{Desk, gone};
use super::link::{self, Kind};
use super::throttle::{self, MailKind};
use super::{letters, recipient, second_factor, store};
use crate::access::directive;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::mail::Recipient;
use crate::people::session;

type Written<T> = Result<T>;

/// Where the account is to move.
#[derive(InputObject)]
pub struct ChangeAddressInput {
    /// The new e-mail address; capitals make no difference.
    pub new_email: String,
}

/// Whether the change was taken.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ChangeAddressPayload {
    /// True if nothing is wrong with the input. The address changes when the link that was mailed to it is used. It does
    /// not say whether another account has the address: then its owner is told, and nothing changes.
    pub requested: bool,
    /// What is wrong.
    pub user_errors: Vec<UserError>,
}

/// The link that was mailed to the new address.
#[derive(InputObject)]
pub struct ConfirmAddressInput {
    /// What stands behind `token=` in the link.
    pub token: String,
}

/// Whether the account has moved.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ConfirmAddressPayload {
    /// True if the account has the new address now.
    pub confirmed: bool,
    /// Why it has not.
    pub user_errors: Vec<UserError>,
}

/// The link that was mailed to the old address.
#[derive(InputObject)]
pub struct UndoAddressInput {
    /// What stands behind `token=` in the link.
    pub token: String,
}

/// Whether the account is back.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UndoAddressPayload {
    /// True if the account has its old address again. A link to set a new password was mailed there.
    pub undone: bool,
    /// Why it has not.
    pub user_errors: Vec<UserError>,
}

/// Mutations of addresses.
#[derive(Default)]
pub struct AddressMutation;

#[guarded]
#[Object]
impl AddressMutation {
    /// Asks to move your account to another address: a link is mailed there, and the old address is told. Asks for a
    /// fresh proof of who you are (`confirmIdentity`).
    #[authenticated]
    async fn change_address(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Where the account is to move.")] input: ChangeAddressInput,
    ) -> Result<Option<ChangeAddressPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(ChangeAddressPayload { requested: false, user_errors: vec![error] }));
        let Some(person) = desk.request.person()? else { return refused(UserError::for_people_only()) };
        if let Some(error) = session::unconfirmed(context)? {
            return refused(error);
        }
        let address = match Address::read("newEmail", &input.new_email) {
            Ok(address) => address,
            Err(error) => return refused(error),
        };
        let address = address.as_str();
        let asked = desk
            .request
            .write(async |tx| {
                let user = store::lock(tx, person.id).await?.ok_or_else(gone)?;
                if user.email == address {
                    let message = "This is your address already.";
                    return Ok(Err(UserError::at("newEmail", UserErrorCode::InvalidInput, message)));
                }
                // Both are bounded: what can be sent to the new address, and what one account can have sent.
                for whom in [address, &format!("from {}", user.id)] {
                    if !throttle::may_mail(tx, MailKind::Change, whom, desk.now).await? {
                        return Ok(Err(throttle::too_many_mails()));
                    }
                }
                link::store::void(tx, user.id, &[Kind::Change]).await?;
                let owner = store::find_by_address(tx, address).await?;
                // As much is done where the address is taken, so that nothing tells; that link opens nothing.
                let id = if owner.is_some() { Uuid::nil() } else { user.id };
                let secret = link::store::issue(tx, desk.random, id, Kind::Change, address, desk.now).await?;
                let letter = letters::change_asked(user.locale.into(), desk.config);
                desk.mail(tx, recipient(&user), letter).await?;
                if let Some(owner) = owner {
                    let letter = letters::address_taken(owner.locale.into(), desk.config);
                    desk.mail(tx, recipient(&owner), letter).await?;
                } else {
                    let letter = letters::confirm_address(user.locale.into(), desk.config, &secret);
                    desk.mail(tx, Recipient { address: address.to_owned(), ..recipient(&user) }, letter).await?;
                }
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = asked {
            return refused(error);
        }
        tracing::info!(user = %person.id, "change of address asked for");
        Ok(Some(ChangeAddressPayload { requested: true, user_errors: Vec::new() }))
    }

    /// Moves an account to its new address by the link that was mailed there. The old address is told, and can undo it
    /// for seven days.
    #[public]
    async fn confirm_address(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The link that was mailed to the new address.")] input: ConfirmAddressInput,
    ) -> Result<Option<ConfirmAddressPayload>> {
        let desk = Desk::of(context)?;
        let moved = desk.request.write(async |tx| move_on(desk, tx, &input.token).await).await;
        let moved = match moved {
            Err(Error::Conflict(_)) => {
                desk.request.write(async |tx| tell_taken(desk, tx, &input.token).await).await?;
                false
            }
            moved => moved?,
        };
        let user_errors = if moved { Vec::new() } else { vec![link::invalid()] };
        Ok(Some(ConfirmAddressPayload { confirmed: moved, user_errors }))
    }

    /// Brings an account back to its old address by the link that was mailed there when it moved. As somebody may have
    /// taken it over, all sessions end, the password no longer works, and a second factor that came after the move goes.
    #[public]
    async fn undo_address(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The link that was mailed to the old address.")] input: UndoAddressInput,
    ) -> Result<Option<UndoAddressPayload>> {
        let desk = Desk::of(context)?;
        let error = match desk.request.write(async |tx| move_back(desk, tx, &input.token).await).await {
            Ok(true) => return Ok(Some(UndoAddressPayload { undone: true, user_errors: Vec::new() })),
            Ok(false) => link::invalid(),
            Err(Error::Conflict(message)) => UserError::at("token", UserErrorCode::StaleState, message),
            Err(error) => return Err(error),
        };
        Ok(Some(UndoAddressPayload { undone: false, user_errors: vec![error] }))
    }
}

/// Gives the user the address, or ends the transaction: somebody else has it.
async fn give(tx: &DatabaseTransaction, desk: Desk<'_>, user: &user::Model, address: &str) -> Written<()> {
    if store::set_address(tx, user.id, address, desk.now).await? {
        return Ok(());
    }
    Err(Error::Conflict("Another account has this address in the meantime.".to_owned()).into())
}

async fn move_on(desk: Desk<'_>, tx: &DatabaseTransaction, token: &str) -> Written<bool> {
    let Some(link) = link::store::take(tx, Kind::Change, token, desk.now).await? else { return Ok(false) };
    let Some(user) = store::lock(tx, link.user_id).await? else { return Ok(false) };
    let Some(address) = link.address else { return Ok(false) };
    give(tx, desk, &user, &address).await?;
    link::store::void(tx, user.id, &[Kind::Verify, Kind::Reset, Kind::Change]).await?;
    // Whoever reads mail at an address that was never proved need not be the user: no way back from there.
    let secret = match user.email_verified_at {
        Some(_) => Some(link::store::issue(tx, desk.random, user.id, Kind::Undo, &user.email, desk.now).await?),
        None => None,
    };
    let locale = user.locale.into();
    let old = letters::address_changed(locale, desk.config, secret.as_deref());
    desk.mail(tx, recipient(&user), old).await?;
    desk.mail(tx, Recipient { address, ..recipient(&user) }, letters::is_new_address(locale, desk.config)).await?;
    tracing::info!(user = %user.id, "address changed");
    Ok(true)
}

/// The address was taken after the link was mailed: the link is used up, and the owner is told.
async fn tell_taken(desk: Desk<'_>, tx: &DatabaseTransaction, token: &str) -> Written<()> {
    let Some(link) = link::store::take(tx, Kind::Change, token, desk.now).await? else { return Ok(()) };
    let Some(address) = link.address else { return Ok(()) };
    if let Some(owner) = store::find_by_address(tx, &address).await? {
        desk.mail(tx, recipient(&owner), letters::address_taken(owner.locale.into(), desk.config)).await?;
    }
    Ok(())
}

async fn move_back(desk: Desk<'_>, tx: &DatabaseTransaction, token: &str) -> Written<bool> {
    let Some(link) = link::store::take(tx, Kind::Undo, token, desk.now).await? else { return Ok(false) };
    let Some(user) = store::lock(tx, link.user_id).await? else { return Ok(false) };
    let Some(address) = link.address.clone() else { return Ok(false) };
    give(tx, desk, &user, &address).await?;
    store::set_password(tx, user.id, "").await?;
    session::store::end_all(tx, user.id, None, desk.now).await?;
    let factor = second_factor::store::find(tx, user.id).await?;
    // What was begun before the move and turned on after it came from whoever had the account then.
    if factor.is_some_and(|factor| factor.confirmed_at.is_none_or(|at| at >= link.created_at)) {
        second_factor::store::remove(tx, user.id).await?;
    }
    second_factor::store::remove_codes_since(tx, user.id, link.created_at).await?;
    link::store::void_since(tx, &link).await?;
    throttle::store::clear_account(tx, user.id).await?;
    let secret = link::store::issue(tx, desk.random, user.id, Kind::Reset, &address, desk.now).await?;
    let letter = letters::address_restored(user.locale.into(), desk.config, &secret);
    desk.mail(tx, Recipient { address, ..recipient(&user) }, letter).await?;
    tracing::info!(user = %user.id, "change of address undone");
    Ok(true)
}
