use async_graphql::ID;
use macros::{mutation, payload};
use tenantry::base::error::Result;
use tenantry::graphql::act::ActOn;
use tenantry::organisation::Organisation;
use tenantry::{access, base, graphql};

/// Nothing.
#[payload]
pub struct WriteNotePayload {
    /// Whether it was written.
    pub written: bool,
}

/// Writes a note.
#[mutation]
#[acts(ORGANISATION_UPDATE)]
async fn write_note(act: ActOn<'_, Organisation>, organisation_id: ID) -> Result<WriteNotePayload> {
    Ok(WriteNotePayload::default())
}

fn main() {}
