//! A payment, and the balance of a payer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::{Context, Enum, ID};
use entity::payment::{self, Model, State};
use macros::guarded;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::allocation::Allocation;
use super::matching::{Match, OpenInvoice, Received, decide, references_of};
use super::store::{self, Open};
use crate::access::{Decision, Exists, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::money::Money;
use crate::billing::invoice::Invoice;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// The most open invoices that are looked through for amounts and names, and the most suggestions. Invoices whose numbers a
/// payment names are looked up.
const LOOKED_THROUGH: u64 = 5_000;
const MOST_SUGGESTIONS: usize = 5;

/// The state of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "payment::State")]
pub enum PaymentState {
    /// It is not known who paid. A person matches it with `matchPayment`.
    Unmatched,
    /// It belongs to a payer.
    Matched,
    /// The bank took it back.
    Returned,
}

/// A payment that the issuer received.
#[derive(Clone)]
pub struct Payment {
    row: Arc<Model>,
    issuer: Decision,
    payer: Option<Decision>,
}

impl Payment {
    fn new(row: &Arc<Model>, issuer: &Decision, payer: Option<&Decision>) -> Self {
        Self { row: Arc::clone(row), issuer: issuer.clone(), payer: payer.cloned() }
    }

    /// Its key.
    pub(super) fn key(&self) -> Uuid {
        self.row.id
    }

    /// The payments that an issuer received, the newest first.
    pub async fn list(
        request: &Request,
        issuer: &Decision,
        page: &PageArguments,
        state: Option<State>,
    ) -> Result<Connection<Self>> {
        let rows = store::list(request, issuer.id(), page, state).await?;
        let payers = request.access.look_all(rows.rows().filter_map(|row| row.payer_id)).await?;
        Ok(rows.connection(|row| Self::new(row, issuer, row.payer_id.and_then(|id| payers.get(&id)))))
    }

    /// The payments of a payer, the newest first.
    pub async fn list_of_payer(request: &Request, payer: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list_of_payer(request, payer.id(), page).await?;
        let issuers = request.access.look_all(rows.rows().map(|row| row.issuer_id)).await?;
        Ok(rows.connection(|row| Self::new(row, issuers.get(&row.issuer_id).unwrap_or(payer), Some(payer))))
    }
}

impl AsRef<Decision> for Payment {
    fn as_ref(&self) -> &Decision {
        &self.issuer
    }
}

impl Find for Payment {
    const TYPE: Type = Type::Payment;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::find_row(request, key).await? else { return Ok(None) };
        let sides = request.access.look_all(std::iter::once(row.issuer_id).chain(row.payer_id)).await?;
        let Some(issuer) = sides.get(&row.issuer_id) else { return Ok(None) };
        Ok(Self::new(&row, issuer, row.payer_id.and_then(|id| sides.get(&id))).if_visible())
    }
}

impl Guarded for Payment {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        match side {
            Side::Organisation => self.issuer.grants_at(Side::Organisation),
            Side::Payer => self.payer.as_ref()?.grants_at(Side::Organisation),
            Side::Client | Side::Reseller => None,
        }
    }
}

/// A payment that the issuer received.
#[guarded(exists(INVOICE_READ at ORGANISATION, INVOICE_READ at PAYER))]
impl Payment {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Payment.id(self.row.id)
    }

    /// The amount.
    #[public]
    fn amount(&self) -> Money {
        Money::new(self.row.amount_minor, &self.row.currency)
    }

    /// What is left of it as the payer's balance: neither allocated to an invoice nor paid back. Below zero if the bank took
    /// it back after a part of it was paid back: the payer owes that part.
    #[public]
    fn balance(&self) -> Money {
        let had = if self.row.state == State::Returned { 0 } else { self.row.amount_minor };
        Money::new(had - self.row.allocated_minor, &self.row.currency)
    }

    /// The day on which it was received.
    #[public]
    fn received_on(&self) -> Date {
        self.row.received_on
    }

    /// Its state.
    #[public]
    fn state(&self) -> PaymentState {
        self.row.state.into()
    }

    /// The organisation that paid; null until it is known.
    #[public]
    fn payer(&self) -> Option<OrganisationCard> {
        self.payer.as_ref().map(|payer| payer.card().into())
    }

    /// The reference that it names, or several, each in a line; null without one.
    #[public]
    fn reference(&self) -> Option<&str> {
        self.row.reference.as_deref()
    }

    /// What the payer wrote; can be empty.
    #[public]
    fn text(&self) -> &str {
        &self.row.text
    }

    /// The name of the account that it came from; null if the bank does not say.
    #[public]
    fn paid_by(&self) -> Option<&str> {
        self.row.paid_by.as_deref()
    }

    /// What it was put to, the oldest first.
    #[public]
    async fn allocations(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Allocation>>> {
        let currency: Arc<str> = self.row.currency.as_str().into();
        let rows = store::list_of_payment(Request::of(context)?, self.row.id, &page).await?;
        Ok(Some(rows.connection(|row| Allocation::new(row, &currency))))
    }

    /// The invoices that it may be for, the likeliest first: five at most. Empty once it is matched.
    #[requires(PAYMENT_RECORD at ORGANISATION)]
    async fn suggestions(&self, context: &Context<'_>) -> Result<Option<Vec<PaymentSuggestion>>> {
        if self.row.state != State::Unmatched {
            return Ok(Some(Vec::new()));
        }
        let request = Request::of(context)?;
        let open = store::open_invoices(request, self.row.issuer_id, LOOKED_THROUGH).await?;
        let named = store::named_invoices(request, self.row.id).await?;
        let known: HashSet<Uuid> = named.iter().map(|row| row.id).collect();
        let rows: Vec<&Open> = named.iter().chain(open.iter().filter(|row| !known.contains(&row.id))).collect();
        let invoices: Vec<OpenInvoice<'_>> = rows
            .iter()
            .map(|row| OpenInvoice {
                number: &row.number,
                currency: &row.currency,
                open_minor: row.open_minor,
                buyer: &row.recipient_name,
            })
            .collect();
        let (references, texts) = (references_of(&self.row), vec![self.row.text.clone()]);
        let received = Received {
            amount_minor: self.row.amount_minor,
            currency: &self.row.currency,
            references: &references,
            texts: &texts,
            payer: self.row.paid_by.as_deref(),
        };
        let found = match decide(&received, &invoices) {
            Match::Certain(invoice) => vec![(rows[invoice].id, vec!["REFERENCE".to_owned()])],
            Match::Unclear(found) => {
                let why =
                    |one: &super::matching::Suggestion| one.reasons.iter().map(|why| why.code().to_owned()).collect();
                found.iter().take(MOST_SUGGESTIONS).map(|one| (rows[one.invoice].id, why(one))).collect()
            }
        };
        let mut suggestions = Vec::new();
        for (id, reasons) in found {
            if let Some(invoice) = Invoice::find(request, id).await? {
                suggestions.push(PaymentSuggestion { invoice, reasons });
            }
        }
        Ok(Some(suggestions))
    }
}

/// An invoice that a payment may be for.
pub struct PaymentSuggestion {
    invoice: Invoice,
    reasons: Vec<String>,
}

/// An invoice that a payment may be for.
#[guarded]
impl PaymentSuggestion {
    /// The invoice.
    #[public]
    fn invoice(&self) -> Invoice {
        self.invoice.clone()
    }

    /// Why: REFERENCE, ONE_OF_SEVERAL, OTHER_CURRENCY, SETTLED, NUMBER_IN_TEXT, SAME_AMOUNT or SAME_NAME.
    #[public]
    fn reasons(&self) -> Vec<String> {
        self.reasons.clone()
    }
}

/// The balance of a payer.
pub struct Balance;

impl Balance {
    /// What a payer has with the issuer in each currency. Concurrent calls share one statement.
    pub async fn of(request: &Request, payer: Uuid) -> Result<Vec<Money>> {
        let batch = request.lists.batch::<Arc<Vec<Money>>>("balances of payers");
        let load = async |payers: Vec<Uuid>| {
            let mut found: HashMap<Uuid, Vec<Money>> = HashMap::new();
            for (payer, currency, minor) in store::balances(request.db(), &payers).await? {
                found.entry(payer).or_default().push(Money::new(minor, &currency));
            }
            Ok(found.into_iter().map(|(payer, sums)| (payer, Arc::new(sums))).collect())
        };
        Ok(batch.load(payer, load).await?.map(|sums| Vec::clone(&sums)).unwrap_or_default())
    }
}
