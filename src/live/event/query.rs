//! The root field for tools that ask what has changed.

use async_graphql::Context;
use macros::guarded;

use super::since;
use crate::base::error::Result;
use crate::graphql::request::Request;

/// The root field for tools that ask what has changed.
#[derive(Default)]
pub struct EventQuery;

#[guarded]
impl EventQuery {
    /// Stands for this moment. Take it before you read a list as a whole, and later give it as `changedSince`: the list then
    /// has only what has changed meanwhile. It serves as long as events are kept.
    #[authenticated]
    async fn change_token(&self, context: &Context<'_>) -> Result<Option<String>> {
        since::token(Request::of(context)?).await.map(Some)
    }
}
