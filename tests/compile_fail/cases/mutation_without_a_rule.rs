use macros::{mutation, payload};
use tenantry::base::error::Result;
use tenantry::graphql::act::Act;
use tenantry::{access, base, graphql};

/// Nothing.
#[payload]
pub struct WriteNotePayload {
    /// Whether it was written.
    pub written: bool,
}

/// Writes a note.
#[mutation]
async fn write_note(act: Act<'_>) -> Result<WriteNotePayload> {
    Ok(WriteNotePayload::default())
}

fn main() {}
