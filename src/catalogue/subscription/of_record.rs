//! Who earns commission on a subscription: what staff have said, or the order, and otherwise the oldest partnership.

use std::sync::Arc;

use async_graphql::Context;
use entity::partner_of_record::Model;
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::store;
use crate::base::error::Result;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::partnership::Partnership;

/// The partner that earns commission on a subscription from a day on, until the day of the next one.
pub struct PartnerOfRecord {
    row: Arc<Model>,
}

impl PartnerOfRecord {
    /// What has been said about a subscription, the newest day first.
    pub async fn list(request: &Request, subscription: Uuid, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list_of_record(request, subscription, page).await?;
        Ok(rows.connection(|row| Self { row: Arc::clone(row) }))
    }

    /// The reseller that earns today. Somebody whose partnership is not in force earns nothing.
    pub async fn today(request: &Request, client: Uuid, subscription: Uuid) -> Result<Option<OrganisationCard>> {
        match store::of_record_on(request, subscription, request.today()).await? {
            Some(Model { partnership_id: Some(key), .. }) => Partnership::reseller_in_force(request, key).await,
            Some(_) => Ok(None),
            None => Partnership::oldest_reseller(request, client).await,
        }
    }
}

/// The partner that earns commission on a subscription from a day on, until the day of the next one.
#[guarded]
impl PartnerOfRecord {
    /// The first day. Of several with the same day, the one that was recorded last counts.
    #[public]
    fn starts_on(&self) -> Date {
        self.row.starts_on
    }

    /// The partner; null if nobody earns.
    #[public]
    async fn reseller(&self, context: &Context<'_>) -> Result<Option<OrganisationCard>> {
        let Some(key) = self.row.partnership_id else { return Ok(None) };
        Partnership::reseller_of(Request::of(context)?, key).await
    }

    /// Its partnership; null if nobody earns, or if the partnership is hidden from the viewer.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(key) = self.row.partnership_id else { return Ok(None) };
        Partnership::find(Request::of(context)?, key).await
    }

    /// When it was recorded.
    #[public]
    fn recorded_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
