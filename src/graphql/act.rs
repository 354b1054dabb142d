//! How a mutation runs: what it receives, and what happens to its result. `#[mutation]` generates the calls.
//!
//! A mutation is an `async fn` in its own file. It gets an `Act`, or an `ActOn` the object that its `#[acts]` names. In
//! that case the steps run only if the actor holds the permission. Every error is answered: a `UserError` in the
//! payload's `userErrors`, any other error at the path of the field.

use std::ops::Deref;

use async_graphql::{Context, ID};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::request::{Request, Work, service};
use crate::access::{Authorised, Decision, Guarded, Permission, Rule, require_one};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::guard::{note_refusal, report};
use crate::oversight::audit::Event;
use crate::oversight::idempotency::{Call, once};

/// One mutation of one request.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    /// The GraphQL context.
    pub context: &'a Context<'a>,
    /// The request.
    pub request: &'a Request,
    /// Name of the mutation in the schema.
    pub action: &'static str,
}

impl<'a> Act<'a> {
    /// For `#[mutation]`: starts an act.
    pub fn begin(context: &'a Context<'a>, action: &'static str) -> Result<Self> {
        Ok(Self { context, request: Request::of(context)?, action })
    }

    /// For `#[acts]`: finds the object and checks that the actor holds one of the permissions there.
    pub async fn on<T: Target>(self, key: &T::Key, rules: &[Rule]) -> Result<ActOn<'a, T>> {
        let object = T::locate(self.request, key).await?.ok_or(Error::NotFound)?;
        let (rule, organisation) = require_one(&object, rules)?;
        Ok(ActOn { act: self, object, rule, organisation, unmasked: false })
    }

    /// For `#[acts(…, unmasked)]`: the same, with the permission checked as if the organisation were active.
    pub async fn on_unmasked<T: Target<Key = ID> + AsRef<Decision>>(
        self,
        key: &ID,
        rules: &[Rule],
    ) -> Result<ActOn<'a, T>> {
        let object = T::locate(self.request, key).await?.ok_or(Error::NotFound)?;
        let [rule] = rules else { return Err(Error::fault("an unmasked act has one permission")) };
        let decision = object.as_ref();
        if !decision.unmasked(self.request.now()).has(rule.permission) {
            decision.require(rule.permission)?;
        }
        let organisation = decision.id();
        Ok(ActOn { act: self, object, rule: *rule, organisation, unmasked: true })
    }

    /// A service that the schema was built with.
    pub fn service<T: Send + Sync + 'static>(&self) -> Result<&'a T> {
        service::<T>(self.context)
    }

    /// This call as `idempotency::once` knows it again; `None` if the client gave no idempotency key.
    pub fn call(&self, key: Option<&str>) -> Result<Option<Call>> {
        let Some(key) = key else { return Ok(None) };
        let arguments = self.context.field().arguments().map_err(|error| Error::fault(error.message))?;
        let arguments = arguments.into_iter().map(|(name, value)| {
            let value = value.into_json().map_err(Error::fault)?;
            Ok((name.to_string(), value))
        });
        Call::new(self.request.actor(), self.action, key, arguments.collect::<Result<_>>()?).map(Some)
    }

    /// An audit event of this act in the log of the organisation, for acts that need no permission there.
    pub fn event_at(&self, organisation: Uuid) -> Event {
        Event::done(self.action, organisation, None)
    }
}

/// An act on an object at which the actor holds the permission that the act needs.
pub struct ActOn<'a, T> {
    act: Act<'a>,
    /// The object, as it was when the permission was checked.
    pub object: T,
    rule: Rule,
    organisation: Uuid,
    unmasked: bool,
}

impl<'a, T> Deref for ActOn<'a, T> {
    type Target = Act<'a>;

    fn deref(&self) -> &Act<'a> {
        &self.act
    }
}

impl<T> ActOn<'_, T> {
    /// The permission that allows the act, and the side of the object where the actor holds it.
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// The permission that allows the act.
    pub const fn permission(&self) -> Permission {
        self.rule.permission
    }

    /// The organisation at which the actor holds the permission.
    pub const fn organisation(&self) -> Uuid {
        self.organisation
    }

    /// An audit event of this act in the log of the organisation.
    pub fn event(&self) -> Event {
        Event::done(self.action, self.organisation, Some(self.rule.permission))
    }

    /// Locks the organisation and checks the permission again within the transaction. Most mutations use `locked`;
    /// those that need another lock as well call this first.
    pub async fn authorise_in(&self, work: &Work<'_>) -> Result<Authorised> {
        let access = &work.request.access;
        if self.unmasked {
            access.authorise_unmasked_in(work.tx, self.organisation, self.rule.permission).await
        } else {
            access.authorise_in(work.tx, self.organisation, self.rule.permission).await
        }
    }

    /// Locks the organisation, checks the permission again, and runs the steps in the same transaction. They get the
    /// organisation as it is now.
    pub async fn locked<R, W>(&self, steps: W) -> Result<R>
    where
        W: AsyncFnOnce(&Work<'_>, Authorised) -> Result<R> + Clone,
    {
        self.request
            .transaction(async |work| {
                let at = self.authorise_in(work).await?;
                steps(work, at).await
            })
            .await
    }

    /// Like `locked`, but nothing is kept of what the steps write: for a dry run that finds exactly what the act would do.
    pub async fn tried<R, W>(&self, steps: W) -> Result<R>
    where
        W: AsyncFnOnce(&Work<'_>, Authorised) -> Result<R> + Clone,
    {
        self.request
            .tried(async |work| {
                let at = self.authorise_in(work).await?;
                steps(work, at).await
            })
            .await
    }

    /// Like `locked`, for an act that a client may send again with the same idempotency key: the steps run once, and what
    /// they return is kept for the repeated calls. They return ids, of which the mutation makes its payload afterwards.
    pub async fn once<R, W>(&self, key: Option<&str>, steps: W) -> Result<R>
    where
        R: Serialize + DeserializeOwned,
        W: AsyncFnOnce(&Work<'_>, Authorised) -> Result<R> + Clone,
    {
        let call = self.call(key)?;
        self.locked(async |work, at| once(work, call.as_ref(), self.organisation, async || steps(work, at).await).await)
            .await
    }
}

/// What a mutation can act on.
pub trait Target: Guarded + Sized {
    /// The key that identifies the object.
    type Key: ?Sized + Sync;

    /// The object, if it exists for the viewer.
    fn locate(request: &Request, key: &Self::Key) -> impl Future<Output = Result<Option<Self>>> + Send;
}

/// An object that `node` and mutations can find by its id.
pub trait Find: Guarded + Sized {
    /// The type of its id.
    const TYPE: Type;

    /// The object, if it exists for the viewer.
    fn find(request: &Request, key: Uuid) -> impl Future<Output = Result<Option<Self>>> + Send;
}

impl<T: Find> Target for T {
    type Key = ID;

    async fn locate(request: &Request, id: &ID) -> Result<Option<Self>> {
        Self::find(request, Self::TYPE.parse(id)?).await
    }
}

/// The payload of a mutation. `#[payload]` implements it.
pub trait Payload: Default {
    /// The payload of a mutation that failed with user errors.
    fn refused(errors: Vec<UserError>) -> Self;

    /// The user errors.
    fn user_errors(&self) -> &[UserError];
}

/// For `#[mutation]`: turns the result into the payload.
pub fn answer<P: Payload>(context: &Context<'_>, outcome: Result<P>) -> Option<P> {
    let payload = match outcome {
        Ok(payload) => payload,
        Err(Error::User(error)) => P::refused(vec![*error]),
        Err(error) => {
            report(context, error);
            return None;
        }
    };
    for error in payload.user_errors() {
        if let Some(code) = refusal_code(error.code) {
            note_refusal(context, code, None);
        }
    }
    Some(payload)
}

/// User errors about permissions are logged like every other refusal.
const fn refusal_code(code: UserErrorCode) -> Option<&'static str> {
    match code {
        UserErrorCode::PermissionNotHeld => Some("PERMISSION_NOT_HELD"),
        UserErrorCode::NotAnOwner => Some("NOT_AN_OWNER"),
        UserErrorCode::ForStaffOnly => Some("FOR_STAFF_ONLY"),
        UserErrorCode::NotSwitchable => Some("NOT_SWITCHABLE"),
        UserErrorCode::WrongAddress => Some("WRONG_ADDRESS"),
        UserErrorCode::ConfirmationRequired => Some("CONFIRMATION_REQUIRED"),
        _ => None,
    }
}
