//! The refused mutations of a request. The audit log records them after the request.

use std::sync::{Arc, Mutex, PoisonError};

use crate::access::Permission;

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
    /// Adds a refusal.
    pub fn add(&self, refusal: Refusal) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(refusal);
    }

    /// Takes all refusals so far.
    pub fn take(&self) -> Vec<Refusal> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
