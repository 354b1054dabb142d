//! Every e-invoice keeps the rules of CEN, Peppol and XRechnung.

use proptest::prelude::*;

use super::super::render;
use super::super::{Document, Language, Line, Proration, VatCategory};
use super::sample;

/// Reads the files back and checks them by the rules of the specification that they name.
fn assert_valid(document: &Document) -> (String, String) {
    let rendered = render(document).unwrap();
    assert_eq!(rendered.broken, []);
    assert_eq!(rendered.missing, []);
    let (cii, ubl) = (rendered.cii.unwrap(), rendered.ubl.unwrap());
    for bytes in [&cii, &ubl, &rendered.pdf] {
        assert_eq!(super::super::einvoice::faults(bytes), Vec::<String>::new());
    }
    (String::from_utf8(cii).unwrap(), String::from_utf8(ubl).unwrap())
}

#[test]
fn every_kind_of_invoice_keeps_the_rules() {
    for document in [
        sample::swedish(),
        sample::english(),
        sample::german(),
        sample::reverse_charge(),
        sample::export(),
        sample::credit_note(),
        sample::in_euro_with_vat_in_kronor(),
        sample::credited_in_euro(),
        sample::with_lines(60),
        sample::crowded(),
    ] {
        assert_valid(&document);
    }
}

#[test]
fn a_german_buyer_with_a_reference_gets_xrechnung_and_all_others_get_peppol() {
    let (_, german) = assert_valid(&sample::german());
    assert!(german.contains("#urn:xeinkauf.de:kosit:xrechnung_3.0<"), "{german}");
    let (_, other) = assert_valid(&sample::reverse_charge());
    assert!(other.contains("#urn:fdc:peppol.eu:2017:poacc:billing:3.0<"), "{other}");
}

#[test]
fn a_prorated_line_is_exact_and_tells_the_full_price() {
    let (cii, ubl) = assert_valid(&sample::swedish());
    let price = r#"<cbc:PriceAmount currencyID="SEK">354.84</cbc:PriceAmount>"#;
    assert!(ubl.contains(price), "{ubl}");
    assert!(ubl.contains(r#"<cbc:BaseQuantity unitCode="C62">5</cbc:BaseQuantity>"#), "{ubl}");
    assert!(ubl.contains("22 av 31 dagar, fullt pris 100,00 kr"), "{ubl}");
    assert!(cii.contains("22 av 31 dagar, fullt pris 100,00 kr"), "{cii}");
}

#[test]
fn a_swedish_seller_keeps_the_swedish_rules_of_peppol() {
    let (_, ubl) = assert_valid(&sample::swedish());
    for part in [
        r#"<cbc:EndpointID schemeID="0007">5560360793</cbc:EndpointID>"#,
        "<cbc:CompanyID>Godkänd för F-skatt</cbc:CompanyID>",
        "<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>",
        "<cbc:ID>50501055</cbc:ID>",
        "<cbc:ID>SE:BANKGIRO</cbc:ID>",
    ] {
        assert!(ubl.contains(part), "{part} in {ubl}");
    }
}

#[test]
fn what_is_outside_the_scope_names_no_vat_numbers() {
    let mut document = sample::export();
    document.buyer.vat_id = Some("GB123456789".to_owned());
    let (cii, ubl) = assert_valid(&document);
    for xml in [cii, ubl] {
        assert!(!xml.contains("SE556036079301") && !xml.contains("GB123456789"), "{xml}");
        assert!(xml.contains("VATEX-EU-O"), "{xml}");
    }
}

#[test]
fn a_credit_note_names_its_invoice_and_asks_for_no_payment() {
    let (_, ubl) = assert_valid(&sample::credit_note());
    assert!(ubl.contains("<CreditNote "), "{ubl}");
    assert!(ubl.contains("<cbc:ID>2026-000001</cbc:ID>"), "{ubl}");
    assert!(ubl.contains("<cbc:PaymentMeansCode>97</cbc:PaymentMeansCode>"), "{ubl}");
    assert!(!ubl.contains("SE4550000000058398257466"), "{ubl}");
}

#[test]
fn the_vat_in_another_currency_is_stated_beside() {
    let (cii, ubl) = assert_valid(&sample::in_euro_with_vat_in_kronor());
    let sentence = "VAT is converted at 1 EUR = 11.2345 SEK, the rate of ECB of 30\u{a0}Mar\u{a0}2026.";
    let plain = |text: &str| text.replace('\u{a0}', " ");
    for part in [
        r#"<cbc:TaxAmount currencyID="SEK">4123.45</cbc:TaxAmount>"#,
        "<cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode>",
        &format!("<cbc:Note>{sentence}</cbc:Note>"),
    ] {
        assert!(plain(&ubl).contains(&plain(part)), "{part}: {ubl}");
    }
    for part in [
        r#"<ram:TaxTotalAmount currencyID="SEK">4123.45</ram:TaxTotalAmount>"#,
        "<ram:TaxCurrencyCode>SEK</ram:TaxCurrencyCode>",
        sentence,
    ] {
        assert!(plain(&cii).contains(&plain(part)), "{part}: {cii}");
    }
    // Peppol allows one note, so that of a credit note has the reason too.
    let (_, note) = assert_valid(&sample::credited_in_euro());
    let head = note.split("<cac:").next().unwrap();
    assert_eq!(head.matches("<cbc:Note>").count(), 1, "{note}");
    assert!(plain(&note).contains("den 23 mars. Momsen är omräknad med 1 EUR = 11,2345 SEK"), "{note}");
}

#[test]
fn a_currency_without_decimals_is_written_with_two() {
    let mut document = sample::export();
    document.currency = "JPY".to_owned();
    let (_, ubl) = assert_valid(&document);
    assert!(ubl.contains(r#"<cbc:PayableAmount currencyID="JPY">147097.00</cbc:PayableAmount>"#), "{ubl}");
}

#[test]
fn control_characters_and_markup_in_texts_do_no_harm() {
    let mut document = sample::swedish();
    document.lines[0].description = "A\u{0}B <b>&amp;\r\n\u{1b}[1m\u{ffff} ]]>".to_owned();
    document.buyer.name = "\u{feff}<Buyer> & \"Sons\"\u{202e}".to_owned();
    let (_, ubl) = assert_valid(&document);
    assert!(ubl.contains("A B &lt;b&gt;&amp;amp; [1m ]]&gt;"), "{ubl}");
}

#[test]
fn a_document_that_does_not_add_up_is_a_pdf_and_names_the_rule() {
    let mut document = sample::swedish();
    document.total_minor += 1;
    let rendered = render(&document).unwrap();
    assert_eq!((rendered.cii, rendered.ubl), (None, None));
    let rules: Vec<&str> = rendered.broken.iter().map(|broken| broken.rule.as_str()).collect();
    assert!(rules.contains(&"BR-CO-15"), "{rules:?}");
    assert!(rendered.pdf.starts_with(b"%PDF-"));
}

fn any_line() -> impl Strategy<Value = Line> {
    let proration = proptest::option::of((1..=366_i32, 0..366_i32, -2..=2_i64));
    let rate = prop_oneof![
        4 => Just((VatCategory::Standard, 2_500)),
        2 => Just((VatCategory::Standard, 600)),
        1 => Just((VatCategory::Standard, 1_250)),
        1 => Just((VatCategory::ZeroRated, 0)),
        1 => Just((VatCategory::Exempt, 0)),
        1 => Just((VatCategory::ReverseCharge, 0)),
    ];
    (-50..=500_i32, 0..=5_000_000_i64, proration, rate).prop_map(|(quantity, unit_minor, part, (category, points))| {
        let mut line = sample::line("Any product", quantity, unit_minor);
        (line.vat_category, line.basis_points) = (category, points);
        if let Some((of_days, days, slip)) = part {
            let days = days.min(of_days);
            line.proration = Some(Proration { days, of_days });
            line.net_minor = line.net_minor * i64::from(days) / i64::from(of_days) + slip;
        }
        line
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_lines_that_add_up_make_a_valid_document(
        lines in proptest::collection::vec(any_line(), 1..12),
        currency in prop_oneof![Just("SEK"), Just("EUR"), Just("JPY")],
        language in prop_oneof![Just(Language::En), Just(Language::Sv), Just(Language::De)],
        is_credit in any::<bool>(),
        is_german in any::<bool>(),
    ) {
        let mut document = sample::document(lines);
        if is_german {
            document.buyer = sample::german_buyer();
        }
        (document.language, document.currency) = (language, currency.to_owned());
        if is_credit {
            document.kind = sample::credit_note().kind;
        }
        // Neither kind of document is ever negative as a whole.
        prop_assume!(document.total_minor >= 0);
        assert_valid(&document);
    }

    #[test]
    fn an_invoice_with_any_payment_before_is_valid(paid_minor in 0..=183_871_i64) {
        let mut document = sample::swedish();
        document.paid_minor = paid_minor;
        assert_valid(&document);
    }
}
