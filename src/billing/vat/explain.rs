//! Why an organisation is taxed as it is.

use async_graphql::Enum;
use entity::invoice_line::VatCategory as Stored;
use macros::guarded;
use uuid::Uuid;

use super::reason::Reason;
use super::rules::{Rule, TaxClass, Treatment};
use super::sums::{Group, add_up};
use super::tables::Tables;
use crate::base::error::Result;
use crate::billing::details::Buyer;
use crate::billing::exchange::{ExchangeRateOfDay, Rate};
use crate::billing::{details, issuer};
use crate::graphql::request::Request;

/// How a line is taxed: the codes of UNTDID 5305 that EN 16931 uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "Stored")]
pub enum VatCategory {
    /// At a rate (S).
    Standard,
    /// At a rate of zero (Z).
    ZeroRated,
    /// Exempt (E).
    Exempt,
    /// Reverse charge: the buyer accounts for VAT (AE).
    ReverseCharge,
    /// Outside the scope of VAT (O).
    OutsideScope,
}

/// The rule that decides on VAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "Rule")]
pub enum VatRule {
    /// The operator decided on an exception.
    Override,
    /// The buyer is in the country of the issuer: the rate of that country.
    SameCountry,
    /// The buyer is a business in another EU country, with a number that a check found valid: reverse charge.
    ReverseCharge,
    /// The buyer is in another EU country, and the issuer is in the One Stop Shop: the rate of the buyer's country.
    BuyersCountry,
    /// The buyer is in another EU country: the rate of the issuer's country.
    IssuersCountry,
    /// The buyer is outside the EU: outside the scope of VAT.
    OutsideEu,
}

/// A fact that a rule looked at.
pub struct VatFact(String, String);

/// A fact that a rule looked at.
#[guarded]
impl VatFact {
    /// Its name, for example buyerCountry.
    #[public]
    fn name(&self) -> &str {
        &self.0
    }

    /// Its value.
    #[public]
    fn value(&self) -> &str {
        &self.1
    }
}

/// Why VAT is charged, or is not.
pub struct VatExplanation {
    rule: Rule,
    reason: Reason,
    exchange: Option<Rate>,
}

impl VatExplanation {
    /// What an invoice keeps; `None` for an invoice from before explanations were kept.
    pub fn read(stored: &str, exchange: Option<&str>) -> Option<Self> {
        Self::of(Reason::read(stored)?, exchange.and_then(Rate::read))
    }

    fn of(reason: Reason, exchange: Option<Rate>) -> Option<Self> {
        Some(Self { rule: reason.rule()?, reason, exchange })
    }

    /// How an invoice of today for an organisation would be taxed; `None` while something is missing for that.
    pub async fn of_today(request: &Request, organisation: Uuid, class: TaxClass) -> Result<Option<Self>> {
        let Some(today) = Today::load(request, organisation).await? else { return Ok(None) };
        let treatment = today.treatment(class);
        let reason = treatment.as_ref().map(Reason::from);
        Ok(reason.and_then(|reason| Self::of(reason, today.exchange)))
    }
}

/// The VAT on these amounts, each in minor units, on an invoice of today for an organisation; `None` while something is
/// missing for that.
pub async fn vat_of_today(
    request: &Request,
    organisation: Uuid,
    amounts: impl Iterator<Item = (TaxClass, i64)>,
) -> Result<Option<i64>> {
    let Some(today) = Today::load(request, organisation).await? else { return Ok(None) };
    let grouped = amounts.map(|(class, minor)| {
        let Treatment { category, basis_points, .. } = today.treatment(class)?;
        Some((Group { category, basis_points }, minor))
    });
    let Some(grouped) = grouped.collect::<Option<Vec<_>>>() else { return Ok(None) };
    Ok(add_up(grouped).ok().map(|totals| totals.vat_minor))
}

/// What decides on the VAT of an invoice of today for an organisation.
struct Today {
    issuer: entity::issuer::Model,
    payer: Uuid,
    buyer: Buyer,
    tables: Tables,
    /// The rate from the currency of the payer to that of the accounting, if it is another and a rate counts.
    exchange: Option<Rate>,
}

impl Today {
    async fn load(request: &Request, organisation: Uuid) -> Result<Option<Self>> {
        let (db, today) = (request.db().reader(), request.today());
        let Some(issuer) = issuer::store::find_only(db).await? else { return Ok(None) };
        let payer = details::store::load(request, organisation).await?.payer.map_or(organisation, |card| card.id);
        let billing = details::store::load(request, payer).await?;
        let Some(details) = &billing.details else { return Ok(None) };
        let buyer = Buyer::of(details, billing.contact.as_ref());
        let at = (today, request.config.billing.exchange_rate_days);
        let tables = Tables::load(db, &issuer, std::iter::once((payer, &buyer)), at).await?;
        let is_other = details.currency != issuer.currency;
        let exchange = is_other.then(|| tables.exchange(&details.currency).ok()).flatten();
        Ok(Some(Self { issuer, payer, buyer, tables, exchange }))
    }

    /// `None` if a rate is missing.
    fn treatment(&self, class: TaxClass) -> Option<Treatment> {
        self.tables.treatment(&self.issuer, (self.payer, &self.buyer), class).ok()
    }
}

/// Why VAT is charged, or is not.
#[guarded]
impl VatExplanation {
    /// The rule that decides.
    #[public]
    fn rule(&self) -> VatRule {
        self.rule.into()
    }

    /// The category as a code of UNTDID 5305: S, Z, E, AE or O.
    #[public]
    fn category(&self) -> &str {
        &self.reason.category
    }

    /// VAT rate in hundredths of a percent: 2500 is 25 %.
    #[public]
    fn basis_points(&self) -> i32 {
        self.reason.basis_points
    }

    /// Whether a business is charged VAT only because no check of the last 90 days has found its number valid.
    #[public]
    fn is_number_unconfirmed(&self) -> bool {
        self.reason.is_number_unconfirmed
    }

    /// The facts that the rule looked at.
    #[public]
    fn facts(&self) -> Vec<VatFact> {
        self.reason.facts.iter().map(|(name, value)| VatFact(name.clone(), value.clone())).collect()
    }

    /// The rate by which the VAT is told in the currency of the accounting too. Null if that is the currency of the invoice,
    /// or if no rate counts; for an organisation, the currency is that of its billing details.
    #[public]
    fn exchange_rate(&self) -> Option<ExchangeRateOfDay> {
        self.exchange.clone().map(ExchangeRateOfDay::new)
    }
}
