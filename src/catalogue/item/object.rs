//! The catalogue of a customer.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{price, product};
use futures_util::future::join_all;
use macros::public_object;
use sea_orm::prelude::Date;
use uuid::Uuid;

use crate::access::Decision;
use crate::base::error::Result;
use crate::base::money::Money;
use crate::billing::details;
use crate::catalogue::price::{rules, store as prices};
use crate::catalogue::product::{Product, Seen, store as products};
use crate::catalogue::subscription::{BillingInterval, SubscriptionTerm};
use crate::graphql::page::{Connection, PageArguments, Search, Total, slice_sorted};
use crate::graphql::request::Request;

/// A product that an organisation can order, with what it costs the organisation.
#[public_object]
pub struct CatalogueItem {
    /// The product.
    pub product: Product,
    /// What it costs this organisation: ordered by commitment, interval and quantity. Null until the organisation has billing
    /// details, which say in which currency it pays.
    pub prices: Option<Vec<CataloguePrice>>,
}

/// What a product costs an organisation.
#[public_object]
pub struct CataloguePrice {
    /// The commitment.
    pub term: SubscriptionTerm,
    /// The time between two invoices.
    pub interval: BillingInterval,
    /// It counts for this quantity and larger ones, up to the next price.
    pub from_quantity: i32,
    /// What one unit costs for one interval.
    pub unit_price: Money,
    /// What the order costs once.
    pub setup: Money,
    /// The first day on which it counted.
    pub valid_from: Date,
}

impl From<&price::Model> for CataloguePrice {
    fn from(row: &price::Model) -> Self {
        Self {
            term: row.term.into(),
            interval: row.interval.into(),
            from_quantity: row.from_quantity,
            unit_price: Money::new(row.unit_minor, &row.currency),
            setup: Money::new(row.setup_minor, &row.currency),
            valid_from: row.valid_from,
        }
    }
}

/// A product on offer, and its prices if they are known.
type Offer = (Arc<product::Model>, Option<Vec<price::Model>>);

impl CatalogueItem {
    /// What an organisation can order on a day, by the name of the product.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        search: Option<&str>,
        on: Date,
    ) -> Result<Connection<Self>> {
        let currency = details::store::load(request, at.id()).await?.details.map(|details| details.currency);
        let sold_by = prices::sold_by(request, at.id(), on).await?;
        Self::list_sold(request, at, page, search, on, sold_by, currency).await
    }

    /// What a new client of an organisation can order today, by the name of the product.
    pub async fn list_for_new_clients(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        search: Option<&str>,
        currency: String,
    ) -> Result<Connection<Self>> {
        let sold_by = prices::sold_to_anybody(request).await?;
        Self::list_sold(request, at, page, search, request.today(), sold_by, Some(currency)).await
    }

    async fn list_sold(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        search: Option<&str>,
        on: Date,
        sold_by: Option<(Uuid, Vec<Uuid>)>,
        currency: Option<String>,
    ) -> Result<Connection<Self>> {
        let search = Search::read(search)?;
        let (offers, seller) = match sold_by {
            Some((seller, plans)) => {
                let offers = offers(request, seller, &plans, on, currency.as_deref()).await?;
                (offers, request.access.look(seller).await?)
            }
            None => (Vec::new(), None),
        };
        let is_wanted = |(row, _): &Offer| search.finds(&row.name) || search.finds(&row.code);
        let offers: Vec<Offer> = offers.into_iter().filter(is_wanted).collect();
        let total = Total::known(offers.len());
        let found = offers.into_iter().map(|offer| (offer.0.name_key.clone(), offer.0.id, Arc::new(offer)));
        let slice = slice_sorted(found, page, at.id())?;
        let seen = Seen::by_reader(seller.as_ref().unwrap_or(at));
        Ok(Connection::new(&slice, total, |offer| Self {
            product: Product::new(Arc::clone(&offer.0), seen),
            prices: offer.1.as_ref().map(|prices| prices.iter().map(CataloguePrice::from).collect()),
        }))
    }
}

/// The products on offer, by name.
async fn offers(
    request: &Request,
    seller: Uuid,
    plans: &[Uuid],
    on: Date,
    currency: Option<&str>,
) -> Result<Vec<Offer>> {
    let of_plans = join_all(plans.iter().map(async |plan| prices::all_of_plan(request, *plan).await)).await;
    let of_plans = of_plans.into_iter().collect::<Result<Vec<_>>>()?;
    let payable = of_plans.iter().flat_map(|rows| rows.iter());
    let payable = payable.filter(|row| currency.is_none_or(|currency| row.currency == currency));
    let mut priced: HashMap<Uuid, Vec<price::Model>> = HashMap::new();
    for price in rules::all_in_force(payable, plans, on) {
        priced.entry(price.product_id).or_default().push(price.clone());
    }
    let all = products::all_of(request, seller).await?;
    let offered = all.iter().filter(|row| row.state == product::State::Offered);
    let offers = offered.filter_map(|row| Some((Arc::clone(row), priced.remove(&row.id)?)));
    Ok(offers.map(|(row, prices)| (row, currency.is_some().then_some(prices))).collect())
}
