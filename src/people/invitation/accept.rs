//! Accepting an invitation.

use async_graphql::{ID, InputObject};
use entity::user;
use macros::{mutation, payload};

use super::answer;
use super::join::{Accepted, Party, make_member, sign_in};
use crate::access::{Actor, Card};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::Act;
use crate::organisation::OrganisationCard;
use crate::people::user::{self as users, Address, Password, Passwords};

/// The invitation to accept, named in one of two ways.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The secret in the link of the mail. It proves the address too.
    pub token: Option<String>,
    /// Id of the invitation, from `viewer.invitations`, if you are signed in with the verified address that it went to.
    pub invitation_id: Option<ID>,
    /// The new password of an unverified account, if `next` of the invitation is SET_PASSWORD; otherwise left out.
    pub new_password: Option<Password>,
}

/// The organisation that you joined.
#[payload]
pub struct AcceptInvitationPayload {
    /// The organisation; null if you did not join.
    pub organisation: Option<OrganisationCard>,
}

/// Joins an organisation. Sign in first, with the invited address. If the address has an
/// unverified account (`next` of the invitation is SET_PASSWORD), send this without being signed in and with
/// `newPassword`. The link proves the address, so the account becomes yours, and its old password, sessions and second
/// factor are removed. Without an account, use `signUp` with `invitationToken`.
#[mutation]
#[public]
async fn accept_invitation(act: Act<'_>, input: AcceptInvitationInput) -> Result<AcceptInvitationPayload> {
    let request = act.request;
    let (named, row) = answer::read(request, input.token.as_deref(), input.invitation_id.as_ref()).await?;
    let party = match request.actor() {
        Actor::ApiKey(_) => return Err(UserError::for_people_only().into()),
        Actor::User(user) => Party::SignedIn(user.id),
        Actor::Anonymous => Party::Unverified(hash_new_password(&act, &row.email, input.new_password).await?),
    };
    let organisation = row.organisation_id;
    let accepted = Accepted { action: act.action, named, organisation };
    request.transaction(async |work| make_member(work, &accepted, &party).await).await?.into_result()?;
    let decision = request.access.look(organisation).await?.ok_or(Error::NotFound)?;
    let Card { id, name, kind } = decision.card();
    Ok(AcceptInvitationPayload { organisation: Some(OrganisationCard { id, name, kind }), ..Default::default() })
}

/// The hash of the new password for the unverified account of the address. Refuses if there is no such account, or if
/// the password is missing or weak.
async fn hash_new_password(act: &Act<'_>, email: &str, new_password: Option<Password>) -> Result<String> {
    let passwords = act.service::<Passwords>()?;
    let address = Address::parse(email).ok_or_else(|| Error::fault("the address of an invitation is malformed"))?;
    let account = users::store::find_by_address(act.request.db().reader(), email).await?;
    let Some(account) = account else {
        let message = [
            "The address of this invitation has no account yet. Create one: use signUp with invitationToken.",
            "Zur Adresse dieser Einladung gibt es noch kein Konto. Legen Sie eines an: signUp mit invitationToken.",
            "Inbjudans adress har inget konto än. Skapa ett: signUp med invitationToken.",
        ];
        return Err(UserError::at("token", UserErrorCode::Unknown, message).into());
    };
    if account.state != user::State::Active {
        let message = [
            "The account of this address is disabled. Ask the operator of the platform why.",
            "Das Konto dieser Adresse ist gesperrt. Fragen Sie den Betreiber der Plattform nach dem Grund.",
            "Kontot med den här adressen är avstängt. Fråga plattformens operatör varför.",
        ];
        return Err(UserError::at("token", UserErrorCode::StaleState, message).into());
    }
    if account.email_verified_at.is_some() {
        return Err(sign_in());
    }
    let Some(password) = new_password else {
        let message = [
            "The account of this address is not verified. Give newPassword, a new password for it.",
            "Das Konto dieser Adresse ist nicht bestätigt. Geben Sie ein neues Passwort dafür an: newPassword.",
            "Kontot med den här adressen är inte bekräftat. Ange ett nytt lösenord för det: newPassword.",
        ];
        return Err(UserError::at("newPassword", UserErrorCode::AddressNotVerified, message).into());
    };
    if let Some(message) = users::weakness(password.expose(), Some(&address), passwords.minimum_length()) {
        return Err(UserError::at("newPassword", UserErrorCode::WeakPassword, message).into());
    }
    passwords.hash(password).await
}
