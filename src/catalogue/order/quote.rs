//! What an order costs: the price of each line on the day, its first interval, and how long it commits.

use std::sync::Arc;

use entity::product::{self, BillsFrom};
use entity::subscription::{Interval, Term};
use sea_orm::prelude::Date;
use uuid::Uuid;

use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::money::Money;
use crate::billing::details;
use crate::catalogue::price::{rules as prices, store as price_store};
use crate::catalogue::product::store as products;
use crate::catalogue::service::attributes::{self, Attributes};
use crate::catalogue::subscription::period::{Period, committed_until, months_of_interval, period};
use crate::catalogue::subscription::rules::{beyond_calendar, check_quantity, locked_until, require_fit};
use crate::graphql::request::Request;

/// How many lines an order has at most.
pub const MOST_LINES: usize = 100;

/// Who buys: in which currency, and by which price plans.
pub struct Buyer {
    /// ISO 4217.
    currency: String,
    /// Who sells to it; `None` while nothing is sold.
    seller: Option<Uuid>,
    /// The price plans, the first that has a price counts.
    plans: Vec<Uuid>,
}

/// A line as it was asked for, not checked yet.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The product.
    pub product: Uuid,
    /// The number of units.
    pub quantity: i32,
    /// The commitment.
    pub term: Term,
    /// The time between two invoices.
    pub interval: Interval,
    /// The attributes of its service.
    pub attributes: Vec<(String, String)>,
}

/// A line with its price.
#[derive(Clone, Debug)]
pub struct Quoted {
    /// The product.
    pub product: Arc<product::Model>,
    /// The number of units.
    pub quantity: i32,
    /// The commitment.
    pub term: Term,
    /// The time between two invoices.
    pub interval: Interval,
    /// Price of one unit for one interval, in minor units.
    pub unit_minor: i64,
    /// Price of all units for one interval, in minor units.
    pub recurring_minor: i64,
    /// What it costs once, in minor units.
    pub setup_minor: i64,
    /// The attributes of its service; `None` if it has none.
    pub attributes: Option<Attributes>,
    /// Its first interval; for a product that is charged from its activation, the one that begins today.
    pub first: Period,
    /// The end of its commitment, if it starts on that day.
    pub committed_until: Date,
    /// The first day on which a renewal may change its price, if it starts on that day.
    pub price_locked_until: Option<Date>,
}

/// An order with its prices. It can be empty, but such an order is not placed.
#[derive(Clone, Debug)]
pub struct Quote {
    /// ISO 4217.
    pub currency: String,
    /// The lines.
    pub lines: Vec<Quoted>,
    /// The first interval of each line and what is paid once, in minor units, without VAT.
    pub total_minor: i64,
}

impl Quoted {
    /// Whether it is charged from the day on which its service is ready.
    pub fn waits_for_activation(&self) -> bool {
        self.product.bills_from == BillsFrom::Activation && self.product.service_kind.is_some()
    }
}

impl Quote {
    /// The total as money.
    pub fn total(&self) -> Money {
        Money::new(self.total_minor, &self.currency)
    }
}

impl Buyer {
    /// An organisation that buys in the currency of its billing details or, without them, in that of its payer.
    pub async fn of(request: &Request, organisation: Uuid) -> Result<Self> {
        let billing = details::store::load(request, organisation).await?;
        let mut currency = billing.details.map(|details| details.currency);
        if let (None, Some(payer)) = (&currency, billing.payer) {
            currency = details::store::load(request, payer.id).await?.details.map(|details| details.currency);
        }
        let currency = currency.ok_or_else(|| {
            let message = [
                "The organisation has no billing details, so it has no currency. Fill them in with \
                 updateBillingDetails.",
                "Die Organisation hat keine Abrechnungsdaten und daher keine Währung. Tragen Sie sie mit \
                 updateBillingDetails ein.",
                "Organisationen har inga faktureringsuppgifter och därför ingen valuta. Fyll i dem med \
                 updateBillingDetails.",
            ];
            UserError::at("organisationId", UserErrorCode::BuyerIncomplete, message)
        })?;
        let sold_by = price_store::sold_by(request, organisation, request.today()).await?;
        Ok(Self::from_seller(currency, sold_by))
    }

    /// A new organisation, which has the default price plan.
    pub async fn new(request: &Request, currency: String) -> Result<Self> {
        Ok(Self::from_seller(currency, price_store::sold_to_anybody(request).await?))
    }

    fn from_seller(currency: String, sold_by: Option<(Uuid, Vec<Uuid>)>) -> Self {
        let (seller, plans) = sold_by.map_or_else(Default::default, |(seller, plans)| (Some(seller), plans));
        Self { currency, seller, plans }
    }

    /// The currency of a new client: the given one, or that of the organisation that gets its invoices.
    pub async fn currency_of_new(request: &Request, payer: Uuid, given: Option<&str>) -> Result<String> {
        match given {
            Some(currency) => Ok(currency.trim().to_uppercase()),
            None => Ok(Self::of(request, payer).await?.into_currency()),
        }
    }

    /// The currency in which it buys.
    fn into_currency(self) -> String {
        self.currency
    }

    /// The price of what is asked for, which can be nothing. The first line that is wrong is refused.
    pub async fn quote(&self, request: &Request, asked: &[Asked]) -> Result<Quote> {
        if asked.len() > MOST_LINES {
            let message = [
                format!("An order has at most {MOST_LINES} lines; you gave {}.", asked.len()),
                format!("Eine Bestellung hat höchstens {MOST_LINES} Zeilen; Sie haben {} angegeben.", asked.len()),
                format!("En beställning har högst {MOST_LINES} rader; du angav {}.", asked.len()),
            ];
            return Err(UserError::at("lines", UserErrorCode::TooMany, message).into());
        }
        let ids: Vec<Uuid> = asked.iter().map(|line| line.product).collect();
        let prices = price_store::prices_for(request, &ids, &self.plans, &self.currency).await?;
        let products = products::find_all(request, &ids).await?;
        let today = request.today();
        let mut lines = Vec::new();
        let mut total: i128 = 0;
        for (index, line) in asked.iter().enumerate() {
            let product = products.get(&line.product);
            let quoted = self.line(line, product, &prices, today).map_err(|error| error.in_row("lines", index))?;
            total += i128::from(quoted.recurring_minor) + i128::from(quoted.setup_minor);
            lines.push(quoted);
        }
        let total_minor = i64::try_from(total).map_err(|_| {
            let message = [
                "The order is too large: its total cannot be stored. Split it.",
                "Die Bestellung ist zu groß: Ihre Summe lässt sich nicht speichern. Teilen Sie sie auf.",
                "Beställningen är för stor: summan kan inte sparas. Dela upp den.",
            ];
            UserError::at("lines", UserErrorCode::TooMany, message)
        })?;
        Ok(Quote { currency: self.currency.clone(), lines, total_minor })
    }

    fn line(
        &self,
        line: &Asked,
        product: Option<&Arc<product::Model>>,
        prices: &[entity::price::Model],
        today: Date,
    ) -> Result<Quoted, UserError> {
        let is_sold = |product: &&Arc<product::Model>| {
            product.state != product::State::Draft && Some(product.organisation_id) == self.seller
        };
        let product = product.filter(is_sold).ok_or_else(|| {
            let message = [
                "There is no such product in the catalogue. `Organisation.catalogue` lists what is offered.",
                "Im Katalog gibt es kein solches Produkt. `Organisation.catalogue` zeigt, was angeboten wird.",
                "Det finns ingen sådan produkt i katalogen. `Organisation.catalogue` visar det som erbjuds.",
            ];
            UserError::at("productId", UserErrorCode::Unknown, message)
        })?;
        if product.state == product::State::Retired {
            let message = [
                format!("{} is no longer sold. `Organisation.catalogue` lists what is offered.", product.name),
                format!(
                    "{} wird nicht mehr verkauft. `Organisation.catalogue` zeigt, was angeboten wird.",
                    product.name
                ),
                format!("{} säljs inte längre. `Organisation.catalogue` visar det som erbjuds.", product.name),
            ];
            return Err(UserError::at("productId", UserErrorCode::StaleState, message));
        }
        check_quantity("quantity", product, line.quantity)?;
        let wanted = prices::Wanted {
            product: product.id,
            currency: &self.currency,
            term: line.term,
            interval: line.interval,
            quantity: line.quantity,
        };
        let price = prices::in_force(prices, &self.plans, wanted, today).ok_or_else(|| {
            let message = [
                format!(
                    "{} has no price in {} for this term and interval. `Organisation.catalogue` lists its prices.",
                    product.name, self.currency
                ),
                format!(
                    "{} hat keinen Preis in {} für diese Laufzeit und diesen Zeitraum. `Organisation.catalogue` zeigt \
                     die Preise.",
                    product.name, self.currency
                ),
                format!(
                    "{} har inget pris i {} för den här bindningstiden och perioden. `Organisation.catalogue` visar \
                     priserna.",
                    product.name, self.currency
                ),
            ];
            UserError::at("term", UserErrorCode::NoPrice, message)
        })?;
        let attributes = match product.service_kind {
            Some(kind) => Some(attributes::check(kind, &line.attributes)?),
            None if line.attributes.is_empty() => None,
            None => {
                let message = [
                    format!("{} has no service, so it takes no attributes.", product.name),
                    format!("{} hat keinen Dienst und daher keine Attribute.", product.name),
                    format!("{} har ingen tjänst och därför inga attribut.", product.name),
                ];
                return Err(UserError::at("attributes", UserErrorCode::InvalidInput, message));
            }
        };
        Ok(Quoted {
            product: Arc::clone(product),
            quantity: line.quantity,
            term: line.term,
            interval: line.interval,
            unit_minor: price.unit_minor,
            recurring_minor: require_fit("quantity", price.unit_minor, line.quantity)?,
            setup_minor: price.setup_minor,
            attributes,
            first: period(today, months_of_interval(line.interval), 0).ok_or_else(beyond_calendar)?,
            committed_until: committed_until(today, line.term, today).ok_or_else(beyond_calendar)?,
            price_locked_until: locked_until(product, today)?,
        })
    }
}
