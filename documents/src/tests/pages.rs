//! What stands on the pages, and that all of it stands on the paper.

use super::super::layout::{BOTTOM, LEFT, Mark, PAPER_HEIGHT, PAPER_WIDTH, RIGHT};
use super::super::typeface::Typeface;
use super::super::{Document, Language, Statement};
use super::super::{invoice, statement};
use super::sample;

fn pages(document: &Document) -> Vec<Vec<Mark>> {
    invoice::pages(document, &Typeface::load().unwrap())
}

/// The texts of a page, in the order in which they were written. Spaces that do not break become plain ones.
fn texts(page: &[Mark]) -> Vec<String> {
    page.iter()
        .filter_map(|mark| match mark {
            Mark::Text { run, .. } => Some(run.text.replace('\u{a0}', " ")),
            Mark::Block { .. } => None,
        })
        .collect()
}

fn assert_on_paper(pages: &[Vec<Mark>]) {
    for mark in pages.iter().flatten() {
        match mark {
            Mark::Text { x, y, size, run, .. } => {
                let right = x + run.width * size;
                assert!(*x >= LEFT - 0.1 && right <= RIGHT + 0.1, "{x} to {right}: {}", run.text);
                assert!(*y > 20.0 && *y < PAPER_HEIGHT - 10.0, "{y}: {}", run.text);
                assert!(*y <= BOTTOM || *y > 774.0, "{y} is between text and foot: {}", run.text);
            }
            Mark::Block { x, y, width, height, .. } => {
                assert!(*x >= 0.0 && x + width <= PAPER_WIDTH + 0.1 && *y >= 0.0 && y + height <= PAPER_HEIGHT);
            }
        }
    }
}

fn assert_contains(page: &[String], expected: &[&str]) {
    for text in expected {
        assert!(page.iter().any(|written| written == text), "{text} in {page:?}");
    }
}

#[test]
fn an_invoice_shows_its_facts_in_the_language_of_the_buyer() {
    let page = &pages(&sample::swedish())[0];
    assert_contains(
        &texts(page),
        &[
            "Faktura",
            "2026-000001",
            "Åkessons Bokföring & Rådgivning AB",
            "411 10 Göteborg",
            "2026-04-30",
            "10 st",
            "1 000,00",
            "CLOUD-SEAT · 2026-03-10 – 2026-03-31 · 22 av 31 dagar",
            "354,84",
            "Moms 25 %",
            "1 470,97",
            "367,74 kr",
            "1 838,71 kr",
            "202600000121",
            "SE45 5000 0000 0583 9825 7466",
            "5050-1055",
            "Godkänd för F-skatt",
            "Sida 1 av 1",
        ],
    );
    let mut document = sample::swedish();
    document.language = Language::De;
    assert_contains(&texts(&pages(&document)[0]), &["Rechnung", "1.838,71 SEK", "30.04.2026", "10 Stk."]);
    document.language = Language::En;
    assert_contains(
        &texts(&pages(&document)[0]),
        &["Invoice", "1,838.71 SEK", "30 Apr 2026", "CLOUD-SEAT · 10 Mar 2026 – 31 Mar 2026 · 22 of 31 days"],
    );
}

#[test]
fn reverse_charge_and_export_say_why_there_is_no_vat() {
    let page = texts(&pages(&sample::reverse_charge())[0]);
    assert_contains(&page, &["Reverse charge: the customer accounts for the VAT.", "DE987654321", "GERMANY"]);
    assert!(!page.contains(&"Bankgiro".to_owned()), "foreign buyers cannot use it");
    let page = texts(&pages(&sample::export())[0]);
    assert_contains(&page, &["Not subject to VAT: the place of supply is outside the European Union."]);
    assert_contains(&page, &["San Francisco CA 94105", "UNITED STATES", "–"]);
}

#[test]
fn a_credit_note_names_its_invoice_and_reason_and_asks_for_no_money() {
    let page = texts(&pages(&sample::credit_note())[0]);
    assert_contains(&page, &["Kreditfaktura", "Orsak: Tre platser lämnades tillbaka den 23 mars.", "108,88 kr"]);
    assert!(page.concat().contains("2026-000001 av den"), "{page:?}");
    assert!(!page.concat().contains("IBAN"), "{page:?}");
}

#[test]
fn vat_in_another_currency_is_shown_with_its_rate() {
    let page = texts(&pages(&sample::in_euro_with_vat_in_kronor())[0]);
    let sentence = "VAT is converted at 1 EUR = 11.2345 SEK, the rate of ECB of 30 Mar 2026.";
    assert_contains(&page, &["VAT in SEK", "4,123.45 SEK", sentence]);
}

#[test]
fn a_paid_invoice_asks_for_no_money() {
    let mut document = sample::swedish();
    document.paid_minor = document.total_minor;
    let page = texts(&pages(&document)[0]);
    assert_contains(&page, &["Fakturan är betald. Tack!", "−1 838,71 kr", "0,00 kr"]);
    assert!(!page.concat().contains("IBAN"), "{page:?}");
}

#[test]
fn sixty_lines_fill_several_pages_with_head_and_number_on_each() {
    let pages = pages(&sample::with_lines(60));
    assert_on_paper(&pages);
    let count = pages.len();
    assert!(count > 2);
    for (index, page) in pages.iter().enumerate() {
        assert_contains(&texts(page), &["Beskrivning", &format!("Sida {} av {count}", index + 1)]);
    }
    let all = pages.iter().flat_map(|page| texts(page)).collect::<Vec<_>>().join("\n");
    for index in 0..60 {
        assert_eq!(all.matches(&format!("Virtual server type {index},")).count(), 1);
    }
}

#[test]
fn what_closes_an_invoice_never_stands_alone_on_a_page() {
    for count in 1..70 {
        let pages = pages(&sample::with_lines(count));
        let last = texts(&pages[pages.len() - 1]);
        assert!(last.iter().any(|text| text.starts_with("Virtual server")), "{count} lines: {last:?}");
        assert_contains(&last, &["IBAN", "Netto"]);
        assert_on_paper(&pages);
    }
}

#[test]
fn the_longest_texts_stay_on_the_paper() {
    let pages = pages(&sample::crowded());
    assert_on_paper(&pages);
    let all = pages.iter().flat_map(|page| texts(page)).collect::<Vec<_>>().join(" ");
    assert_eq!(all.matches("Einzelheiten.").count(), 120, "no word is lost between pages");
}

#[test]
fn a_description_with_lines_of_its_own_keeps_them() {
    let mut document = sample::swedish();
    document.lines[0].description = "First\nSecond".to_owned();
    assert_contains(&texts(&pages(&document)[0]), &["First", "Second"]);
}

#[test]
fn letters_that_the_fonts_lack_become_boxes() {
    let mut document = sample::swedish();
    document.buyer.name = "日本 AB\u{7}".to_owned();
    assert_contains(&texts(&pages(&document)[0]), &["□□ AB"]);
}

#[test]
fn hebrew_is_printed_from_right_to_left() {
    let typeface = Typeface::load().unwrap();
    let run = typeface.shape("A שלום", super::super::typeface::Weight::Regular);
    let starts: Vec<usize> = run.glyphs.iter().map(|glyph| glyph.text_range.start).collect();
    assert_eq!(starts, [0, 1, 8, 6, 4, 2]);
}

fn statement_pages(statement: &Statement) -> Vec<Vec<Mark>> {
    statement::pages(statement, &Typeface::load().unwrap())
}

#[test]
fn a_statement_shows_rows_and_sums_on_all_its_pages() {
    let statement = sample::statement(70);
    let pages = statement_pages(&statement);
    assert_on_paper(&pages);
    assert_contains(&texts(&pages[0]), &["Commission statement", "March 2026", "333.33", "12.5%", "41.66"]);
    let last = texts(&pages[pages.len() - 1]);
    assert_contains(&last, &["Carried over", "−12.50 EUR", "Paid out"]);
    let all: String = pages.iter().map(|page| texts(page).join("\n") + "\n").collect();
    assert_eq!(all.matches("Client number ").count(), 70);
}

#[test]
fn a_statement_without_rows_says_so() {
    let page = &statement_pages(&sample::statement(0))[0];
    assert_contains(&texts(page), &["No commission in this month."]);
}
