//! The labels and standard sentences of all documents, in every language that we write.

use super::model::Language;
use super::vat::VatCategory;

/// Makes the struct and one constant for each language. A label that lacks a language does not compile.
macro_rules! words {
    ($($name:ident: $en:literal, $sv:literal, $de:literal;)*) => {
        /// All labels of one language.
        pub struct Words {
            $(pub $name: &'static str,)*
        }

        const ENGLISH: Words = Words { $($name: $en,)* };
        const SWEDISH: Words = Words { $($name: $sv,)* };
        const GERMAN: Words = Words { $($name: $de,)* };
    };
}

words! {
    invoice: "Invoice", "Faktura", "Rechnung";
    credit_note: "Credit note", "Kreditfaktura", "Rechnungskorrektur";
    invoice_number: "Invoice number", "Fakturanummer", "Rechnungsnummer";
    credit_note_number: "Credit note number", "Kreditfakturanr", "Korrekturnummer";
    invoice_day: "Invoice date", "Fakturadatum", "Rechnungsdatum";
    credit_note_day: "Date", "Datum", "Datum";
    due_day: "Due date", "Förfallodag", "Fällig am";
    credited_invoice: "Credits invoice", "Avser faktura", "Zu Rechnung";
    credited_invoice_of: "of", "av den", "vom";
    reason: "Reason", "Orsak", "Grund";
    service_period: "Service period", "Period", "Leistungszeitraum";
    your_reference: "Your reference", "Er referens", "Ihre Referenz";
    purchase_order: "Purchase order", "Inköpsorder", "Bestellnummer";
    your_vat_id: "Your VAT number", "Ert momsreg.nr", "Ihre USt-IdNr.";
    your_registration: "Your company no.", "Ert org.nr", "Ihre Registernr.";
    our_contact: "Contact", "Kontakt", "Ansprechpartner";
    description: "Description", "Beskrivning", "Beschreibung";
    quantity: "Quantity", "Antal", "Menge";
    unit_price: "Unit price", "À-pris", "Einzelpreis";
    vat: "VAT", "Moms", "USt.";
    amount: "Amount", "Belopp", "Betrag";
    days_charged: "{days} of {of} days", "{days} av {of} dagar", "{days} von {of} Tagen";
    full_price: "full price {price}", "fullt pris {price}", "voller Preis {price}";
    vat_base: "Base", "Underlag", "Netto";
    net: "Net", "Netto", "Nettobetrag";
    total: "Total", "Summa", "Gesamtbetrag";
    paid: "Already paid", "Redan betalt", "Bereits bezahlt";
    to_pay: "Amount due", "Att betala", "Zahlbetrag";
    credited: "Amount credited", "Att kreditera", "Gutschriftsbetrag";
    vat_in: "VAT in {currency}", "Moms i {currency}", "USt. in {currency}";
    exchange_rate: "VAT is converted at 1 {from} = {rate} {to}, the rate of {source} of {day}.",
        "Momsen är omräknad med 1 {from} = {rate} {to}, kursen från {source} den {day}.",
        "Die USt. ist umgerechnet mit 1 {from} = {rate} {to}, dem Kurs von {source} vom {day}.";
    reference: "Payment reference", "Betalningsreferens", "Verwendungszweck";
    bankgiro: "Bankgiro", "Bankgiro", "Bankgiro";
    is_paid: "This invoice is paid. Thank you.", "Fakturan är betald. Tack!",
        "Diese Rechnung ist bezahlt. Vielen Dank.";
    is_set_off: "We set the amount off against unpaid invoices or pay it back.",
        "Beloppet räknas av mot obetalda fakturor eller betalas tillbaka.",
        "Wir verrechnen den Betrag mit offenen Rechnungen oder zahlen ihn zurück.";
    registration: "Company no.", "Org.nr", "Registernr.";
    vat_id: "VAT number", "Momsreg.nr", "USt-IdNr.";
    f_tax: "Approved for Swedish F-tax", "Godkänd för F-skatt", "In Schweden für F-Steuer zugelassen";
    page_of: "Page {page} of {pages}", "Sida {page} av {pages}", "Seite {page} von {pages}";
    zero_rated: "Zero rate", "Nollskattesats", "Nullsatz";
    exempt: "Exempt", "Undantag från moms", "Steuerfrei";
    reverse_charge: "Reverse charge", "Omvänd betalningsskyldighet", "Reverse Charge";
    out_of_scope: "Not subject to VAT", "Ej momspliktigt", "Nicht steuerbar";
    reverse_charge_reason: "Reverse charge: the customer accounts for the VAT.",
        "Omvänd betalningsskyldighet: köparen redovisar momsen.",
        "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge).";
    out_of_scope_reason: "Not subject to VAT: the place of supply is outside the European Union.",
        "Ej momspliktigt: tjänsten är omsatt utanför EU.",
        "Nicht steuerbar: Der Leistungsort liegt außerhalb der Europäischen Union.";
    statement: "Commission statement", "Provisionsavräkning", "Provisionsabrechnung";
    statement_number: "Statement number", "Nummer", "Nummer";
    month: "Month", "Månad", "Monat";
    client: "Client", "Kund", "Kunde";
    product: "Product", "Produkt", "Produkt";
    base: "Base", "Underlag", "Basis";
    rate: "Rate", "Sats", "Satz";
    commission: "Commission", "Provision", "Provision";
    commission_of: "Commission of the month", "Månadens provision", "Provision des Monats";
    opening: "Carried over", "Ingående saldo", "Übertrag";
    payout: "Paid out", "Utbetalas", "Auszahlung";
    closing: "Carried forward", "Utgående saldo", "Vortrag";
    no_commission: "No commission in this month.", "Ingen provision denna månad.", "Keine Provision in diesem Monat.";
    piece: "pcs", "st", "Stk.";
    month_unit: "mo", "mån", "Mon.";
    year_unit: "yr", "år", "Jahr";
    day_unit: "d", "dgr", "Tage";
    hour_unit: "h", "tim", "Std.";
}

impl Words {
    /// The labels of a language.
    pub const fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Sv => &SWEDISH,
            Language::De => &GERMAN,
        }
    }

    /// The short name of a unit of UN/ECE Recommendation 20. A code that we have no name for stands for itself.
    pub fn unit<'a>(&self, code: &'a str) -> &'a str {
        match code {
            "C62" | "H87" | "EA" => self.piece,
            "MON" => self.month_unit,
            "ANN" => self.year_unit,
            "DAY" => self.day_unit,
            "HUR" => self.hour_unit,
            other => other,
        }
    }

    /// The name of a VAT category. None for a plain rate, which is shown as a number.
    pub const fn category(&self, category: VatCategory) -> Option<&'static str> {
        match category {
            VatCategory::Standard => None,
            VatCategory::ZeroRated => Some(self.zero_rated),
            VatCategory::Exempt => Some(self.exempt),
            VatCategory::ReverseCharge => Some(self.reverse_charge),
            VatCategory::OutOfScope => Some(self.out_of_scope),
        }
    }

    /// The standard sentence about why a category has no VAT. None where only the seller can know.
    pub const fn exemption(&self, category: VatCategory) -> Option<&'static str> {
        match category {
            VatCategory::ReverseCharge => Some(self.reverse_charge_reason),
            VatCategory::OutOfScope => Some(self.out_of_scope_reason),
            VatCategory::Standard | VatCategory::ZeroRated | VatCategory::Exempt => None,
        }
    }
}

/// The twelve months, for headings such as `March 2026`.
pub const fn months(language: Language) -> [&'static str; 12] {
    match language {
        Language::En => [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        Language::Sv => [
            "januari",
            "februari",
            "mars",
            "april",
            "maj",
            "juni",
            "juli",
            "augusti",
            "september",
            "oktober",
            "november",
            "december",
        ],
        Language::De => [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
    }
}

/// Fills the places in a sentence: `fill("{days} of {of}", &[("days", "3"), ("of", "31")])`.
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut text = sentence.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}
