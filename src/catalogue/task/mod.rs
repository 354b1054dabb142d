//! The tasks of services, which programs of the operator pull.
//!
//! A task is WAITING, CLAIMED, DONE or FAILED. Programs claim tasks with a lease and report how they went. The id of a task
//! is its idempotency key: a task whose lease has ended is handed out again under the same id. A task exists for viewers who
//! see its service. Read `rules.rs` next: it is the state machine.

mod claim;
mod complete;
mod extend;
mod fail;
mod object;
mod report;
mod retry;
pub mod rules;
pub mod store;

use macros::merged;

pub use object::{ServiceTask, ServiceTaskFilter, ServiceTaskKind, ServiceTaskState};

/// The mutations of tasks.
#[merged]
pub struct TaskMutation(
    claim::ClaimServiceTasks,
    extend::ExtendServiceTask,
    complete::CompleteServiceTask,
    fail::FailServiceTask,
    retry::RetryServiceTask,
);
