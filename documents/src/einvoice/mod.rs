//! E-invoices: the document as EN 16931 has it, checked by the published rules, in UBL and in CII.
//!
//! Only this module and the ones below it know the crates that hold the rules and the two syntaxes.

mod fill;
mod party;

use std::time::{Duration, SystemTime};

use chrono::NaiveDate;
use en16931::profiles::{En16931, PEPPOL_BIS_3, PeppolBis3, XRECHNUNG, XRechnung};
use en16931::validation::profile::{Rejected, Validated};
use en16931_formats::{Syntax, zugferd};

use super::DocumentError;
use super::missing::{Missing, NeededFor, is_xrechnung, missing, wants_ubl};
use super::model::Document;

/// A rule that the document breaks, so that no e-invoice may be written. It tells of a fault in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRule {
    /// The id of the rule, for example `BR-CO-10`.
    pub rule: String,
    /// The group and term that breaks it.
    pub place: String,
    /// The wording of the rule.
    pub text: String,
}

/// A document that keeps all rules of EN 16931, and perhaps those for UBL as well.
pub struct EInvoice {
    core: Validated<En16931>,
    ubl: Option<Ubl>,
    issued_on: NaiveDate,
}

/// The rules that the UBL keeps.
enum Ubl {
    Peppol(Validated<PeppolBis3>),
    XRechnung(Validated<XRechnung>),
}

/// What became of the attempt to write an e-invoice.
pub struct Outcome {
    /// The e-invoice, if there is one.
    pub invoice: Option<EInvoice>,
    /// What the document lacks.
    pub missing: Vec<Missing>,
    /// What is wrong with it. Empty for every document that adds up.
    pub broken: Vec<BrokenRule>,
}

/// Checks the document by the rules that it has to keep.
pub fn check(document: &Document) -> Outcome {
    let missing = missing(document);
    let mut outcome = Outcome { invoice: None, missing, broken: Vec::new() };
    if outcome.missing.iter().any(|missing| missing.needed_for == NeededFor::EveryForm) {
        return outcome;
    }
    let invoice = match fill::invoice(document) {
        Ok(invoice) => invoice,
        Err(broken) => {
            outcome.broken.push(broken);
            return outcome;
        }
    };
    let can_be_ubl = outcome.missing.is_empty() && wants_ubl(document);
    let ubl = match (can_be_ubl, is_xrechnung(document)) {
        (false, _) => Ok(None),
        (true, false) => {
            Validated::new(fill::for_profile(&invoice, PEPPOL_BIS_3.specification_id)).map(Ubl::Peppol).map(Some)
        }
        (true, true) => {
            Validated::new(fill::for_profile(&invoice, XRECHNUNG.specification_id)).map(Ubl::XRechnung).map(Some)
        }
    };
    let ubl = ubl.unwrap_or_else(|rejected| {
        outcome.broken.extend(rules(&rejected));
        None
    });
    match Validated::new(invoice) {
        Ok(core) => outcome.invoice = Some(EInvoice { core, ubl, issued_on: document.issued_on }),
        Err(rejected) => outcome.broken = rules(&rejected),
    }
    outcome
}

impl EInvoice {
    /// The document as UN/CEFACT CII.
    pub fn cii(&self) -> Vec<u8> {
        en16931_formats::write(&self.core, Syntax::Cii).xml.into_bytes()
    }

    /// The document as UBL: XRechnung for German buyers with a reference, else Peppol BIS Billing 3.0.
    pub fn ubl(&self) -> Option<Vec<u8>> {
        let written = match self.ubl.as_ref()? {
            Ubl::Peppol(proof) => en16931_formats::write(proof, Syntax::Ubl),
            Ubl::XRechnung(proof) => en16931_formats::write(proof, Syntax::Ubl),
        };
        Some(written.xml.into_bytes())
    }

    /// Puts the CII into a PDF/A-3 file as Factur-X 1.0 has it, profile EN 16931.
    pub fn embed(&self, pdf: &[u8], title: String, author: String) -> Result<Vec<u8>, DocumentError> {
        // The file gets the day of issue instead of the time of writing, so that it is always the same.
        let days = self.issued_on.signed_duration_since(NaiveDate::default()).num_days();
        let seconds = u64::try_from(days).unwrap_or(0) * 86_400;
        let options = zugferd::EmbedOptions {
            metadata: Some(zugferd::Metadata { subject: title.clone(), title, author }),
            modified: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
            ..zugferd::EmbedOptions::default()
        };
        zugferd::embed(pdf, &self.core, &options).map_err(|error| DocumentError::Embed(error.to_string()))
    }
}

fn rules(rejected: &Rejected) -> Vec<BrokenRule> {
    let fatal = rejected.report().fatal();
    let rule = |finding: &en16931::Finding| BrokenRule {
        rule: finding.rule.clone(),
        place: finding.path.to_string(),
        text: finding.message.clone(),
    };
    fatal.map(rule).collect()
}

/// The rules that a file breaks, read back as a receiver reads it. What the syntax could not carry counts as well.
#[cfg(test)]
pub fn faults(bytes: &[u8]) -> Vec<String> {
    let read = en16931_formats::read(bytes).unwrap();
    let profile = en16931::profiles::classify(read.invoice.specification_id.as_deref()).profile().unwrap();
    let report = profile.validate(&read.invoice);
    let lost = read.entries.iter().map(|entry| format!("{entry}"));
    report.fatal().chain(report.warnings()).map(ToString::to_string).chain(lost).collect()
}

/// The e-invoice inside a PDF.
#[cfg(test)]
pub fn attachment(pdf: &[u8]) -> Vec<u8> {
    zugferd::extract(pdf, &zugferd::Limits::default()).unwrap().xml
}
