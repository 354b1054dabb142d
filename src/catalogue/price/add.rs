//! Adding prices.

use async_graphql::{ID, InputObject};
use entity::price::Model;
use entity::{price_plan, product};
use futures_util::future::join_all;
use macros::{mutation, payload, public_object};
use sea_orm::prelude::{Date, DateTimeUtc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::object::Price;
use super::{rules, store};
use crate::access::Authorised;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::money::BigInt;
use crate::catalogue::subscription::{BillingInterval, SubscriptionTerm};
use crate::catalogue::{plan, product as products};
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::oversight::audit;
use crate::oversight::idempotency::once_if;
use crate::oversight::operator::Operator;

/// The most prices at once.
const MOST: usize = 500;

/// The prices to add.
#[derive(InputObject)]
pub struct AddPricesInput {
    /// The prices: 1 to 500. Send a longer list in parts.
    pub prices: Vec<NewPriceInput>,
    /// Whether to check only: nothing is added.
    #[graphql(default)]
    pub dry_run: bool,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input adds nothing, and gets the answer of the first. If no price was added, and in a dry run, the
    /// key is not kept.
    pub idempotency_key: Option<String>,
}

/// A price to add.
#[derive(InputObject)]
pub struct NewPriceInput {
    /// Id of the plan.
    pub price_plan_id: ID,
    /// Id of the product.
    pub product_id: ID,
    /// The currency, as ISO 4217.
    pub currency: String,
    /// The commitment.
    pub term: SubscriptionTerm,
    /// The time between two invoices. A MONTHLY term has MONTH; longer terms have MONTH or YEAR.
    pub interval: BillingInterval,
    /// It counts for this quantity and larger ones.
    #[graphql(default = 1)]
    pub from_quantity: i32,
    /// What one unit costs for one interval, in minor units.
    pub unit_minor: BigInt,
    /// What the order costs once, in minor units.
    #[graphql(default_with = "BigInt(0)")]
    pub setup_minor: BigInt,
    /// The first day on which it counts: today or later.
    pub valid_from: Date,
}

/// The outcome for one price of the list.
#[public_object]
pub struct AddPriceResult {
    /// Its position in the input, counted from 0.
    pub index: i32,
    /// The price; null if it was not added or was withdrawn since, and in a dry run.
    pub price: Option<Price>,
    /// Why it was not added, or would not be; empty otherwise.
    pub user_errors: Vec<UserError>,
}

/// The outcome for each price.
#[payload]
pub struct AddPricesPayload {
    /// One result for each price of the input, in the same order. A mistake in one does not stop the others.
    pub results: Vec<AddPriceResult>,
}

/// Adds up to 500 prices. Each row is checked on its own, and all correct rows are added together. The price that was in
/// force before counts until the day before. Prices cannot be changed; `withdrawPrice` removes one that has not begun.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = ())]
async fn add_prices(act: ActOn<'_, Operator>, input: AddPricesInput) -> Result<AddPricesPayload> {
    if input.prices.is_empty() || input.prices.len() > MOST {
        let message = [
            format!("You gave {} prices. Give 1 to {MOST}.", input.prices.len()),
            format!("Sie haben {} Preise angegeben. Geben Sie 1 bis {MOST} an.", input.prices.len()),
            format!("Du angav {} priser. Ange 1 till {MOST}.", input.prices.len()),
        ];
        return Err(UserError::at("prices", UserErrorCode::TooMany, message).into());
    }
    let call = if input.dry_run { None } else { act.call(input.idempotency_key.as_deref())? };
    let outcomes: Vec<Outcome> = act
        .locked(async |work, at| {
            let has_added = |outcomes: &Vec<Outcome>| outcomes.iter().any(Result::is_ok);
            once_if(work, call.as_ref(), at.id(), has_added, async || {
                let outcomes = Adding::load(work, &at, &input.prices).await?.outcomes(work, &input.prices);
                let rows: Vec<Model> = outcomes.iter().flatten().cloned().collect();
                if !input.dry_run && !rows.is_empty() {
                    store::create(work.tx, &rows).await?;
                    let after = json!({ "prices": rows.iter().map(rules::audit_snapshot).collect::<Vec<_>>() });
                    let event = act.event().to(Type::Organisation.id(at.id())).changing(Json::Null, after);
                    audit::record(work, event).await?;
                }
                let added = |row: Model| Some(row.id).filter(|_| !input.dry_run);
                Ok(outcomes.into_iter().map(|outcome| outcome.map(added)).collect())
            })
            .await
        })
        .await?;
    let prices = join_all(outcomes.iter().map(async |outcome| match outcome {
        Ok(Some(id)) => Price::find(act.request, *id).await,
        _ => Ok(None),
    }));
    let results = outcomes.iter().zip(prices.await).enumerate().map(|(index, (outcome, price))| {
        let user_errors = outcome.as_ref().err().map(|error| error.clone().in_row("prices", index));
        Ok(AddPriceResult {
            index: i32::try_from(index).unwrap_or(i32::MAX),
            price: price?,
            user_errors: user_errors.into_iter().collect(),
        })
    });
    Ok(AddPricesPayload { results: results.collect::<Result<_>>()?, ..Default::default() })
}

/// The new price, which is `None` in a dry run; or the mistake in the row.
type Outcome = Result<Option<Uuid>, UserError>;

/// What the rows are checked against.
struct Adding {
    seller: Uuid,
    now: DateTimeUtc,
    today: Date,
    plans: Vec<price_plan::Model>,
    products: Vec<product::Model>,
    /// The prices of these products so far, and the rows that were accepted.
    known: Vec<Model>,
}

impl Adding {
    async fn load(work: &Work<'_>, at: &Authorised, inputs: &[NewPriceInput]) -> Result<Self> {
        let mut ids: Vec<Uuid> = inputs.iter().filter_map(|row| Type::Product.parse(&row.product_id).ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        let products = products::store::find_rows(work.tx, at.id(), &ids).await?;
        let plans = plan::store::all_in(work.tx, at.id()).await?;
        let known = store::all_of_products(work.tx, &ids).await?;
        Ok(Self { seller: at.id(), now: work.now, today: work.today(), plans, products, known })
    }

    fn outcomes(mut self, work: &Work<'_>, inputs: &[NewPriceInput]) -> Vec<Result<Model, UserError>> {
        let mut outcomes = Vec::with_capacity(inputs.len());
        for input in inputs {
            let outcome = self.read(input, work.random.id(work.now));
            self.known.extend(outcome.as_ref().ok().cloned());
            outcomes.push(outcome);
        }
        outcomes
    }

    fn read(&self, input: &NewPriceInput, id: Uuid) -> Result<Model, UserError> {
        let unknown = |field, message: [&str; 3]| UserError::at(field, UserErrorCode::Unknown, message);
        let plan = Type::PricePlan.parse(&input.price_plan_id).ok();
        let plan = plan.and_then(|id| self.plans.iter().find(|row| row.id == id));
        let plan = plan.ok_or_else(|| {
            unknown(
                "pricePlanId",
                [
                    "This is not a price plan of the catalogue.",
                    "Das ist kein Preisplan des Katalogs.",
                    "Det är ingen prisplan i katalogen.",
                ],
            )
        })?;
        let product = Type::Product.parse(&input.product_id).ok();
        let product = product.and_then(|id| self.products.iter().find(|row| row.id == id));
        let product = product.ok_or_else(|| {
            unknown(
                "productId",
                [
                    "This is not a product of the catalogue.",
                    "Das ist kein Produkt des Katalogs.",
                    "Det är ingen produkt i katalogen.",
                ],
            )
        })?;
        rules::check_day("validFrom", input.valid_from, self.today)?;
        let row = rules::checked(
            Model {
                id,
                organisation_id: self.seller,
                plan_id: plan.id,
                product_id: product.id,
                currency: input.currency.clone(),
                term: input.term.into(),
                interval: input.interval.into(),
                from_quantity: input.from_quantity,
                unit_minor: input.unit_minor.0,
                setup_minor: input.setup_minor.0,
                valid_from: input.valid_from,
                created_at: self.now,
            },
            product.max_quantity,
        )?;
        if self.known.iter().any(|known| known.valid_from == row.valid_from && rules::is_of_same(known, &row)) {
            let message = [
                "There is already a price for the same thing from this day on. Choose another day, or withdraw that \
                 price before it begins.",
                "Für dasselbe gibt es schon einen Preis ab diesem Tag. Wählen Sie einen anderen Tag, oder ziehen Sie \
                 jenen Preis zurück, bevor er gilt.",
                "Det finns redan ett pris för samma sak från den här dagen. Välj en annan dag, eller dra tillbaka det \
                 priset innan det börjar gälla.",
            ];
            return Err(UserError::at("validFrom", UserErrorCode::Duplicate, message));
        }
        Ok(row)
    }
}
