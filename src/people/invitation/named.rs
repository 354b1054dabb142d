//! How an answer names its invitation.

use entity::invitation::Model;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{self, invalid_link};
use super::store;
use crate::base::error::{Error, Result};

/// The field with the id of an invitation.
pub const ID_FIELD: &str = "invitationId";

/// A pending invitation, as its answer names it.
pub enum Named<'a> {
    /// By the secret in its link, in this field of the input.
    Token {
        /// The field.
        field: &'a str,
        /// The secret.
        token: &'a str,
    },
    /// By its key. The person has the verified address that it went to.
    Key(Uuid),
}

impl<'a> Named<'a> {
    /// The field of the input that names it.
    pub const fn field(&self) -> &'a str {
        match self {
            Self::Token { field, .. } => field,
            Self::Key(_) => ID_FIELD,
        }
    }

    /// Loads it in the transaction, if it is still pending. The caller has locked its organisation.
    pub async fn load(&self, tx: &DatabaseTransaction, now: DateTimeUtc) -> Result<Model> {
        match self {
            Self::Token { field, token } => {
                store::find_open_row(tx, token, now).await?.ok_or_else(|| invalid_link(field).into())
            }
            Self::Key(key) => {
                let row = store::find_by_id(tx, *key).await?.ok_or(Error::NotFound)?;
                rules::require_pending(&row, now)?;
                Ok(row)
            }
        }
    }
}
