//! Statements about subscriptions.

use entity::subscription;
use sea_orm::ActiveEnum;
use uuid::Uuid;

use super::object::{Subscription, SubscriptionFilter};
use crate::access::{Decision, Exists};
use crate::base::error::Result;
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;

static OF_ORGANISATION: List<subscription::Model> =
    List::of_rows("subscription", "organisation_id", Key::Day("starts_on"));

/// The subscriptions of an organisation, the oldest first.
pub async fn list(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    filter: Option<&SubscriptionFilter>,
) -> Result<Connection<Subscription>> {
    let conditions = filter.and_then(|filter| filter.state).map_or_else(Filter::default, |state| {
        let value = subscription::State::from(state).to_value();
        Filter::default().and_with("t.state = :state", [(":state", value.into())])
    });
    OF_ORGANISATION.connection(request, seen.row.id, page, conditions, |row| Subscription::new(row, seen)).await
}

/// The subscription, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Subscription>> {
    let Some(row) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    Ok(request.access.look(row.organisation_id).await?.and_then(|seen| Subscription::new(&row, &seen).if_visible()))
}
