//! Where a session may work, and why a log-in is refused.

use crate::access::{Grants, OrganisationState, Permission, PermissionSet};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Texts;
use entity::session::EndedBecause;

/// Why a session may not work in the organisation; `None` if it may.
///
/// A direct member always may. A person who comes through a partnership needs a permission that changes something: a
/// partner who only reads cannot switch in.
pub fn obstacle(state: OrganisationState, grants: Grants, is_direct_member: bool) -> Option<Texts> {
    if state == OrganisationState::Closed {
        return Some([
            "This organisation is closed, so nobody can work in it.",
            "Diese Organisation ist geschlossen, daher kann dort niemand arbeiten.",
            "Organisationen är stängd, så ingen kan arbeta i den.",
        ]);
    }
    if is_direct_member || may_change_something(grants) {
        return None;
    }
    Some([
        "You have access only through a partner and may only read. The client decides what its partner may change.",
        "Sie haben nur durch einen Partner Zugang und dürfen nur lesen. Der Kunde bestimmt, was sein Partner ändern \
         darf.",
        "Du har bara åtkomst genom en partner och får bara läsa. Kunden bestämmer vad dess partner får ändra.",
    ])
}

/// Whether the grants have a permission that changes something.
pub fn may_change_something(grants: Grants) -> bool {
    !grants.own.without(PermissionSet::READS).is_empty()
}

/// The permission that lets a session work there: one that changes something, if there is one.
pub fn needed(grants: Grants) -> Permission {
    let changing = grants.own.without(PermissionSet::READS);
    changing.iter().next().unwrap_or(Permission::OrganisationRead)
}

/// The error for a log-in that fails. It does not say why.
pub fn wrong_credentials() -> UserError {
    let message = [
        "The address or the password is wrong, or the account is disabled.",
        "Die Adresse oder das Passwort ist falsch, oder das Konto ist gesperrt.",
        "Adressen eller lösenordet är fel, eller så är kontot avstängt.",
    ];
    UserError::general(UserErrorCode::WrongCredentials, message)
}

/// The answer to a refresh token that is no longer valid.
pub fn invalid_token() -> UserError {
    let message = [
        "This refresh token is unknown or has expired, or its session has ended. Sign in again with logIn.",
        "Dieser Refresh-Token ist unbekannt oder abgelaufen, oder seine Sitzung ist beendet. Melden Sie sich mit logIn \
         neu an.",
        "Den här refresh-token är okänd eller har gått ut, eller så har sessionen avslutats. Logga in igen med logIn.",
    ];
    UserError::at("refreshToken", UserErrorCode::InvalidToken, message)
}

/// The answer where a refresh token was used a second time, and to all other tokens of its session.
pub fn token_reused() -> UserError {
    let message = [
        "A refresh token of this session was used again, some time after its first use. It may have been stolen, so \
         the session was ended. Sign in again with logIn, and keep only the latest refresh token.",
        "Ein Refresh-Token dieser Sitzung wurde einige Zeit nach seiner ersten Verwendung noch einmal verwendet. Er \
         kann gestohlen sein, daher wurde die Sitzung beendet. Melden Sie sich mit logIn neu an, und behalten Sie nur \
         den neuesten Refresh-Token.",
        "En refresh-token för sessionen användes igen, en tid efter att den först användes. Den kan vara stulen, så \
         sessionen har avslutats. Logga in igen med logIn, och behåll bara den senaste refresh-token.",
    ];
    UserError::at("refreshToken", UserErrorCode::TokenReused, message)
}

/// The message to an access token whose session has ended.
pub const fn ended(because: Option<EndedBecause>) -> &'static str {
    match because {
        Some(EndedBecause::TokenReused) => {
            "This session was ended because one of its refresh tokens was used again, some time after its first use. \
             It may have been stolen. Sign in again with logIn."
        }
        _ => "This session has ended. Sign in again with logIn.",
    }
}

/// The error if a second factor is on and no code was given.
pub fn code_required() -> UserError {
    let message = [
        "Also give a code from your authenticator app, or a recovery code.",
        "Geben Sie auch einen Code Ihrer Authenticator-App oder einen Wiederherstellungscode an.",
        "Ange också en kod från din autentiseringsapp eller en återställningskod.",
    ];
    UserError::at("code", UserErrorCode::CodeRequired, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(permissions: &[Permission]) -> Grants {
        Grants { own: PermissionSet::of(permissions), clients: PermissionSet::ALL }
    }

    #[test]
    fn a_partner_switches_in_only_with_something_to_change() {
        use OrganisationState::{Active, Closed, Suspended};
        let reads = grants(&[Permission::MemberRead, Permission::InvoiceRead]);
        let writes = grants(&[Permission::ServiceManage]);
        assert!(obstacle(Active, reads, false).is_some());
        assert_eq!(obstacle(Active, writes, false), None);
        assert_eq!(obstacle(Active, reads, true), None);
        assert_eq!(obstacle(Suspended, reads, true), None);
        assert!(obstacle(Closed, writes, true).is_some());
    }
}
