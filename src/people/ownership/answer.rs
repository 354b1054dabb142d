//! Accepting and declining.

use async_graphql::{Context, ID, Object, OneofObject, SimpleObject};
use entity::ownership_transfer::Model;
use macros::guarded;

use super::hand_over::{Answering, accept, decline};
use super::store;
use crate::access::{Actor, UserActor, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, Organisation};

/// The transfer to accept: one of both.
#[derive(OneofObject)]
pub enum AcceptOwnershipInput {
    /// The secret in the link of the mail. It proves the address too.
    Token(String),
    /// Id of the transfer, from `viewer.ownershipOffers`.
    TransferId(ID),
}

/// The transfer to decline: one of both.
#[derive(OneofObject)]
pub enum DeclineOwnershipInput {
    /// The secret in the link of the mail.
    Token(String),
    /// Id of the transfer, from `viewer.ownershipOffers`.
    TransferId(ID),
}

/// What you own now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AcceptOwnershipPayload {
    /// The organisation; null if it has not changed hands.
    pub organisation: Option<Organisation>,
    /// Why it has not.
    pub user_errors: Vec<UserError>,
}

/// What became of the transfer.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeclineOwnershipPayload {
    /// Whether it is declined.
    pub declined: bool,
    /// Why it is not.
    pub user_errors: Vec<UserError>,
}

/// Mutations of those who are to get an organisation.
#[derive(Default)]
pub struct OwnershipAnswerMutation;

#[guarded]
#[Object]
impl OwnershipAnswerMutation {
    /// Makes you an OWNER of the organisation that was offered to your address. Who offered it stays as ADMIN or leaves, in
    /// the same moment. Sign in, or sign up, with the address that the offer went to.
    #[authenticated]
    async fn accept_ownership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The transfer to accept.")] input: AcceptOwnershipInput,
    ) -> Result<Option<AcceptOwnershipPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(AcceptOwnershipPayload { organisation: None, user_errors: told(context, error) }));
        let input = match input {
            AcceptOwnershipInput::Token(token) => Named::Token(token),
            AcceptOwnershipInput::TransferId(id) => Named::Id(id),
        };
        let found = match find(request, input).await? {
            Ok(found) => found,
            Err(error) => return refused(error),
        };
        let answering = found.answering(service::<Random>(context)?);
        if let Err(error) = request.write(async |tx| accept(tx, request, answering).await).await? {
            return refused(error);
        }
        let organisation = organisation::store::find(&request.access, found.row.organisation_id).await?;
        Ok(Some(AcceptOwnershipPayload { organisation, user_errors: Vec::new() }))
    }

    /// Declines an organisation that was offered to your address. The owner who offers it is told.
    #[authenticated]
    async fn decline_ownership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The transfer to decline.")] input: DeclineOwnershipInput,
    ) -> Result<Option<DeclineOwnershipPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(DeclineOwnershipPayload { declined: false, user_errors: told(context, error) }));
        let input = match input {
            DeclineOwnershipInput::Token(token) => Named::Token(token),
            DeclineOwnershipInput::TransferId(id) => Named::Id(id),
        };
        let found = match find(request, input).await? {
            Ok(found) => found,
            Err(error) => return refused(error),
        };
        let answering = found.answering(service::<Random>(context)?);
        if let Err(error) = request.write(async |tx| decline(tx, request, answering).await).await? {
            return refused(error);
        }
        Ok(Some(DeclineOwnershipPayload { declined: true, user_errors: Vec::new() }))
    }
}

/// How the input names a transfer.
enum Named {
    Token(String),
    Id(ID),
}

/// A transfer that somebody wants to answer, before it is known whether it waits.
struct Found<'a> {
    row: Model,
    person: &'a UserActor,
    has_link: bool,
}

impl<'a> Found<'a> {
    const fn answering(&self, random: &'a Random) -> Answering<'a> {
        Answering {
            id: self.row.id,
            at: self.row.organisation_id,
            person: self.person,
            has_link: self.has_link,
            random,
        }
    }
}

/// The transfer, if it is for the person who asks. By its id it is there for nobody else but those who see it at the
/// organisation.
async fn find(request: &Request, named: Named) -> Result<Result<Found<'_>, UserError>> {
    let person = match request.actor() {
        Actor::User(person) => person,
        Actor::ApiKey(_) => return Ok(Err(UserError::for_people_only())),
        Actor::Anonymous => return Err(Error::sign_in()),
    };
    let wrong_address = || {
        let message = "This was offered to another address. Sign in with the account that has it.";
        UserError::general(UserErrorCode::WrongAddress, message)
    };
    match named {
        Named::Token(token) => match store::find_by_token(request.db(), &token).await? {
            Some(row) if row.email == person.email => Ok(Ok(Found { row, person, has_link: true })),
            Some(_) => Ok(Err(wrong_address())),
            None => {
                let message = "This link is unknown. Ask for another.";
                Ok(Err(UserError::at("token", UserErrorCode::InvalidLink, message)))
            }
        },
        Named::Id(id) => {
            let key = Type::OwnershipTransfer.parse(&id)?;
            match store::find_by_id(request.db(), key).await? {
                // Whoever has not proved the address may be anybody.
                Some(row) if row.email == person.email && person.is_verified => {
                    Ok(Ok(Found { row, person, has_link: false }))
                }
                Some(row) if row.email == person.email => {
                    let message = "Prove first that the address is yours, or use the link in the mail.";
                    Ok(Err(UserError::general(UserErrorCode::AddressNotVerified, message)))
                }
                _ if store::find(request, key).await?.is_some() => Ok(Err(wrong_address())),
                _ => Err(Error::NotFound),
            }
        }
    }
}
