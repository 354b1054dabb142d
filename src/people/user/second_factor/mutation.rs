//! Turning the second factor on and off.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{second_factor, user};
use macros::guarded;
use sea_orm::DatabaseTransaction;

use super::{codes, store, wrong_code};
use crate::access::{UserActor, directive};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::random::hash;
use crate::mail::Letter;
use crate::people::session;
use crate::people::user::desk::{Desk, gone};
use crate::people::user::throttle::{self, Admission, Subject};
use crate::people::user::{letters, recipient};

/// A secret for an authenticator app. It is shown only now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct BeginSecondFactorPayload {
    /// The secret in base32, for typing it in; null if there is none.
    pub secret: Option<String>,
    /// The same as an `otpauth://` address: show it as a QR code.
    pub uri: Option<String>,
    /// Why there is none.
    pub user_errors: Vec<UserError>,
}

/// A code that the app shows.
#[derive(InputObject)]
pub struct ConfirmSecondFactorInput {
    /// Six digits.
    pub code: String,
}

/// The second factor is on.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ConfirmSecondFactorPayload {
    /// Ten codes, each good for one log-in without the app. They are shown only now; null if it is not on.
    pub recovery_codes: Option<Vec<String>>,
    /// Why it is not on.
    pub user_errors: Vec<UserError>,
}

/// Whether the second factor is off.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RemoveSecondFactorPayload {
    /// True if logging in asks for no code any more.
    pub removed: bool,
    /// Why it still does.
    pub user_errors: Vec<UserError>,
}

/// New recovery codes.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RenewRecoveryCodesPayload {
    /// Ten codes in the place of the old ones. They are shown only now; null if there are none.
    pub recovery_codes: Option<Vec<String>>,
    /// Why there are none.
    pub user_errors: Vec<UserError>,
}

/// Mutations of second factors.
#[derive(Default)]
pub struct SecondFactorMutation;

#[guarded]
#[Object]
impl SecondFactorMutation {
    /// Makes a secret for an authenticator app. Logging in asks for its codes once `confirmSecondFactor` was given one.
    /// Asks for a fresh proof of who you are (`confirmIdentity`).
    #[authenticated]
    async fn begin_second_factor(&self, context: &Context<'_>) -> Result<Option<BeginSecondFactorPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(BeginSecondFactorPayload { user_errors: vec![error], ..Default::default() }));
        let person = match fresh(context, desk)? {
            Ok(person) => person,
            Err(error) => return refused(error),
        };
        let secret = desk.random.bytes::<20>();
        let row = second_factor::Model {
            user_id: person.id,
            sealed_secret: desk.keys.seal(desk.random, person.id, &secret)?,
            confirmed_at: None,
            last_step: 0,
            created_at: desk.now,
        };
        if !desk.request.write(async |tx| Ok(store::begin(tx, row).await?)).await? {
            let message = "Your second factor is on already. To use another app, remove it first: removeSecondFactor.";
            return refused(UserError::general(UserErrorCode::Duplicate, message));
        }
        let secret = codes::base32(&secret);
        let uri = codes::uri(&desk.config.accounts.issuer, &person.email, &secret);
        Ok(Some(BeginSecondFactorPayload { secret: Some(secret), uri: Some(uri), user_errors: Vec::new() }))
    }

    /// Turns the second factor on, by a code that the app shows. Keep the recovery codes in a safe place.
    #[authenticated]
    async fn confirm_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A code that the app shows.")] input: ConfirmSecondFactorInput,
    ) -> Result<Option<ConfirmSecondFactorPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(ConfirmSecondFactorPayload { recovery_codes: None, user_errors: vec![error] }));
        let Some(person) = desk.request.person()? else { return refused(UserError::for_people_only()) };
        let codes = new_codes(desk);
        let confirmed = desk.request.write(async |tx| turn_on(desk, tx, person, &input.code, &codes).await).await?;
        if let Err(error) = confirmed {
            return refused(error);
        }
        tracing::info!(user = %person.id, "second factor on");
        Ok(Some(ConfirmSecondFactorPayload { recovery_codes: Some(codes), user_errors: Vec::new() }))
    }

    /// Turns the second factor off: logging in asks for the password alone. Asks for a fresh proof of who you are
    /// (`confirmIdentity`).
    #[authenticated]
    async fn remove_second_factor(&self, context: &Context<'_>) -> Result<Option<RemoveSecondFactorPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(RemoveSecondFactorPayload { removed: false, user_errors: vec![error] }));
        let person = match fresh(context, desk)? {
            Ok(person) => person,
            Err(error) => return refused(error),
        };
        let removed = desk
            .request
            .write(async |tx| {
                let Some((user, _)) = with_factor_on(tx, person).await? else { return Ok(false) };
                store::remove(tx, user.id).await?;
                tell(desk, tx, &user, letters::second_factor_off(user.locale.into(), desk.config)).await
            })
            .await?;
        if !removed {
            return refused(is_off());
        }
        tracing::info!(user = %person.id, "second factor off");
        Ok(Some(RemoveSecondFactorPayload { removed: true, user_errors: Vec::new() }))
    }

    /// Gives you ten new recovery codes; the old ones no longer work. Asks for a fresh proof of who you are
    /// (`confirmIdentity`).
    #[authenticated]
    async fn renew_recovery_codes(&self, context: &Context<'_>) -> Result<Option<RenewRecoveryCodesPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(RenewRecoveryCodesPayload { recovery_codes: None, user_errors: vec![error] }));
        let person = match fresh(context, desk)? {
            Ok(person) => person,
            Err(error) => return refused(error),
        };
        let codes = &new_codes(desk);
        let renewed = desk
            .request
            .write(async |tx| {
                let Some((user, _)) = with_factor_on(tx, person).await? else { return Ok(false) };
                store::replace_codes(tx, user.id, hashes(codes), desk.now).await?;
                tell(desk, tx, &user, letters::recovery_codes_renewed(user.locale.into(), desk.config)).await
            })
            .await?;
        if !renewed {
            return refused(is_off());
        }
        tracing::info!(user = %person.id, "recovery codes renewed");
        Ok(Some(RenewRecoveryCodesPayload { recovery_codes: Some(codes.clone()), user_errors: Vec::new() }))
    }
}

/// The person who asks, if they have proved lately who they are.
fn fresh<'a>(context: &Context<'_>, desk: Desk<'a>) -> Result<Result<&'a UserActor, UserError>> {
    let Some(person) = desk.request.person()? else { return Ok(Err(UserError::for_people_only())) };
    Ok(match session::unconfirmed(context)? {
        Some(error) => Err(error),
        None => Ok(person),
    })
}

fn is_off() -> UserError {
    UserError::general(UserErrorCode::StaleState, "Your second factor is not on.")
}

fn new_codes(desk: Desk<'_>) -> Vec<String> {
    (0..codes::RECOVERY_CODES).map(|_| codes::new_recovery_code(desk.random)).collect()
}

fn hashes(codes: &[String]) -> impl Iterator<Item = String> {
    codes.iter().map(|code| hash(&code.replace('-', "").to_ascii_uppercase()))
}

async fn tell(desk: Desk<'_>, tx: &DatabaseTransaction, user: &user::Model, letter: Letter) -> Result<bool> {
    desk.mail(tx, recipient(user), letter).await?;
    Ok(true)
}

async fn with_factor_on(
    tx: &DatabaseTransaction,
    person: &UserActor,
) -> Result<Option<(user::Model, second_factor::Model)>> {
    let user = crate::people::user::store::lock(tx, person.id).await?.ok_or_else(gone)?;
    let factor = store::lock(tx, person.id).await?.filter(|factor| factor.confirmed_at.is_some());
    Ok(factor.map(|factor| (user, factor)))
}

async fn turn_on(
    desk: Desk<'_>,
    tx: &DatabaseTransaction,
    person: &UserActor,
    code: &str,
    codes: &[String],
) -> Result<Result<(), UserError>> {
    let user = crate::people::user::store::lock(tx, person.id).await?.ok_or_else(gone)?;
    let Some(factor) = store::lock(tx, user.id).await? else {
        let message = "There is no secret to confirm. Make one first: beginSecondFactor.";
        return Ok(Err(UserError::general(UserErrorCode::StaleState, message)));
    };
    if factor.confirmed_at.is_some() {
        return Ok(Err(UserError::general(UserErrorCode::Duplicate, "Your second factor is on already.")));
    }
    let subject = Subject::identity(user.id);
    let attempt = match throttle::admit_in(tx, &subject, desk.now).await? {
        Admission::Open(attempt) => attempt,
        Admission::Wait(wait) => return Ok(Err(throttle::too_many(wait))),
    };
    if !super::accept(desk, tx, &user, &factor, code).await? {
        throttle::count(tx, &subject, desk.now).await?;
        return Ok(Err(wrong_code()));
    }
    attempt.succeed(tx, &subject).await?;
    store::confirm(tx, user.id, desk.now).await?;
    store::replace_codes(tx, user.id, hashes(codes), desk.now).await?;
    // What other sessions have proved was proved without it.
    session::store::unconfirm_others(tx, user.id, person.session_id).await?;
    desk.mail(tx, recipient(&user), letters::second_factor_on(user.locale.into(), desk.config)).await?;
    Ok(Ok(()))
}
