//! How an invoice is made of what is due: each item gets its VAT, and the sums follow. Pure functions.

use std::collections::{BTreeMap, HashMap};

use entity::invoice_line::VatCategory;
use entity::product::TaxClass;
use entity::{invoice, invoice_line, invoice_vat, issuer, unbilled_subscription};
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use crate::billing::details::Buyer;
use crate::billing::exchange::{NoRate, Rate};
use crate::billing::issuer::rules::Seller;
use crate::billing::vat::reason::Reason;
use crate::billing::vat::rules::{RateMissing, Treatment};
use crate::billing::vat::sums::{Group, TooLarge, Totals, add_up};

/// Something that an invoice charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is for.
    pub description: String,
    /// Number of units; negative for a discount.
    pub quantity: i32,
    /// Price of one unit in minor units; never negative.
    pub unit_minor: i64,
    /// The amount before VAT, in minor units.
    pub net_minor: i64,
    /// For how many days of how many it is; `None` for the whole.
    pub days: Option<(i32, i32)>,
    /// First and last day that it covers.
    pub period: Option<(Date, Date)>,
    /// What is charged.
    pub source: Source,
    /// The product, with its code.
    pub product: Option<(Uuid, String)>,
    /// The account of the bookkeeping; can be empty.
    pub revenue_key: String,
    /// How it is taxed.
    pub tax_class: TaxClass,
    /// The unit: a code of UN/ECE Recommendation 20.
    pub unit_code: String,
    /// Whether partners earn on it.
    pub is_commissionable: bool,
}

/// What an item charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An interval of a subscription.
    Interval {
        /// The subscription.
        subscription: Uuid,
        /// The first day of the interval.
        starts_on: Date,
        /// The change that caused it; `None` for what corrects an earlier line.
        change: Option<Uuid>,
    },
    /// A charge by hand, or the setup of a subscription.
    Charge {
        /// The charge.
        charge: Uuid,
        /// The subscription.
        subscription: Option<Uuid>,
    },
}

/// Who is on an invoice.
pub struct Parties<'a> {
    /// The organisation that it is for.
    pub organisation: Uuid,
    /// The organisation that is to pay.
    pub payer: Uuid,
    /// The issuer.
    pub issuer: &'a issuer::Model,
    /// The buyer.
    pub buyer: &'a Buyer,
    /// The rate from a currency to that of the issuer's accounting.
    pub exchange: &'a dyn Fn(&str) -> Result<Rate, NoRate>,
}

/// An invoice with what belongs to it.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The invoice: a draft.
    pub invoice: invoice::Model,
    /// Its lines.
    pub lines: Vec<invoice_line::Model>,
    /// Its VAT by category and rate.
    pub vat: Vec<invoice_vat::Model>,
}

/// A currency, and the VAT in it in minor units.
type AccountingVat = Option<(String, i64)>;

/// Why an invoice cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmade {
    /// A rate is missing.
    #[error("{}", self.message())]
    Rate(RateMissing),
    /// The rate to the currency of the accounting is missing.
    #[error("{0}")]
    Exchange(NoRate),
    /// Discounts of one rate take off more VAT than the rest has.
    #[error("{}", self.message())]
    NegativeVat,
    /// A sum does not fit into 64 bits.
    #[error("{}", self.message())]
    TooLarge,
}

impl From<RateMissing> for Unmade {
    fn from(missing: RateMissing) -> Self {
        Self::Rate(missing)
    }
}

impl From<TooLarge> for Unmade {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}

/// Makes a draft. `treat` says how a class of products is taxed, and `ids` gives new ids.
pub fn compose(
    parties: &Parties<'_>,
    currency: &str,
    items: Vec<Item>,
    treat: impl Fn(TaxClass) -> Result<Treatment, RateMissing>,
    mut ids: impl FnMut() -> Uuid,
    now: DateTimeUtc,
) -> Result<Composed, Unmade> {
    let id = ids();
    let lines =
        items.into_iter().zip(1..).map(|(item, position)| line(ids(), (parties.organisation, id), position, item));
    let mut composed = Composed { invoice: draft(id, parties, currency, now), lines: lines.collect(), vat: Vec::new() };
    tax(&mut composed, parties, treat)?;
    Ok(composed)
}

/// Sets the VAT, the sums, buyer and seller of a draft, as they are now.
pub fn tax(
    composed: &mut Composed,
    parties: &Parties<'_>,
    treat: impl Fn(TaxClass) -> Result<Treatment, RateMissing>,
) -> Result<(), Unmade> {
    let mut treatments: HashMap<TaxClass, Treatment> = HashMap::new();
    for line in &mut composed.lines {
        let treatment = match treatments.get(&line.tax_class) {
            Some(known) => known,
            None => treatments.entry(line.tax_class).or_insert(treat(line.tax_class)?),
        };
        line.vat_category = treatment.category;
        line.vat_basis_points = treatment.basis_points;
    }
    let group = |line: &invoice_line::Model| Group { category: line.vat_category, basis_points: line.vat_basis_points };
    let totals = add_up(composed.lines.iter().map(|line| (group(line), line.net_minor)))?;
    if totals.vat_minor < 0 {
        return Err(Unmade::NegativeVat);
    }
    let exemption = |group: Group| {
        let of_group =
            treatments.values().find(|one| (one.category, one.basis_points) == (group.category, group.basis_points));
        let exemption = of_group?.exemption.as_ref()?;
        Some(exemption.reason.clone().unwrap_or_else(|| exemption.text_key.to_owned()))
    };
    let id = composed.invoice.id;
    composed.vat = totals
        .groups
        .iter()
        .map(|sum| invoice_vat::Model {
            invoice_id: id,
            category: sum.group.category,
            basis_points: sum.group.basis_points,
            base_minor: sum.base_minor,
            vat_minor: sum.vat_minor,
            exemption: exemption(sum.group),
        })
        .collect();
    let (exchange, accounting_vat) = accounting_vat(&composed.invoice.currency, &totals, parties)?;
    let explained = composed.lines.first().and_then(|line| treatments.get(&line.tax_class));
    let invoice = &mut composed.invoice;
    invoice.vat_rule = explained.map_or_else(|| "{}".to_owned(), |one| Reason::from(one).to_stored());
    (invoice.accounting_currency, invoice.accounting_vat_minor) = accounting_vat.unzip();
    invoice.exchange = exchange.as_ref().map(Rate::to_stored);
    address(invoice, parties);
    add(invoice, &totals);
    Ok(())
}

/// VAT in the currency of the issuer's accounting, if the invoice has VAT in another one (Directive 2006/112/EC, Article 230),
/// and the rate. Without VAT an invoice needs no rate, but keeps the one that counts for the bookkeeping.
fn accounting_vat(
    currency: &str,
    totals: &Totals,
    parties: &Parties<'_>,
) -> Result<(Option<Rate>, AccountingVat), Unmade> {
    let to = &parties.issuer.currency;
    if currency == to {
        return Ok((None, None));
    }
    let rate = (parties.exchange)(currency);
    if totals.vat_minor == 0 {
        return Ok((rate.ok(), None));
    }
    let rate = rate.map_err(Unmade::Exchange)?;
    let vat_minor = rate.convert(totals.vat_minor).ok_or(Unmade::TooLarge)?;
    Ok((Some(rate), Some((to.clone(), vat_minor))))
}

/// From which days on the subscriptions of an invoice are due again.
pub fn again(one: &Composed) -> Vec<unbilled_subscription::Model> {
    let mut days: BTreeMap<Uuid, Date> = BTreeMap::new();
    for line in &one.lines {
        if let (Some(subscription), Some(since)) = (line.subscription_id, line.interval_starts_on) {
            let known = days.entry(subscription).or_insert(since);
            *known = since.min(*known);
        }
    }
    let organisation_id = one.invoice.organisation_id;
    let row = |(subscription_id, since)| unbilled_subscription::Model { subscription_id, organisation_id, since };
    days.into_iter().map(row).collect()
}

/// The words of a reason why no VAT is charged, in English; a reason of the operator stands as it is.
pub fn exemption_text(stored: &str) -> &str {
    match stored {
        "vat.reverseCharge" => "Reverse charge: the buyer accounts for VAT.",
        "vat.outsideScope" => "Outside the scope of VAT.",
        "vat.exemptProduct" => "Exempt from VAT.",
        other => other,
    }
}

fn add(invoice: &mut invoice::Model, totals: &Totals) {
    invoice.net_minor = totals.net_minor;
    invoice.vat_minor = totals.vat_minor;
    invoice.total_minor = totals.total_minor;
}

fn address(invoice: &mut invoice::Model, parties: &Parties<'_>) {
    let buyer = parties.buyer;
    invoice.payer_id = parties.payer;
    invoice.recipient_name.clone_from(&buyer.name);
    invoice.recipient_address = buyer.printed_address();
    invoice.recipient_country.clone_from(&buyer.country);
    invoice.buyer = serde_json::to_string(buyer).unwrap_or_default();
    invoice.seller = serde_json::to_string(&Seller::of(parties.issuer)).unwrap_or_default();
}

fn draft(id: Uuid, parties: &Parties<'_>, currency: &str, now: DateTimeUtc) -> invoice::Model {
    invoice::Model {
        id,
        organisation_id: parties.organisation,
        issuer_id: parties.issuer.organisation_id,
        payer_id: parties.payer,
        number: None,
        state: invoice::State::Draft,
        currency: currency.to_owned(),
        net_minor: 0,
        vat_minor: 0,
        total_minor: 0,
        paid_minor: 0,
        settled_minor: 0,
        credited_minor: 0,
        recipient_name: String::new(),
        recipient_address: String::new(),
        recipient_country: parties.buyer.country.clone(),
        seller: String::new(),
        buyer: String::new(),
        vat_rule: String::new(),
        accounting_currency: None,
        accounting_vat_minor: None,
        exchange: None,
        payment_reference: None,
        purchase_order: None,
        issued_on: None,
        due_on: None,
        reminders_paused_until: None,
        earns_when_paid: false,
        needs_documents: false,
        run_id: None,
        created_at: now,
    }
}

fn line(id: Uuid, (organisation_id, invoice_id): (Uuid, Uuid), position: i32, item: Item) -> invoice_line::Model {
    let (subscription_id, interval_starts_on, cause, charge_id) = match item.source {
        Source::Interval { subscription, starts_on, change } => (Some(subscription), Some(starts_on), change, None),
        Source::Charge { charge, subscription } => (subscription, None, None, Some(charge)),
    };
    let (product_id, product_code) = item.product.unzip();
    invoice_line::Model {
        id,
        organisation_id,
        invoice_id,
        position,
        description: item.description,
        quantity: item.quantity,
        unit_minor: item.unit_minor,
        net_minor: item.net_minor,
        days: item.days.map(|(days, _)| days),
        of_days: item.days.map(|(_, of)| of),
        vat_category: VatCategory::Standard,
        vat_basis_points: 0,
        period_starts_on: item.period.map(|(first, _)| first),
        period_ends_on: item.period.map(|(_, last)| last),
        subscription_id,
        interval_starts_on,
        change_id: cause,
        charge_id,
        product_id,
        product_code: product_code.unwrap_or_default(),
        revenue_key: item.revenue_key,
        tax_class: item.tax_class,
        unit_code: item.unit_code,
        is_commissionable: item.is_commissionable,
        credited_minor: 0,
        reopened_minor: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::vat::rules::{Facts, decide};

    fn item(net_minor: i64, tax_class: TaxClass) -> Item {
        Item {
            description: "Hosting".to_owned(),
            quantity: if net_minor < 0 { -1 } else { 1 },
            unit_minor: net_minor.abs(),
            net_minor,
            days: None,
            period: None,
            source: Source::Charge { charge: Uuid::nil(), subscription: None },
            product: None,
            revenue_key: String::new(),
            tax_class,
            unit_code: "C62".to_owned(),
            is_commissionable: false,
        }
    }

    fn issuer() -> issuer::Model {
        issuer::Model {
            organisation_id: Uuid::from_u128(1),
            country: "SE".to_owned(),
            currency: "SEK".to_owned(),
            ..crate::billing::issuer::rules::blank()
        }
    }

    fn composed(country: &str, items: Vec<Item>) -> Result<Composed, Unmade> {
        composed_in("SEK", country, items, &|_| unreachable!("both currencies are the same"))
    }

    fn composed_in(
        currency: &str,
        country: &str,
        items: Vec<Item>,
        exchange: &dyn Fn(&str) -> Result<Rate, NoRate>,
    ) -> Result<Composed, Unmade> {
        let (issuer, buyer) = (issuer(), Buyer { country: country.to_owned(), ..Default::default() });
        let none = Uuid::nil();
        let parties = Parties { organisation: none, payer: none, issuer: &issuer, buyer: &buyer, exchange };
        let treat = |class| {
            let facts = Facts {
                issuer_country: "SE",
                is_issuer_in_oss: false,
                buyer_country: country,
                is_business: false,
                vat_id: None,
                last_valid_check: None,
                decision: None,
                class,
                day: "2026-03-31".parse().unwrap(),
            };
            decide(&facts, |_, class, _| match class {
                TaxClass::Standard => Some(2_500),
                TaxClass::Reduced => Some(600),
                TaxClass::Exempt => None,
            })
        };
        let mut next = 0;
        let ids = || {
            next += 1;
            Uuid::from_u128(next)
        };
        compose(&parties, currency, items, treat, ids, DateTimeUtc::UNIX_EPOCH)
    }

    fn sums(composed: &Composed) -> (i64, i64, i64) {
        (composed.invoice.net_minor, composed.invoice.vat_minor, composed.invoice.total_minor)
    }

    #[test]
    fn vat_is_rounded_once_for_each_rate() {
        let two = composed("SE", vec![item(69_622, TaxClass::Standard), item(69_622, TaxClass::Standard)]).unwrap();
        assert_eq!(sums(&two), (139_244, 34_811, 174_055));
        let raised =
            vec![item(100_000, TaxClass::Standard), item(35_484, TaxClass::Standard), item(11_613, TaxClass::Standard)];
        assert_eq!(sums(&composed("SE", raised).unwrap()), (147_097, 36_774, 183_871));
    }

    #[test]
    fn each_category_and_rate_has_its_group() {
        let items = vec![
            item(10_000, TaxClass::Standard),
            item(-1_000, TaxClass::Standard),
            item(5_000, TaxClass::Reduced),
            item(700, TaxClass::Exempt),
        ];
        let mixed = composed("SE", items).unwrap();
        let groups: Vec<_> =
            mixed.vat.iter().map(|one| (one.category, one.basis_points, one.base_minor, one.vat_minor)).collect();
        assert_eq!(
            groups,
            [
                (VatCategory::Standard, 600, 5_000, 300),
                (VatCategory::Standard, 2_500, 9_000, 2_250),
                (VatCategory::Exempt, 0, 700, 0),
            ]
        );
        assert_eq!(mixed.vat[2].exemption.as_deref().map(exemption_text), Some("Exempt from VAT."));
        assert_eq!(sums(&mixed), (14_700, 2_550, 17_250));
        assert_eq!(mixed.lines.iter().map(|line| line.position).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn buyers_outside_the_eu_pay_no_vat() {
        let norway = composed("NO", vec![item(10_000, TaxClass::Standard)]).unwrap();
        assert_eq!(sums(&norway), (10_000, 0, 10_000));
        assert_eq!(norway.lines[0].vat_category, VatCategory::OutsideScope);
        assert!(Reason::read(&norway.invoice.vat_rule).is_some());
    }

    #[test]
    fn vat_in_another_currency_is_converted_once_and_the_rate_is_kept() {
        let day: Date = "2026-03-13".parse().unwrap();
        let (numerator, denominator, source) = (112_345, 10_812, "ECB".to_owned());
        let (from, to) = ("USD".to_owned(), "SEK".to_owned());
        let rate = Rate { from, to, numerator, denominator, day, source, is_via_euro: true };
        let known = |_: &str| Ok(rate.clone());
        let items = || vec![item(9_990, TaxClass::Standard), item(9_990, TaxClass::Reduced)];
        let invoice = composed_in("USD", "SE", items(), &known).unwrap().invoice;
        // 24.98 + 5.99 USD of VAT are 30.97 × 11.2345 ÷ 1.0812 = 321.8021 SEK.
        assert_eq!((invoice.vat_minor, invoice.accounting_vat_minor), (3_097, Some(32_180)));
        assert_eq!(invoice.accounting_currency.as_deref(), Some("SEK"));
        assert_eq!(invoice.exchange.as_deref().and_then(Rate::read), Some(rate.clone()));
        let missing = NoRate { from: "USD".to_owned(), to: "SEK".to_owned(), day, days: 7 };
        let none = |_: &str| Err(missing.clone());
        assert_eq!(composed_in("USD", "SE", items(), &none).unwrap_err(), Unmade::Exchange(missing.clone()));
        // Without VAT nothing is missing.
        let untaxed = composed_in("USD", "NO", items(), &none).unwrap().invoice;
        assert_eq!((untaxed.accounting_currency, untaxed.exchange), (None, None));
        let huge = Rate { numerator: i64::MAX, denominator: 1, ..rate.clone() };
        assert_eq!(composed_in("USD", "SE", items(), &|_: &str| Ok(huge.clone())).unwrap_err(), Unmade::TooLarge);
    }

    #[test]
    fn sums_beyond_64_bits_are_an_error() {
        let most = item(i64::MAX, TaxClass::Standard);
        assert_eq!(composed("SE", vec![most.clone(), most]).unwrap_err(), Unmade::TooLarge);
    }
}
