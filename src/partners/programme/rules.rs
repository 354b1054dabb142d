//! What the reseller programme refuses, and its terms as the audit log records them.

use entity::organisation::Kind;
use entity::{commission_rate, reseller_programme};
use sea_orm::prelude::{Date, DateTimeUtc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};
use crate::base::text;

/// The whole price, in basis points.
const WHOLE: i32 = 10_000;

/// Reads the terms that somebody typed, together with the commission.
pub fn read_terms(commission: i32, typed: &str) -> Result<String, UserError> {
    if !(0..=WHOLE).contains(&commission) {
        let message = [
            format!("Give a commission of 0 to {WHOLE} basis points: 1250 is 12.5 %."),
            format!("Geben Sie eine Provision von 0 bis {WHOLE} Basispunkten an: 1250 sind 12,5 %."),
            format!("Ange en provision på 0 till {WHOLE} baspunkter: 1250 är 12,5 %."),
        ];
        return Err(UserError::at("commissionBasisPoints", UserErrorCode::InvalidInput, message));
    }
    text::reason("terms", typed)
}

/// Refuses organisations that are not resellers.
pub fn require_reseller(kind: Kind) -> Result<(), UserError> {
    if kind == Kind::Reseller {
        return Ok(());
    }
    Err(UserError::at(
        "organisationId",
        UserErrorCode::NotAReseller,
        [
            "The organisation is not a reseller.",
            "Die Organisation ist kein Reseller.",
            "Organisationen är inte återförsäljare.",
        ],
    ))
}

/// The error for a request that is no longer pending.
pub fn is_answered() -> UserError {
    let message = [
        "The request was already answered or withdrawn.",
        "Der Antrag wurde schon beantwortet oder zurückgezogen.",
        "Förfrågan har redan besvarats eller återtagits.",
    ];
    UserError::at("resellerRequestId", UserErrorCode::StaleState, message)
}

/// The rate of a reseller from a day on, for everything that it sells.
pub fn rate(id: Uuid, reseller: Uuid, basis_points: i32, (day, now): (Date, DateTimeUtc)) -> commission_rate::Model {
    commission_rate::Model {
        id,
        reseller_id: reseller,
        partnership_id: None,
        product_id: None,
        basis_points,
        valid_from: day,
        created_at: now,
    }
}

/// The terms as the audit log records them.
pub fn audit_snapshot(row: &reseller_programme::Model) -> Json {
    json!({ "commissionBasisPoints": row.commission_basis_points, "terms": row.terms })
}
