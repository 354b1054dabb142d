//! Why an organisation is taxed as it is.

use async_graphql::Enum;
use entity::invoice_line::VatCategory as Stored;
use macros::guarded;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rules::{Rule, TaxClass, Treatment, Warning, code};
use super::tables::Tables;
use crate::base::error::Result;
use crate::billing::invoice::Buyer;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[graphql(remote = "Rule")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VatFact {
    name: String,
    value: String,
}

/// A fact that a rule looked at.
#[guarded]
impl VatFact {
    /// Its name, for example buyerCountry.
    #[public]
    fn name(&self) -> &str {
        &self.name
    }

    /// Its value.
    #[public]
    fn value(&self) -> &str {
        &self.value
    }
}

/// Why an invoice is taxed as it is. An invoice keeps it as it was decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VatExplanation {
    rule: VatRule,
    category: String,
    basis_points: i32,
    #[serde(default)]
    is_number_unconfirmed: bool,
    facts: Vec<VatFact>,
}

impl From<&Treatment> for VatExplanation {
    fn from(treatment: &Treatment) -> Self {
        let fact = |(name, value): &(&'static str, String)| VatFact { name: (*name).to_owned(), value: value.clone() };
        Self {
            rule: treatment.rule.into(),
            category: code(treatment.category).to_owned(),
            basis_points: treatment.basis_points,
            is_number_unconfirmed: treatment.warning == Some(Warning::NumberNotValidated),
            facts: treatment.facts.iter().map(fact).collect(),
        }
    }
}

impl VatExplanation {
    /// How an invoice of today for an organisation would be taxed; `None` while something is missing for that.
    pub async fn of_today(request: &Request, organisation: Uuid, class: TaxClass) -> Result<Option<Self>> {
        let (db, today) = (request.db().reader(), request.today());
        let Some(issuer) = issuer::store::find_only(db).await? else { return Ok(None) };
        let payer = details::store::load(request, organisation).await?.payer.map_or(organisation, |card| card.id);
        let billing = details::store::load(request, payer).await?;
        let Some(details) = &billing.details else { return Ok(None) };
        let buyer = Buyer::of(details, billing.contact.as_ref());
        let tables = Tables::load(db, std::iter::once((payer, &buyer)), today).await?;
        Ok(tables.treatment(&issuer, (payer, &buyer), class).ok().as_ref().map(Self::from))
    }

    /// What an invoice keeps; `None` for an invoice from before explanations were kept.
    pub fn read(stored: &str) -> Option<Self> {
        serde_json::from_str(stored).ok()
    }

    /// What an invoice keeps.
    pub fn to_stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// Why VAT is charged, or is not.
#[guarded]
impl VatExplanation {
    /// The rule that decides.
    #[public]
    fn rule(&self) -> VatRule {
        self.rule
    }

    /// The category as a code of UNTDID 5305: S, Z, E, AE or O.
    #[public]
    fn category(&self) -> &str {
        &self.category
    }

    /// VAT rate in hundredths of a percent: 2500 is 25 %.
    #[public]
    fn basis_points(&self) -> i32 {
        self.basis_points
    }

    /// Whether a business is charged VAT only because no check of the last 90 days has found its number valid.
    #[public]
    fn is_number_unconfirmed(&self) -> bool {
        self.is_number_unconfirmed
    }

    /// The facts that the rule looked at.
    #[public]
    fn facts(&self) -> Vec<VatFact> {
        self.facts.clone()
    }
}
