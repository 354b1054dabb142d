//! Setting the details of the issuer.

use std::sync::Arc;

use async_graphql::{InputObject, MaybeUndefined};
use entity::issuer::Model;
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::{CommissionBasis, Issuer, PaymentReferenceKind, ReminderKind, ReminderStepInput};
use super::{rules, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::base::money::BigInt;
use crate::billing::reminder::rules::{Policy, Step, StepKind};
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The details of the issuer. Fields that are left out stay the same. The first time, `legalName`, `address`, `postCode`,
/// `city`, `country`, `registrationNumber`, `currency`, `contactName`, `telephone` and `email` are required.
#[derive(InputObject)]
pub struct SetIssuerInput {
    /// Legal name: 1 to 200 characters.
    pub legal_name: Option<String>,
    /// Street and house number, with line breaks: 1 to 1000 characters.
    pub address: Option<String>,
    /// Post code.
    pub post_code: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Country, as ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The number in the register of companies.
    pub registration_number: Option<String>,
    /// VAT number; null removes it.
    pub vat_id: MaybeUndefined<String>,
    /// Whether it declares VAT of other EU countries in the One Stop Shop.
    pub is_in_oss: Option<bool>,
    /// Whether it is approved for Swedish F-tax.
    pub has_f_tax: Option<bool>,
    /// The currency of its accounting, as ISO 4217.
    pub currency: Option<String>,
    /// The IBAN that customers pay to; null removes it.
    pub iban: MaybeUndefined<String>,
    /// The BIC of that account; null removes it.
    pub bic: MaybeUndefined<String>,
    /// Its Swedish bankgiro number; null removes it.
    pub bankgiro: MaybeUndefined<String>,
    /// Its own address for electronic invoices (BT-34); null removes it. A Swedish issuer is found by its registration number
    /// without one.
    pub electronic_address: MaybeUndefined<String>,
    /// The scheme of that address: four digits of the EAS list, for example 0204 for a Leitweg-ID, or EM for an email address.
    pub electronic_scheme: MaybeUndefined<String>,
    /// The kind of payment references on its invoices. At first RF.
    pub reference_kind: Option<PaymentReferenceKind>,
    /// Who answers questions about invoices.
    pub contact_name: Option<String>,
    /// The telephone number for questions.
    pub telephone: Option<String>,
    /// The email address for questions.
    pub email: Option<String>,
    /// Days from the issue to the last day to pay: 0 to 365. At first 30.
    pub payment_days: Option<i32>,
    /// How many days before an interval begins it is billed: 0 to 365. At first 0.
    pub lead_days: Option<i32>,
    /// A run stops for a look if it invoices this much more than the last one, in percent of that; null never stops it.
    pub stop_above_percent: MaybeUndefined<i32>,
    /// What is done about overdue invoices, in order: at most 20 steps. At first nothing.
    pub reminder_steps: Option<Vec<ReminderStepInput>>,
    /// What partners earn commission on. At first INVOICED.
    pub commission_basis: Option<CommissionBasis>,
    /// Commission below this sum is carried over, in minor units of `currency`.
    pub commission_threshold_minor: Option<BigInt>,
}

/// The changed issuer.
#[payload]
pub struct SetIssuerPayload {
    /// The issuer; null if it was not changed.
    pub issuer: Option<Issuer>,
}

/// Sets what stands on invoices about the operator, and how it bills. New invoices use it; issued invoices stay the same.
#[mutation]
#[acts(INVOICE_ISSUE, on = ())]
async fn set_issuer(act: ActOn<'_, Operator>, input: SetIssuerInput) -> Result<SetIssuerPayload> {
    let row = act
        .locked(async |work, at| {
            let old = store::find(work.tx, at.id()).await?;
            let none = || Model { organisation_id: at.id(), ..rules::blank() };
            let new = rules::checked(input.apply(old.clone().unwrap_or_else(none))?)?;
            let before = old.as_ref().map_or(Json::Null, rules::audit_snapshot);
            let event = act.event().to(Type::Organisation.id(at.id()));
            audit::record(work, event.changing(before, rules::audit_snapshot(&new))).await?;
            store::save(work.tx, new.clone()).await?;
            Ok(new)
        })
        .await?;
    Ok(SetIssuerPayload { issuer: Some(Issuer(Arc::new(row))), ..Default::default() })
}

fn kept<T: Clone>(typed: &MaybeUndefined<T>, old: Option<T>) -> Option<T> {
    match typed {
        MaybeUndefined::Value(value) => Some(value.clone()),
        MaybeUndefined::Null => None,
        MaybeUndefined::Undefined => old,
    }
}

impl SetIssuerInput {
    fn apply(&self, old: Model) -> Result<Model, UserError> {
        let or = |typed: &Option<String>, old: String| typed.clone().unwrap_or(old);
        Ok(Model {
            organisation_id: old.organisation_id,
            legal_name: or(&self.legal_name, old.legal_name),
            address: or(&self.address, old.address),
            post_code: or(&self.post_code, old.post_code),
            city: or(&self.city, old.city),
            country: or(&self.country, old.country),
            registration_no: or(&self.registration_number, old.registration_no),
            vat_id: kept(&self.vat_id, old.vat_id),
            in_oss: self.is_in_oss.unwrap_or(old.in_oss),
            has_f_tax: self.has_f_tax.unwrap_or(old.has_f_tax),
            currency: or(&self.currency, old.currency),
            iban: kept(&self.iban, old.iban),
            bic: kept(&self.bic, old.bic),
            bankgiro: kept(&self.bankgiro, old.bankgiro),
            electronic_address: kept(&self.electronic_address, old.electronic_address),
            electronic_scheme: kept(&self.electronic_scheme, old.electronic_scheme),
            reference_kind: self.reference_kind.map_or(old.reference_kind, Into::into),
            contact_name: or(&self.contact_name, old.contact_name),
            telephone: or(&self.telephone, old.telephone),
            email: or(&self.email, old.email),
            payment_days: self.payment_days.unwrap_or(old.payment_days),
            lead_days: self.lead_days.unwrap_or(old.lead_days),
            stop_above_percent: kept(&self.stop_above_percent, old.stop_above_percent),
            reminders: match &self.reminder_steps {
                Some(steps) => reminders(steps)?,
                None => old.reminders,
            },
            accounts: old.accounts,
            commission_basis: self.commission_basis.map_or(old.commission_basis, Into::into),
            commission_threshold_minor: self
                .commission_threshold_minor
                .map_or(old.commission_threshold_minor, |minor| minor.0),
        })
    }
}

/// Checks the steps of reminders, and writes them as they are stored.
fn reminders(steps: &[ReminderStepInput]) -> Result<String, UserError> {
    let wrong = |message: Texts| UserError::at("reminderSteps", UserErrorCode::InvalidInput, message);
    if steps.len() > 20 {
        return Err(wrong(["There are at most 20 steps.", "Es gibt höchstens 20 Stufen.", "Det finns högst 20 steg."]));
    }
    let step = |step: &ReminderStepInput| {
        let kind = match (step.kind, step.fee_minor) {
            (ReminderKind::Fee, Some(fee)) => StepKind::Fee { amount_minor: fee.0 },
            (ReminderKind::Fee, None) => {
                return Err(wrong(["FEE needs feeMinor.", "FEE braucht feeMinor.", "FEE behöver feeMinor."]));
            }
            (_, Some(_)) => {
                return Err(wrong(["Only FEE takes feeMinor.", "Nur FEE hat feeMinor.", "Bara FEE har feeMinor."]));
            }
            (ReminderKind::Remind, None) => StepKind::Remind,
            (ReminderKind::Suspend, None) => StepKind::Suspend,
            (ReminderKind::End, None) => StepKind::End,
        };
        let after_days = u32::try_from(step.after_days).map_err(|_| {
            wrong([
                "A step comes at least one day after the due date.",
                "Eine Stufe kommt frühestens einen Tag nach der Fälligkeit.",
                "Ett steg kommer minst en dag efter förfallodagen.",
            ])
        })?;
        Ok(Step { after_days, kind })
    };
    let policy = Policy::new(steps.iter().map(step).collect::<Result<_, UserError>>()?);
    policy.map_err(|error| wrong(error.message()))?;
    serde_json::to_string(steps).map_err(|_| {
        wrong([
            "These steps cannot be stored.",
            "Diese Stufen lassen sich nicht speichern.",
            "De här stegen kan inte sparas.",
        ])
    })
}
