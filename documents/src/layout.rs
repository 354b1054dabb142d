//! The paper: what stands where on which page. Lengths are in points, from the upper left corner of an A4 sheet.

use std::rc::Rc;

use super::typeface::{Run, Typeface, Weight};

/// Width of A4.
pub const PAPER_WIDTH: f32 = 595.28;
/// Height of A4.
pub const PAPER_HEIGHT: f32 = 841.89;
/// Left edge of the text: 20 mm.
pub const LEFT: f32 = 56.7;
/// Right edge of the text: 20 mm from the edge of the paper.
pub const RIGHT: f32 = PAPER_WIDTH - LEFT;
/// Where the text of the second page and of all later ones begins.
pub const TOP: f32 = 84.0;
/// Where the text of every page ends and the foot begins.
pub const BOTTOM: f32 = 756.0;

/// The few colours of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Text.
    Black,
    /// Labels and secondary text.
    Grey,
    /// Titles and the sum to pay.
    Accent,
    /// Fine rules.
    Rule,
    /// The ground of panels and table heads.
    Tint,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Size of the font.
    pub size: f32,
    /// From one base line to the next.
    pub leading: f32,
    /// Regular or bold.
    pub weight: Weight,
    /// Colour.
    pub ink: Ink,
}

impl Style {
    /// A style with the usual distance between lines.
    pub const fn new(size: f32, weight: Weight, ink: Ink) -> Self {
        Self { size, leading: size * 1.36, weight, ink }
    }
}

/// The text of tables and facts.
pub const BODY: Style = Style::new(8.8, Weight::Regular, Ink::Black);
/// The same, for what should be seen first.
pub const STRONG: Style = Style::new(8.8, Weight::Bold, Ink::Black);
/// Labels beside a value.
pub const LABEL: Style = Style::new(8.8, Weight::Regular, Ink::Grey);
/// Secondary text below a line.
pub const SMALL: Style = Style::new(7.4, Weight::Regular, Ink::Grey);

/// One thing on a page.
#[derive(Debug)]
pub enum Mark {
    /// Text, from its left end on its base line.
    Text { x: f32, y: f32, size: f32, ink: Ink, run: Rc<Run> },
    /// A filled rectangle. A rule is a thin one.
    Block { x: f32, y: f32, width: f32, height: f32, ink: Ink },
}

/// The pages so far, and how far down the last one is filled.
pub struct Sheet<'f> {
    typeface: &'f Typeface,
    pages: Vec<Vec<Mark>>,
    page: usize,
    /// Where the next text begins.
    pub y: f32,
}

impl<'f> Sheet<'f> {
    /// One empty page.
    pub fn new(typeface: &'f Typeface) -> Self {
        Self { typeface, pages: vec![Vec::new()], page: 0, y: TOP }
    }

    /// Begins a new page.
    pub fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.page = self.pages.len() - 1;
        self.y = TOP;
    }

    /// Begins a new page unless there is room for something of this height.
    pub fn make_room(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.turn();
        }
    }

    /// The pages, after `each` has put the same things on all of them. It gets the number of the page and of all pages.
    pub fn finish(mut self, each: impl Fn(&mut Self, usize, usize)) -> Vec<Vec<Mark>> {
        for page in 0..self.pages.len() {
            self.page = page;
            let count = self.pages.len();
            each(&mut self, page + 1, count);
        }
        self.pages
    }

    /// The width of a text on one line.
    pub fn width(&self, text: &str, style: Style) -> f32 {
        self.typeface.shape(text, style.weight).width * style.size
    }

    /// Writes one line that fits between `left` and `right`, aligned to the left. A long one gets smaller, a very long
    /// one is cut.
    pub fn text_within(&mut self, left: f32, right: f32, y: f32, text: &str, style: Style) {
        let (run, size) = self.fitted(text, style, right - left);
        self.put(Mark::Text { x: left, y, size, ink: style.ink, run });
    }

    /// Writes one line that fits between `left` and `right`, aligned to the right.
    pub fn number_within(&mut self, left: f32, right: f32, y: f32, text: &str, style: Style) {
        let (run, size) = self.fitted(text, style, right - left);
        self.put(Mark::Text { x: right - run.width * size, y, size, ink: style.ink, run });
    }

    /// Draws a fine horizontal rule.
    pub fn rule(&mut self, left: f32, right: f32, y: f32, thickness: f32, ink: Ink) {
        self.block(left, y - thickness / 2.0, right - left, thickness, ink);
    }

    /// Fills a rectangle.
    pub fn block(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        self.put(Mark::Block { x, y, width, height, ink });
    }

    /// Breaks a text into lines of at most this width: between words, or within a word that alone is too long.
    pub fn wrap(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let run = self.typeface.shape(text, style.weight);
        let text = &run.text;
        let mut advances = vec![0.0; text.len() + 1];
        for glyph in &run.glyphs {
            advances[glyph.text_range.start] += glyph.x_advance * style.size;
        }
        let (mut lines, mut start, mut space, mut filled) = (Vec::new(), 0, None, 0.0);
        for (index, letter) in text.char_indices() {
            if letter == ' ' {
                space = Some(index);
            } else if filled + advances[index] > width && index > start {
                let end = space.filter(|space| *space > start).unwrap_or(index);
                lines.push(text[start..end].trim().to_owned());
                start = end;
                space = None;
                filled = advances[start..index].iter().sum();
                if text[start..].starts_with(' ') {
                    filled -= advances[start];
                    start += 1;
                }
            }
            filled += advances[index];
        }
        let last = text[start..].trim();
        if !last.is_empty() {
            lines.push(last.to_owned());
        }
        lines
    }

    /// Writes a text on as many lines as it needs, but at most `most`. Gives the base line after the last one.
    pub fn paragraph(&mut self, x: f32, y: f32, width: f32, text: &str, style: Style, most: usize) -> f32 {
        let mut lines = self.wrap(text, style, width);
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                last.push('…');
            }
        }
        let mut line_y = y;
        for line in &lines {
            self.text_within(x, x + width, line_y, line, style);
            line_y += style.leading;
        }
        line_y
    }

    /// The text as one line of at most this width, and the size for it: down to 60 % of the style's, then cut.
    fn fitted(&self, text: &str, style: Style, width: f32) -> (Rc<Run>, f32) {
        let run = self.typeface.shape(text, style.weight);
        let natural = run.width * style.size;
        if natural <= width {
            return (run, style.size);
        }
        let size = style.size * (width / natural).max(0.6);
        if run.width * size <= width * 1.001 {
            return (run, size);
        }
        let smaller = Style { size, ..style };
        let room = width - self.width("…", smaller);
        let kept = self.wrap(&text.replace(' ', "\u{a0}"), smaller, room).into_iter().next().unwrap_or_default();
        (self.typeface.shape(&(kept + "…"), style.weight), size)
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.get_mut(self.page) {
            page.push(mark);
        }
    }
}
