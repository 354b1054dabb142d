//! A session as its own user sees it.

use async_graphql::{ID, Object};
use entity::session;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::base::id;

/// One log-in on one device. Only its own user ever gets it.
pub struct Session {
    row: session::Model,
    is_current: bool,
}

impl Session {
    /// For the user whose session it is; `current` is the session that asks.
    pub fn new(row: session::Model, current: Option<Uuid>) -> Self {
        let is_current = current == Some(row.id);
        Self { row, is_current }
    }
}

/// One log-in on one device. Only its own user ever gets it.
#[guarded]
#[Object]
impl Session {
    /// Opaque id.
    #[public]
    async fn id(&self) -> ID {
        id::Type::Session.id(self.row.id)
    }

    /// When it began.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When an access token was last given out for it.
    #[public]
    fn last_used_at(&self) -> DateTimeUtc {
        self.row.last_used_at
    }

    /// The device, as it named itself when it logged in.
    #[public]
    fn user_agent(&self) -> Option<&str> {
        self.row.user_agent.as_deref()
    }

    /// The address in the network from which it began; null where the server could not tell.
    #[public]
    fn client_address(&self) -> Option<&str> {
        self.row.client_address.as_deref()
    }

    /// Whether it is the session that asks; after logging in, the one that has just begun.
    #[public]
    fn is_current(&self) -> bool {
        self.is_current
    }
}
