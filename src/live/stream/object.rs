//! The root fields of subscriptions.
//!
//! A subscription runs once when it begins, which finds out what it is about and whether the viewer may have it. Then it
//! runs once for each event, as a request of its own with fresh rights.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, ID};
use macros::guarded;

use super::source::{Interest, Source, position};
use crate::access::{Actor, Kind, Permission};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::{Request, service};
use crate::live::event::{Event, EventKind, Happened};

/// In the data of a run for one event: the event.
pub struct Delivered(pub Arc<Happened>, pub EventKind);

/// In the data of the first run: takes what the subscription is about.
#[derive(Default)]
pub struct Begun(Mutex<Option<Source>>);

impl Begun {
    /// What the subscription is about; `None` if it was refused.
    pub fn take(&self) -> Option<Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The root fields of subscriptions.
#[derive(Default)]
pub struct EventSubscription;

#[guarded]
impl EventSubscription {
    /// What happens in one organisation, in its order. You get the events that you may read when they are sent. The stream
    /// ends when you may no longer have it.
    #[finds(ORGANISATION_READ)]
    async fn events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the organisation.")] organisation_id: ID,
        #[graphql(desc = "Only these types; you must hold the permission of each. Without it, all that you may read.")]
        types: Option<Vec<EventKind>>,
        #[graphql(desc = "Id of the last event that you have. The stream begins behind it, with what happened since.")]
        after: Option<ID>,
    ) -> Result<Option<Event>> {
        let id = Type::Organisation.parse(&organisation_id)?;
        run(context, Interest::Organisation(id), types, after).await
    }

    /// What happens in all organisations below a reseller, each event only as far as its client delegates the permission
    /// to read it. All organisations are below the operator. The stream ends when you lose CLIENT_READ at the reseller.
    #[finds(CLIENT_READ)]
    async fn client_events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the reseller, or of its organisation.")] reseller_id: ID,
        #[graphql(desc = "Only these types. Without it, all that you may read.")] types: Option<Vec<EventKind>>,
        #[graphql(desc = "Id of the last event that you have. The stream begins behind it, with what happened since.")]
        after: Option<ID>,
    ) -> Result<Option<Event>> {
        let id = Type::Reseller.parse(&reseller_id)?;
        let at = Request::of(context)?.access.look(id).await?.ok_or(Error::NotFound)?;
        if !matches!(at.authorise(Permission::ClientRead)?.row().kind, Kind::Reseller | Kind::Operator) {
            return Err(Error::NotFound);
        }
        run(context, Interest::Clients(id), types, after).await
    }

    /// What concerns you yourself: your memberships and roles, invitations and offers to you, answers to your requests for
    /// access, and your sessions.
    #[authenticated]
    async fn viewer_events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only these types. Without it, all.")] types: Option<Vec<EventKind>>,
        #[graphql(desc = "Id of the last event that you have. The stream begins behind it, with what happened since.")]
        after: Option<ID>,
    ) -> Result<Option<Event>> {
        let Actor::User(user) = Request::of(context)?.actor() else {
            let message = "viewerEvents is for people. An API key subscribes to events or clientEvents.";
            return Err(Error::InvalidInput(message.to_owned()));
        };
        run(context, Interest::User(user.id), types, after).await
    }
}

/// The event of this run. On the first run, notes what the subscription is about instead.
async fn run(
    context: &Context<'_>,
    interest: Interest,
    types: Option<Vec<EventKind>>,
    after: Option<ID>,
) -> Result<Option<Event>> {
    let request = Request::of(context)?;
    if let Some(Delivered(happened, kind)) = context.data_opt::<Delivered>() {
        return Event::new(request, Arc::clone(happened), *kind).await.map(Some);
    }
    let begun = service::<Arc<Begun>>(context)?;
    let kinds: Option<HashSet<EventKind>> = types.map(|types| types.into_iter().collect());
    let mut source = Source { interest, kinds, after: None };
    source.check(request).await?;
    if let Some(after) = after {
        source.after = Some(position(request, interest, Type::Event.parse(&after)?).await?);
    }
    *begun.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(source);
    Ok(None)
}
