//! Which invoices a payment settles. Pure functions.
//!
//! Only a reference with valid check digits and the right currency settles an invoice without a person. Everything else is
//! a suggestion with the reasons for it.

use std::collections::BTreeSet;

use entity::payment;

use crate::billing::invoice::reference::{ReferenceKind, make, parse};

/// Where a reference was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the field for references.
    Structured,
    /// Somewhere in a text.
    Text,
}

/// A reference with valid check digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The letters and digits of an invoice number, without separators.
    pub number: String,
    /// Which check digits it has.
    pub kind: ReferenceKind,
    /// Where it was found.
    pub place: Place,
}

/// What is known of a payment.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The amount in minor units, above zero.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: &'a str,
    /// The references that the bank delivers as such.
    pub references: &'a [String],
    /// The texts of the payment.
    pub texts: &'a [String],
    /// The name of the payer.
    pub payer: Option<&'a str>,
}

/// An invoice that may be meant.
#[derive(Clone, Copy, Debug)]
pub struct OpenInvoice<'a> {
    /// Its number.
    pub number: &'a str,
    /// ISO 4217.
    pub currency: &'a str,
    /// What is still to be paid, in minor units. Zero if it is settled.
    pub open_minor: i64,
    /// The name on the invoice.
    pub buyer: &'a str,
}

/// Why an invoice is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A valid reference names it, but there are other references too.
    OneOfSeveral,
    /// A valid reference names it, but the currency differs.
    OtherCurrency,
    /// A valid reference names it, but it is settled.
    Settled,
    /// The text has its number without check digits.
    NumberInText,
    /// Exactly this amount is open.
    SameAmount,
    /// The payer has the name on it.
    SameName,
}

impl Reason {
    /// The word for it in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OneOfSeveral => "ONE_OF_SEVERAL",
            Self::OtherCurrency => "OTHER_CURRENCY",
            Self::Settled => "SETTLED",
            Self::NumberInText => "NUMBER_IN_TEXT",
            Self::SameAmount => "SAME_AMOUNT",
            Self::SameName => "SAME_NAME",
        }
    }

    /// Whether it is enough to suggest an invoice. A name or an amount alone fits too many.
    const fn is_strong(self) -> bool {
        !matches!(self, Self::SameAmount | Self::SameName)
    }
}

/// An invoice for a person to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Its index in the given list.
    pub invoice: usize,
    /// Why, strongest reason first.
    pub reasons: Vec<Reason>,
}

/// What to do with a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is for the invoice with this index in the given list.
    Certain(usize),
    /// A person decides. The best suggestion comes first. There may be none.
    Unclear(Vec<Suggestion>),
}

/// The references that a payment names, each in a line of its own.
pub fn references_of(row: &payment::Model) -> Vec<String> {
    row.reference.iter().flat_map(|text| text.lines()).map(str::to_owned).collect()
}

/// The letters and digits of a number or a name, in upper case.
pub fn bare(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn read(typed: &str, place: Place) -> Option<Candidate> {
    [ReferenceKind::Rf, ReferenceKind::Ocr]
        .into_iter()
        .find_map(|kind| parse(kind, typed).map(|number| Candidate { number, kind, place }))
}

/// A text at the places where a reference may begin and end: single words, and runs of up to seven words, because people
/// copy the groups of four that are printed.
fn runs(text: &str) -> impl Iterator<Item = String> {
    let is_word = |word: &&str| !word.is_empty();
    let words: Vec<&str> = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(is_word).collect();
    (0..words.len()).flat_map(move |from| {
        let runs: Vec<String> = (from + 1..=words.len().min(from + 7)).map(|to| words[from..to].concat()).collect();
        runs
    })
}

/// The valid references of a payment, each number once. Those in the field for references come first. In texts a
/// reference needs at least five characters, because every tenth number happens to have a right check digit.
pub fn candidates(references: &[String], texts: &[String]) -> Vec<Candidate> {
    let structured = references.iter().filter_map(|typed| read(typed, Place::Structured));
    let in_text = texts.iter().flat_map(|text| runs(text)).filter(|run| run.len() >= 5);
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in structured.chain(in_text.filter_map(|run| read(&run, Place::Text))) {
        if !found.iter().any(|known| known.number == candidate.number) {
            found.push(candidate);
        }
    }
    found
}

/// The letters and digits that texts and references have between white space and punctuation, in upper case: what may be
/// the bare number of an invoice. Look up invoices by these.
pub fn mentioned(references: &[String], texts: &[String]) -> BTreeSet<String> {
    let is_number = |run: &String| run.len() >= 4 && run.bytes().any(|letter| letter.is_ascii_digit());
    let runs = references.iter().chain(texts).flat_map(|text| runs(text));
    runs.map(|run| run.to_ascii_uppercase()).filter(is_number).collect()
}

/// What invoices that a payment names may have as their number or their payment reference. A number in a text becomes the
/// reference that its invoice has, so separators do not matter.
pub fn names(references: &[String], texts: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut numbers = mentioned(references, texts);
    numbers.extend(candidates(references, texts).into_iter().map(|candidate| candidate.number));
    for number in numbers {
        found.extend([ReferenceKind::Ocr, ReferenceKind::Rf].into_iter().filter_map(|kind| make(kind, &number).ok()));
    }
    // A number that no reference can hold stands there as it is.
    let words = references.iter().chain(texts).flat_map(|text| text.split_whitespace());
    let words = words.map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
    found.extend(words.filter(|word| word.contains(|letter: char| letter.is_ascii_digit())).map(str::to_owned));
    found
}

/// Decides what a payment is for. Give it the invoices that `candidates` or `mentioned` name by their `bare` number, settled
/// ones too. Add the open ones of payers with this name.
pub fn decide(received: &Received<'_>, invoices: &[OpenInvoice<'_>]) -> Match {
    let candidates = candidates(received.references, received.texts);
    let mentioned = mentioned(received.references, received.texts);
    let is_named = |invoice: &OpenInvoice<'_>| {
        let number = bare(invoice.number);
        candidates.iter().any(|candidate| candidate.number == number)
    };
    let named: Vec<usize> = (0..invoices.len()).filter(|index| is_named(&invoices[*index])).collect();
    // A text may have a valid reference by chance. What stands in the field for references was meant.
    let meant: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.place == Place::Structured).collect();
    if let [index] = named[..] {
        let invoice = &invoices[index];
        let is_meant = meant.is_empty() || (meant.len() == 1 && meant[0].number == bare(invoice.number));
        if is_meant && invoice.currency == received.currency && invoice.open_minor > 0 {
            return Match::Certain(index);
        }
    }
    let suggest = |index: usize| {
        let invoice = &invoices[index];
        let is_only = meant.iter().all(|candidate| candidate.number == bare(invoice.number));
        let (is_valid, is_same) = (named.contains(&index), invoice.currency == received.currency);
        let same_name =
            received.payer.is_some_and(|payer| bare(payer) == bare(invoice.buyer) && !bare(payer).is_empty());
        let reasons: Vec<Reason> = [
            (Reason::OneOfSeveral, is_valid && (named.len() > 1 || !is_only)),
            (Reason::OtherCurrency, is_valid && !is_same),
            (Reason::Settled, is_valid && invoice.open_minor <= 0),
            (Reason::NumberInText, !is_valid && mentioned.contains(&bare(invoice.number))),
            (Reason::SameAmount, is_same && invoice.open_minor == received.amount_minor),
            (Reason::SameName, same_name),
        ]
        .into_iter()
        .filter_map(|(reason, holds)| holds.then_some(reason))
        .collect();
        let is_enough = reasons.iter().any(|reason| reason.is_strong()) || reasons.len() == 2;
        is_enough.then_some(Suggestion { invoice: index, reasons })
    };
    let mut suggestions: Vec<Suggestion> = (0..invoices.len()).filter_map(suggest).collect();
    let is_open = |index: usize| invoices[index].open_minor > 0;
    suggestions.sort_by_key(|found| {
        let strong = found.reasons.iter().filter(|reason| reason.is_strong()).count();
        (!is_open(found.invoice), std::cmp::Reverse((strong, found.reasons.len())), found.invoice)
    });
    Match::Unclear(suggestions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::invoice::reference;

    const NUMBERS: [&str; 3] = ["2026-000001", "2026-000002", "2026-000003"];
    /// The OCR number of the first invoice.
    const OCR: &str = "202600000121";

    fn invoices() -> [OpenInvoice<'static>; 3] {
        let open = |number, open_minor| OpenInvoice { number, currency: "SEK", open_minor, buyer: "Björk & Co AB" };
        [open(NUMBERS[0], 10_000), open(NUMBERS[1], 5_000), open(NUMBERS[2], 0)]
    }

    fn decided(amount_minor: i64, currency: &str, references: &[&str], texts: &[&str], payer: Option<&str>) -> Match {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (references, texts) = (owned(references), owned(texts));
        let received = Received { amount_minor, currency, references: &references, texts: &texts, payer };
        decide(&received, &invoices())
    }

    fn suggested(found: Match) -> Vec<(usize, Vec<Reason>)> {
        let Match::Unclear(list) = found else { panic!("{found:?} is certain") };
        list.into_iter().map(|suggestion| (suggestion.invoice, suggestion.reasons)).collect()
    }

    fn certain(found: Match) -> usize {
        let Match::Certain(invoice) = found else { panic!("{found:?} is unclear") };
        invoice
    }

    #[test]
    fn a_valid_reference_is_certain_whatever_the_amount() {
        for amount in [10_000, 4_000, 10_500] {
            assert_eq!(certain(decided(amount, "SEK", &[OCR], &[], None)), 0);
        }
    }

    #[test]
    fn references_are_found_in_texts_too_with_or_without_spaces() {
        for text in
            ["Faktura 202600000121, tack", "RF42 2026 0000 01", "inv RF42202600000 1 thanks", "rf42/2026/0000/01"]
        {
            assert_eq!(certain(decided(10_000, "SEK", &[], &[text], None)), 0, "{text}");
        }
        let found = candidates(&[], &["RF42 2026 0000 01".to_owned()]);
        let rf = Candidate { number: "2026000001".to_owned(), kind: ReferenceKind::Rf, place: Place::Text };
        assert!(found.contains(&rf), "{found:?}");
    }

    #[test]
    fn a_wrong_check_digit_a_settled_invoice_or_another_currency_only_suggests() {
        assert_eq!(suggested(decided(10_000, "SEK", &["202600000122"], &[], None)), []);
        assert_eq!(suggested(decided(10_000, "EUR", &[OCR], &[], None)), [(0, vec![Reason::OtherCurrency])]);
        let settled = reference::make(ReferenceKind::Ocr, NUMBERS[2]).unwrap();
        assert_eq!(suggested(decided(10_000, "SEK", &[&settled], &[], None)), [(2, vec![Reason::Settled])]);
    }

    #[test]
    fn two_valid_references_leave_the_choice_to_a_person() {
        let second = reference::make(ReferenceKind::Ocr, NUMBERS[1]).unwrap();
        let found = suggested(decided(5_000, "SEK", &[OCR, &second], &[], None));
        assert_eq!(found, [(1, vec![Reason::OneOfSeveral, Reason::SameAmount]), (0, vec![Reason::OneOfSeveral])]);
    }

    #[test]
    fn a_second_reference_that_is_unknown_leaves_the_choice_to_a_person() {
        let unknown = reference::make(ReferenceKind::Ocr, "2019-000001").unwrap();
        let found = suggested(decided(10_000, "SEK", &[OCR, &unknown], &[], None));
        assert_eq!(found, [(0, vec![Reason::OneOfSeveral, Reason::SameAmount])]);
        let found = suggested(decided(1, "SEK", &[&unknown], &[OCR], None));
        assert_eq!(found, [(0, vec![Reason::OneOfSeveral])]);
        // In a text it may be there by chance.
        assert_eq!(certain(decided(10_000, "SEK", &[OCR], &[&unknown], None)), 0);
        assert_eq!(certain(decided(10_000, "SEK", &[], &[&unknown, OCR], None)), 0);
    }

    #[test]
    fn what_a_text_mentions_can_be_looked_up() {
        let texts = ["Inv. 2026-000002/a, thanks".to_owned()];
        let found = mentioned(&[], &texts);
        assert!(found.contains(&bare("2026-000002")) && found.contains("2026000002A"));
        assert!(!found.contains("THANKS") && !found.contains("2"));
    }

    #[test]
    fn a_number_with_any_separators_names_the_reference_of_its_invoice() {
        let rf = reference::make(ReferenceKind::Rf, NUMBERS[1]).unwrap();
        for text in ["for 2026-000002, thanks", "2026 000002", "(2026/000002)", &rf] {
            let found = names(&[], &[text.to_owned()]);
            assert!(found.contains(&rf) && found.contains("202600000220"), "{text}: {found:?}");
        }
        assert!(names(&[], &["for 2026-000002, thanks".to_owned()]).contains("2026-000002"));
        assert!(names(&[], &["thanks".to_owned()]).is_empty());
    }

    #[test]
    fn the_bare_number_suggests_and_a_part_of_it_does_not() {
        let found = suggested(decided(1, "SEK", &[], &["invoice 2026-000002 of march"], None));
        assert_eq!(found, [(1, vec![Reason::NumberInText])]);
        assert_eq!(suggested(decided(1, "SEK", &[], &["12026-0000021"], None)), []);
    }

    #[test]
    fn amount_and_name_suggest_only_together() {
        let payer = Some("BJÖRK & CO AB");
        assert_eq!(
            suggested(decided(5_000, "SEK", &[], &[], payer)),
            [(1, vec![Reason::SameAmount, Reason::SameName])]
        );
        assert_eq!(suggested(decided(5_000, "SEK", &[], &[], None)), []);
        assert_eq!(suggested(decided(4_999, "SEK", &[], &[], payer)), []);
    }
}
