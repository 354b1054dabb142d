//! What accepting and declining share: finding the transfer for the person who answers, and checking it in the
//! transaction.

use async_graphql::ID;
use entity::{ownership_transfer, user};

use super::object::OwnershipTransfer;
use super::store;
use crate::access::UserActor;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::request::{Request, Work};
use crate::people::user as users;

/// How the input names a transfer.
pub enum Named {
    /// By the secret in the link of the mail.
    Token(String),
    /// By its id.
    Id(ID),
}

/// A transfer that a person wants to answer. Whether it is still pending is not checked yet.
pub struct Answer<'a> {
    /// The transfer.
    pub row: ownership_transfer::Model,
    /// The person who answers.
    person: &'a UserActor,
    /// Whether the person has the link that went to the address.
    has_link: bool,
}

impl<'a> Answer<'a> {
    /// The transfer, if it was offered to the person who asks. Other people who give its id learn that it exists only
    /// if they may see it at the organisation.
    pub async fn find(request: &'a Request, named: Named) -> Result<Self> {
        let person = request.require_person()?;
        let own = users::mailbox(&person.email);
        match named {
            Named::Token(token) => match store::find_by_token(request.db(), &token).await? {
                Some(row) if row.mailbox == own => Ok(Self { row, person, has_link: true }),
                Some(_) => Err(wrong_address().into()),
                None => {
                    let message = [
                        "This link is unknown. Ask for another.",
                        "Dieser Link ist unbekannt. Bitten Sie um einen anderen.",
                        "Länken är okänd. Be om en annan.",
                    ];
                    Err(UserError::at("token", UserErrorCode::InvalidLink, message).into())
                }
            },
            Named::Id(id) => {
                let key = Type::OwnershipTransfer.parse(&id)?;
                match store::find(request.db(), key).await? {
                    // A person who has not verified the address may not be its owner.
                    Some(row) if row.mailbox == own && person.is_verified => Ok(Self { row, person, has_link: false }),
                    Some(row) if row.mailbox == own => {
                        let message = [
                            "Verify your address first, or use the link in the mail.",
                            "Bestätigen Sie zuerst Ihre Adresse, oder nehmen Sie den Link in der Mail.",
                            "Bekräfta först din adress, eller använd länken i mejlet.",
                        ];
                        Err(UserError::general(UserErrorCode::AddressNotVerified, message).into())
                    }
                    _ if OwnershipTransfer::find(request, key).await?.is_some() => Err(wrong_address().into()),
                    _ => Err(Error::NotFound),
                }
            }
        }
    }

    /// Loads the transfer and the person in the transaction. Refuses a person who has not proved that they own the
    /// address of the transfer. The caller has locked the organisation.
    pub async fn load(&self, work: &Work<'_>) -> Result<(ownership_transfer::Model, user::Model)> {
        let row = store::find_by_id(work.tx, self.row.id).await?.ok_or(Error::NotFound)?;
        // This lock keeps the person from being erased or disabled until the transaction ends.
        let user = users::store::hold(work.tx, self.person.id).await?.ok_or_else(Error::sign_in)?;
        let is_proved = self.has_link || user.email_verified_at.is_some();
        if row.mailbox != user.mailbox || !is_proved {
            return Err(wrong_address().into());
        }
        Ok((row, user))
    }
}

fn wrong_address() -> UserError {
    let message = [
        "This was offered to another address. Sign in with the account of that address.",
        "Das wurde einer anderen Adresse angeboten. Melden Sie sich mit dem Konto jener Adresse an.",
        "Det här erbjöds till en annan adress. Logga in med den adressens konto.",
    ];
    UserError::general(UserErrorCode::WrongAddress, message)
}
