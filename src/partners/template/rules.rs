//! What a template wants, and whether to propose it to a client.

use entity::{delegation_template, partnership};
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};

use crate::access::PermissionSet;
use crate::base::error::{UserError, UserErrorCode};
use crate::partners::partnership::{Terms, is_in_force};
use crate::partners::proposal::sending::Addressee;

/// How many partnerships one mutation takes.
pub const MOST_AT_ONCE: usize = 500;

/// The terms that a template wants. It does not set an end.
pub const fn terms(row: &delegation_template::Model) -> Terms {
    Terms {
        delegated: PermissionSet::from_stored(row.delegated),
        client_delegated: PermissionSet::from_stored(row.client_delegated),
        includes_upstream: row.includes_upstream,
        ends_at: None,
    }
}

/// A template as the audit log records it.
pub fn audit_snapshot(name: &str, terms: Terms) -> Json {
    json!({ "name": name, "terms": terms.audit_snapshot() })
}

/// Refuses an empty list of partnerships, and one that is too long.
pub fn require_count(count: usize) -> Result<(), UserError> {
    if (1..=MOST_AT_ONCE).contains(&count) {
        return Ok(());
    }
    let message = [
        format!("You gave {count} partnerships. Give 1 to {MOST_AT_ONCE}."),
        format!("Sie haben {count} Partnerschaften angegeben. Geben Sie 1 bis {MOST_AT_ONCE} an."),
        format!("Du angav {count} partnerskap. Ange 1 till {MOST_AT_ONCE}."),
    ];
    Err(UserError::at("partnershipIds", UserErrorCode::TooMany, message))
}

/// The proposal to a client of what its template wants. Refuses if there is nothing to propose.
pub fn proposal(
    row: Option<&(partnership::Model, Option<delegation_template::Model>)>,
    is_pending: bool,
    now: DateTimeUtc,
) -> Result<(Addressee, Terms), UserError> {
    let wrong = |code, message: [&str; 3]| Err(UserError::at("partnershipIds", code, message));
    let Some((row, template)) = row.filter(|(row, _)| is_in_force(row, now)) else {
        return wrong(
            UserErrorCode::Unknown,
            [
                "The reseller has no such partnership in force.",
                "Der Reseller hat keine solche Partnerschaft, die gilt.",
                "Återförsäljaren har inget sådant partnerskap som gäller.",
            ],
        );
    };
    let Some(template) = template else {
        let message = [
            "The client has no template: assign one with assignDelegationTemplate.",
            "Der Kunde hat keine Vorlage: Weisen Sie ihm mit assignDelegationTemplate eine zu.",
            "Kunden har ingen mall: ge den en med assignDelegationTemplate.",
        ];
        return wrong(UserErrorCode::Unknown, message);
    };
    let terms = Terms { ends_at: row.ends_at, ..terms(template) };
    if terms == Terms::of(row) {
        return wrong(
            UserErrorCode::StaleState,
            [
                "The client already delegates what its template wants.",
                "Der Kunde überträgt schon, was seine Vorlage verlangt.",
                "Kunden delegerar redan det som mallen ber om.",
            ],
        );
    }
    if is_pending {
        return wrong(
            UserErrorCode::Duplicate,
            [
                "A proposal to the client is already pending. Wait for the answer, or withdraw it.",
                "Ein Vorschlag an den Kunden ist schon offen. Warten Sie auf die Antwort, oder ziehen Sie ihn zurück.",
                "Ett förslag till kunden väntar redan på svar. Vänta på svaret, eller återta förslaget.",
            ],
        );
    }
    let to = Addressee { organisation: Some(row.client_id), partnership: Some(row.id), ..Addressee::default() };
    Ok((to, terms))
}
