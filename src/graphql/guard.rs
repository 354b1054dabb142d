//! What the checks of fields and mutations do with the engine: they report errors and note refusals. `#[guarded]` and
//! `#[mutation]` generate the calls.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use async_graphql::parser::types::OperationType;

use crate::access::{Actor, Permission};
use crate::base::error::{Error, Result, UserError, UserErrorCode};

/// A mutation that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Name of the mutation in the schema.
    pub action: String,
    /// The error code.
    pub code: &'static str,
    /// The missing permission, if the error names one.
    pub permission: Option<Permission>,
}

/// The refused mutations of one request, in order, for the audit log. Clones share the list.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<Vec<Refusal>>>);

impl Refusals {
    /// Takes the refusals so far.
    pub fn take(&self) -> Vec<Refusal> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Requires a signed-in actor.
pub fn authenticated(context: &Context<'_>) -> Result<()> {
    match context.data_opt::<Actor>() {
        Some(Actor::User(_) | Actor::ApiKey(_)) => Ok(()),
        _ => Err(Error::sign_in()),
    }
}

/// Adds the error at the path of the field. The field becomes null, and its siblings stay.
pub fn report(context: &Context<'_>, error: Error) {
    match &error {
        Error::Forbidden { permission, .. } => note_refusal(context, error.code(), Some(*permission)),
        Error::NotFound => note_refusal(context, error.code(), None),
        _ => {}
    }
    let error = error.into_graphql().into_server_error(context.item.pos);
    context.add_error(context.set_error_path(error));
}

/// Notes that the running mutation was refused. Queries, and fields below a mutation, are not noted.
pub fn note_refusal(context: &Context<'_>, code: &'static str, permission: Option<Permission>) {
    let is_mutation = context.query_env.operation.node.ty == OperationType::Mutation;
    let is_root = context.path_node.is_some_and(|node| node.parent.is_none());
    let Some(refusals) = context.data_opt::<Refusals>().filter(|_| is_mutation && is_root) else { return };
    let refusal = Refusal { action: context.item.node.name.node.to_string(), code, permission };
    refusals.0.lock().unwrap_or_else(PoisonError::into_inner).push(refusal);
}

/// The error as the list of a payload; notes it if it is a refusal. Goes away with the last mutation of the old form.
pub fn told(context: &Context<'_>, error: UserError) -> Vec<UserError> {
    let code = match error.code {
        UserErrorCode::PermissionNotHeld => Some("PERMISSION_NOT_HELD"),
        UserErrorCode::NotAnOwner => Some("NOT_AN_OWNER"),
        UserErrorCode::ForStaffOnly => Some("FOR_STAFF_ONLY"),
        UserErrorCode::WrongAddress => Some("WRONG_ADDRESS"),
        _ => None,
    };
    if let Some(code) = code {
        note_refusal(context, code, None);
    }
    vec![error]
}
