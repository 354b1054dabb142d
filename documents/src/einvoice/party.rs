//! Seller, buyer and payment as EN 16931 and the Swedish rules of Peppol have them.

use en16931::Identifier;
use en16931::invoice::{Code, Contact, CreditTransfer, Party, PaymentInstructions, PaymentMeans, PostalAddress};

use super::super::model::{Address, Document, ElectronicAddress, Seller};
use super::super::vat::VatCategory;
use super::fill::{tidy, tidy_some};

/// Scheme of Swedish organisation numbers, both in the ICD and in the EAS list.
const SWEDISH_ORGANISATION: &str = "0007";

/// The seller (BG-4).
pub fn seller(document: &Document) -> Party {
    let seller = &document.seller;
    let registration = registration(seller.registration_number.as_ref(), &seller.address.country);
    let own_address = seller.electronic_address.as_ref().map(electronic);
    Party {
        name: tidy(&seller.legal_name),
        vat_identifier: vat_id(document, seller.vat_id.as_ref()),
        // SE-R-005 of Peppol BIS: the approval stands as a tax registration, in these words.
        tax_registration: (seller.has_f_tax && is_swedish(seller)).then(|| "Godkänd för F-skatt".to_owned()),
        electronic_address: own_address.or_else(|| registration.clone().filter(|_| is_swedish(seller))),
        legal_registration: registration,
        address: address(&seller.address),
        contact: Contact {
            name: tidy_some(seller.contact_name.as_ref()),
            phone: tidy_some(seller.telephone.as_ref()),
            email: tidy_some(seller.mail.as_ref()),
        },
        ..Party::default()
    }
}

/// The buyer (BG-7).
pub fn buyer(document: &Document) -> Party {
    let buyer = &document.buyer;
    Party {
        name: tidy(&buyer.name),
        vat_identifier: vat_id(document, buyer.vat_id.as_ref()),
        legal_registration: registration(buyer.registration_number.as_ref(), &buyer.address.country),
        electronic_address: buyer.electronic_address.as_ref().map(electronic),
        address: address(&buyer.address),
        ..Party::default()
    }
}

/// How to pay (BG-16). A credit note asks for no payment: code 97 of UNCL 4461, clearing between partners.
pub fn payment(document: &Document) -> PaymentInstructions {
    let seller = &document.seller;
    let reference = tidy_some(document.payment_reference.as_ref());
    if document.is_credit_note() {
        return PaymentInstructions { means_code: Some(Code::new("97")), ..PaymentInstructions::default() };
    }
    let is_domestic = is_swedish(seller) && document.buyer.address.country == "SE";
    let iban = seller.iban.as_ref().map(|iban| (compact(iban), seller.bic.as_deref().map(compact)));
    // SE-R-008 and SE-R-011 of Peppol BIS: digits only, and the bank is named like this.
    let bankgiro = seller.bankgiro.as_ref().map(|number| (digits(number), Some("SE:BANKGIRO".to_owned())));
    let account = if document.is_paid_by_bankgiro() { bankgiro.or(iban) } else { iban.or(bankgiro) };
    // Code 58 is for SEPA transfers, which are in euro. SE-R-012: between Swedish partners the code is 30.
    let is_sepa = document.currency == "EUR" && !is_domestic && seller.iban.is_some();
    PaymentInstructions {
        means_code: Some(Code::new(if is_sepa { "58" } else { "30" })),
        remittance_information: reference,
        means: account.map(|(account, provider)| {
            PaymentMeans::CreditTransfer(vec![CreditTransfer {
                account_identifier: Some(account),
                account_name: tidy(&seller.legal_name),
                provider_identifier: provider,
            }])
        }),
        ..PaymentInstructions::default()
    }
}

fn is_swedish(seller: &Seller) -> bool {
    seller.address.country == "SE"
}

/// BR-O-02: no VAT numbers on an invoice about what is outside the scope of VAT.
fn vat_id(document: &Document, id: Option<&String>) -> Option<String> {
    let is_out_of_scope = document.lines.iter().any(|line| line.vat_category == VatCategory::OutOfScope);
    id.filter(|_| !is_out_of_scope).map(|id| compact(id).to_uppercase()).filter(|id| !id.is_empty())
}

/// A registration number (BT-30, BT-47). SE-R-003 and SE-R-004 of Peppol BIS: ten digits for Swedish companies.
fn registration(number: Option<&String>, country: &str) -> Option<Identifier> {
    let number = tidy_some(number)?;
    let only_digits = digits(&number);
    if country == "SE" && only_digits.len() == 10 {
        return Some(Identifier::schemed(only_digits, SWEDISH_ORGANISATION));
    }
    Some(Identifier::new(number))
}

fn electronic(address: &ElectronicAddress) -> Identifier {
    Identifier::schemed(compact(&address.address), compact(&address.scheme))
}

fn address(address: &Address) -> PostalAddress {
    PostalAddress {
        line1: tidy_some(address.street.as_ref()),
        city: tidy_some(address.city.as_ref()),
        post_code: tidy_some(address.post_code.as_ref()),
        country: tidy(&address.country).map(Code::new),
        ..PostalAddress::default()
    }
}

fn compact(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
