//! Documents for the tests. All companies in them are invented.

use chrono::NaiveDate;

use super::super::{
    AccountingVat, Address, Buyer, Document, ElectronicAddress, ExchangeRate, Kind, Language, Line, Proration, Seller,
    Statement, StatementRow, VatCategory, VatGroup,
};

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "it makes optional fields short")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn address(street: &str, post_code: &str, city: &str, country: &str) -> Address {
    Address { street: some(street), city: some(city), post_code: some(post_code), country: country.to_owned() }
}

pub fn seller() -> Seller {
    Seller {
        legal_name: "Molnbolaget i Norden AB".to_owned(),
        address: address("Sveavägen 44", "111 34", "Stockholm", "SE"),
        registration_number: some("556036-0793"),
        vat_id: some("SE556036079301"),
        electronic_address: None,
        iban: some("SE4550000000058398257466"),
        bic: some("ESSESESS"),
        bankgiro: some("5050-1055"),
        contact_name: some("Kundtjänst"),
        telephone: some("+46 8 123 45 67"),
        mail: some("faktura@molnbolaget.example"),
        has_f_tax: true,
    }
}

pub fn swedish_buyer() -> Buyer {
    Buyer {
        name: "Åkessons Bokföring & Rådgivning AB".to_owned(),
        address: address("Östra Hamngatan 12", "411 10", "Göteborg", "SE"),
        vat_id: some("SE556677889901"),
        registration_number: some("556677-8899"),
        buyer_reference: some("Kostnadsställe 4711"),
        electronic_address: Some(ElectronicAddress { scheme: "0007".to_owned(), address: "5566778899".to_owned() }),
        is_business: true,
    }
}

pub fn german_buyer() -> Buyer {
    Buyer {
        name: "Stadtverwaltung Musterstadt, Amt für Informationstechnik".to_owned(),
        address: address("Marktplatz 2", "54321", "Musterstadt", "DE"),
        vat_id: some("DE987654321"),
        registration_number: None,
        buyer_reference: some("04011000-12345-03"),
        electronic_address: Some(ElectronicAddress { scheme: "9930".to_owned(), address: "DE987654321".to_owned() }),
        is_business: true,
    }
}

pub fn line(description: &str, quantity: i32, unit_minor: i64) -> Line {
    Line {
        description: description.to_owned(),
        product_code: some("CLOUD-SEAT"),
        quantity,
        unit_code: "C62".to_owned(),
        unit_minor,
        proration: None,
        net_minor: i64::from(quantity) * unit_minor,
        period: Some((day(2026, 3, 1), day(2026, 3, 31))),
        vat_category: VatCategory::Standard,
        basis_points: 2_500,
    }
}

pub fn prorated(line: Line, days: i32, of_days: i32, net_minor: i64) -> Line {
    let first = day(2026, 4, 1) - chrono::Days::new(u64::try_from(days).unwrap());
    let period = Some((first, day(2026, 3, 31)));
    Line { proration: Some(Proration { days, of_days }), net_minor, period, ..line }
}

/// The three lines of a subscription that grew twice in a month: 1,000.00, 354.84 and 116.13.
pub fn growing_lines() -> Vec<Line> {
    let seat = |quantity| line("Cloud workplace Business", quantity, 10_000);
    vec![seat(10), prorated(seat(5), 22, 31, 35_484), prorated(seat(3), 12, 31, 11_613)]
}

/// A document of these lines that adds up.
pub fn document(lines: Vec<Line>) -> Document {
    let mut document = Document {
        kind: Kind::Invoice { due_on: day(2026, 4, 30) },
        number: "2026-000001".to_owned(),
        issued_on: day(2026, 3, 31),
        currency: "SEK".to_owned(),
        language: Language::Sv,
        seller: seller(),
        buyer: swedish_buyer(),
        purchase_order: None,
        lines,
        vat_groups: Vec::new(),
        net_minor: 0,
        vat_minor: 0,
        total_minor: 0,
        paid_minor: 0,
        payment_reference: some("202600000121"),
        accounting_vat: None,
    };
    add_up(&mut document);
    document
}

/// Writes groups and totals anew, after the lines have changed.
pub fn add_up(document: &mut Document) {
    let mut groups: Vec<VatGroup> = Vec::new();
    for line in &document.lines {
        let known = groups
            .iter_mut()
            .find(|group| group.category == line.vat_category && group.basis_points == line.basis_points);
        match known {
            Some(group) => group.base_minor += line.net_minor,
            None => groups.push(VatGroup {
                category: line.vat_category,
                basis_points: line.basis_points,
                base_minor: line.net_minor,
                vat_minor: 0,
                exemption_code: None,
                exemption_text: (line.vat_category == VatCategory::Exempt).then(|| "Education, exempt".to_owned()),
            }),
        }
    }
    for group in &mut groups {
        let exact = i128::from(group.base_minor) * i128::from(group.basis_points);
        let rounded = (exact.abs() * 2 + 10_000) / 20_000 * exact.signum();
        group.vat_minor = i64::try_from(rounded).unwrap();
    }
    document.net_minor = groups.iter().map(|group| group.base_minor).sum();
    document.vat_minor = groups.iter().map(|group| group.vat_minor).sum();
    document.total_minor = document.net_minor + document.vat_minor;
    document.vat_groups = groups;
}

pub fn swedish() -> Document {
    document(growing_lines())
}

pub fn english() -> Document {
    let mut document = document(growing_lines());
    document.language = Language::En;
    document.purchase_order = some("PO-99812");
    document.lines.push(Line {
        vat_category: VatCategory::Standard,
        basis_points: 600,
        unit_code: "HUR".to_owned(),
        product_code: some("HANDBOOK"),
        ..line("Printed handbook, second edition", 2, 24_950)
    });
    document.lines.push(Line { unit_code: "HUR".to_owned(), ..line("Returned consulting hours", -2, 9_500) });
    document.paid_minor = 50_000;
    add_up(&mut document);
    document
}

pub fn german() -> Document {
    let mut document = reverse_charge();
    document.language = Language::De;
    document.buyer = german_buyer();
    document
}

/// To a German company without a reference, in euro, with the VAT in kronor for the seller's books.
pub fn reverse_charge() -> Document {
    let lines = growing_lines().into_iter().map(|line| Line {
        vat_category: VatCategory::ReverseCharge,
        basis_points: 0,
        ..line
    });
    let mut document = document(lines.collect());
    document.language = Language::En;
    document.currency = "EUR".to_owned();
    document.payment_reference = some("RF422026000001");
    document.purchase_order = some("4500012345");
    document.buyer = Buyer { name: "Beispiel Werke GmbH".to_owned(), buyer_reference: None, ..german_buyer() };
    document
}

/// To a company in the United States.
pub fn export() -> Document {
    let lines =
        growing_lines().into_iter().map(|line| Line { vat_category: VatCategory::OutOfScope, basis_points: 0, ..line });
    let mut document = document(lines.collect());
    document.language = Language::En;
    document.currency = "USD".to_owned();
    document.buyer = Buyer {
        name: "Sample Cloud Inc.".to_owned(),
        address: address("500 Market Street", "CA 94105", "San Francisco", "US"),
        buyer_reference: some("Dept. 7"),
        electronic_address: Some(ElectronicAddress { scheme: "0060".to_owned(), address: "123456789".to_owned() }),
        is_business: true,
        ..Buyer::default()
    };
    document
}

pub fn credit_note() -> Document {
    let mut document = document(vec![prorated(line("Cloud workplace Business", 3, 10_000), 9, 31, 8_710)]);
    document.kind = Kind::CreditNote {
        invoice_number: "2026-000001".to_owned(),
        invoice_issued_on: day(2026, 3, 31),
        reason: "Tre platser lämnades tillbaka den 23 mars.".to_owned(),
    };
    document.number = "K2026-000001".to_owned();
    document.payment_reference = None;
    document
}

fn in_euro(mut document: Document) -> Document {
    document.currency = "EUR".to_owned();
    let rate = ExchangeRate { rate: "11.2345".to_owned(), day: day(2026, 3, 30), source: "ECB".to_owned() };
    document.accounting_vat = Some(AccountingVat { currency: "SEK".to_owned(), vat_minor: 412_345, rate: Some(rate) });
    document
}

pub fn in_euro_with_vat_in_kronor() -> Document {
    in_euro(english())
}

pub fn credited_in_euro() -> Document {
    in_euro(credit_note())
}

pub fn with_lines(count: i32) -> Document {
    let lines = (0..count).map(|index| {
        let mut line = line(&format!("Virtual server type {index}, 8 cores, 32 GB memory"), index % 7 + 1, 12_345);
        if index % 5 == 0 {
            line.description
                .push_str(", including nightly backups to a second site and a guaranteed answer within four hours");
        }
        line.basis_points = if index % 3 == 0 { 1_200 } else { 2_500 };
        line
    });
    document(lines.collect())
}

/// Everything much longer than usual.
pub fn crowded() -> Document {
    let mut document = document(vec![line(
        &"Sehr lange Beschreibung einer Leistung mit Einzelheiten. ".repeat(120),
        1_000_000,
        999_999_999,
    )]);
    document.language = Language::De;
    document.number = "2026-000001-".repeat(6);
    document.seller.legal_name =
        "Norddeutsche Gesellschaft für Rechenzentrumsdienstleistungen und Beratung mbH & Co. KG".to_owned();
    document.seller.mail =
        some("rechnungswesen-und-mahnwesen@norddeutsche-gesellschaft-fuer-rechenzentrumsdienste.example");
    document.buyer.name = "Österreichisch-Ungarische Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mit beschränkter Haftung".to_owned();
    document.buyer.buyer_reference = Some("X".repeat(90));
    document.purchase_order = some("Rahmenvertrag 2026/17, Abruf 12, Position 3, Anlage B");
    document.lines.push(line("日本語の説明 und Привет, Ελλάδα, שלום", 1, 100));
    add_up(&mut document);
    document
}

pub fn statement(count: i32) -> Statement {
    let rows: Vec<StatementRow> = (0..count)
        .map(|index| {
            let base = 33_333 * i64::from(index % 9 + 1) * if index % 11 == 10 { -1 } else { 1 };
            StatementRow {
                client: format!("Client number {index} with a longer name"),
                product: "Cloud workplace Business".to_owned(),
                period: Some((day(2026, 3, 1), day(2026, 3, 31))),
                base_minor: base,
                basis_points: 1_250,
                amount_minor: base / 8,
            }
        })
        .collect();
    let total_minor = rows.iter().map(|row| row.amount_minor).sum();
    Statement {
        number: "P2026-03-0042".to_owned(),
        made_on: day(2026, 4, 2),
        month: day(2026, 3, 1),
        currency: "EUR".to_owned(),
        language: Language::En,
        seller: seller(),
        reseller: german_buyer(),
        opening_minor: -1_250,
        rows,
        total_minor,
        payout_minor: total_minor - 1_250,
    }
}
