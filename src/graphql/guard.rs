//! How the checks of fields and mutations report errors and note refusals. `#[guarded]` and `#[mutation]` generate the
//! calls.

use async_graphql::Context;
use async_graphql::parser::types::OperationType;

use super::error::into_graphql;
use super::refusals::{Refusal, Refusals};
use super::request::Request;
use crate::access::{Actor, Permission};
use crate::base::error::{Error, Result};

/// Requires a signed-in actor.
pub fn authenticated(context: &Context<'_>) -> Result<()> {
    match context.data_opt::<Actor>() {
        Some(Actor::User(_) | Actor::ApiKey(_)) => Ok(()),
        _ => Err(Error::sign_in()),
    }
}

/// Adds the error at the path of the field. The field becomes null, and its siblings stay.
pub fn report(context: &Context<'_>, error: Error) {
    let error = match Request::of(context) {
        Ok(request) => request.access.clarified(error),
        Err(_) => error,
    };
    match &error {
        Error::Forbidden { permission, .. } | Error::SecondFactorRequired { permission, .. } => {
            note_refusal(context, error.code(), Some(*permission));
        }
        Error::NotFound => note_refusal(context, error.code(), None),
        _ => {}
    }
    let error = into_graphql(error).into_server_error(context.item.pos);
    context.add_error(context.set_error_path(error));
}

/// Notes that the running mutation was refused. Queries, and fields below a mutation, are not noted.
pub fn note_refusal(context: &Context<'_>, code: &'static str, permission: Option<Permission>) {
    let is_mutation = context.query_env.operation.node.ty == OperationType::Mutation;
    let is_root = context.path_node.is_some_and(|node| node.parent.is_none());
    let Some(refusals) = context.data_opt::<Refusals>().filter(|_| is_mutation && is_root) else { return };
    let refusal = Refusal { action: context.item.node.name.node.to_string(), code, permission };
    refusals.add(refusal);
}
