//! What a list is ordered by, and how cursors store it.

use chrono::Datelike;
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::{DbErr, QueryResult, Value};

use super::arguments::Cursor;
use crate::base::error::Result;

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A text column.
    Text(&'static str),
    /// A point in time.
    Instant(&'static str),
    /// A day.
    Day(&'static str),
    /// A whole number.
    Number(&'static str),
    /// A whole number of 64 bits.
    Large(&'static str),
}

impl Key {
    /// Its column.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Text(column)
            | Self::Instant(column)
            | Self::Day(column)
            | Self::Number(column)
            | Self::Large(column) => column,
        }
    }

    /// The value in its text form, which a cursor stores.
    pub fn read(self, row: &QueryResult, index: usize) -> Result<String, DbErr> {
        Ok(match self {
            Self::Text(_) => row.try_get_by_index(index)?,
            Self::Instant(_) => row.try_get_by_index::<DateTimeUtc>(index)?.timestamp_micros().to_string(),
            Self::Day(_) => row.try_get_by_index::<Date>(index)?.to_string(),
            Self::Number(_) => row.try_get_by_index::<i32>(index)?.to_string(),
            Self::Large(_) => row.try_get_by_index::<i64>(index)?.to_string(),
        })
    }

    /// The value as a parameter. A cursor from a client may hold anything, including values that PostgreSQL rejects.
    pub fn value(self, text: &str) -> Result<Value> {
        let is_in_range = |day: Date| (1..=9999).contains(&day.year());
        let read = match self {
            Self::Text(_) => Some(text).filter(|text| !text.contains('\0')).map(Value::from),
            Self::Instant(_) => {
                let instant = text.parse().ok().and_then(DateTimeUtc::from_timestamp_micros);
                instant.filter(|instant| is_in_range(instant.date_naive())).map(Value::from)
            }
            Self::Day(_) => text.parse::<Date>().ok().filter(|day| is_in_range(*day)).map(Value::from),
            Self::Number(_) => text.parse::<i32>().ok().map(Value::from),
            Self::Large(_) => text.parse::<i64>().ok().map(Value::from),
        };
        read.ok_or_else(Cursor::malformed)
    }
}
