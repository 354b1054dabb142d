//! The issuer as its staff see it.

use std::sync::Arc;

use async_graphql::{Enum, InputObject};
use entity::issuer::{self, Model};
use entity::reminder;
use macros::guarded;
use serde::{Deserialize, Serialize};

use crate::base::money::{BigInt, Money};

/// The kind of payment references on invoices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "issuer::ReferenceKind")]
pub enum PaymentReferenceKind {
    /// A number with a check digit, as Nordic banks read it.
    Ocr,
    /// A creditor reference of ISO 11649, for SEPA payments.
    Rf,
}

/// What partners earn commission on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "issuer::CommissionBasis")]
pub enum CommissionBasis {
    /// On what is invoiced, when it is.
    Invoiced,
    /// On what is paid, when it is.
    Paid,
}

/// What is done about an overdue invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[graphql(remote = "reminder::Kind")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReminderKind {
    /// A reminder is sent.
    Remind,
    /// A reminder is sent, and a fee is charged on the next invoice.
    Fee,
    /// The services on the invoice are suspended.
    Suspend,
    /// The subscriptions on the invoice are cancelled.
    End,
}

/// A step of what is done about overdue invoices.
#[derive(Clone, Debug, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReminderStepInput {
    /// How many days after the due date, at least 1. Each step is later than the one before it.
    pub after_days: i32,
    /// What is done.
    pub kind: ReminderKind,
    /// The fee in minor units of the invoice's currency: for FEE only.
    #[serde(with = "fee", default)]
    pub fee_minor: Option<BigInt>,
}

mod fee {
    //! A fee in JSON.

    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::base::money::BigInt;

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub fn serialize<S: Serializer>(fee: &Option<BigInt>, serializer: S) -> Result<S::Ok, S::Error> {
        match fee {
            Some(fee) => serializer.serialize_some(&fee.0),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BigInt>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(BigInt))
    }
}

/// A step of what is done about overdue invoices.
pub struct ReminderStep(ReminderStepInput);

/// A step of what is done about overdue invoices.
#[guarded]
impl ReminderStep {
    /// How many days after the due date.
    #[public]
    fn after_days(&self) -> i32 {
        self.0.after_days
    }

    /// What is done.
    #[public]
    fn kind(&self) -> ReminderKind {
        self.0.kind
    }

    /// The fee in minor units of the invoice's currency; null without one.
    #[public]
    fn fee_minor(&self) -> Option<BigInt> {
        self.0.fee_minor
    }
}

/// The organisation that issues invoices: what stands on them, and how it bills.
pub struct Issuer(pub(super) Arc<Model>);

impl Issuer {
    /// The issuer, for a viewer who may read it.
    pub const fn new(row: Arc<Model>) -> Self {
        Self(row)
    }
}

/// The organisation that issues invoices: what stands on them, and how it bills.
#[guarded]
impl Issuer {
    /// Legal name.
    #[public]
    fn legal_name(&self) -> &str {
        &self.0.legal_name
    }

    /// Street and house number, with line breaks.
    #[public]
    fn address(&self) -> &str {
        &self.0.address
    }

    /// Post code.
    #[public]
    fn post_code(&self) -> &str {
        &self.0.post_code
    }

    /// City.
    #[public]
    fn city(&self) -> &str {
        &self.0.city
    }

    /// Country, as ISO 3166-1 alpha-2.
    #[public]
    fn country(&self) -> &str {
        &self.0.country
    }

    /// The number in the register of companies.
    #[public]
    fn registration_number(&self) -> &str {
        &self.0.registration_no
    }

    /// VAT number; null if it has none.
    #[public]
    fn vat_id(&self) -> Option<&str> {
        self.0.vat_id.as_deref()
    }

    /// Whether it declares VAT of other EU countries in the One Stop Shop.
    #[public]
    fn is_in_oss(&self) -> bool {
        self.0.in_oss
    }

    /// Whether it is approved for Swedish F-tax.
    #[public]
    fn has_f_tax(&self) -> bool {
        self.0.has_f_tax
    }

    /// The currency of its accounting, as ISO 4217.
    #[public]
    fn currency(&self) -> &str {
        &self.0.currency
    }

    /// The IBAN that customers pay to.
    #[public]
    fn iban(&self) -> Option<&str> {
        self.0.iban.as_deref()
    }

    /// The BIC of that account.
    #[public]
    fn bic(&self) -> Option<&str> {
        self.0.bic.as_deref()
    }

    /// Its Swedish bankgiro number.
    #[public]
    fn bankgiro(&self) -> Option<&str> {
        self.0.bankgiro.as_deref()
    }

    /// Its own address for electronic invoices (BT-34).
    #[public]
    fn electronic_address(&self) -> Option<&str> {
        self.0.electronic_address.as_deref()
    }

    /// The scheme of that address, of the EAS list.
    #[public]
    fn electronic_scheme(&self) -> Option<&str> {
        self.0.electronic_scheme.as_deref()
    }

    /// The kind of payment references on its invoices.
    #[public]
    fn reference_kind(&self) -> PaymentReferenceKind {
        self.0.reference_kind.into()
    }

    /// Who answers questions about invoices.
    #[public]
    fn contact_name(&self) -> &str {
        &self.0.contact_name
    }

    /// The telephone number for questions.
    #[public]
    fn telephone(&self) -> &str {
        &self.0.telephone
    }

    /// The email address for questions.
    #[public]
    fn email(&self) -> &str {
        &self.0.email
    }

    /// Days from the issue to the last day to pay.
    #[public]
    fn payment_days(&self) -> i32 {
        self.0.payment_days
    }

    /// How many days before an interval begins it is billed.
    #[public]
    fn lead_days(&self) -> i32 {
        self.0.lead_days
    }

    /// A run stops for a look if it invoices this much more than the last one, in percent of that; null if it never stops.
    #[public]
    fn stop_above_percent(&self) -> Option<i32> {
        self.0.stop_above_percent
    }

    /// What is done about overdue invoices, in order.
    #[public]
    fn reminder_steps(&self) -> Vec<ReminderStep> {
        let steps: Vec<ReminderStepInput> = serde_json::from_str(&self.0.reminders).unwrap_or_default();
        steps.into_iter().map(ReminderStep).collect()
    }

    /// What partners earn commission on.
    #[public]
    fn commission_basis(&self) -> CommissionBasis {
        self.0.commission_basis.into()
    }

    /// Commission below this sum is carried over to the next month.
    #[public]
    fn commission_threshold(&self) -> Money {
        Money::new(self.0.commission_threshold_minor, &self.0.currency)
    }
}
