//! An organisation as it is looked up: its row, and what the viewer may do there. What can be asked of it is in
//! `object.rs`.

use async_graphql::Context;
use entity::organisation_halt;
use uuid::Uuid;

use super::store;
use crate::access::{Guarded, Seat, Seen, Side};
use crate::error::Result;
use crate::request::Request;

/// A firm, a person acting alone, a project, a reseller or the operator.
pub struct Organisation(pub(crate) Seen);

impl Organisation {
    /// Its key in the database.
    pub fn key(&self) -> Uuid {
        self.0.row.id
    }

    /// Since when and why it is stopped.
    pub(super) async fn halt(&self, context: &Context<'_>) -> Result<Option<organisation_halt::Model>> {
        store::halt(Request::of(context)?, self.key()).await
    }
}

impl Guarded for Organisation {
    fn seat(&self, side: Side) -> Option<Seat> {
        self.0.seat(side)
    }
}
