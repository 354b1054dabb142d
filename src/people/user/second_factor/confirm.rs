//! Turning the second factor on.

use async_graphql::InputObject;
use macros::{mutation, payload};

use super::check::{accept, wrong_code};
use super::seal::SecretKeys;
use super::{codes, store};
use crate::access::UserActor;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::graphql::request::{Committed, Work};
use crate::people::session;
use crate::people::user::letters::{self, recipient};
use crate::people::user::store as users;
use crate::people::user::throttle::{self, Subject};

/// A code from the app.
#[derive(InputObject)]
pub struct ConfirmSecondFactorInput {
    /// The code that the app shows: six digits.
    pub code: String,
}

/// The recovery codes of the second factor.
#[payload]
pub struct ConfirmSecondFactorPayload {
    /// Ten codes, each for one log-in without the app. They are shown only now; null if the second factor is not on.
    pub recovery_codes: Option<Vec<String>>,
}

/// Turns the second factor on, with a code from the app. Keep the recovery codes in a safe place.
#[mutation]
#[authenticated]
async fn confirm_second_factor(act: Act<'_>, input: ConfirmSecondFactorInput) -> Result<ConfirmSecondFactorPayload> {
    let request = act.request;
    let person = request.require_person()?;
    session::require_verified(request)?;
    let keys = act.service::<SecretKeys>()?;
    let codes = codes::new_recovery_codes(&request.random);
    let (code, new_codes) = (&input.code, &codes);
    request.transaction(async |work| turn_on(work, keys, person, code, new_codes).await).await?.into_result()?;
    tracing::info!(user = %person.id, "second factor on");
    Ok(ConfirmSecondFactorPayload { recovery_codes: Some(codes), ..Default::default() })
}

/// A wrong code stays counted.
async fn turn_on(
    work: &Work<'_>,
    keys: &SecretKeys,
    person: &UserActor,
    code: &str,
    new_codes: &[String],
) -> Result<Committed<()>> {
    let user = users::lock(work.tx, person.id).await?.ok_or_else(Error::sign_in)?;
    let Some(factor) = store::lock(work.tx, user.id).await? else {
        let message = [
            "There is no secret to confirm. Make one first: beginSecondFactor.",
            "Es gibt kein Geheimnis zu bestätigen. Erzeugen Sie zuerst eines: beginSecondFactor.",
            "Det finns ingen hemlighet att bekräfta. Skapa först en: beginSecondFactor.",
        ];
        return Err(UserError::general(UserErrorCode::StaleState, message).into());
    };
    if factor.confirmed_at.is_some() {
        return Err(UserError::general(
            UserErrorCode::Duplicate,
            [
                "Your second factor is already on.",
                "Ihre Anmeldung in zwei Schritten ist schon eingeschaltet.",
                "Din tvåstegsverifiering är redan påslagen.",
            ],
        )
        .into());
    }
    let subject = Subject::identity(user.id);
    let attempt = throttle::admit_in(work, &subject).await?;
    if !accept(work, keys, &user, &factor, code).await? {
        throttle::count(work.tx, &subject, work.now).await?;
        return Ok(Committed::Refused(wrong_code()));
    }
    attempt.succeed(work.tx, &subject).await?;
    store::confirm(work.tx, user.id, work.now).await?;
    store::replace_codes(work.tx, user.id, codes::hashes(new_codes), work.now).await?;
    // Other sessions confirmed the identity without the second factor.
    session::store::forget_other_confirmations(work.tx, user.id, person.session_id).await?;
    let letter = letters::second_factor_on(user.locale.into(), &work.request.config);
    letters::send(work, recipient(&user), letter).await?;
    Ok(Committed::Done(()))
}
