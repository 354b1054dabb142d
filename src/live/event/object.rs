//! An event as its readers see it.

use std::sync::Arc;

use async_graphql::{Context, ID};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::store::{self, Happened};
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::node::{Node, find_visible};
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::live::kinds::EventKind;
use crate::organisation::Organisation;
use crate::oversight::audit::AuditEvent;

/// Something that happened. It says what happened to which object; the object is as you may see it now.
pub struct Event {
    happened: Arc<Happened>,
    kind: EventKind,
    at: Option<Decision>,
}

impl Event {
    /// The events of an organisation that the viewer may read, the newest first: all, or those of these types.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        types: Option<Vec<EventKind>>,
    ) -> Result<Connection<Self>> {
        let is_read = |kind: &EventKind| kind.permission().is_some_and(|permission| at.grants.has(permission));
        let mut kinds = types.unwrap_or_else(|| EventKind::ALL.to_vec());
        kinds.sort_unstable();
        kinds.dedup();
        kinds.retain(is_read);
        let rows = store::list(request, at.id(), page, &kinds).await?;
        Ok(rows.connection(|row| {
            let kind = EventKind::from_stored(&row.kind).unwrap_or(EventKind::OrganisationChanged);
            let happened = Arc::new(Happened { row: (**row).clone(), kind: Some(kind) });
            Self { happened, kind, at: Some(at.clone()) }
        }))
    }

    /// The event, for a viewer who may read it.
    pub async fn new(request: &Request, happened: Arc<Happened>, kind: EventKind) -> Result<Self> {
        let at = match happened.row.organisation_id {
            Some(organisation) => request.access.look(organisation).await?,
            None => None,
        };
        Ok(Self { happened, kind, at })
    }
}

impl Guarded for Event {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.at.as_ref()?.grants_at(side)
    }
}

/// Something that happened. It says what happened to which object; the object is as you may see it now.
#[guarded]
impl Event {
    /// Opaque id. Give it as `after` to go on behind this event.
    #[public]
    fn id(&self) -> ID {
        Type::Event.id(self.happened.row.id)
    }

    /// What happened.
    #[public]
    #[graphql(name = "type")]
    fn kind(&self) -> EventKind {
        self.kind
    }

    /// When it happened.
    #[public]
    fn at(&self) -> DateTimeUtc {
        self.happened.row.at
    }

    /// Where it happened; null if it concerns you alone, or if you do not see the organisation.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        match self.happened.row.organisation_id {
            Some(organisation) => Organisation::find(Request::of(context)?, organisation).await,
            None => Ok(None),
        }
    }

    /// Id of the object that it is about; null if it is about several.
    #[public]
    fn object_id(&self) -> Option<ID> {
        self.happened.row.object_id.clone().map(ID)
    }

    /// The object that it is about; null if there is none, if it is gone, or if you may not see it.
    #[public]
    async fn object(&self, context: &Context<'_>) -> Result<Option<Node>> {
        match self.happened.row.object_id.clone() {
            Some(id) => find_visible(context, &ID(id)).await,
            None => Ok(None),
        }
    }

    /// The entry of the audit log: who did it, why they were allowed, and what changed; null if no act made the event.
    #[requires(AUDIT_READ)]
    async fn audit_event(&self, context: &Context<'_>) -> Result<Option<AuditEvent>> {
        AuditEvent::find(Request::of(context)?, self.happened.row.id).await
    }
}
