//! Files of people, groups or log-ins, read piece by piece: NDJSON, or CSV with a header line.

use sea_orm::prelude::{Date, DateTimeUtc};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// The longest line, in bytes.
const LONGEST: usize = 64 << 10;
/// Columns that are true or false.
const FLAGS: [&str; 3] = ["isActive", "isDeleted", "isRemoved"];

/// What a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// People.
    People,
    /// Groups and their members, one member in each line.
    Groups,
    /// Log-ins.
    LogIns,
}

impl Kind {
    /// The columns of a CSV file, which are also the fields of a line of JSON.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::People => &["externalId", "email", "name", "unitPath", "isActive", "isDeleted", "joinedOn"],
            Self::Groups => &["externalId", "name", "personExternalId", "groupExternalId", "isDeleted", "isRemoved"],
            Self::LogIns => &["externalId", "email", "at"],
        }
    }
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object in each line.
    Ndjson,
    /// Values between commas (RFC 4180), with a header line.
    Csv,
}

/// A line that is not as it must be. The rest of the file is not read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}: {message}")]
pub struct FileError {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

/// A line of a file of people.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonLine {
    /// The id in the source.
    pub external_id: String,
    /// The address.
    pub email: Option<String>,
    /// The name.
    #[serde(default)]
    pub name: String,
    /// The organisational unit.
    #[serde(default)]
    pub unit_path: String,
    /// Whether the person works there now.
    #[serde(default = "active")]
    pub is_active: bool,
    /// Whether the person is gone.
    #[serde(default)]
    pub is_deleted: bool,
    /// The day of joining.
    pub joined_on: Option<Date>,
}

const fn active() -> bool {
    true
}

/// A line of a file of log-ins.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogInLine {
    /// The id of the person in the source.
    pub external_id: Option<String>,
    /// The address of the person.
    pub email: Option<String>,
    /// When it was.
    pub at: DateTimeUtc,
}

/// A line of a file of groups: a group, and one of its members.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupLine {
    /// The id of the group in the source.
    pub external_id: String,
    /// Its name.
    pub name: Option<String>,
    /// The member, if it is a person.
    pub person_external_id: Option<String>,
    /// The member, if it is a group.
    pub group_external_id: Option<String>,
    /// Whether the group is gone.
    #[serde(default)]
    pub is_deleted: bool,
    /// Whether the member leaves the group.
    #[serde(default)]
    pub is_removed: bool,
}

/// What a line says.
#[derive(Clone, Debug)]
pub enum Row {
    /// A person.
    Person(PersonLine),
    /// A group, and one of its members.
    Group(GroupLine),
    /// A log-in.
    LogIn(LogInLine),
}

/// Reads a file that comes in pieces of any size.
#[derive(Debug)]
pub struct FileReader {
    kind: Kind,
    format: Format,
    columns: Option<Vec<&'static str>>,
    /// What came of the line that has not ended.
    rest: Vec<u8>,
    /// The line in which it began.
    line: u64,
    /// How many lines it has: a quoted value can have line breaks.
    breaks: u64,
    quotes: Quotes,
}

/// Where in a line of CSV the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    /// At the beginning of a value.
    Before,
    /// In a quoted value.
    Within,
    /// Behind a quote that ended one, unless another one follows.
    Behind,
    /// In a value without quotes.
    Without,
}

impl Quotes {
    const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Within, b'"') => Self::Behind,
            (Self::Within, _) | (Self::Before | Self::Behind, b'"') => Self::Within,
            (_, b',' | b'\n') => Self::Before,
            _ => Self::Without,
        }
    }
}

impl FileReader {
    /// Reads a file from its beginning.
    pub const fn new(kind: Kind, format: Format) -> Self {
        Self { kind, format, columns: None, rest: Vec::new(), line: 1, breaks: 0, quotes: Quotes::Before }
    }

    /// Reads a piece, and adds the rows that end in it with the numbers of their lines.
    pub fn read(&mut self, piece: &[u8], rows: &mut impl Extend<(u64, Row)>) -> Result<(), FileError> {
        for byte in piece {
            if self.format == Format::Csv {
                self.quotes = self.quotes.after(*byte);
            }
            if *byte != b'\n' {
                self.rest.push(*byte);
                if self.rest.len() > LONGEST {
                    return Err(self.wrong(format!("It has more than {LONGEST} bytes.")));
                }
                continue;
            }
            self.breaks += 1;
            if self.quotes == Quotes::Within {
                self.rest.push(*byte);
            } else {
                rows.extend(self.take()?);
            }
        }
        Ok(())
    }

    /// Reads the last line, which may have no line break.
    pub fn end(&mut self, rows: &mut impl Extend<(u64, Row)>) -> Result<(), FileError> {
        if self.quotes == Quotes::Within {
            return Err(self.wrong("A quoted value does not end.".to_owned()));
        }
        rows.extend(self.take()?);
        if self.format == Format::Csv && self.columns.is_none() {
            return Err(self.wrong(self.expected("The header line is missing.")));
        }
        Ok(())
    }

    /// The row of the line that has ended; none for an empty line and for the header.
    fn take(&mut self) -> Result<Option<(u64, Row)>, FileError> {
        let line = std::mem::take(&mut self.rest);
        let text = match std::str::from_utf8(&line) {
            Ok(text) => text.trim_end_matches('\r'),
            Err(_) => return Err(self.wrong("It is not UTF-8.".to_owned())),
        };
        // Some programs begin every file with a byte order mark.
        let text = if self.line == 1 { text.trim_start_matches('\u{feff}') } else { text };
        let row = if text.trim().is_empty() { Ok(None) } else { self.row(text) };
        let row = row.map_err(|message| self.wrong(message))?.map(|row| (self.line, row));
        self.line += std::mem::take(&mut self.breaks);
        Ok(row)
    }

    fn row(&mut self, text: &str) -> Result<Option<Row>, String> {
        if self.format == Format::Ndjson {
            let json: Json = serde_json::from_str(text).map_err(|_| "It is not a JSON object.".to_owned())?;
            return self.typed(json).map(Some);
        }
        let values = values(text)?;
        let Some(columns) = &self.columns else {
            self.columns = Some(self.header(&values)?);
            return Ok(None);
        };
        if values.len() != columns.len() {
            return Err(format!("It has {} values, and the header line has {}.", values.len(), columns.len()));
        }
        let mut object = Map::new();
        for (column, value) in columns.iter().zip(&values).filter(|(_, value)| !value.is_empty()) {
            let value = match value.to_ascii_lowercase().as_str() {
                "true" if FLAGS.contains(column) => Json::Bool(true),
                "false" if FLAGS.contains(column) => Json::Bool(false),
                _ if FLAGS.contains(column) => return Err(format!("{column} must be true or false.")),
                _ => Json::String(value.clone()),
            };
            object.insert((*column).to_owned(), value);
        }
        self.typed(Json::Object(object)).map(Some)
    }

    fn typed(&self, json: Json) -> Result<Row, String> {
        if !json.is_object() {
            return Err("It is not a JSON object.".to_owned());
        }
        let row = match self.kind {
            Kind::People => serde_json::from_value(json).map(Row::Person),
            Kind::Groups => serde_json::from_value(json).map(Row::Group),
            Kind::LogIns => serde_json::from_value(json).map(Row::LogIn),
        };
        row.map_err(|error| format!("It is not as expected: {error}."))
    }

    /// The columns that a header line names.
    fn header(&self, names: &[String]) -> Result<Vec<&'static str>, String> {
        let mut columns: Vec<&'static str> = Vec::new();
        for name in names {
            let known = self.kind.columns().iter().copied().find(|known| known == name);
            let Some(known) = known else { return Err(self.expected(&format!("There is no column {name:?}."))) };
            if columns.contains(&known) {
                return Err(format!("The column {name} is there twice."));
            }
            columns.push(known);
        }
        Ok(columns)
    }

    fn expected(&self, what: &str) -> String {
        format!(
            "{what} The header line names these columns, with commas between them: {}.",
            self.kind.columns().join(",")
        )
    }

    const fn wrong(&self, message: String) -> FileError {
        FileError { line: self.line, message }
    }
}

/// The values of a line of CSV.
fn values(text: &str) -> Result<Vec<String>, String> {
    let mut reader = csv::ReaderBuilder::new();
    // The text is one line, and a line break in it belongs to a quoted value.
    reader.has_headers(false).flexible(true).terminator(csv::Terminator::Any(b'\n')).buffer_capacity(text.len() + 1);
    let mut record = csv::StringRecord::new();
    match reader.from_reader(text.as_bytes()).read_record(&mut record) {
        Ok(_) => Ok(record.iter().map(|value| value.trim().to_owned()).collect()),
        Err(error) => Err(format!("It is no line of CSV: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a file that comes in pieces of this size.
    fn read(kind: Kind, format: Format, text: &str, size: usize) -> Result<Vec<(u64, Row)>, FileError> {
        let (mut reader, mut rows) = (FileReader::new(kind, format), Vec::new());
        for piece in text.as_bytes().chunks(size) {
            reader.read(piece, &mut rows)?;
        }
        reader.end(&mut rows)?;
        Ok(rows)
    }

    fn names(rows: &[(u64, Row)]) -> Vec<(u64, String)> {
        let name = |row: &Row| match row {
            Row::Person(person) => person.name.clone(),
            other => panic!("{other:?}"),
        };
        rows.iter().map(|(line, row)| (*line, name(row))).collect()
    }

    #[test]
    fn lines_are_read_whatever_the_size_of_the_pieces() {
        let csv = "\u{feff}name,externalId,isActive,joinedOn\r\n\"Ann \"\"A\"\"\nof two lines, with commas\",1,TRUE,2026-01-31\r\n\
                   \r\nBo 6\" tall,2,false,\n\"Cé\",3,,";
        let json = "{\"externalId\":\"1\",\"name\":\"Ann\"}\n\n{\"externalId\":\"2\",\"name\":\"B\\n\\\"o\"}";
        for size in [1, 2, 3, 7, 1_000] {
            let rows = read(Kind::People, Format::Csv, csv, size).unwrap();
            let expected = [(2, "Ann \"A\"\nof two lines, with commas"), (5, "Bo 6\" tall"), (6, "Cé")];
            assert_eq!(names(&rows), expected.map(|(line, name)| (line, name.to_owned())), "{size}");
            let rows = read(Kind::People, Format::Ndjson, json, size).unwrap();
            assert_eq!(names(&rows), [(1, "Ann".to_owned()), (3, "B\n\"o".to_owned())]);
        }
    }

    #[test]
    fn a_wrong_line_is_named() {
        let long = format!("{{\"externalId\":\"{}\"", "x".repeat(LONGEST));
        for (format, text, line, part) in [
            (Format::Ndjson, "{\"externalId\":\"1\",\"name\":\"A\"}\n{\"externalId\":", 2, "not a JSON object"),
            (Format::Ndjson, "\n[]", 2, "not a JSON object"),
            (Format::Ndjson, "{\"externalId\":\"1\",\"nam\":\"A\"}", 1, "nam"),
            (Format::Ndjson, "{\"externalId\":1,\"name\":\"A\"}", 1, "string"),
            (Format::Ndjson, "{\"name\":\"A\"}", 1, "externalId"),
            (Format::Ndjson, "{\"externalId\":\"1\",\"name\":\"A\",\"joinedOn\":\"31.1.2026\"}", 1, "expected"),
            (Format::Ndjson, &long, 1, "bytes"),
            (Format::Csv, "", 1, "header line is missing"),
            (Format::Csv, "externalId;name\n", 1, "no column"),
            (Format::Csv, "externalId,name,name\n", 1, "twice"),
            (Format::Csv, "externalId,name\n1,A\n2\n", 3, "1 values"),
            (Format::Csv, "externalId,name,isActive\n1,A,yes", 2, "true or false"),
            (Format::Csv, "externalId,name\n1,\"A\n2,B\n", 2, "does not end"),
            (Format::Csv, "externalId,name\n1,A\n,B\n", 3, "externalId"),
        ] {
            for size in [1, 50, 100_000] {
                let error = read(Kind::People, format, text, size).unwrap_err();
                assert_eq!(error.line, line, "{text:.40}: {error}");
                assert!(error.message.contains(part), "{text:.40}: {error}");
            }
        }
    }
}
