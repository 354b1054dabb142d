//! Creating a product.

use std::sync::Arc;

use async_graphql::InputObject;
use entity::product::{Model, State};
use macros::{mutation, payload};
use sea_orm::prelude::DateTimeUtc;
use serde_json::Value as Json;
use uuid::Uuid;

use super::kinds::{BillsFrom, LowersAt, ProductKind, TaxClass};
use super::object::Product;
use super::seen::Seen;
use super::{rules, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::catalogue::service::ServiceKind;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The product to create.
#[derive(InputObject)]
pub struct CreateProductInput {
    /// Its code: 1 to 40 letters A to Z or a to z, digits, dots, underscores or hyphens. It is unique and never changes.
    pub code: String,
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// What customers get: up to 2,000 characters.
    #[graphql(default)]
    pub description: String,
    /// What kind of thing it is.
    pub kind: ProductKind,
    /// The unit that is counted: a code of UN/ECE Recommendation 20.
    #[graphql(default_with = "\"C62\".to_owned()")]
    pub unit_code: String,
    /// How it is taxed.
    #[graphql(default_with = "TaxClass::Standard")]
    pub tax_class: TaxClass,
    /// The kind of service that an order creates, if it creates one.
    pub service_kind: Option<ServiceKind>,
    /// From when it is charged. ACTIVATION needs `serviceKind`.
    #[graphql(default_with = "BillsFrom::Order")]
    pub bills_from: BillsFrom,
    /// How many days before the end of the commitment it must be cancelled: 0 to 1,000.
    #[graphql(default)]
    pub notice_days: i32,
    /// For how many days from the purchase it can be returned: 0 to 1,000.
    #[graphql(default)]
    pub return_days: i32,
    /// For how many months from the order its renewals keep the price: 0 to 120.
    #[graphql(default)]
    pub price_lock_months: i32,
    /// The smallest quantity, at least 1.
    #[graphql(default = 1)]
    pub min_quantity: i32,
    /// The largest quantity. Without it, there is none.
    pub max_quantity: Option<i32>,
    /// When a lower quantity takes effect.
    #[graphql(default_with = "LowersAt::Renewal")]
    pub lowers_at: LowersAt,
    /// The account of the bookkeeping that its revenue goes to: up to 100 characters, empty for the usual one.
    #[graphql(default)]
    pub revenue_key: String,
    /// Whether partners earn commission on it.
    #[graphql(default = true)]
    pub is_commissionable: bool,
}

impl CreateProductInput {
    fn row(self, id: Uuid, seller: Uuid, created_at: DateTimeUtc) -> Model {
        Model {
            id,
            organisation_id: seller,
            code: self.code,
            name: self.name,
            name_key: String::new(),
            description: self.description,
            kind: self.kind.into(),
            unit_code: self.unit_code,
            tax_class: self.tax_class.into(),
            service_kind: self.service_kind.map(Into::into),
            bills_from: self.bills_from.into(),
            notice_days: self.notice_days,
            return_days: self.return_days,
            price_lock_months: self.price_lock_months,
            min_quantity: self.min_quantity,
            max_quantity: self.max_quantity,
            lowers_at: self.lowers_at.into(),
            revenue_key: self.revenue_key,
            is_commissionable: self.is_commissionable,
            state: State::Draft,
            created_at,
        }
    }
}

/// The new product.
#[payload]
pub struct CreateProductPayload {
    /// The product; null if it was not created.
    pub product: Option<Product>,
}

/// Creates a product as a draft, which only staff see. `offerProduct` offers it.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = ())]
async fn create_product(act: ActOn<'_, Operator>, input: CreateProductInput) -> Result<CreateProductPayload> {
    let now = act.request.now();
    let row = rules::checked(input.row(act.request.random.id(now), act.organisation(), now))?;
    let product = act
        .locked(async |work, at| {
            if store::has_code(work.tx, at.id(), &row.code).await? {
                let message = [
                    "There is already a product with this code. Choose another code.",
                    "Ein Produkt mit diesem Code gibt es schon. Wählen Sie einen anderen Code.",
                    "Det finns redan en produkt med den här koden. Välj en annan kod.",
                ];
                return Err(UserError::at("code", UserErrorCode::Duplicate, message).into());
            }
            store::create(work.tx, vec![row.clone()]).await?;
            let event = act.event().to(Type::Product.id(row.id));
            audit::record(work, event.changing(Json::Null, rules::audit_snapshot(&row))).await?;
            Ok(Product::new(Arc::new(row), Seen::at(&at)))
        })
        .await?;
    Ok(CreateProductPayload { product: Some(product), ..Default::default() })
}
