//! The root of subscriptions as the schema shows it.
//!
//! The engine would run the whole life of a subscription with one context, and so with the rights of its first moment. Here,
//! each event is a request of its own, which runs in a schema whose root fields are those of subscriptions. The main schema
//! only says that they are there.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::pin::Pin;

use async_graphql::registry::Registry;
use async_graphql::{Context, ObjectType, Response, SubscriptionType};
use futures_util::Stream;

/// Shows the fields of an object as subscriptions.
pub struct Streamed<T>(PhantomData<T>);

impl<T> Default for Streamed<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: ObjectType> SubscriptionType for Streamed<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn create_field_stream<'a>(
        &'a self,
        _: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        None
    }
}
