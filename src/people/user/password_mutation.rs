//! New passwords: by a link for who has forgotten the old one, and by the old one.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::user::State;
use macros::guarded;
use uuid::Uuid;

use super::address::Address;
use super::desk::{Desk, gone};
use super::link::{self, Kind};
use super::password::{Password, Passwords, Verdict};
use super::rules::weakness;
use super::throttle::{self, MailKind, Subject};
use super::{letters, recipient, store};
use crate::access::directive;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::request::service;
use crate::people::session;

/// Whose password is forgotten.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// E-mail address of the account.
    pub email: String,
}

/// Whether the request was taken.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RequestPasswordResetPayload {
    /// True if nothing is wrong with the input. It does not say whether there is such an account: if there is, a mail
    /// with a link goes to its address.
    pub requested: bool,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

/// The new password.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// What stands behind `token=` in the link.
    pub token: String,
    /// Password: not short, not common, and not made of the address.
    pub new_password: Password,
}

/// Whether the password was set.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ResetPasswordPayload {
    /// True if the new password counts now. Log in with it; a second factor is still asked for.
    pub reset: bool,
    /// Why it does not.
    pub user_errors: Vec<UserError>,
}

/// The old and the new password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password of now.
    pub current_password: Password,
    /// Password: not short, not common, and not made of the address.
    pub new_password: Password,
}

/// Whether the password was changed.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ChangePasswordPayload {
    /// True if the new password counts now, and all other sessions have ended.
    pub changed: bool,
    /// Why it does not.
    pub user_errors: Vec<UserError>,
}

/// Mutations of passwords.
#[derive(Default)]
pub struct PasswordMutation;

#[guarded]
#[Object]
impl PasswordMutation {
    /// Mails a link with which a new password can be set, if there is such an account; the answer does not say. The
    /// link is good for an hour and for one use; a few can be sent an hour.
    #[public]
    async fn request_password_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose password is forgotten.")] input: RequestPasswordResetInput,
    ) -> Result<Option<RequestPasswordResetPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(RequestPasswordResetPayload { requested: false, user_errors: vec![error] }));
        let address = match Address::read("email", &input.email) {
            Ok(address) => address,
            Err(error) => return refused(error),
        };
        if let Some(error) = desk.too_often().await? {
            return refused(error);
        }
        let address = address.as_str();
        desk.request
            .write(async |tx| {
                let user = store::find_by_address(tx, address).await?.filter(|user| user.state == State::Active);
                if !throttle::may_mail(tx, MailKind::Reset, address, desk.now).await? {
                    return Ok(());
                }
                // As much is done where there is no such user, so that the time does not tell.
                let id = user.as_ref().map_or_else(Uuid::nil, |user| user.id);
                let secret = link::store::issue(tx, desk.random, id, Kind::Reset, address, desk.now).await?;
                if let Some(user) = user {
                    tracing::info!(user = %user.id, "password reset requested");
                    let letter = letters::reset(user.locale.into(), desk.config, &secret);
                    desk.mail(tx, recipient(&user), letter).await
                } else {
                    store::find_by_address(tx, address).await?;
                    Ok(())
                }
            })
            .await?;
        Ok(Some(RequestPasswordResetPayload { requested: true, user_errors: Vec::new() }))
    }

    /// Sets a new password by the link that was mailed. It ends all sessions of the account and proves its address. A
    /// second factor stays on.
    #[public]
    async fn reset_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new password.")] input: ResetPasswordInput,
    ) -> Result<Option<ResetPasswordPayload>> {
        let desk = Desk::of(context)?;
        let passwords = service::<Passwords>(context)?;
        let refused = |error| Ok(Some(ResetPasswordPayload { reset: false, user_errors: vec![error] }));
        // Looked at before, so that nothing is hashed for a link that somebody has made up.
        let found = link::store::find(desk.request.db(), Kind::Reset, &input.token, desk.now).await?;
        let Some(found) = found else { return refused(link::invalid()) };
        let address = found.address.as_deref().and_then(Address::parse);
        if let Some(message) = weakness(input.new_password.expose(), address.as_ref(), passwords.minimum_length()) {
            return refused(UserError::at("newPassword", UserErrorCode::WeakPassword, message));
        }
        let hash = passwords.hash(input.new_password).await?;
        let reset = desk
            .request
            .write(async |tx| {
                let Some(link) = link::store::take(tx, Kind::Reset, &input.token, desk.now).await? else {
                    return Ok(None);
                };
                let Some(user) = store::lock(tx, link.user_id).await? else { return Ok(None) };
                // Who made an account that nobody has proved to own may be somebody else: nothing of theirs stays.
                if !store::claim(tx, user.id, &hash, desk.now).await? {
                    store::set_password(tx, user.id, &hash).await?;
                }
                session::store::end_all(tx, user.id, None, desk.now).await?;
                link::store::void(tx, user.id, &[Kind::Verify, Kind::Reset, Kind::Change]).await?;
                throttle::store::clear_account(tx, user.id).await?;
                // Who has the link may log in from here, however many others guess.
                if let Some(address) = desk.request.client_address {
                    session::store::remember(tx, desk.random, user.id, &address.to_string(), desk.now).await?;
                }
                desk.mail(tx, recipient(&user), letters::password_reset(user.locale.into(), desk.config)).await?;
                Ok(Some(user.id))
            })
            .await?;
        let Some(user) = reset else { return refused(link::invalid()) };
        tracing::info!(%user, "password reset");
        Ok(Some(ResetPasswordPayload { reset: true, user_errors: Vec::new() }))
    }

    /// Sets a new password by the one of now. It ends all other sessions.
    #[authenticated]
    async fn change_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: ChangePasswordInput,
    ) -> Result<Option<ChangePasswordPayload>> {
        let desk = Desk::of(context)?;
        let passwords = service::<Passwords>(context)?;
        let refused = |error| Ok(Some(ChangePasswordPayload { changed: false, user_errors: vec![error] }));
        let Some(person) = desk.request.person()? else { return refused(UserError::for_people_only()) };
        let (current, new) = (input.current_password, input.new_password);
        let weak = |message: String| UserError::at("newPassword", UserErrorCode::WeakPassword, message);
        let address = Address::parse(&person.email);
        if let Some(message) = weakness(new.expose(), address.as_ref(), passwords.minimum_length()) {
            return refused(weak(message));
        }
        if new.expose() == current.expose() {
            return refused(weak("Take another password than the one of now.".to_owned()));
        }
        let subject = Subject::identity(person.id);
        let attempt = match desk.admit(&subject).await? {
            Ok(attempt) => attempt,
            Err(error) => return refused(error),
        };
        let stored = store::load(desk.request.db(), person.id).await?.password_hash;
        if passwords.verify(&current, Some(&stored)).await? == Verdict::Wrong {
            desk.count_failure(&subject).await?;
            let message = "This is not your password of now.";
            return refused(UserError::at("currentPassword", UserErrorCode::WrongCredentials, message));
        }
        let hash = passwords.hash(new).await?;
        let changed = desk
            .request
            .write(async |tx| {
                let user = store::lock(tx, person.id).await?.ok_or_else(gone)?;
                if user.password_hash != stored {
                    return Ok(false);
                }
                store::set_password(tx, user.id, &hash).await?;
                session::store::end_all(tx, user.id, Some(person.session_id), desk.now).await?;
                link::store::void(tx, user.id, &[Kind::Reset, Kind::Change]).await?;
                attempt.succeed(tx, &subject).await?;
                desk.mail(tx, recipient(&user), letters::password_changed(user.locale.into(), desk.config)).await?;
                Ok(true)
            })
            .await?;
        if !changed {
            let message = "Your password was changed by somebody else at the same moment.";
            return refused(UserError::at("currentPassword", UserErrorCode::StaleState, message));
        }
        tracing::info!(user = %person.id, "password changed");
        Ok(Some(ChangePasswordPayload { changed: true, user_errors: Vec::new() }))
    }
}
