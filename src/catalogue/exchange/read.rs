//! Reading the rows of a file.

use sea_orm::ActiveEnum;
use toml::Spanned;

use super::format::File;
use crate::base::error::UserError;

/// Why a file is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// A file with its text.
pub struct Source<'a> {
    text: &'a str,
    /// The rows.
    pub file: File,
}

impl<'a> Source<'a> {
    /// Reads a text.
    pub fn parse(text: &'a str) -> Result<Self, Fault> {
        let file = toml::from_str(text).map_err(|error| Fault {
            line: line(text, error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        Ok(Self { text, file })
    }

    /// A fault in a row.
    pub fn fault<T>(&self, row: &Spanned<T>, message: String) -> Fault {
        Fault { line: line(self.text, row.span().start), message }
    }

    /// A value of a row that its rules refuse.
    pub fn refused<T>(&self, row: &Spanned<T>, name: &str, error: &UserError) -> Fault {
        let field = error.field.as_ref().and_then(|path| path.last()).map_or("", String::as_str);
        self.fault(row, format!("{name}, {field}: {}", error.message))
    }

    /// Reads a value that has a fixed choice.
    pub fn choice<T, E: ActiveEnum<Value = String>>(
        &self,
        row: &Spanned<T>,
        field: &str,
        written: &str,
    ) -> Result<E, Fault> {
        E::try_from_value(&written.to_owned()).map_err(|_| {
            let known: Vec<String> = E::iter().map(|value| value.to_value()).collect();
            self.fault(row, format!("{field}: {written:?} is not one of {}.", known.join(", ")))
        })
    }
}

fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}
