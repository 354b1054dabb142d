//! The root field for who asks.

use async_graphql::{Context, Object};
use macros::guarded;

use super::object::Viewer;
use crate::access::Actor;
use crate::base::error::Result;
use crate::graphql::request::Request;

/// The root field for who asks.
#[derive(Default)]
pub struct ViewerQuery;

#[guarded]
#[Object]
impl ViewerQuery {
    /// Who asks: a person in a session, or an API key.
    #[authenticated]
    async fn viewer(&self, context: &Context<'_>) -> Result<Option<Viewer>> {
        Ok(match Request::of(context)?.actor() {
            Actor::Anonymous => None,
            actor => Some(Viewer(actor.clone())),
        })
    }
}
