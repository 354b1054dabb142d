//! Reading how a person names the invitation that they answer: by the secret in its link, or by its id.

use async_graphql::ID;
use entity::invitation::Model;

use super::join::wrong_address;
use super::named::{ID_FIELD, Named};
use super::object::Invitation;
use super::rules::{self, invalid_link};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::request::Request;
use crate::people::user::mailbox;

/// Reads an input that gives either of them. A person may name an invitation by its id only if it went to their verified
/// address. Other people who give its id learn that it exists only if they may see it at the organisation.
pub async fn read<'a>(request: &Request, token: Option<&'a str>, id: Option<&ID>) -> Result<(Named<'a>, Model)> {
    let id = match (token, id) {
        (Some(token), None) => {
            let invited = store::find_open(request, token).await?.ok_or_else(|| invalid_link("token"))?;
            return Ok((Named::Token { field: "token", token }, invited.row.clone()));
        }
        (None, Some(id)) => id,
        _ => {
            let message = [
                "Give either token, from the link in the mail, or invitationId, from viewer.invitations.",
                "Geben Sie entweder token an, aus dem Link in der Mail, oder invitationId, aus viewer.invitations.",
                "Ange antingen token, från länken i mejlet, eller invitationId, från viewer.invitations.",
            ];
            return Err(UserError::general(UserErrorCode::InvalidInput, message).into());
        }
    };
    let person = request.require_person()?;
    let key = Type::Invitation.parse(id)?;
    let found = store::find(request, key).await?.filter(|found| found.row.mailbox == mailbox(&person.email));
    let Some(found) = found else {
        let is_seen = Invitation::find(request, key).await?.is_some();
        return Err(if is_seen { wrong_address(ID_FIELD).into() } else { Error::NotFound });
    };
    if !person.is_verified {
        let message = [
            "Verify your address first, or use the link in the mail.",
            "Bestätigen Sie zuerst Ihre Adresse, oder nehmen Sie den Link in der Mail.",
            "Bekräfta först din adress, eller använd länken i mejlet.",
        ];
        return Err(UserError::at(ID_FIELD, UserErrorCode::AddressNotVerified, message).into());
    }
    rules::require_pending(&found.row, request.now())?;
    Ok((Named::Key(key), found.row.clone()))
}
