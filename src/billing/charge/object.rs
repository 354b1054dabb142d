//! A charge by hand.

use std::sync::Arc;

use async_graphql::{Enum, ID};
use entity::pending_charge::{self, Model, State};
use macros::guarded;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::money::Money;
use crate::catalogue::product::TaxClass;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// The state of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "pending_charge::State")]
pub enum ChargeState {
    /// The next invoice takes it.
    Pending,
    /// It stands on an invoice.
    Billed,
    /// It was withdrawn before it was billed.
    Withdrawn,
}

/// A charge by hand: hours, a fee or a discount. The next invoice takes it.
#[derive(Clone)]
pub struct Charge {
    row: Arc<Model>,
    organisation: Decision,
}

impl Charge {
    /// A charge of an organisation.
    pub fn new(row: Arc<Model>, organisation: &Decision) -> Self {
        Self { row, organisation: organisation.clone() }
    }

    /// Its key.
    pub(super) fn key(&self) -> Uuid {
        self.row.id
    }

    /// The charges of an organisation, the newest first.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        state: Option<State>,
    ) -> Result<Connection<Self>> {
        let rows = store::list(request, at.id(), page, state).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl AsRef<Decision> for Charge {
    fn as_ref(&self) -> &Decision {
        &self.organisation
    }
}

impl Find for Charge {
    const TYPE: Type = Type::Charge;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for Charge {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A charge by hand: hours, a fee or a discount. The next invoice takes it.
#[guarded(exists(INVOICE_READ))]
impl Charge {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Charge.id(self.row.id)
    }

    /// What it is for.
    #[public]
    fn description(&self) -> &str {
        &self.row.description
    }

    /// How many units; negative for a discount.
    #[public]
    fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// Price of one unit, before VAT.
    #[public]
    fn unit_price(&self) -> Money {
        Money::new(self.row.unit_minor, &self.row.currency)
    }

    /// The unit: a code of UN/ECE Recommendation 20.
    #[public]
    fn unit_code(&self) -> &str {
        &self.row.unit_code
    }

    /// How it is taxed.
    #[public]
    fn tax_class(&self) -> TaxClass {
        self.row.tax_class.into()
    }

    /// The day of the work or the event.
    #[public]
    fn performed_on(&self) -> Date {
        self.row.performed_on
    }

    /// Its state.
    #[public]
    fn state(&self) -> ChargeState {
        self.row.state.into()
    }
}
