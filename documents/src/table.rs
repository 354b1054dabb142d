//! A table that runs over as many pages as it needs and repeats its head on each.

use super::layout::{BODY, BOTTOM, Ink, LEFT, RIGHT, SMALL, STRONG, Sheet, Style, TOP};

/// Space above and below the text of a row.
const PADDING: f32 = 5.0;
/// Space between columns.
const GAP: f32 = 8.0;
/// Height of the head.
const HEAD: f32 = 20.0;

/// On which side the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Words: broken into lines.
    Left,
    /// Numbers: on one line, smaller if need be.
    Right,
}

/// One column.
pub struct Column<'a> {
    /// Its label.
    pub label: &'a str,
    /// Its width in points, without the space between columns.
    pub width: f32,
    /// Words or numbers.
    pub side: Side,
}

/// One cell: its paragraphs from top to bottom.
pub type Cell = Vec<(Style, String)>;

/// A cell of one paragraph.
pub fn cell(text: impl Into<String>) -> Cell {
    vec![(BODY, text.into())]
}

/// A cell whose second paragraph is small and grey, if there is any.
pub fn cell_with_note(text: impl Into<String>, note: String) -> Cell {
    let mut cell = cell(text);
    if !note.is_empty() {
        cell.push((SMALL, note));
    }
    cell
}

/// Draws the table from where the sheet is filled, and leaves the sheet below it. A row stays on one page if it can. The
/// last row keeps this much room below it, so that what closes the document never stands alone on a page.
pub fn draw(sheet: &mut Sheet, columns: &[Column], rows: &[Vec<Cell>], closing: f32) {
    sheet.make_room(HEAD + 40.0);
    head(sheet, columns);
    for (index, row) in rows.iter().enumerate() {
        let mut rest: Vec<Vec<(Style, String)>> =
            row.iter().zip(columns).map(|(cell, column)| lines(sheet, cell, column)).collect();
        let height = rest.iter().map(|lines| height_of(lines)).fold(0.0, f32::max) + 2.0 * PADDING;
        let wanted = if index + 1 == rows.len() { height + closing } else { height };
        if sheet.y + wanted > BOTTOM && TOP + HEAD + wanted <= BOTTOM {
            turn(sheet, columns);
        }
        while rest.iter().any(|lines| !lines.is_empty()) {
            if sheet.y + 2.0 * PADDING + BODY.leading > BOTTOM {
                turn(sheet, columns);
            }
            slice(sheet, columns, &mut rest);
        }
        sheet.rule(LEFT, RIGHT, sheet.y, 0.5, Ink::Rule);
    }
}

fn turn(sheet: &mut Sheet, columns: &[Column]) {
    sheet.turn();
    head(sheet, columns);
}

fn head(sheet: &mut Sheet, columns: &[Column]) {
    sheet.block(LEFT, sheet.y, RIGHT - LEFT, HEAD, Ink::Tint);
    let style = Style { size: 7.8, ink: Ink::Accent, ..STRONG };
    for (column, left) in columns.iter().zip(edges(columns)) {
        write(sheet, column, left, sheet.y + HEAD / 2.0 + 2.8, column.label, style);
    }
    sheet.y += HEAD;
}

/// Draws as many lines of each cell as fit on the page, and takes them off.
fn slice(sheet: &mut Sheet, columns: &[Column], rest: &mut [Vec<(Style, String)>]) {
    let top = sheet.y + PADDING;
    let mut lowest = top;
    for ((column, left), lines) in columns.iter().zip(edges(columns)).zip(rest) {
        let mut y = top;
        let mut drawn = 0;
        for (style, line) in lines.iter() {
            if y + style.leading + PADDING > BOTTOM {
                break;
            }
            write(sheet, column, left, y + style.size, line, *style);
            y += style.leading;
            drawn += 1;
        }
        lines.drain(..drawn);
        lowest = lowest.max(y);
    }
    sheet.y = lowest + PADDING;
}

fn write(sheet: &mut Sheet, column: &Column, left: f32, y: f32, text: &str, style: Style) {
    match column.side {
        Side::Left => sheet.text_within(left, left + column.width, y, text, style),
        Side::Right => sheet.number_within(left, left + column.width, y, text, style),
    }
}

fn lines(sheet: &Sheet, cell: &Cell, column: &Column) -> Vec<(Style, String)> {
    match column.side {
        Side::Right => cell.clone(),
        Side::Left => cell
            .iter()
            .flat_map(|(style, text)| {
                let lines = text.split('\n').flat_map(|part| sheet.wrap(part, *style, column.width));
                lines.map(|line| (*style, line)).collect::<Vec<_>>()
            })
            .collect(),
    }
}

fn height_of(lines: &[(Style, String)]) -> f32 {
    lines.iter().map(|(style, _)| style.leading).sum()
}

/// The left edge of each column. The outer ones keep a little room within the tint of the head.
fn edges(columns: &[Column]) -> impl Iterator<Item = f32> {
    columns.iter().scan(LEFT + 6.0, |left, column| {
        let edge = *left;
        *left += column.width + GAP;
        Some(edge)
    })
}

/// The width that is left for the one column that takes it all, beside others of these widths.
pub fn remaining_width(others: &[f32]) -> f32 {
    others.iter().fold(RIGHT - LEFT - 12.0, |room, width| room - width - GAP)
}
