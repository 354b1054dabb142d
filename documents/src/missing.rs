//! Which fields an e-invoice lacks. The person who issues the invoice sees the list before, and may issue it as PDF
//! all the same.

use super::figures::decimals;
use super::model::{Document, ElectronicAddress, Kind};
use super::vat::VatCategory;

/// A field that is missing, and what it is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The field.
    pub field: Field,
    /// Which e-invoices cannot be written without it.
    pub needed_for: NeededFor,
}

/// The e-invoices that need a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeededFor {
    /// UBL and CII: the document is a plain PDF.
    EveryForm,
    /// UBL for Peppol: the PDF still has the CII inside.
    Ubl,
}

/// A field of the seller, the buyer or the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Registered name of the seller (BT-27).
    SellerLegalName,
    /// City of the seller (BT-37).
    SellerCity,
    /// Post code of the seller (BT-38).
    SellerPostCode,
    /// Country of the seller (BT-40).
    SellerCountry,
    /// VAT number of the seller (BT-31).
    SellerVatId,
    /// Registration number of the seller (BT-30).
    SellerRegistrationNumber,
    /// Electronic address of the seller (BT-34).
    SellerElectronicAddress,
    /// IBAN or bankgiro of the seller (BT-84).
    SellerAccount,
    /// Contact of the seller (BT-41).
    SellerContactName,
    /// Telephone number of the seller's contact (BT-42).
    SellerTelephone,
    /// Mail address of the seller's contact (BT-43).
    SellerMail,
    /// Name of the buyer (BT-44).
    BuyerName,
    /// City of the buyer (BT-52).
    BuyerCity,
    /// Post code of the buyer (BT-53).
    BuyerPostCode,
    /// Country of the buyer (BT-55).
    BuyerCountry,
    /// VAT number of the buyer (BT-48).
    BuyerVatId,
    /// The buyer's reference (BT-10) or purchase order (BT-13).
    BuyerReference,
    /// Electronic address of the buyer (BT-49).
    BuyerElectronicAddress,
    /// The reason of an exemption from VAT (BT-120).
    ExemptionReason,
    /// A currency with at most two decimals (BT-5).
    Currency,
}

impl Field {
    /// What a person does so that the field is no longer missing.
    pub const fn what_to_do(self) -> &'static str {
        match self {
            Self::SellerLegalName => "Enter the registered name of the issuer.",
            Self::SellerCity => "Enter the city of the issuer.",
            Self::SellerPostCode => "Enter the post code of the issuer.",
            Self::SellerCountry => "Enter the country of the issuer.",
            Self::SellerVatId => "Enter the VAT number of the issuer.",
            Self::SellerRegistrationNumber => "Enter the registration number of the issuer.",
            Self::SellerElectronicAddress => "Enter the Peppol address of the issuer.",
            Self::SellerAccount => "Enter an IBAN or a bankgiro number of the issuer.",
            Self::SellerContactName => "Enter a contact of the issuer.",
            Self::SellerTelephone => "Enter a telephone number of the issuer's contact.",
            Self::SellerMail => "Enter a mail address of the issuer's contact.",
            Self::BuyerName => "Enter the name of the customer.",
            Self::BuyerCity => "Enter the city in the customer's billing address.",
            Self::BuyerPostCode => "Enter the post code in the customer's billing address.",
            Self::BuyerCountry => "Enter the country in the customer's billing address.",
            Self::BuyerVatId => "Enter the customer's VAT number. Reverse charge needs it.",
            Self::BuyerReference => "Ask the customer for its reference or a purchase order number, and enter it.",
            Self::BuyerElectronicAddress => "Enter the customer's Peppol address.",
            Self::ExemptionReason => "Enter why the sale is exempt from VAT.",
            Self::Currency => "Use a currency with at most two decimals. E-invoices cannot carry more.",
        }
    }
}

/// Whether the German rules for public buyers hold (XRechnung). A German buyer with a reference gets such an invoice.
pub fn is_xrechnung(document: &Document) -> bool {
    document.buyer.address.country == "DE" && has(document.buyer.buyer_reference.as_ref())
}

/// Whether the buyer can get UBL at all. Consumers have no address for it.
pub fn wants_ubl(document: &Document) -> bool {
    document.buyer.is_business || document.buyer.electronic_address.is_some()
}

/// All fields that are missing for an e-invoice: what the rules of EN 16931, Peppol BIS Billing 3.0 and XRechnung 3.0
/// ask for and the document does not have.
pub fn missing(document: &Document) -> Vec<Missing> {
    use Field as F;
    use NeededFor::{EveryForm, Ubl};

    let (seller, buyer) = (&document.seller, &document.buyer);
    let has_category = |category| document.vat_groups.iter().any(|group| group.category == category);
    // BR-O-02 forbids VAT numbers beside what is outside the scope, and requires them beside all else.
    let is_out_of_scope = has_category(VatCategory::OutOfScope);
    let is_unexplained = document.vat_groups.iter().any(|group| {
        group.category == VatCategory::Exempt
            && !has(group.exemption_code.as_ref())
            && !has(group.exemption_text.as_ref())
    });
    let has_reference = has(buyer.buyer_reference.as_ref()) || has(document.purchase_order.as_ref());
    let is_swedish = seller.address.country == "SE" && has(seller.registration_number.as_ref());
    let has_seller_address = is_swedish || has_address(seller.electronic_address.as_ref());
    let wants_payment = matches!(document.kind, Kind::Invoice { .. });
    let has_account = has(seller.iban.as_ref()) || has(seller.bankgiro.as_ref());
    let (ubl, german) = (wants_ubl(document), wants_ubl(document) && is_xrechnung(document));

    let checks = [
        (decimals(&document.currency).is_some_and(|decimals| decimals <= 2), F::Currency, EveryForm),
        (filled(&seller.legal_name), F::SellerLegalName, EveryForm),
        (has(seller.address.city.as_ref()), F::SellerCity, EveryForm),
        (filled(&seller.address.country), F::SellerCountry, EveryForm),
        (is_out_of_scope || has(seller.vat_id.as_ref()), F::SellerVatId, EveryForm),
        (!is_out_of_scope || has(seller.registration_number.as_ref()), F::SellerRegistrationNumber, EveryForm),
        (!wants_payment || has_account, F::SellerAccount, EveryForm),
        (filled(&buyer.name), F::BuyerName, EveryForm),
        (has(buyer.address.city.as_ref()), F::BuyerCity, EveryForm),
        (filled(&buyer.address.country), F::BuyerCountry, EveryForm),
        (!has_category(VatCategory::ReverseCharge) || has(buyer.vat_id.as_ref()), F::BuyerVatId, EveryForm),
        (!is_unexplained, F::ExemptionReason, EveryForm),
        (!ubl || has_seller_address, F::SellerElectronicAddress, Ubl),
        (!ubl || has_reference, F::BuyerReference, Ubl),
        (!ubl || has_address(buyer.electronic_address.as_ref()), F::BuyerElectronicAddress, Ubl),
        (!german || has(seller.address.post_code.as_ref()), F::SellerPostCode, Ubl),
        (!german || has(seller.contact_name.as_ref()), F::SellerContactName, Ubl),
        (!german || has(seller.telephone.as_ref()), F::SellerTelephone, Ubl),
        (!german || has(seller.mail.as_ref()), F::SellerMail, Ubl),
        (!german || has(buyer.address.post_code.as_ref()), F::BuyerPostCode, Ubl),
    ];
    let absent = checks.into_iter().filter(|(is_there, ..)| !is_there);
    absent.map(|(_, field, needed_for)| Missing { field, needed_for }).collect()
}

fn has(text: Option<&String>) -> bool {
    text.is_some_and(|text| filled(text))
}

fn has_address(address: Option<&ElectronicAddress>) -> bool {
    address.is_some_and(|address| filled(&address.scheme) && filled(&address.address))
}

fn filled(text: &str) -> bool {
    text.chars().any(|letter| !letter.is_whitespace() && !letter.is_control())
}
