//! The root field `viewer`.

use async_graphql::Context;
use macros::guarded;

use super::object::Viewer;
use crate::access::Actor;
use crate::base::error::Result;
use crate::graphql::request::Request;

/// The root field `viewer`.
#[derive(Default)]
pub struct ViewerQuery;

#[guarded]
impl ViewerQuery {
    /// The person or the API key that sends the request.
    #[authenticated]
    async fn viewer(&self, context: &Context<'_>) -> Result<Option<Viewer>> {
        Ok(match Request::of(context)?.actor() {
            Actor::Anonymous => None,
            actor => Some(Viewer(actor.clone())),
        })
    }
}
