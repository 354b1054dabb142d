//! Changing the password with the current one.

use async_graphql::InputObject;
use macros::{mutation, payload};

use super::address::Address;
use super::letters::{self, recipient};
use super::link::{self, Kind};
use super::password::{Password, Passwords, Verdict};
use super::rules::require_strong;
use super::store;
use super::throttle::{self, Subject};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::people::session;
use crate::people::session::store::EndedBecause;

/// The current and the new password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The current password.
    pub current_password: Password,
    /// Password: neither short nor common, and not made from the address.
    pub new_password: Password,
}

/// Whether the password was changed.
#[payload]
pub struct ChangePasswordPayload {
    /// True if the new password is set and all other sessions have ended.
    pub changed: bool,
}

/// Sets a new password. This ends all your other sessions.
#[mutation]
#[authenticated]
async fn change_password(act: Act<'_>, input: ChangePasswordInput) -> Result<ChangePasswordPayload> {
    let request = act.request;
    let passwords = act.service::<Passwords>()?;
    let person = request.require_person()?;
    let (current, new) = (input.current_password, input.new_password);
    let address = Address::parse(&person.email);
    require_strong("newPassword", &new, address.as_ref(), passwords.minimum_length())?;
    if new.expose() == current.expose() {
        let message = [
            "Choose a password that differs from the current one.",
            "Wählen Sie ein anderes Passwort als das jetzige.",
            "Välj ett annat lösenord än det nuvarande.",
        ];
        return Err(UserError::at("newPassword", UserErrorCode::WeakPassword, message).into());
    }
    let subject = Subject::identity(person.id);
    let attempt = throttle::admit(request, &subject).await?;
    let stored = store::load(request.db(), person.id).await?.password_hash;
    if passwords.verify(&current, Some(&stored)).await? == Verdict::Wrong {
        throttle::count_failure(request, &subject).await?;
        let message = [
            "This is not your current password.",
            "Das ist nicht Ihr jetziges Passwort.",
            "Det är inte ditt nuvarande lösenord.",
        ];
        return Err(UserError::at("currentPassword", UserErrorCode::WrongCredentials, message).into());
    }
    let hash = passwords.hash(new).await?;
    request
        .transaction(async |work| {
            let user = store::lock(work.tx, person.id).await?.ok_or_else(Error::sign_in)?;
            if user.password_hash != stored {
                let message = [
"Your password was changed elsewhere at the same moment. Try again with that one.",
"Ihr Passwort wurde im selben Moment an anderer Stelle geändert. Versuchen Sie es mit jenem erneut.",
"Ditt lösenord ändrades samtidigt någon annanstans. Försök igen med det."
];
                return Err(UserError::at("currentPassword", UserErrorCode::StaleState, message).into());
            }
            store::set_password(work.tx, user.id, &hash).await?;
            let (kept, because) = (Some(person.session_id), EndedBecause::PasswordChanged);
            session::store::end_all(work.tx, user.id, kept, because, work.now).await?;
            link::store::void(work.tx, user.id, &[Kind::Reset, Kind::Change]).await?;
            attempt.succeed(work.tx, &subject).await?;
            let letter = letters::password_changed(user.locale.into(), &request.config);
            letters::send(work, recipient(&user), letter).await
        })
        .await?;
    tracing::info!(user = %person.id, "password changed");
    Ok(ChangePasswordPayload { changed: true, ..Default::default() })
}
