//! What every document has: the seller's name, the recipient in the window of the envelope, the facts beside it, and
//! the foot of each page.

use super::countries::{country, post_code_comes_first};
use super::layout::{BODY, Ink, LABEL, LEFT, Mark, PAPER_HEIGHT, PAPER_WIDTH, RIGHT, STRONG, Sheet, Style};
use super::model::{Address, Buyer, Language, Seller};
use super::typeface::Weight;
use super::words::{Words, fill};

/// Left edge of the facts.
const FACTS: f32 = 318.0;
/// Left edge of their values.
const VALUES: f32 = 418.0;
/// Base line of the first line of the recipient: in the window of an envelope by DIN 5008 form B.
const RECIPIENT: f32 = 150.0;

const TITLE: Style = Style::new(21.0, Weight::Regular, Ink::Accent);
const NAME: Style = Style::new(13.0, Weight::Bold, Ink::Black);
const FOOT: Style = Style::new(6.8, Weight::Regular, Ink::Grey);

/// What stands around the content.
pub struct Letter<'a> {
    /// The language of the labels.
    pub language: Language,
    /// What kind of document it is.
    pub title: &'a str,
    /// Its number.
    pub number: &'a str,
    /// Who sends it.
    pub seller: &'a Seller,
    /// Who gets it.
    pub buyer: &'a Buyer,
    /// Label and value of each fact. Those without a value are left out.
    pub facts: Vec<(&'a str, Option<String>)>,
}

impl Letter<'_> {
    /// Draws the head of the first page and leaves the sheet below it.
    pub fn open(&self, sheet: &mut Sheet) {
        sheet.block(0.0, 0.0, PAPER_WIDTH, 5.0, Ink::Accent);
        sheet.number_within(FACTS, RIGHT, 66.0, self.title, TITLE);
        sheet.paragraph(LEFT, 64.0, FACTS - LEFT - 20.0, &self.seller.legal_name, NAME, 3);

        let mut sender = vec![self.seller.legal_name.clone()];
        sender.extend(address_lines(&self.seller.address));
        sheet.text_within(LEFT, FACTS - 34.0, RECIPIENT - 21.0, &sender.join(" · "), Style { size: 6.4, ..FOOT });
        sheet.rule(LEFT, FACTS - 34.0, RECIPIENT - 16.0, 0.4, Ink::Rule);
        let recipient = self.recipient(sheet);
        let facts = self.facts(sheet);
        sheet.y = recipient.max(facts).max(248.0) + 20.0;
    }

    /// Draws the running head and the foot of a page.
    pub fn frame(&self, sheet: &mut Sheet, page: usize, pages: usize) {
        let words = Words::of(self.language);
        if page > 1 {
            sheet.text_within(LEFT, FACTS, 52.0, &self.seller.legal_name, STRONG);
            sheet.number_within(FACTS, RIGHT, 52.0, &format!("{} {}", self.title, self.number), LABEL);
            sheet.rule(LEFT, RIGHT, 62.0, 0.5, Ink::Rule);
        }
        sheet.rule(LEFT, RIGHT, 774.0, 0.5, Ink::Rule);
        let seller = self.seller;
        let labelled = |label: &str, value: &Option<String>| value.as_ref().map(|value| format!("{label} {value}"));
        let columns = [
            [vec![Some(seller.legal_name.clone())], address_lines(&seller.address).into_iter().map(Some).collect()]
                .concat(),
            vec![
                labelled(words.registration, &seller.registration_number),
                labelled(words.vat_id, &seller.vat_id),
                seller.has_f_tax.then(|| words.f_tax.to_owned()),
            ],
            vec![seller.contact_name.clone(), seller.telephone.clone(), seller.mail.clone()],
        ];
        for (column, left) in columns.into_iter().zip([LEFT, LEFT + 178.0, LEFT + 342.0]) {
            let right = (left + 166.0).min(RIGHT);
            let lines: Vec<String> =
                column.into_iter().flatten().flat_map(|line| sheet.wrap(&line, FOOT, right - left)).collect();
            let mut y = 786.0;
            for line in lines.iter().take(4) {
                sheet.text_within(left, right, y, line, FOOT);
                y += FOOT.leading;
            }
        }
        let place = fill(words.page_of, &[("page", &page.to_string()), ("pages", &pages.to_string())]);
        sheet.number_within(LEFT, RIGHT, PAPER_HEIGHT - 16.0, &place, FOOT);
    }

    /// Ends the document: the pages with head and foot.
    pub fn close(&self, sheet: Sheet) -> Vec<Vec<Mark>> {
        sheet.finish(|sheet, page, pages| self.frame(sheet, page, pages))
    }

    fn recipient(&self, sheet: &mut Sheet) -> f32 {
        let style = Style::new(10.0, Weight::Regular, Ink::Black);
        let width = FACTS - LEFT - 34.0;
        let mut y =
            sheet.paragraph(LEFT, RECIPIENT, width, &self.buyer.name, Style { weight: Weight::Bold, ..style }, 4);
        for line in address_lines(&self.buyer.address) {
            y = sheet.paragraph(LEFT, y, width, &line, style, 3);
        }
        let code = &self.buyer.address.country;
        if *code != self.seller.address.country {
            y = sheet.paragraph(LEFT, y, width, &country(code, self.language).to_uppercase(), style, 1);
        }
        y
    }

    fn facts(&self, sheet: &mut Sheet) -> f32 {
        let mut y = RECIPIENT - 21.0;
        for (label, value) in &self.facts {
            let Some(value) = value else { continue };
            sheet.text_within(FACTS, VALUES - 6.0, y, label, LABEL);
            y = sheet.paragraph(VALUES, y, RIGHT - VALUES, value, BODY, 4) + 2.4;
        }
        y
    }
}

/// The lines of the street, and the city, without the country.
fn address_lines(address: &Address) -> Vec<String> {
    let place = match (&address.post_code, &address.city) {
        (Some(code), Some(city)) if post_code_comes_first(&address.country) => Some(format!("{code} {city}")),
        (Some(code), Some(city)) => Some(format!("{city} {code}")),
        (code, city) => code.clone().or_else(|| city.clone()),
    };
    let street = address.street.iter().flat_map(|street| street.lines());
    street.map(str::to_owned).chain(place).collect()
}
