//! Which VAT a line has, and why: six rules about the issuer, the buyer and the day. Pure functions.
//!
//! The rules are those for services (Directive 2006/112/EC, Articles 44, 45, 58, 59c and 196). Goods are not sold here. So
//! Northern Ireland, which counts as a member state for goods only, is outside the EU.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use chrono::NaiveDate;

use crate::base::message::Message;
pub use entity::invoice_line::VatCategory as Category;
pub use entity::product::TaxClass;

/// The member states of the EU as ISO 3166-1 alpha-2, in order. Greece is GR here, and EL in VAT numbers.
pub const EU_COUNTRIES: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// A valid check of a VAT number counts for so many days.
pub const CHECK_COUNTS_FOR_DAYS: i64 = 90;

/// The code of a category in UNTDID 5305.
pub const fn code(category: Category) -> &'static str {
    match category {
        Category::Standard => "S",
        Category::ZeroRated => "Z",
        Category::Exempt => "E",
        Category::ReverseCharge => "AE",
        Category::OutsideScope => "O",
    }
}

/// The code of a class of products.
pub const fn class_code(class: TaxClass) -> &'static str {
    match class {
        TaxClass::Standard => "STANDARD",
        TaxClass::Reduced => "REDUCED",
        TaxClass::Exempt => "EXEMPT",
    }
}

/// The rule that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// 1: the operator decided for this buyer.
    Override,
    /// 2: issuer and buyer are in one country.
    SameCountry,
    /// 3: a business in another member state with a valid number owes the VAT itself.
    ReverseCharge,
    /// 4: another member state, and the issuer declares its VAT in the One Stop Shop.
    BuyersCountry,
    /// 5: another member state, and the issuer is not in the One Stop Shop.
    IssuersCountry,
    /// 6: outside the EU.
    OutsideEu,
}

impl Rule {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 6] = [
        Self::Override,
        Self::SameCountry,
        Self::ReverseCharge,
        Self::BuyersCountry,
        Self::IssuersCountry,
        Self::OutsideEu,
    ];

    /// The number of the rule, 1 to 6.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The word for it in explanations.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Override => "OVERRIDE",
            Self::SameCountry => "SAME_COUNTRY",
            Self::ReverseCharge => "REVERSE_CHARGE",
            Self::BuyersCountry => "BUYERS_COUNTRY",
            Self::IssuersCountry => "ISSUERS_COUNTRY",
            Self::OutsideEu => "OUTSIDE_EU",
        }
    }
}

/// Why a line has no VAT (BT-120, BT-121).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// A code of the VATEX list, if one fits.
    pub code: Option<&'static str>,
    /// The key of the text in the buyer's language.
    pub text_key: &'static str,
    /// The operator's own words, which replace the text.
    pub reason: Option<String>,
}

/// What should be looked at, although the invoice can be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A business of another member state pays VAT because no recent check confirmed its number.
    NumberNotValidated,
}

impl Warning {
    /// The word for it in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NumberNotValidated => "NUMBER_NOT_VALIDATED",
        }
    }
}

/// What the operator decided for one buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Whether the rate is zero (Z) or the buyer is exempt (E).
    pub is_exempt: bool,
    /// Why, as it stands on the invoice of an exempt buyer.
    pub reason: String,
    /// The first day without it.
    pub until: Option<NaiveDate>,
}

/// All that the decision depends on.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Where the issuer is established, as ISO 3166-1 alpha-2.
    pub issuer_country: &'a str,
    /// Whether the issuer declares VAT of other member states in the One Stop Shop.
    pub is_issuer_in_oss: bool,
    /// The country of the buyer on the invoice.
    pub buyer_country: &'a str,
    /// Whether the buyer is a business.
    pub is_business: bool,
    /// The buyer's VAT number with its prefix, without spaces.
    pub vat_id: Option<&'a str>,
    /// The day of the last check that found this number valid.
    pub last_valid_check: Option<NaiveDate>,
    /// What the operator decided for the buyer.
    pub decision: Option<&'a Override>,
    /// The class of the product.
    pub class: TaxClass,
    /// The day of issue.
    pub day: NaiveDate,
}

/// The VAT of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Treatment {
    /// The rule that decided.
    pub rule: Rule,
    /// The category.
    pub category: Category,
    /// The rate in hundredths of a percent.
    pub basis_points: i32,
    /// The country that gets the VAT. None if there is none.
    pub taxed_in: Option<String>,
    /// Why there is no VAT.
    pub exemption: Option<Exemption>,
    /// What should be looked at.
    pub warning: Option<Warning>,
    /// The facts that it was decided on, as name and value.
    pub facts: Vec<(&'static str, String)>,
}

/// No rate is known for the country, the class and the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateMissing {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The class of the product.
    pub class: TaxClass,
    /// The day of issue.
    pub day: NaiveDate,
}

impl RateMissing {
    /// The same for a person.
    pub fn message(&self) -> Message {
        let Self { country, class, day } = self;
        let class = class_code(*class);
        let message = [
            format!("There is no {class} VAT rate of {country} on {day}."),
            format!("Für {country} gibt es am {day} keinen Umsatzsteuersatz {class}."),
            format!("Det finns ingen momssats {class} för {country} den {day}."),
        ];
        message.into()
    }
}

impl Display for RateMissing {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.message().fmt(formatter)
    }
}

impl Error for RateMissing {}

/// The country whose VAT law counts: Monaco is treated as France (Directive 2006/112/EC, Article 7).
fn vat_country(country: &str) -> &str {
    match country {
        "MC" => "FR",
        "EL" => "GR",
        _ => country,
    }
}

/// Whether the country is in the EU's VAT territory. Greece may be GR or EL.
pub fn is_eu(country: &str) -> bool {
    EU_COUNTRIES.contains(&vat_country(country))
}

/// The country of a number's prefix: Greece writes EL.
fn country_of_number(vat_id: &str) -> Option<&str> {
    vat_id.get(..2).map(vat_country)
}

impl Facts<'_> {
    /// Whether a check within the last days before the day of issue found the number valid. The number is one of the
    /// buyer's country.
    fn is_number_valid(&self) -> bool {
        let is_recent = |checked: NaiveDate| (0..=CHECK_COUNTS_FOR_DAYS).contains(&(self.day - checked).num_days());
        let is_of_country = |id: &str| country_of_number(id) == Some(vat_country(self.buyer_country));
        self.vat_id.is_some_and(is_of_country) && self.last_valid_check.is_some_and(is_recent)
    }

    fn override_in_force(&self) -> Option<&Override> {
        self.decision.filter(|decision| decision.until.is_none_or(|until| self.day < until))
    }

    /// The first rule that fits.
    fn rule(&self) -> Rule {
        let (issuer, buyer) = (vat_country(self.issuer_country), vat_country(self.buyer_country));
        if self.override_in_force().is_some() {
            Rule::Override
        } else if issuer == buyer {
            Rule::SameCountry
        } else if !is_eu(buyer) || !is_eu(issuer) {
            Rule::OutsideEu
        } else if self.is_business && self.is_number_valid() {
            Rule::ReverseCharge
        } else if self.is_issuer_in_oss {
            Rule::BuyersCountry
        } else {
            Rule::IssuersCountry
        }
    }

    fn named(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![
            ("issuerCountry", self.issuer_country.to_owned()),
            ("isIssuerInOss", self.is_issuer_in_oss.to_string()),
            ("buyerCountry", self.buyer_country.to_owned()),
            ("isBusiness", self.is_business.to_string()),
            ("taxClass", class_code(self.class).to_owned()),
            ("day", self.day.to_string()),
        ];
        facts.extend(self.vat_id.map(|id| ("vatId", id.to_owned())));
        facts.extend(self.last_valid_check.map(|day| ("lastValidCheck", day.to_string())));
        if let Some(decision) = self.override_in_force() {
            facts.push(("overrideReason", decision.reason.clone()));
            facts.extend(decision.until.map(|until| ("overrideUntil", until.to_string())));
        }
        facts
    }
}

/// Decides the VAT of a line. `rate_of` gives the basis points in force for a country, a class and a day.
pub fn decide(
    facts: &Facts<'_>,
    rate_of: impl Fn(&str, TaxClass, NaiveDate) -> Option<i32>,
) -> Result<Treatment, RateMissing> {
    let rule = facts.rule();
    let untaxed = |category, exemption| Treatment {
        rule,
        category,
        basis_points: 0,
        taxed_in: None,
        exemption,
        warning: None,
        facts: facts.named(),
    };
    let because = |code, text_key| Some(Exemption { code, text_key, reason: None });
    let country = match rule {
        Rule::Override => {
            let reason = facts.override_in_force().map(|decision| decision.reason.clone());
            let is_exempt = facts.override_in_force().is_some_and(|decision| decision.is_exempt);
            // EN 16931 wants a reason with E (BR-E-10), and forbids one with Z (BR-Z-10).
            return Ok(if is_exempt {
                untaxed(Category::Exempt, Some(Exemption { code: None, text_key: "vat.override", reason }))
            } else {
                untaxed(Category::ZeroRated, None)
            });
        }
        // What is outside the scope stands alone on its invoice (BR-O-11), so exempt products are no exception.
        Rule::OutsideEu => {
            return Ok(untaxed(Category::OutsideScope, because(Some("VATEX-EU-O"), "vat.outsideScope")));
        }
        _ if facts.class == TaxClass::Exempt => {
            return Ok(untaxed(Category::Exempt, because(None, "vat.exemptProduct")));
        }
        Rule::ReverseCharge => {
            return Ok(untaxed(Category::ReverseCharge, because(Some("VATEX-EU-AE"), "vat.reverseCharge")));
        }
        Rule::BuyersCountry => vat_country(facts.buyer_country),
        Rule::SameCountry | Rule::IssuersCountry => vat_country(facts.issuer_country),
    };
    let basis_points = rate_of(country, facts.class, facts.day).ok_or_else(|| RateMissing {
        country: country.to_owned(),
        class: facts.class,
        day: facts.day,
    })?;
    let is_unconfirmed = facts.is_business && matches!(rule, Rule::BuyersCountry | Rule::IssuersCountry);
    let mut named = facts.named();
    named.push(("taxedIn", country.to_owned()));
    named.push(("basisPoints", basis_points.to_string()));
    Ok(Treatment {
        rule,
        // The standard category must have a rate above zero (BR-S-05).
        category: if basis_points == 0 { Category::ZeroRated } else { Category::Standard },
        basis_points,
        taxed_in: Some(country.to_owned()),
        exemption: None,
        warning: is_unconfirmed.then_some(Warning::NumberNotValidated),
        facts: named,
    })
}

#[cfg(test)]
mod tests {
    use super::super::rates;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A consumer in the country, and an issuer in Sweden that is not in the One Stop Shop.
    fn consumer(country: &str) -> Facts<'_> {
        Facts {
            issuer_country: "SE",
            is_issuer_in_oss: false,
            buyer_country: country,
            is_business: false,
            vat_id: None,
            last_valid_check: None,
            decision: None,
            class: TaxClass::Standard,
            day: day("2026-03-31"),
        }
    }

    fn business<'a>(country: &'a str, vat_id: &'a str, checked: &str) -> Facts<'a> {
        Facts { is_business: true, vat_id: Some(vat_id), last_valid_check: Some(day(checked)), ..consumer(country) }
    }

    fn decided(facts: &Facts<'_>) -> Treatment {
        decide(facts, |country, class, day| rates::in_force(rates::initial(), country, class, day)).unwrap()
    }

    fn outcome(facts: &Facts<'_>) -> (u8, &'static str, i32) {
        let treatment = decided(facts);
        (treatment.rule.number(), code(treatment.category), treatment.basis_points)
    }

    #[test]
    fn a_decision_of_the_operator_comes_first_and_ends_on_its_day() {
        let embassy = Override { is_exempt: true, reason: "Embassy".to_owned(), until: Some(day("2026-04-01")) };
        let facts = Facts { decision: Some(&embassy), ..consumer("SE") };
        let treatment = decided(&facts);
        assert_eq!(outcome(&facts), (1, "E", 0));
        assert_eq!(treatment.exemption.unwrap().reason.as_deref(), Some("Embassy"));
        assert!(treatment.facts.contains(&("overrideReason", "Embassy".to_owned())));
        let later = Facts { day: day("2026-04-01"), ..facts };
        assert_eq!(outcome(&later), (2, "S", 2_500));
    }

    #[test]
    fn a_zero_rate_carries_no_reason() {
        let zero = Override { is_exempt: false, reason: "Ships at sea".to_owned(), until: None };
        let treatment = decided(&Facts { decision: Some(&zero), ..consumer("DE") });
        assert_eq!((treatment.category, treatment.exemption), (Category::ZeroRated, None));
    }

    #[test]
    fn buyers_in_the_issuers_country_pay_its_rate_with_or_without_a_number() {
        assert_eq!(outcome(&consumer("SE")), (2, "S", 2_500));
        assert_eq!(outcome(&business("SE", "SE556677889901", "2026-03-30")), (2, "S", 2_500));
        assert_eq!(outcome(&Facts { class: TaxClass::Reduced, ..consumer("SE") }), (2, "S", 600));
    }

    #[test]
    fn a_business_in_another_member_state_with_a_valid_number_owes_the_vat_itself() {
        let treatment = decided(&business("DE", "DE123456789", "2026-03-01"));
        assert_eq!((treatment.rule, treatment.category), (Rule::ReverseCharge, Category::ReverseCharge));
        let exemption = treatment.exemption.unwrap();
        assert_eq!((exemption.code, exemption.text_key), (Some("VATEX-EU-AE"), "vat.reverseCharge"));
        assert_eq!(treatment.taxed_in, None);
        // Greece has two codes.
        assert_eq!(outcome(&business("GR", "EL123456789", "2026-03-01")), (3, "AE", 0));
        // A business in Monaco has a French number.
        assert_eq!(outcome(&business("MC", "FR12345678901", "2026-03-01")), (3, "AE", 0));
    }

    #[test]
    fn a_check_counts_for_90_days_and_not_before_it_was_made() {
        for (checked, rule) in [("2025-12-31", 3), ("2025-12-30", 5), ("2026-03-31", 3), ("2026-04-01", 5)] {
            assert_eq!(outcome(&business("DE", "DE123456789", checked)).0, rule, "{checked}");
        }
    }

    #[test]
    fn a_number_of_another_country_or_of_a_private_person_does_not_count() {
        assert_eq!(outcome(&business("DE", "ATU12345678", "2026-03-01")), (5, "S", 2_500));
        let private = Facts { is_business: false, ..business("DE", "DE123456789", "2026-03-01") };
        assert_eq!(outcome(&private), (5, "S", 2_500));
    }

    #[test]
    fn an_issuer_in_the_one_stop_shop_takes_the_rate_of_the_buyers_country() {
        for (country, rate) in [("DE", 1_900), ("HU", 2_700), ("FI", 2_550), ("EL", 2_400)] {
            let facts = Facts { is_issuer_in_oss: true, ..consumer(country) };
            assert_eq!(outcome(&facts), (4, "S", rate), "{country}");
        }
        let treatment = decided(&Facts { is_issuer_in_oss: true, ..consumer("DE") });
        assert_eq!((treatment.taxed_in.as_deref(), treatment.warning), (Some("DE"), None));
    }

    #[test]
    fn without_the_one_stop_shop_the_issuers_rate_counts_and_businesses_are_warned_of() {
        assert_eq!(outcome(&consumer("DE")), (5, "S", 2_500));
        assert_eq!(decided(&consumer("DE")).warning, None);
        let unchecked = Facts { is_business: true, vat_id: Some("DE123456789"), ..consumer("DE") };
        let treatment = decided(&unchecked);
        assert_eq!(treatment.warning, Some(Warning::NumberNotValidated));
        assert_eq!(treatment.taxed_in.as_deref(), Some("SE"));
    }

    #[test]
    fn sales_outside_the_eu_are_outside_the_scope() {
        for country in ["NO", "CH", "GB", "US", "AX"] {
            assert_eq!(outcome(&business(country, "GB123456782", "2026-03-01")), (6, "O", 0), "{country}");
        }
        // Northern Ireland is in the EU for goods only.
        assert_eq!(outcome(&business("GB", "XI123456782", "2026-03-01")), (6, "O", 0));
        assert_eq!(decided(&consumer("NO")).exemption.unwrap().code, Some("VATEX-EU-O"));
    }

    #[test]
    fn exempt_products_are_exempt_within_the_eu() {
        for facts in [consumer("SE"), consumer("DE"), business("DE", "DE123456789", "2026-03-01")] {
            assert_eq!(outcome(&Facts { class: TaxClass::Exempt, ..facts }).1, "E");
        }
        assert_eq!(outcome(&Facts { class: TaxClass::Exempt, ..consumer("NO") }), (6, "O", 0));
    }

    #[test]
    fn a_missing_rate_is_named() {
        let facts = Facts { is_issuer_in_oss: true, class: TaxClass::Reduced, ..consumer("DK") };
        let missing = decide(&facts, |_, _, _| None).unwrap_err();
        assert_eq!((missing.country.as_str(), missing.class), ("DK", TaxClass::Reduced));
        assert_eq!(missing.to_string(), "There is no REDUCED VAT rate of DK on 2026-03-31.");
    }
}
