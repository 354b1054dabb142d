//! Signing up with an invitation: the account belongs to an organisation from its first moment, and makes none.

use async_graphql::Context;

use super::address::Address;
use super::password::{Password, Passwords};
use super::store::NewUser;
use crate::base::error::{Result, UserError};
use crate::base::locale::Locale;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::people::invitation::invalid_link;
use crate::people::invitation::join::{Accepted, Party, join, wrong_address};
use crate::people::invitation::store::open;

const FIELD: &str = "invitationToken";

/// Somebody new who has the link of an invitation; nothing is wrong with what they typed.
pub struct Newcomer<'a> {
    /// The secret in the link.
    pub token: &'a str,
    /// The address.
    pub address: &'a Address,
    /// What others see.
    pub name: &'a str,
    /// The language of mail to the person.
    pub locale: Locale,
}

/// Makes the account and the membership; or says why not. The link has proved the address, so there is nothing to hide
/// from who has it.
pub async fn sign_up(context: &Context<'_>, newcomer: &Newcomer<'_>, password: Password) -> Result<Option<UserError>> {
    let Newcomer { token, address, name, locale } = *newcomer;
    let request = Request::of(context)?;
    let Some(invited) = open(request, token).await? else { return Ok(Some(invalid_link(FIELD))) };
    if invited.row.email != address.as_str() {
        return Ok(Some(wrong_address(FIELD)));
    }
    let password_hash = service::<Passwords>(context)?.hash(password).await?;
    let random = service::<Random>(context)?;
    let id = random.id(request.now());
    let new = NewUser { id, address, name, password_hash: &password_hash, locale, is_verified: true };
    let accepted = Accepted { action: "signUp", field: FIELD, token, organisation: invited.row.organisation_id };
    let party = Party::New(&new);
    let joined = request.write(async |tx| join(tx, request, random, &accepted, &party).await).await?;
    Ok(joined.err())
}
