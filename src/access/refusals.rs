//! The mutations of a request that were refused, gathered while it runs. The audit log writes them down afterwards.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use async_graphql::parser::types::OperationType;

use super::permission::Permission;
use crate::base::error::{UserError, UserErrorCode};

/// A mutation that its actor may not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The mutation, by its name in the schema.
    pub action: String,
    /// The code of the answer.
    pub code: &'static str,
    /// The permission that was lacking, where the answer names one.
    pub permission: Option<Permission>,
}

/// The refusals of one request, in their order. Cheap to clone: the engine has one, and who runs it another.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<Vec<Refusal>>>);

impl Refusals {
    /// Takes those that have come so far.
    pub fn take(&self) -> Vec<Refusal> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Notes that the mutation which runs is refused. Fields of what a mutation gives, and queries, are not noted.
pub fn note_refusal(context: &Context<'_>, code: &'static str, permission: Option<Permission>) {
    let is_mutation = context.query_env.operation.node.ty == OperationType::Mutation;
    let is_root = context.path_node.is_some_and(|node| node.parent.is_none());
    let Some(refusals) = context.data_opt::<Refusals>().filter(|_| is_mutation && is_root) else { return };
    let refusal = Refusal { action: context.item.node.name.node.to_string(), code, permission };
    refusals.0.lock().unwrap_or_else(PoisonError::into_inner).push(refusal);
}

/// The mistake as the list in a payload. One that is about rights is noted, like every other refusal.
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
