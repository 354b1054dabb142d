//! Tables as CSV (RFC 4180) that spreadsheets open: UTF-8 with a mark at the start, and no cell that runs as a formula.

use std::borrow::Cow;

use crate::base::error::{Error, Result};

/// The mark at the start of a file, by which spreadsheets know that it is UTF-8.
pub const MARK: &str = "\u{feff}";

/// Lines of cells as CSV.
pub fn lines<'a, L>(lines: impl IntoIterator<Item = L>) -> Result<Vec<u8>>
where
    L: IntoIterator<Item = Cow<'a, str>>,
{
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        let cells = line.into_iter().map(|text| safe(&text).into_owned());
        writer.write_record(cells).map_err(Error::fault)?;
    }
    writer.into_inner().map_err(Error::fault)
}

/// The text of a cell that a spreadsheet shows and does not run: what begins like a formula gets an apostrophe in front.
/// Plain numbers stay numbers.
fn safe(text: &str) -> Cow<'_, str> {
    let is_number = text.parse::<f64>().is_ok() && text.chars().all(|letter| "0123456789+-.eE".contains(letter));
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !is_number {
        return Cow::Owned(format!("'{text}"));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(cells: &[&str]) -> String {
        String::from_utf8(lines([cells.iter().map(|cell| Cow::Borrowed(*cell))]).unwrap()).unwrap()
    }

    #[test]
    fn no_cell_runs_as_a_formula_and_numbers_stay_numbers() {
        for formula in ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-inf", "+nan"] {
            assert_eq!(safe(formula), format!("'{formula}"));
        }
        for plain in ["-1.5", "+49", "1e5", "Åsa", "a=1", "", "'=1"] {
            assert_eq!(safe(plain), plain);
        }
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(written(&["a,b", "say \"hi\"", "two\nlines", ""]), "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\r\n");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(cells in prop::collection::vec("[a-z,;\"\n =+@-]{0,8}", 1..5)) {
            let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
            let text = written(&texts);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let read: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
            prop_assert_eq!(read, texts.iter().map(|cell| safe(cell).into_owned()).collect::<Vec<_>>());
        }
    }
}
