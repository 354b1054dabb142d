//! The viewer: the person or API key that sends the request, with its organisations and offers. Only the viewer sees it.
//! `export.rs` makes a copy of everything that is stored about a person.

mod export;
mod object;
mod query;

pub use export::OwnExport;
pub use query::ViewerQuery;
