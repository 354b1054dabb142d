//! The viewer: the person or API key that sends the request, with its organisations and offers. Only the viewer sees it.

mod object;
mod query;

pub use query::ViewerQuery;
