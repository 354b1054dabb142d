//! Statements about subscriptions.

use std::sync::Arc;

use entity::subscription::{Model, State};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::error::Result;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

static OF_ORGANISATION: List<Model> = List::of_kept_rows(Table::Subscription, "organisation_id", Key::Day("starts_on"));

impl Heap for Model {
    fn heap(&self) -> usize {
        self.product_code.heap() + self.product_name.heap() + self.currency.heap()
    }
}

impl Kept for Model {}

/// A page of the subscriptions of an organisation, the oldest first.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    state: Option<State>,
) -> Result<Page<Model>> {
    let filter = state.map_or_else(Filter::default, |state| {
        Filter::default().and_with("t.state = :state", [(":state", state.to_value().into())])
    });
    OF_ORGANISATION.rows(request, organisation, page, filter).await
}

/// A subscription by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}
