//! The files: always the same bytes, the e-invoice inside, quick.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{render, render_statement};
use super::sample;

#[test]
fn the_same_document_gives_the_same_bytes() {
    for document in [sample::swedish(), sample::german(), sample::credit_note(), sample::crowded()] {
        assert_eq!(render(&document).unwrap(), render(&document).unwrap());
    }
    assert_eq!(render_statement(&sample::statement(70)).unwrap(), render_statement(&sample::statement(70)).unwrap());
}

#[test]
fn another_document_gives_other_bytes() {
    let mut document = sample::swedish();
    let first = render(&document).unwrap();
    document.number = "2026-000002".to_owned();
    let second = render(&document).unwrap();
    assert_ne!(first.pdf, second.pdf);
    assert_ne!(first.cii, second.cii);
    assert_ne!(first.ubl, second.ubl);
}

#[test]
fn the_text_of_the_pdf_can_be_found_and_copied() {
    let rendered = render(&sample::swedish()).unwrap();
    let file = lopdf::Document::load_mem(&rendered.pdf).unwrap();
    let text = file.extract_text(&[1]).unwrap().replace('\u{a0}', " ");
    for expected in ["Faktura", "2026-000001", "1 838,71 kr", "Åkessons Bokföring & Rådgivning AB", "202600000121"] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn the_pdf_has_the_cii_inside_and_says_that_it_is_an_archive() {
    let rendered = render(&sample::german()).unwrap();
    let inside = super::super::einvoice::attachment(&rendered.pdf);
    assert_eq!(Some(inside), rendered.cii);
    let text = String::from_utf8_lossy(&rendered.pdf);
    assert!(text.contains("<pdfaid:part>3</pdfaid:part>"));
    assert!(text.contains("EN 16931</fx:ConformanceLevel>"));
}

#[test]
fn a_document_is_written_in_a_moment() {
    for (name, document) in [("three lines", sample::swedish()), ("sixty lines", sample::with_lines(60))] {
        render(&document).unwrap();
        let start = Instant::now();
        let rendered = render(&document).unwrap();
        let took = start.elapsed();
        println!("{name}: all files in {took:?}, PDF of {} bytes", rendered.pdf.len());
        assert!(took < Duration::from_secs(5), "{name}: {took:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_people_type_there_is_a_pdf(
        texts in proptest::collection::vec(any::<String>(), 6),
        mixed in "[a-zא-תء-ي0-9 \u{300}-\u{36f}\u{200b}-\u{206f}\u{fe00}-\u{fe0f}日😀\u{e000}-\u{e010}\u{fff0}-\u{ffff}]{0,60}",
        number in any::<i64>(),
        is_sound in any::<bool>(),
    ) {
        let mut document = sample::swedish();
        document.buyer.name.clone_from(&texts[0]);
        document.seller.legal_name.clone_from(&texts[1]);
        document.number.clone_from(&texts[2]);
        document.payment_reference = Some(texts[3].clone());
        document.purchase_order = Some(texts[4].clone());
        document.lines[0].description = mixed;
        // A sound document has an e-invoice inside, another one is a plain PDF.
        if !is_sound {
            document.currency.clone_from(&texts[5]);
            document.total_minor = number;
        }
        let rendered = render(&document);
        prop_assert!(rendered.is_ok(), "{rendered:?}");
    }
}
