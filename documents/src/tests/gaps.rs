//! Each field that an e-invoice lacks is named, and the document is then a plain PDF or one without UBL.

use super::super::missing::{Field, NeededFor};
use super::super::render;
use super::super::{Document, VatCategory};
use super::sample;

/// Renders and expects exactly these fields to be missing.
fn assert_missing(document: &Document, expected: &[(Field, NeededFor)]) {
    let rendered = render(document).unwrap();
    let found: Vec<_> = rendered.missing.iter().map(|missing| (missing.field, missing.needed_for)).collect();
    assert_eq!(found, expected);
    let is_plain = expected.iter().any(|(_, needed_for)| *needed_for == NeededFor::EveryForm);
    assert_eq!(rendered.cii.is_none(), is_plain);
    assert!(rendered.ubl.is_none());
    assert_eq!(rendered.broken, []);
    assert!(rendered.pdf.starts_with(b"%PDF-"));
}

#[test]
fn each_field_that_every_form_needs_is_named() {
    type Change = fn(&mut Document);
    let cases: [(Field, Change); 9] = [
        (Field::SellerLegalName, |document| document.seller.legal_name = "  ".to_owned()),
        (Field::SellerCity, |document| document.seller.address.city = None),
        (Field::SellerVatId, |document| document.seller.vat_id = None),
        (Field::BuyerName, |document| document.buyer.name = String::new()),
        (Field::BuyerCity, |document| document.buyer.address.city = Some(String::new())),
        (Field::BuyerCountry, |document| document.buyer.address.country = String::new()),
        (Field::Currency, |document| document.currency = "KWD".to_owned()),
        (Field::SellerAccount, |document| (document.seller.iban, document.seller.bankgiro) = (None, None)),
        (Field::ExemptionReason, |document| {
            document.vat_groups[0].category = VatCategory::Exempt;
            document.vat_groups[0].exemption_text = None;
        }),
    ];
    for (field, change) in cases {
        let mut document = sample::swedish();
        change(&mut document);
        assert_missing(&document, &[(field, NeededFor::EveryForm)]);
    }
}

#[test]
fn each_field_that_only_ubl_needs_is_named() {
    type Change = fn(&mut Document);
    let cases: [(Field, Change); 8] = [
        (Field::BuyerElectronicAddress, |document| document.buyer.electronic_address = None),
        (Field::SellerPostCode, |document| document.seller.address.post_code = None),
        (Field::SellerContactName, |document| document.seller.contact_name = None),
        (Field::SellerTelephone, |document| document.seller.telephone = None),
        (Field::SellerMail, |document| document.seller.mail = None),
        (Field::BuyerPostCode, |document| document.buyer.address.post_code = None),
        (Field::SellerElectronicAddress, |document| document.seller.registration_number = None),
        (Field::BuyerReference, |document| (document.buyer.buyer_reference, document.purchase_order) = (None, None)),
    ];
    for (field, change) in cases {
        let mut document = sample::german();
        change(&mut document);
        assert_missing(&document, &[(field, NeededFor::Ubl)]);
    }
}

#[test]
fn reverse_charge_needs_the_vat_number_of_the_buyer() {
    let mut document = sample::reverse_charge();
    document.buyer.vat_id = None;
    assert_missing(&document, &[(Field::BuyerVatId, NeededFor::EveryForm)]);
}

#[test]
fn an_export_needs_the_registration_number_but_no_vat_number_of_the_seller() {
    let mut document = sample::export();
    document.seller.vat_id = None;
    assert!(render(&document).unwrap().ubl.is_some());
    document.seller.registration_number = None;
    let expected =
        [(Field::SellerRegistrationNumber, NeededFor::EveryForm), (Field::SellerElectronicAddress, NeededFor::Ubl)];
    assert_missing(&document, &expected);
}

#[test]
fn a_seller_without_a_country_is_named_with_what_follows_from_it() {
    let mut document = sample::swedish();
    document.seller.address.country = String::new();
    let expected = [(Field::SellerCountry, NeededFor::EveryForm), (Field::SellerElectronicAddress, NeededFor::Ubl)];
    assert_missing(&document, &expected);
}

#[test]
fn a_consumer_is_asked_for_nothing_and_gets_the_pdf_with_cii() {
    let mut document = sample::swedish();
    document.buyer.is_business = false;
    document.buyer.vat_id = None;
    document.buyer.registration_number = None;
    document.buyer.buyer_reference = None;
    document.buyer.electronic_address = None;
    assert_missing(&document, &[]);
    assert!(render(&document).unwrap().cii.is_some());
}

#[test]
fn a_credit_note_needs_no_account() {
    let mut document = sample::credit_note();
    (document.seller.iban, document.seller.bankgiro) = (None, None);
    assert!(render(&document).unwrap().ubl.is_some());
}

#[test]
fn every_field_says_what_to_do() {
    for missing in render(&Document { currency: "KWD".to_owned(), ..sample::swedish() }).unwrap().missing {
        assert!(missing.field.what_to_do().ends_with('.'));
    }
}
