//! Confirming one's identity again, before a sensitive act.

use async_graphql::InputObject;
use macros::{mutation, payload};

use super::{rules, store};
use crate::access::UserActor;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::graphql::request::{Committed, Work};
use crate::people::user::second_factor::{self, SecretKeys, accept, wrong_code};
use crate::people::user::throttle::{self, Subject};
use crate::people::user::{self as users, Password, Passwords, Verdict};

/// The password or the code that confirms your identity.
#[derive(InputObject)]
pub struct ConfirmIdentityInput {
    /// Your password. It does not count while a second factor is on.
    pub password: Option<Password>,
    /// A code of the authenticator app, or a recovery code.
    pub code: Option<String>,
}

/// Whether your identity is confirmed.
#[payload]
pub struct ConfirmIdentityPayload {
    /// True if this session can do sensitive acts for some minutes.
    pub confirmed: bool,
}

/// Confirms that you are the person using this session. After CONFIRMATION_REQUIRED, ask for the password, or for a code
/// if a second factor is on. Send it here, then repeat the act. The confirmation lasts for some minutes.
#[mutation]
#[authenticated]
async fn confirm_identity(act: Act<'_>, input: ConfirmIdentityInput) -> Result<ConfirmIdentityPayload> {
    let request = act.request;
    let person = request.require_person()?;
    let is_on = second_factor::store::is_on(request.db().reader(), person.id).await?;
    let code = input.code.filter(|code| !code.trim().is_empty());
    match (is_on, input.password, code) {
        (true, _, Some(code)) => {
            let keys = act.service::<SecretKeys>()?;
            request.transaction(async |work| by_code(work, keys, person, &code).await).await?.into_result()?;
        }
        (true, _, None) => return Err(rules::code_required().into()),
        (false, Some(password), _) => by_password(act, person, &password).await?,
        (false, None, _) => {
            return Err(UserError::at(
                "password",
                UserErrorCode::InvalidInput,
                ["Give your password.", "Geben Sie Ihr Passwort an.", "Ange ditt lösenord."],
            )
            .into());
        }
    }
    tracing::info!(user = %person.id, session = %person.session_id, "identity confirmed");
    Ok(ConfirmIdentityPayload { confirmed: true, ..Default::default() })
}

/// The transaction locks the second factor, so that codes are tried one at a time. A wrong code stays counted.
async fn by_code(work: &Work<'_>, keys: &SecretKeys, person: &UserActor, code: &str) -> Result<Committed<()>> {
    let user = users::store::lock(work.tx, person.id).await?.ok_or_else(Error::sign_in)?;
    let factor = second_factor::store::lock(work.tx, person.id).await?.ok_or_else(wrong_code)?;
    let subject = Subject::identity(person.id);
    let attempt = throttle::admit_in(work, &subject).await?;
    if !accept(work, keys, &user, &factor, code).await? {
        throttle::count(work.tx, &subject, work.now).await?;
        return Ok(Committed::Refused(wrong_code()));
    }
    attempt.succeed(work.tx, &subject).await?;
    store::confirm(work.tx, person.session_id, work.now).await?;
    Ok(Committed::Done(()))
}

async fn by_password(act: Act<'_>, person: &UserActor, password: &Password) -> Result<()> {
    let request = act.request;
    let subject = Subject::identity(person.id);
    let attempt = throttle::admit(request, &subject).await?;
    let user = users::store::load(request.db(), person.id).await?;
    if act.service::<Passwords>()?.verify(password, Some(&user.password_hash)).await? == Verdict::Wrong {
        throttle::count_failure(request, &subject).await?;
        return Err(UserError::at(
            "password",
            UserErrorCode::WrongCredentials,
            ["This is not your password.", "Das ist nicht Ihr Passwort.", "Det är inte ditt lösenord."],
        )
        .into());
    }
    request
        .transaction(async |work| {
            // The password may have been replaced, or a second factor turned on, since it was compared.
            match users::store::recheck_login(work.tx, &user).await? {
                None => return Err(Error::sign_in()),
                Some(true) => return Err(rules::code_required().into()),
                Some(false) => {}
            }
            attempt.succeed(work.tx, &subject).await?;
            Ok(store::confirm(work.tx, person.session_id, work.now).await?)
        })
        .await
}
