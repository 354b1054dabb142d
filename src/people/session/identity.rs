//! Proving anew who it is, before an act that matters.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use macros::guarded;
use sea_orm::DatabaseTransaction;

use super::log_in::code_required;
use super::store;
use crate::access::{UserActor, directive};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::request::service;
use crate::people::user::second_factor::{self, accept, wrong_code};
use crate::people::user::throttle::{self, Admission, Subject};
use crate::people::user::{self as users, Desk, Password, Passwords, Verdict};

/// The proof.
#[derive(InputObject)]
pub struct ConfirmIdentityInput {
    /// Your password. It is no proof where a second factor is on.
    pub password: Option<Password>,
    /// A code of the authenticator app, or a recovery code.
    pub code: Option<String>,
}

/// Whether it is proved.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ConfirmIdentityPayload {
    /// True if acts that matter can be done in this session for a while.
    pub confirmed: bool,
    /// Why they cannot.
    pub user_errors: Vec<UserError>,
}

/// Proving who it is.
#[derive(Default)]
pub struct IdentityMutation;

type Outcome = Result<(), UserError>;

#[guarded]
#[Object]
impl IdentityMutation {
    /// Proves that it is you who uses this session: after CONFIRMATION_REQUIRED, ask for the password, or for a code where
    /// a second factor is on, send it here, and repeat what you wanted to do. It holds for some minutes.
    #[authenticated]
    async fn confirm_identity(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The proof.")] input: ConfirmIdentityInput,
    ) -> Result<Option<ConfirmIdentityPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(ConfirmIdentityPayload { confirmed: false, user_errors: vec![error] }));
        let Some(person) = desk.request.person()? else { return refused(UserError::for_people_only()) };
        let factor = second_factor::store::find(desk.request.db().reader(), person.id).await?;
        let is_on = factor.is_some_and(|factor| factor.confirmed_at.is_some());
        let code = input.code.filter(|code| !code.trim().is_empty());
        let outcome = match (is_on, input.password, code) {
            (true, _, Some(code)) => desk.request.write(async |tx| by_code(desk, tx, person, &code).await).await?,
            (true, _, None) => Err(code_required()),
            (false, Some(password), _) => by_password(context, desk, person, &password).await?,
            (false, None, _) => Err(UserError::at("password", UserErrorCode::InvalidInput, "Give your password.")),
        };
        if let Err(error) = outcome {
            return refused(error);
        }
        tracing::info!(user = %person.id, session = %person.session_id, "identity confirmed");
        Ok(Some(ConfirmIdentityPayload { confirmed: true, user_errors: Vec::new() }))
    }
}

/// One code after the other, since the transaction locks the second factor.
async fn by_code(desk: Desk<'_>, tx: &DatabaseTransaction, person: &UserActor, code: &str) -> Result<Outcome> {
    let user = users::store::lock(tx, person.id).await?.ok_or_else(Error::sign_in)?;
    let Some(factor) = second_factor::store::lock(tx, person.id).await? else { return Ok(Err(wrong_code())) };
    let subject = Subject::identity(person.id);
    let attempt = match throttle::admit_in(tx, &subject, desk.now).await? {
        Admission::Open(attempt) => attempt,
        Admission::Wait(wait) => return Ok(Err(throttle::too_many(wait))),
    };
    if !accept(desk, tx, &user, &factor, code).await? {
        throttle::count(tx, &subject, desk.now).await?;
        return Ok(Err(wrong_code()));
    }
    attempt.succeed(tx, &subject).await?;
    store::confirm(tx, person.session_id, desk.now).await?;
    Ok(Ok(()))
}

async fn by_password(
    context: &Context<'_>,
    desk: Desk<'_>,
    person: &UserActor,
    password: &Password,
) -> Result<Outcome> {
    let subject = Subject::identity(person.id);
    let attempt = match desk.admit(&subject).await? {
        Ok(attempt) => attempt,
        Err(error) => return Ok(Err(error)),
    };
    let user = users::store::load(desk.request.db(), person.id).await?;
    if service::<Passwords>(context)?.verify(password, Some(&user.password_hash)).await? == Verdict::Wrong {
        desk.count_failure(&subject).await?;
        let message = "This is not your password.";
        return Ok(Err(UserError::at("password", UserErrorCode::WrongCredentials, message)));
    }
    let confirmed = desk
        .request
        .write(async |tx| {
            // Replaced, or no longer enough, since it was compared: then it is no proof.
            match users::store::is_as_before(tx, &user).await? {
                None => return Err(Error::sign_in().into()),
                Some(true) => return Ok(Err(code_required())),
                Some(false) => {}
            }
            attempt.succeed(tx, &subject).await?;
            store::confirm(tx, person.session_id, desk.now).await?;
            Ok(Ok(()))
        })
        .await?;
    Ok(confirmed)
}
