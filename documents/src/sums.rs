//! The block of sums at the end of a document.

use super::layout::{BODY, Ink, RIGHT, STRONG, Sheet, Style};
use super::typeface::Weight;

/// The style of the sum that counts.
pub const SUM: Style = Style::new(11.5, Weight::Bold, Ink::Accent);

/// Left edge of the sums.
const LEFT: f32 = 328.0;

/// One sum.
pub struct Sum<'a> {
    /// What it is.
    pub label: &'a str,
    /// The amount with its currency.
    pub value: String,
    /// Whether it is the one that counts.
    pub is_main: bool,
}

impl<'a> Sum<'a> {
    /// A sum on the way.
    pub const fn part(label: &'a str, value: String) -> Self {
        Self { label, value, is_main: false }
    }

    /// The sum that counts.
    pub const fn main(label: &'a str, value: String) -> Self {
        Self { label, value, is_main: true }
    }
}

/// The height of the block.
pub fn height(sums: &[Sum]) -> f32 {
    sums.iter().map(|sum| if sum.is_main { 28.0 } else { 16.0 }).sum()
}

/// Draws the sums below each other at the right edge.
pub fn draw(sheet: &mut Sheet, top: f32, sums: &[Sum]) {
    let mut y = top;
    for sum in sums {
        let (style, label) = if sum.is_main { (SUM, STRONG) } else { (BODY, BODY) };
        if sum.is_main {
            sheet.rule(LEFT, RIGHT, y + 4.0, 0.9, Ink::Accent);
            y += 10.0;
        }
        sheet.text_within(LEFT, LEFT + 106.0, y + 10.0, sum.label, label);
        sheet.number_within(LEFT + 108.0, RIGHT - 6.0, y + 10.0, &sum.value, style);
        y += 16.0;
    }
}
