//! Logging in: for tokens by `logIn`, and for the cookie of the console.

use async_graphql::InputObject;
use entity::{session, user};
use macros::{mutation, payload};
use uuid::Uuid;

use super::object::{Session, SessionTokens};
use super::token::{Identity, Tokens, new_refresh_token};
use super::{rules, store};
use crate::base::error::Result;
use crate::base::random::hash;
use crate::graphql::act::Act;
use crate::graphql::request::{Committed, Request, Work};
use crate::people::sign_in::{self, store::Outcome};
use crate::people::user::second_factor::{self, SecretKeys, accept, wrong_code};
use crate::people::user::throttle::{self, Attempt, Subject};
use crate::people::user::{self as users, Address, Password, Passwords, Verdict};

/// The credentials to log in with.
#[derive(InputObject)]
pub struct LogInInput {
    /// E-mail address of the account; capitals make no difference.
    pub email: String,
    /// The password.
    pub password: Password,
    /// A code of the authenticator app, or a recovery code, if a second factor is on.
    pub code: Option<String>,
}

/// The new session. With the error CODE_REQUIRED the password was right: ask for a code and send all three values.
#[payload]
pub struct LogInPayload {
    /// Its tokens; null if you are not logged in.
    pub tokens: Option<SessionTokens>,
    /// The session; null if you are not logged in.
    pub session: Option<Session>,
}

/// Begins a session. If you belong to one organisation, the session works in it; with several, choose one with
/// `switchOrganisation`. A wrong password, an unknown address and a disabled account get the same answer. After several
/// failures you have to wait.
#[mutation]
#[public]
async fn log_in(act: Act<'_>, input: LogInInput) -> Result<LogInPayload> {
    let request = act.request;
    let tokens = act.service::<Tokens>()?;
    let checks = Checks { passwords: act.service::<Passwords>()?, keys: act.service::<SecretKeys>()?, tokens };
    let LogInInput { email, password, code } = input;
    let refresh_token = new_refresh_token(&request.random);
    let secret = Secret::RefreshToken(&refresh_token);
    let row = begin(request, checks, Credentials { email, password, code }, secret).await?;
    let identity = Identity { user_id: row.user_id, session_id: row.id };
    let tokens = SessionTokens::sign(tokens, identity, refresh_token, request.now())?;
    let current = Some(row.id);
    let session = Session::new(row, current, request.now());
    Ok(LogInPayload { tokens: Some(tokens), session: Some(session), ..Default::default() })
}

/// What a person types to log in.
pub struct Credentials {
    /// The address of the account.
    pub email: String,
    /// The password.
    pub password: Password,
    /// A code of the second factor.
    pub code: Option<String>,
}

/// What checks credentials.
#[derive(Clone, Copy)]
pub struct Checks<'a> {
    /// Compares passwords.
    pub passwords: &'a Passwords,
    /// Opens the secrets of second factors.
    pub keys: &'a SecretKeys,
    /// Says how long a session lasts.
    pub tokens: &'a Tokens,
}

/// The secret that the client keeps. Only its hash is stored.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    /// The first refresh token of the session.
    RefreshToken(&'a str),
    /// The secret in the cookie of the console.
    Cookie(&'a str),
}

/// Begins a session. A wrong password, an unknown address and a disabled account get the same answer. After several
/// failures the person has to wait.
pub async fn begin(
    request: &Request,
    checks: Checks<'_>,
    credentials: Credentials,
    secret: Secret<'_>,
) -> Result<session::Model> {
    let Credentials { email, password, code } = credentials;
    let address = Address::parse(&email);
    let found = match &address {
        Some(address) => users::store::find_login(request.db(), address).await?,
        None => None,
    };
    let typed = address.as_ref().map_or(email.as_str(), Address::mailbox);
    let subject = Subject::log_in(found.as_ref().map(|found| found.user.id), typed, request.client_address);
    let attempt = throttle::admit(request, &subject).await?;
    let user = found.as_ref().map(|found| found.user.id);
    let stored = found.as_ref().map(|found| found.user.password_hash.as_str());
    let verdict = checks.passwords.verify(&password, stored).await?;
    let may = |found: &users::store::Login| verdict != Verdict::Wrong && found.user.state == user::State::Active;
    let Some(found) = found.filter(may) else {
        let outcome = if verdict == Verdict::Wrong { Outcome::WrongPassword } else { Outcome::Disabled };
        fail(request, &subject, user, outcome).await?;
        return Err(rules::wrong_credentials().into());
    };
    let code = code.as_deref().map(str::trim).filter(|code| !code.is_empty());
    if found.has_second_factor && code.is_none() {
        attempt.give_back(request.db()).await?;
        let user = found.user.id;
        request.transaction(async |work| Ok(sign_in::store::keep_without_code(work, user).await?)).await?;
        return Err(rules::code_required().into());
    }
    let renewed_hash = match verdict {
        Verdict::Outdated => Some(checks.passwords.hash(password).await?),
        _ => None,
    };
    let checked = CheckedLogIn {
        checks,
        user: &found.user,
        code: code.filter(|_| found.has_second_factor),
        renewed_hash: renewed_hash.as_deref(),
        secret,
        subject: &subject,
        attempt: &attempt,
    };
    let row = request.transaction(async |work| checked.begin(work).await).await?.into_result()?;
    tracing::info!(user = %row.user_id, session = %row.id, "logged in");
    Ok(row)
}

/// Counts and keeps an attempt that failed: the same statements for an account as for an address without one.
async fn fail(request: &Request, subject: &Subject, user: Option<Uuid>, outcome: Outcome) -> Result<()> {
    request
        .transaction(async |work| {
            throttle::count(work.tx, subject, work.now).await?;
            Ok(sign_in::store::keep(work, user, outcome).await?)
        })
        .await
}

/// A log-in whose password is right.
#[derive(Clone, Copy)]
struct CheckedLogIn<'a> {
    checks: Checks<'a>,
    user: &'a user::Model,
    /// The code for the second factor, if one is on.
    code: Option<&'a str>,
    renewed_hash: Option<&'a str>,
    secret: Secret<'a>,
    subject: &'a Subject,
    attempt: &'a Attempt,
}

impl CheckedLogIn<'_> {
    /// Writes a session of the user. A wrong code stays counted.
    async fn begin(self, work: &Work<'_>) -> Result<Committed<session::Model>> {
        // The password may have been replaced, or a second factor turned on, since it was compared.
        match users::store::recheck_login(work.tx, self.user).await? {
            None => return Err(rules::wrong_credentials().into()),
            Some(true) if self.code.is_none() => return Err(rules::code_required().into()),
            Some(_) => {}
        }
        if !self.is_code_right(work).await? {
            throttle::count(work.tx, self.subject, work.now).await?;
            sign_in::store::keep(work, Some(self.user.id), Outcome::WrongCode).await?;
            return Ok(Committed::Refused(wrong_code()));
        }
        let (refresh_token, cookie) = match self.secret {
            Secret::RefreshToken(token) => (Some(token), None),
            Secret::Cookie(secret) => (None, Some(secret)),
        };
        let row = session::Model {
            id: work.random.id(work.now),
            user_id: self.user.id,
            active_organisation_id: None,
            user_agent: work.request.user_agent.clone(),
            created_at: work.now,
            last_used_at: work.now,
            expires_at: self.checks.tokens.session_end(work.now),
            revoked_at: None,
            confirmed_at: Some(work.now),
            client_address: work.request.client_address.map(|address| address.to_string()),
            ended_because: None,
            cookie_hash: cookie.map(hash),
        };
        let row = store::begin(work.tx, row).await?;
        if let Some(token) = refresh_token {
            store::add_refresh_token(work.tx, row.id, token, work.now).await?;
        }
        if let Some(hash) = self.renewed_hash {
            users::store::renew_hash(work.tx, self.user, hash).await?;
        }
        self.attempt.succeed(work.tx, self.subject).await?;
        sign_in::store::keep(work, Some(self.user.id), Outcome::LoggedIn).await?;
        Ok(Committed::Done(row))
    }

    /// Whether the code is right, or none is needed.
    async fn is_code_right(self, work: &Work<'_>) -> Result<bool> {
        let Some(code) = self.code else { return Ok(true) };
        match second_factor::store::lock(work.tx, self.user.id).await? {
            Some(factor) if factor.confirmed_at.is_some() => {
                accept(work, self.checks.keys, self.user, &factor, code).await
            }
            // The second factor was turned off since it was looked up.
            _ => Ok(true),
        }
    }
}
