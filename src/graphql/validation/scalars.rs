//! The values of our own scalars. The library takes any value for them, so they are read here as the engine reads them.

use async_graphql::{ScalarType, Value};
use sea_orm::prelude::{Date, DateTimeUtc};

use crate::base::calendar;
use crate::base::money::BigInt;

/// What a value of the scalar must be, if this is not one. A scalar that is not listed takes any value.
pub fn misfit(scalar: &str, value: Value) -> Option<&'static str> {
    let (fits, must) = match scalar {
        "DateTime" => (
            DateTimeUtc::parse(value).is_ok_and(calendar::has_instant),
            "a point in time in the years 1 to 9999, for example \"2026-11-22T10:00:00Z\"",
        ),
        "NaiveDate" => (
            Date::parse(value).is_ok_and(calendar::has_day),
            "a day in the years 1 to 9999, for example \"2026-11-22\"",
        ),
        "BigInt" => (BigInt::parse(value).is_ok(), "a whole number of 64 bits, as a string of digits"),
        _ => return None,
    };
    (!fits).then_some(must)
}

#[cfg(test)]
mod tests {
    use async_graphql_parser::parse_schema;
    use async_graphql_parser::types::{TypeKind, TypeSystemDefinition};

    use super::*;

    #[test]
    fn every_scalar_of_the_schema_is_read() {
        let definitions = parse_schema(crate::graphql::sdl()).unwrap().definitions;
        let scalars = definitions.iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(one) if matches!(one.node.kind, TypeKind::Scalar) => Some(&one.node.name.node),
            _ => None,
        });
        let unread: Vec<_> = scalars.filter(|name| misfit(name, Value::Boolean(true)).is_none()).collect();
        assert_eq!(unread, Vec::<&async_graphql::Name>::new());
    }

    #[test]
    fn days_and_instants_are_read_as_the_engine_reads_them() {
        for (scalar, good, bad) in [
            ("DateTime", "2026-11-22T10:00:00Z", "2026-11-22"),
            ("DateTime", "2026-11-22T10:00:00+02:00", "2026-13-22T10:00:00Z"),
            ("DateTime", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-00:01"),
            ("DateTime", "0001-01-01T00:00:00Z", "0000-12-31T23:59:59Z"),
            ("NaiveDate", "2026-02-28", "2026-02-29"),
            ("NaiveDate", "0001-01-01", "+10000-01-01"),
            ("BigInt", "9223372036854775807", "9223372036854775808"),
        ] {
            assert_eq!(misfit(scalar, good.into()), None, "{good}");
            assert!(misfit(scalar, bad.into()).is_some(), "{bad}");
        }
    }
}
