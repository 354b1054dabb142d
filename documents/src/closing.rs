//! What closes an invoice or a credit note: VAT and sums, why there is no VAT, and how to pay. It stays on one page.

use super::figures::{amount, day, in_fours, money, percent};
use super::layout::{BODY, BOTTOM, Ink, LABEL, LEFT, RIGHT, STRONG, Sheet, Style, TOP};
use super::model::{Document, Kind};
use super::sums::{self, SUM, Sum};
use super::vat::VatCategory;
use super::words::{Words, fill};

/// Right edge of the VAT table.
const VAT_RIGHT: f32 = LEFT + 250.0;
/// Space between the parts.
const SPACE: f32 = 14.0;

/// A label and its value in the panel about the payment.
type Fact<'a> = (&'a str, Option<String>);

/// All that stands below the lines.
pub struct Closing<'a> {
    vat: Vec<[String; 3]>,
    sums: Vec<Sum<'a>>,
    notes: Vec<String>,
    panel: Panel<'a>,
}

/// The panel at the end.
enum Panel<'a> {
    /// Nothing is to be paid, and why.
    Sentence(&'a str),
    /// How much to pay, when, and where.
    Payment(Vec<Vec<Fact<'a>>>),
}

impl<'a> Closing<'a> {
    /// Reads it from the document. The sheet tells how long the lines are.
    pub fn of(document: &'a Document, words: &'a Words, sheet: &Sheet) -> Self {
        Self {
            vat: vat(document, words),
            sums: sums(document, words),
            notes: notes(document, words, sheet),
            panel: panel(document, words),
        }
    }

    /// Its height in points.
    pub fn height(&self) -> f32 {
        SPACE + self.upper_height() + SPACE + self.notes_height() + self.panel.height()
    }

    /// Draws it below what the sheet has, on the next page if there is no room.
    pub fn draw(&self, sheet: &mut Sheet) {
        if TOP + self.height() <= BOTTOM {
            sheet.make_room(self.height());
        }
        sheet.make_room(SPACE + self.upper_height());
        let top = sheet.y + SPACE;
        self.draw_vat(sheet, top);
        sums::draw(sheet, top, &self.sums);
        sheet.y = top + self.upper_height() + SPACE;
        for note in &self.notes {
            sheet.make_room(BODY.leading);
            let y = sheet.y + BODY.size;
            sheet.text_within(LEFT + 6.0, RIGHT - 6.0, y, note, BODY);
            sheet.y += BODY.leading;
        }
        if !self.notes.is_empty() {
            sheet.y += SPACE;
        }
        sheet.make_room(self.panel.height());
        self.panel.draw(sheet);
    }

    #[expect(clippy::cast_precision_loss, reason = "an invoice has a handful of rates")]
    fn upper_height(&self) -> f32 {
        sums::height(&self.sums).max(16.0 * (self.vat.len() + 1) as f32)
    }

    #[expect(clippy::cast_precision_loss, reason = "an invoice has a handful of notes")]
    fn notes_height(&self) -> f32 {
        if self.notes.is_empty() { 0.0 } else { BODY.leading * self.notes.len() as f32 + SPACE }
    }

    /// The VAT of each category and rate, at the left.
    fn draw_vat(&self, sheet: &mut Sheet, top: f32) {
        let head = Style { size: 7.8, ..LABEL };
        let (base_right, name_right) = (VAT_RIGHT - 70.0, VAT_RIGHT - 136.0);
        let mut y = top + 10.0;
        for (row, [name, base, vat]) in self.vat.iter().enumerate() {
            let style = if row == 0 { head } else { BODY };
            sheet.text_within(LEFT + 6.0, name_right, y, name, style);
            sheet.number_within(name_right + 6.0, base_right, y, base, style);
            sheet.number_within(base_right + 6.0, VAT_RIGHT, y, vat, style);
            if row == 0 {
                sheet.rule(LEFT, VAT_RIGHT, y + 5.0, 0.5, Ink::Rule);
            }
            y += 16.0;
        }
    }
}

/// Name, base and VAT, with a head.
fn vat(document: &Document, words: &Words) -> Vec<[String; 3]> {
    let (language, currency) = (document.language, document.currency.as_str());
    let mut rows = vec![[words.vat, words.vat_base, words.amount].map(str::to_owned)];
    rows.extend(document.vat_groups.iter().map(|group| {
        let rate = || format!("{} {}", words.vat, percent(group.basis_points, language));
        let name = words.category(group.category).map_or_else(rate, str::to_owned);
        [name, amount(group.base_minor, currency, language), amount(group.vat_minor, currency, language)]
    }));
    if let Some(vat) = document.accounting_vat.as_ref().filter(|vat| vat.currency != currency) {
        let name = fill(words.vat_in, &[("currency", &vat.currency)]);
        rows.push([name, String::new(), money(vat.vat_minor, &vat.currency, language)]);
    }
    rows
}

fn sums<'a>(document: &Document, words: &'a Words) -> Vec<Sum<'a>> {
    let money = |minor| money(minor, &document.currency, document.language);
    let mut sums =
        vec![Sum::part(words.net, money(document.net_minor)), Sum::part(words.vat, money(document.vat_minor))];
    if document.paid_minor != 0 {
        sums.push(Sum::part(words.total, money(document.total_minor)));
        sums.push(Sum::part(words.paid, money(document.paid_minor.saturating_neg())));
    }
    let label = if document.is_credit_note() { words.credited } else { words.to_pay };
    sums.push(Sum::main(label, money(document.due_minor())));
    sums
}

/// Why there is no VAT, line by line.
fn notes(document: &Document, words: &Words, sheet: &Sheet) -> Vec<String> {
    let mut sentences: Vec<&str> = Vec::new();
    for group in &document.vat_groups {
        let is_taxed = matches!(group.category, VatCategory::Standard | VatCategory::ZeroRated);
        let sentence = group.exemption_text.as_deref().or_else(|| words.exemption(group.category));
        sentences.extend(sentence.filter(|sentence| !is_taxed && !sentences.contains(sentence)));
    }
    let other = document.accounting_vat.as_ref().filter(|vat| vat.currency != document.currency);
    let exchange = other.and_then(|vat| vat.sentence(document));
    sentences.extend(exchange.as_deref());
    sentences.into_iter().flat_map(|sentence| sheet.wrap(sentence, BODY, RIGHT - LEFT - 12.0)).collect()
}

fn panel<'a>(document: &'a Document, words: &'a Words) -> Panel<'a> {
    let due_on = match document.kind {
        Kind::CreditNote { .. } => return Panel::Sentence(words.is_set_off),
        Kind::Invoice { .. } if document.due_minor() <= 0 => return Panel::Sentence(words.is_paid),
        Kind::Invoice { due_on } => due_on,
    };
    let seller = &document.seller;
    let due = money(document.due_minor(), &document.currency, document.language);
    let has_bankgiro = document.is_paid_by_bankgiro() || seller.iban.is_none();
    let rows = [
        vec![
            (words.to_pay, Some(due)),
            (words.due_day, Some(day(due_on, document.language))),
            (words.reference, document.payment_reference.clone()),
        ],
        vec![
            ("IBAN", seller.iban.as_deref().map(in_fours)),
            ("BIC", seller.bic.clone()),
            (words.bankgiro, seller.bankgiro.clone().filter(|_| has_bankgiro)),
        ],
    ];
    Panel::Payment(rows.into_iter().filter(|row| row.iter().any(|(_, value)| value.is_some())).collect())
}

impl Panel<'_> {
    #[expect(clippy::cast_precision_loss, reason = "there are two rows at most")]
    fn height(&self) -> f32 {
        match self {
            Self::Sentence(_) => 30.0,
            Self::Payment(rows) => 8.0 + 42.0 * rows.len() as f32,
        }
    }

    fn draw(&self, sheet: &mut Sheet) {
        let top = sheet.y;
        sheet.block(LEFT, top, RIGHT - LEFT, self.height(), Ink::Tint);
        match self {
            Self::Sentence(sentence) => sheet.text_within(LEFT + 14.0, RIGHT - 14.0, top + 18.5, sentence, BODY),
            Self::Payment(rows) => {
                sheet.block(LEFT, top, 3.0, self.height(), Ink::Accent);
                let mut y = top + 18.0;
                for (index, row) in rows.iter().enumerate() {
                    facts(sheet, y, row, if index == 0 { SUM } else { STRONG });
                    y += 42.0;
                }
            }
        }
        sheet.y = top + self.height();
    }
}

/// One row of the panel. The first value stands out.
fn facts(sheet: &mut Sheet, y: f32, row: &[Fact], first: Style) {
    let edges = [(LEFT + 16.0, LEFT + 200.0), (LEFT + 212.0, LEFT + 320.0), (LEFT + 332.0, RIGHT - 12.0)];
    let present = row.iter().filter_map(|(label, value)| Some((label, value.as_ref()?)));
    for (index, ((label, value), (left, right))) in present.zip(edges).enumerate() {
        let style = if index == 0 { first } else { STRONG };
        sheet.text_within(left, right, y, label, Style { size: 7.4, ..LABEL });
        sheet.text_within(left, right, y + 15.0, value, style);
    }
}
