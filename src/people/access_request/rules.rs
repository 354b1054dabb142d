//! What can be asked for, and what granting it gives. Pure functions.

use chrono::TimeDelta;
use entity::access_request::{Model, State};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::access::{BuiltinRole, HeldRole, Kind, Miss, MissReason, Permission, Step};
use crate::base::error::{UserError, UserErrorCode};

/// For how long a request can be answered, in days.
pub const DAYS: i64 = 14;
/// How many days somebody waits after a request was declined, before the same can be asked again.
const PAUSE: i64 = 7;
/// The most open requests of one person.
pub const MOST: usize = 10;

/// What stands between a person and a permission, if one step can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The person's membership has no role with it.
    Role {
        /// The organisation of the membership.
        organisation: Uuid,
        /// The membership.
        membership: Uuid,
    },
    /// The client does not delegate it.
    Delegation {
        /// The client.
        client: Uuid,
        /// The partnership.
        partnership: Uuid,
    },
}

impl Obstacle {
    /// The first of the misses that one step of somebody can mend. `target` is where the permission is wanted.
    pub fn first(misses: &[Miss], target: Uuid) -> Option<Self> {
        misses.iter().find_map(|miss| match (miss.reason, miss.path.first(), miss.path.last()) {
            (MissReason::RoleLacksPermission, Some(Step::Membership { organisation, membership, .. }), _) => {
                Some(Self::Role { organisation: *organisation, membership: *membership })
            }
            (MissReason::PartnershipLacksPermission, _, Some(Step::Partnership { partnership, client, .. }))
                if *client == target && miss.organisation == target =>
            {
                Some(Self::Delegation { client: *client, partnership: *partnership })
            }
            _ => None,
        })
    }

    /// The organisation that can change it.
    pub const fn organisation(self) -> Uuid {
        match self {
            Self::Role { organisation, .. } => organisation,
            Self::Delegation { client, .. } => client,
        }
    }
}

/// The permission of the row. `None` if it no longer exists.
pub fn permission_of(row: &Model) -> Option<Permission> {
    Permission::ALL.iter().copied().find(|permission| permission.graphql_name() == row.permission)
}

/// The smallest built-in role that gives the permission where the row wants it: at the organisation of the membership, or
/// at its clients.
pub fn smallest_role(row: &Model, kind: Kind) -> Option<HeldRole> {
    let permission = permission_of(row)?;
    let roles = BuiltinRole::ALL.into_iter().map(|role| HeldRole::builtin(role, kind));
    let giving = roles.filter(|held| gives(held, row, permission));
    giving.min_by_key(|held| held.sets.own.iter().count() + held.sets.clients.iter().count())
}

/// The error for a permission that neither a role nor a delegation would give.
pub fn not_grantable() -> UserError {
    let message = [
        "Nobody can grant this in one step. Query explainAccess to see what is missing.",
        "Niemand kann das in einem Schritt gewähren. Fragen Sie explainAccess, was fehlt.",
        "Ingen kan bevilja det här i ett steg. Fråga explainAccess vad som saknas.",
    ];
    UserError::at("permission", UserErrorCode::InvalidInput, message)
}

/// Whether a role gives the permission where the row wants it.
pub fn gives(held: &HeldRole, row: &Model, permission: Permission) -> bool {
    let set = if row.target_id == row.organisation_id { held.sets.own } else { held.sets.clients };
    set.has(permission)
}

/// Whether it can still be answered.
pub fn is_open(row: &Model, now: DateTimeUtc) -> bool {
    row.state == State::Pending && now < row.expires_at
}

/// Refuses an answer to what was answered or has expired.
pub fn require_open(row: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    if is_open(row, now) { Ok(()) } else { Err(is_answered()) }
}

/// The error for a request that can no longer be answered.
pub fn is_answered() -> UserError {
    let message = [
        "The request was already answered, or it has expired.",
        "Die Anfrage wurde schon beantwortet, oder sie ist abgelaufen.",
        "Förfrågan har redan besvarats, eller så har den gått ut.",
    ];
    UserError::at("accessRequestId", UserErrorCode::StaleState, message)
}

/// Refuses another request while the same is open or was declined lately, and too many open ones. `earlier` are the
/// person's requests of the last weeks.
pub fn require_few(earlier: &[Model], wanted: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    let open: Vec<&Model> = earlier.iter().filter(|row| is_open(row, now)).collect();
    let is_same = |row: &&Model| row.target_id == wanted.target_id && row.permission == wanted.permission;
    if open.iter().any(is_same) {
        let message = [
            "You have asked for this already. Those who can grant it were told.",
            "Darum haben Sie schon gebeten. Wer es gewähren kann, weiß davon.",
            "Du har redan bett om det här. De som kan bevilja det har fått veta det.",
        ];
        return Err(UserError::general(UserErrorCode::Duplicate, message));
    }
    let declined = earlier.iter().filter(|row| row.state == State::Declined).find(is_same);
    let again_on = declined.and_then(|row| row.answered_at).map(|at| at + TimeDelta::days(PAUSE));
    if let Some(again_on) = again_on.filter(|again_on| now < *again_on) {
        let message = [
            format!("This was declined. You can ask for it again on {}.", again_on.date_naive()),
            format!("Das wurde abgelehnt. Am {} können Sie wieder darum bitten.", again_on.date_naive()),
            format!("Det här avböjdes. Du kan be om det igen den {}.", again_on.date_naive()),
        ];
        return Err(UserError::general(UserErrorCode::TooMany, message));
    }
    if open.len() >= MOST {
        let message = [
            format!("You have {MOST} open requests. Wait until one is answered."),
            format!("Sie haben {MOST} offene Anfragen. Warten Sie, bis eine beantwortet ist."),
            format!("Du har {MOST} öppna förfrågningar. Vänta tills en har besvarats."),
        ];
        return Err(UserError::general(UserErrorCode::TooMany, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn row(target: Uuid, permission: Permission) -> Model {
        let now = DateTimeUtc::UNIX_EPOCH;
        Model {
            id: id(1),
            organisation_id: id(2),
            user_id: id(3),
            target_id: target,
            permission: permission.graphql_name(),
            membership_id: Some(id(4)),
            partnership_id: None,
            message: String::new(),
            state: State::Pending,
            answer: None,
            created_at: now,
            expires_at: now + TimeDelta::days(DAYS),
            answered_at: None,
        }
    }

    #[test]
    fn the_smallest_role_with_the_permission_is_given() {
        let name = |target, permission| {
            smallest_role(&row(target, permission), Kind::Reseller).map(|held| held.role.name().to_owned())
        };
        assert_eq!(name(id(2), Permission::InvoiceRead).as_deref(), Some("INVOICES"));
        assert_eq!(name(id(2), Permission::DomainManage).as_deref(), Some("DOMAINS"));
        assert_eq!(name(id(2), Permission::OwnershipTransfer).as_deref(), Some("OWNER"));
        assert_eq!(name(id(9), Permission::ServiceManage).as_deref(), Some("PARTNER_SUPPORT"));
        assert_eq!(name(id(2), Permission::OrganisationSuspend), None);
    }

    #[test]
    fn the_same_is_asked_for_once_and_not_again_in_the_week_after_it_was_declined() {
        let now = DateTimeUtc::UNIX_EPOCH + TimeDelta::days(1);
        let wanted = row(id(2), Permission::InvoiceRead);
        let code = |earlier: &[Model], now| require_few(earlier, &wanted, now).map_err(|error| error.code);
        assert_eq!(code(std::slice::from_ref(&wanted), now), Err(UserErrorCode::Duplicate));
        assert_eq!(code(std::slice::from_ref(&wanted), now + TimeDelta::days(DAYS)), Ok(()));
        let declined = Model { state: State::Declined, answered_at: Some(now), ..wanted.clone() };
        assert_eq!(code(std::slice::from_ref(&declined), now + TimeDelta::days(6)), Err(UserErrorCode::TooMany));
        assert_eq!(code(&[declined], now + TimeDelta::days(7)), Ok(()));
        let others: Vec<Model> = (10..20).map(|number| row(id(number), Permission::InvoiceRead)).collect();
        assert_eq!((code(&others[..9], now), code(&others, now)), (Ok(()), Err(UserErrorCode::TooMany)));
    }
}
