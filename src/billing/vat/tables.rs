//! What decisions about VAT need from the database, loaded once for many buyers.

use std::collections::HashMap;

use chrono::Days;
use entity::issuer;
use entity::vat_check;
use entity::vat_override;
use entity::vat_rate;
use sea_orm::prelude::Date;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::rules::{CHECK_COUNTS_FOR_DAYS, Category, Facts, Override, RateMissing, TaxClass, Treatment, decide};
use super::{rates, store};
use crate::billing::details::Buyer;
use crate::billing::exchange::{self, Known, NoRate, Rate};

/// What decisions about VAT need, on one day.
pub struct Tables {
    rates: Vec<vat_rate::Model>,
    checks: HashMap<String, vat_check::Model>,
    overrides: HashMap<Uuid, vat_override::Model>,
    /// The rates between currencies, and for how many days each counts.
    exchange: (Known, u64),
    currency: String,
    day: Date,
}

impl Tables {
    /// Loads what an issuer needs to tax these buyers, each with the organisation that pays: four statements.
    pub async fn load<'a>(
        db: &impl ConnectionTrait,
        issuer: &issuer::Model,
        buyers: impl Iterator<Item = (Uuid, &'a Buyer)> + Clone,
        (day, exchange_rate_days): (Date, u64),
    ) -> Result<Self, DbErr> {
        let numbers = buyers.clone().filter_map(|(_, buyer)| buyer.vat_id.clone()).collect();
        let organisations: Vec<Uuid> = buyers.map(|(payer, _)| payer).collect();
        let from = day - Days::new(CHECK_COUNTS_FOR_DAYS.unsigned_abs());
        let known = exchange::store::known(db, issuer.organisation_id, day, exchange_rate_days).await?;
        Ok(Self {
            rates: store::rates(db).await?,
            checks: store::checks(db, numbers, from).await?,
            overrides: store::overrides(db, &organisations, day).await?,
            exchange: (known, exchange_rate_days),
            currency: issuer.currency.clone(),
            day,
        })
    }

    /// How a class of products is taxed for a buyer, and why.
    pub fn treatment(
        &self,
        issuer: &issuer::Model,
        (payer, buyer): (Uuid, &Buyer),
        class: TaxClass,
    ) -> Result<Treatment, RateMissing> {
        let decision = self.overrides.get(&payer).map(|row| Override {
            is_exempt: row.category == Category::Exempt,
            reason: row.reason.clone(),
            until: row.ends_on.and_then(|last| last.succ_opt()),
        });
        let check = buyer.vat_id.as_ref().and_then(|number| self.checks.get(number)).filter(|check| check.is_valid);
        let facts = Facts {
            issuer_country: &issuer.country,
            is_issuer_in_oss: issuer.in_oss,
            buyer_country: &buyer.country,
            is_business: buyer.is_business(),
            vat_id: buyer.vat_id.as_deref(),
            last_valid_check: check.map(|check| check.checked_on),
            decision: decision.as_ref(),
            class,
            day: self.day,
        };
        decide(&facts, |country, class, day| self.rate(country, class, day))
    }

    /// The rate from a currency to that of the accounting.
    pub fn exchange(&self, from: &str) -> Result<Rate, NoRate> {
        let (known, days) = &self.exchange;
        known.find(from, &self.currency, self.day, *days)
    }

    /// The rate in force: one that staff have added, or one that ships with the server.
    fn rate<'a>(&'a self, country: &'a str, class: TaxClass, day: Date) -> Option<i32> {
        let added = self.rates.iter().map(|row| rates::Rate {
            country: &row.country,
            class: row.class,
            basis_points: row.basis_points,
            valid_from: row.valid_from,
        });
        // Of two from the same day, the last counts: the one that staff have added.
        rates::in_force(rates::initial().chain(added), country, class, day)
    }
}
