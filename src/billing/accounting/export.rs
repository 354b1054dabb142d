//! An export of the bookkeeping as a file: its vouchers in one currency and one format.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{Datelike, NaiveDateTime};
use chrono_tz::Tz;
use entity::accounting_batch::Format;
use entity::issuer;
use sea_orm::ConnectionTrait;
use sea_orm::prelude::{Date, DateTimeUtc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::books::{Books, Posted};
use super::plan::AccountPlan;
use super::store::{self, Source, Span};
use super::voucher::Voucher;
use super::{datev, ndjson, sie};
use crate::base::calendar::business_day;
use crate::base::config::Billing;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::message::{Message, Texts};
use crate::base::money::exponent;
use crate::billing::exchange::{Known, Rate, store as exchange};

/// The most days of an export.
pub const MOST_DAYS: i64 = 366;

/// How an issuer keeps its books. What is not given is usual in its country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Accounts {
    /// The accounts: without them SKR03 in Germany, and BAS elsewhere.
    pub plan: Option<AccountPlan>,
    /// What DATEV wants to know.
    pub datev: Datev,
}

/// What a DATEV file says about the issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Datev {
    /// The number of the tax adviser (Beraternummer).
    pub consultant: u32,
    /// The number of the issuer at the tax adviser (Mandantennummer).
    pub client: u32,
    /// The month in which the business year begins, 1 to 12.
    pub year_starts_in: u32,
    /// The digits of an account, 4 to 8.
    pub account_digits: u8,
    /// The plan of accounts (Sachkontenrahmen), for example 03.
    pub chart: String,
}

impl Default for Datev {
    fn default() -> Self {
        Self { consultant: 1_001, client: 1, year_starts_in: 1, account_digits: 4, chart: "03".to_owned() }
    }
}

impl Accounts {
    /// Those of an issuer.
    pub fn of(issuer: &issuer::Model) -> Result<Self> {
        serde_json::from_str(&issuer.accounts).map_err(Error::fault)
    }

    /// What is wrong with them, if anything.
    pub fn check(&self) -> Result<(), String> {
        let Datev { year_starts_in, account_digits, .. } = self.datev;
        if !(1..=12).contains(&year_starts_in) || !(4..=8).contains(&account_digits) {
            return Err("yearStartsIn is a month from 1 to 12, and accountDigits is 4 to 8.".to_owned());
        }
        self.plan.as_ref().map_or(Ok(()), AccountPlan::check)
    }

    /// The plan of accounts, for an issuer in this country.
    pub fn plan(&self, country: &str) -> AccountPlan {
        let usual = || if country == "DE" { AccountPlan::skr03() } else { AccountPlan::bas() };
        self.plan.clone().unwrap_or_else(usual)
    }
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many vouchers it has.
    pub vouchers: usize,
    /// What they were made of.
    pub sources: Vec<Source>,
}

/// When and where a file is written.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The instant.
    pub now: DateTimeUtc,
    /// The zone of the business day.
    pub zone: Tz,
    /// For how many days a rate of exchange counts.
    pub exchange_rate_days: u64,
}

impl Moment {
    /// An instant under the settings.
    pub const fn of(now: DateTimeUtc, settings: &Billing) -> Self {
        Self { now, zone: settings.time_zone, exchange_rate_days: settings.exchange_rate_days }
    }

    fn local(self) -> NaiveDateTime {
        self.now.with_timezone(&self.zone).naive_local()
    }
}

/// The name that a file has for people and programs.
pub fn name(format: Format, from: Date, until: Date) -> String {
    match format {
        Format::Sie => format!("vouchers_{from}_{until}.si"),
        Format::Datev => format!("EXTF_vouchers_{from}_{until}.csv"),
        Format::Ndjson => format!("vouchers_{from}_{until}.ndjson"),
    }
}

/// What is wrong with the days of an export, in a sentence.
pub fn check(from: Date, until: Date) -> Result<(), Texts> {
    if until < from {
        return Err([
            "The last day is before the first one.",
            "Der letzte Tag liegt vor dem ersten.",
            "Den sista dagen är före den första.",
        ]);
    }
    if (until - from).num_days() >= MOST_DAYS {
        return Err([
            "An export has at most 366 days.",
            "Ein Export hat höchstens 366 Tage.",
            "En export har högst 366 dagar.",
        ]);
    }
    Ok(())
}

/// Rates of exchange of an export: those of each day are read once.
pub struct Rates {
    issuer: Uuid,
    days: u64,
    known: HashMap<Date, Known>,
}

impl Rates {
    /// Those that an issuer has recorded. A rate counts for so many days.
    pub fn of(issuer: Uuid, days: u64) -> Self {
        Self { issuer, days, known: HashMap::new() }
    }

    /// How an amount of a currency becomes one of another on a day. An error if no rate counts.
    pub async fn find(&mut self, db: &impl ConnectionTrait, from: &str, to: &str, day: Date) -> Result<Rate> {
        let known = match self.known.entry(day) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(missing) => missing.insert(exchange::known(db, self.issuer, day, self.days).await?),
        };
        known.find(from, to, day, self.days).map_err(|missing| unwritable(missing.message()))
    }
}

/// The error of a file that cannot be written.
fn unwritable(message: impl Into<Message>) -> Error {
    UserError::general(UserErrorCode::InvalidInput, message).into()
}

/// What happened on the days.
pub async fn read(db: &impl ConnectionTrait, span: &Span) -> Result<Books> {
    Ok(Books {
        invoices: store::invoices(db, span).await?,
        notes: store::credit_notes(db, span).await?,
        credited: store::credited(db, span).await?,
        payments: store::payments(db, span).await?,
        refunds: store::refunds(db, span).await?,
    })
}

/// Writes the vouchers of days. Files of other programs are in the currency of the accounting; lines of JSON have each
/// voucher in its own.
pub async fn write(
    db: &impl ConnectionTrait,
    issuer: &issuer::Model,
    span: &Span,
    format: Format,
    at: Moment,
) -> Result<File> {
    let accounts = Accounts::of(issuer)?;
    let plan = accounts.plan(&issuer.country);
    let books = read(db, span).await?;
    let posted = books.post(&plan, span, at.zone).map_err(|error| unwritable(error.message()))?;
    let Posted { mut vouchers, sources } = posted;
    if format != Format::Ndjson {
        let rates = Rates::of(issuer.organisation_id, at.exchange_rate_days);
        vouchers = in_currency(db, rates, vouchers, &issuer.currency).await?;
    }
    let (currency, exponent) = (issuer.currency.as_str(), u32::from(exponent(&issuer.currency)));
    let bytes = match format {
        Format::Sie => {
            let registered = Some(issuer.registration_no.as_str()).filter(|number| !number.is_empty());
            let head = sie::Head {
                program: "Tenantry",
                version: env!("CARGO_PKG_VERSION"),
                generated_on: business_day(at.now, at.zone),
                company: &issuer.legal_name,
                registration_no: registered,
                currency,
                exponent,
                series: "F",
            };
            sie::write(&head, &plan, &vouchers)
        }
        Format::Datev => {
            let month = accounts.datev.year_starts_in.clamp(1, 12);
            let starts = |day: Date| datev::year_start(day, month);
            let first = vouchers.iter().map(Voucher::day).fold(span.from, Date::min);
            if starts(span.from) != starts(span.until) {
                return Err(unwritable([
                    "The days are in two business years. A DATEV file has days of one.",
                    "Die Tage liegen in zwei Geschäftsjahren. Eine DATEV-Datei hat Tage aus einem.",
                    "Dagarna är i två räkenskapsår. En DATEV-fil har dagar ur ett.",
                ]));
            }
            if starts(first) != starts(span.until) {
                return Err(unwritable([
                    format!(
                        "A voucher of {first} came after the batch of its day. Its business year is another one, so \
                         make a batch from {first} until {first} first."
                    ),
                    format!(
                        "Ein Beleg vom {first} kam nach dem Stapel seines Tages. Er liegt in einem anderen \
                         Geschäftsjahr. Machen Sie daher zuerst einen Stapel von {first} bis {first}."
                    ),
                    format!(
                        "En verifikation från {first} kom efter bunten för sin dag. Den hör till ett annat \
                         räkenskapsår, så gör först en bunt från {first} till {first}."
                    ),
                ]));
            }
            let head = datev::Head {
                consultant: accounts.datev.consultant,
                client: accounts.datev.client,
                year_starts_on: starts(span.from).unwrap_or(span.from),
                account_digits: accounts.datev.account_digits,
                written_at: at.local(),
                from: first,
                to: span.until,
                label: &format!("Tenantry {}-{:02}", span.from.year(), span.from.month()),
                currency,
                is_final: false,
                chart: &accounts.datev.chart,
            };
            datev::write(&head, &plan, &vouchers)
        }
        Format::Ndjson => ndjson::write(&vouchers),
    };
    let bytes = bytes.map_err(|error| unwritable(error.message()))?;
    Ok(File { bytes, vouchers: vouchers.len(), sources })
}

/// The vouchers in the currency of the accounting: documents at their own rate, and all others at that of their day.
async fn in_currency(
    db: &impl ConnectionTrait,
    mut rates: Rates,
    vouchers: Vec<Voucher>,
    currency: &str,
) -> Result<Vec<Voucher>> {
    let mut converted = Vec::with_capacity(vouchers.len());
    for voucher in vouchers {
        if voucher.currency() == currency {
            converted.push(voucher);
            continue;
        }
        let rate = match voucher.stated_rate(currency) {
            Some(stated) => stated.clone(),
            None => rates.find(db, voucher.currency(), currency, voucher.day()).await?,
        };
        let number = format!("{}: ", voucher.number());
        let one = voucher.in_currency(&rate);
        converted.push(one.map_err(|error| unwritable(error.message().after([&number; 3])))?);
    }
    Ok(converted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_has_a_year_at_most() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert!(check(day("2026-01-01"), day("2026-01-01")).is_ok());
        assert!(check(day("2024-01-01"), day("2024-12-31")).is_ok());
        assert!(check(day("2026-01-01"), day("2027-01-02")).is_err());
        assert!(check(day("2026-01-02"), day("2026-01-01")).is_err());
    }

    #[test]
    fn the_usual_plan_is_that_of_the_country() {
        let mut issuer = crate::billing::issuer::rules::blank();
        let plan = |issuer: &issuer::Model| Accounts::of(issuer).unwrap().plan(&issuer.country);
        issuer.country = "DE".to_owned();
        assert_eq!(plan(&issuer), AccountPlan::skr03());
        issuer.country = "SE".to_owned();
        assert_eq!(plan(&issuer), AccountPlan::bas());
        issuer.accounts = "{\"datev\":{\"consultant\":29098}}".to_owned();
        let accounts = Accounts::of(&issuer).unwrap();
        assert_eq!((accounts.datev.consultant, accounts.datev.account_digits), (29_098, 4));
    }
}
