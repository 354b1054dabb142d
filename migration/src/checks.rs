//! CHECK constraints that work in both databases.

use sea_orm_migration::prelude::*;

/// `column` holds one of the names of an enum.
pub fn one_of(column: &'static str, names: &[&'static str]) -> Expr {
    Expr::col(column).is_in(names.iter().copied())
}

/// `column` holds exactly `length` characters: a country has 2, a currency 3.
pub fn has_length(column: &'static str, length: i32) -> Expr {
    Expr::expr(Func::cust("length").arg(Expr::col(column))).eq(length)
}

/// `column` is 1 or more.
pub fn is_positive(column: &'static str) -> Expr {
    Expr::col(column).gt(0)
}

/// `column` is 0 or more.
pub fn is_not_negative(column: &'static str) -> Expr {
    Expr::col(column).gte(0)
}

/// The two columns hold different values.
pub fn differ(one: &'static str, other: &'static str) -> Expr {
    Expr::col(one).ne(Expr::col(other))
}

/// `later` comes after `earlier`, if both are set: a CHECK accepts NULL.
pub fn comes_after(later: &'static str, earlier: &'static str) -> Expr {
    Expr::col(later).gt(Expr::col(earlier))
}

/// `later` comes after `earlier` or on the same day, if both are set.
pub fn is_not_before(later: &'static str, earlier: &'static str) -> Expr {
    Expr::col(later).gte(Expr::col(earlier))
}

/// Exactly one of the two columns is set.
pub fn exactly_one(one: &'static str, other: &'static str) -> Expr {
    Expr::col(one).is_null().ne(Expr::col(other).is_null())
}
