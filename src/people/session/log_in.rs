//! Logging in.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{session, user};
use macros::guarded;
use sea_orm::DatabaseTransaction;

use super::mutation::{SessionTokens, new_refresh_token, session_tokens};
use super::object::Session;
use super::store;
use super::token::{Identity, Tokens};
use crate::access::directive;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::request::service;
use crate::people::user::second_factor::{self, accept, wrong_code};
use crate::people::user::throttle::{self, Attempt, Subject};
use crate::people::user::{self as users, Address, Desk, Password, Passwords, Verdict};

/// Who logs in.
#[derive(InputObject)]
pub struct LogInInput {
    /// E-mail address; capitals make no difference.
    pub email: String,
    /// Password.
    pub password: Password,
    /// A code of the authenticator app, or a recovery code, where a second factor is on.
    pub code: Option<String>,
}

/// The session that has begun.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct LogInPayload {
    /// Its tokens; null if it has not begun.
    pub tokens: Option<SessionTokens>,
    /// The session; null if it has not begun.
    pub session: Option<Session>,
    /// Why it has not begun. With CODE_REQUIRED the password was right: ask for a code, and send all three.
    pub user_errors: Vec<UserError>,
}

/// Logging in.
#[derive(Default)]
pub struct LogInMutation;

#[guarded]
#[Object]
impl LogInMutation {
    /// Begins a session. If you belong to one organisation, the session works in it; with several, choose one with
    /// `switchOrganisation`. A wrong password, an unknown address and a disabled account get the same answer. After
    /// several failures one has to wait.
    #[public]
    async fn log_in(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who logs in.")] input: LogInInput,
    ) -> Result<Option<LogInPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(LogInPayload { user_errors: vec![error], ..Default::default() }));
        let passwords = service::<Passwords>(context)?;
        let db = desk.request.db();
        let address = Address::parse(&input.email);
        let found = match &address {
            Some(address) => users::store::find_login(db, address).await?,
            None => None,
        };
        let typed = address.as_ref().map_or(input.email.as_str(), Address::as_str);
        let subject = Subject::log_in(found.as_ref().map(|found| found.user.id), typed, desk.request.client_address);
        let attempt = match desk.admit(&subject).await? {
            Ok(attempt) => attempt,
            Err(error) => return refused(error),
        };
        let stored = found.as_ref().map(|found| found.user.password_hash.as_str());
        let verdict = passwords.verify(&input.password, stored).await?;
        let may = |found: &users::store::Login| verdict != Verdict::Wrong && found.user.state == user::State::Active;
        let Some(found) = found.filter(may) else {
            desk.count_failure(&subject).await?;
            return refused(wrong_credentials());
        };
        let code = input.code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        if found.has_second_factor && code.is_none() {
            attempt.give_back(db).await?;
            return refused(code_required());
        }
        let renewed_hash = match verdict {
            Verdict::Outdated => Some(passwords.hash(input.password).await?),
            _ => None,
        };
        let log_in = LogIn {
            desk,
            user: &found.user,
            code: code.filter(|_| found.has_second_factor),
            renewed_hash: renewed_hash.as_deref(),
            subject: &subject,
            attempt: &attempt,
        };
        match log_in.begin(service::<Tokens>(context)?).await? {
            Ok((tokens, row)) => {
                tracing::info!(user = %row.user_id, session = %row.id, "logged in");
                let current = Some(row.id);
                let session = Some(Session::new(row, current));
                Ok(Some(LogInPayload { tokens: Some(tokens), session, user_errors: Vec::new() }))
            }
            Err(error) => refused(error),
        }
    }
}

fn wrong_credentials() -> UserError {
    let message = "The address or the password is wrong, or the account is disabled.";
    UserError::general(UserErrorCode::WrongCredentials, message)
}

/// What to answer where a second factor is on and no code was given.
pub fn code_required() -> UserError {
    let message = "Give a code of your authenticator app as well, or a recovery code.";
    UserError::at("code", UserErrorCode::CodeRequired, message)
}

/// A log-in whose password is right.
#[derive(Clone, Copy)]
struct LogIn<'a> {
    desk: Desk<'a>,
    user: &'a user::Model,
    /// What the second factor asks for, where it is on.
    code: Option<&'a str>,
    renewed_hash: Option<&'a str>,
    subject: &'a Subject,
    attempt: &'a Attempt,
}

impl LogIn<'_> {
    /// Writes a session of the user with its first refresh token.
    async fn begin(self, tokens: &Tokens) -> Result<Result<(SessionTokens, session::Model), UserError>> {
        let Desk { request, random, now, .. } = self.desk;
        let row = session::Model {
            id: random.id(now),
            user_id: self.user.id,
            active_organisation_id: None,
            user_agent: request.user_agent.clone(),
            created_at: now,
            last_used_at: now,
            expires_at: tokens.session_end(now),
            revoked_at: None,
            confirmed_at: Some(now),
            client_address: request.client_address.map(|address| address.to_string()),
        };
        let refresh_token = new_refresh_token(random);
        let begun = request
            .db()
            .write(async |tx| {
                // A password that was replaced while it was compared begins nothing, nor does one alone that no longer
                // suffices.
                match users::store::is_as_before(tx, self.user).await? {
                    None => return Ok(Err(wrong_credentials())),
                    Some(true) if self.code.is_none() => return Ok(Err(code_required())),
                    Some(_) => {}
                }
                if !self.is_code_right(tx).await? {
                    throttle::count(tx, self.subject, now).await?;
                    return Ok(Err(wrong_code()));
                }
                let row = store::begin(tx, row.clone()).await?;
                store::add_refresh_token(tx, row.id, &refresh_token, now).await?;
                if let Some(hash) = self.renewed_hash {
                    users::store::renew_hash(tx, self.user, hash).await?;
                }
                self.attempt.succeed(tx, self.subject).await?;
                Ok(Ok(row))
            })
            .await?;
        let row = match begun {
            Ok(row) => row,
            Err(error) => return Ok(Err(error)),
        };
        let identity = Identity { user_id: self.user.id, session_id: row.id };
        Ok(Ok((session_tokens(tokens, identity, refresh_token, now)?, row)))
    }

    /// Where no code is asked for, nothing is wrong.
    async fn is_code_right(self, tx: &DatabaseTransaction) -> Result<bool> {
        let Some(code) = self.code else { return Ok(true) };
        match second_factor::store::lock(tx, self.user.id).await? {
            Some(factor) if factor.confirmed_at.is_some() => accept(self.desk, tx, self.user, &factor, code).await,
            // Turned off in between.
            _ => Ok(true),
        }
    }
}
