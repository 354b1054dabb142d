//! What those do who are invited.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::invitation::{ActiveModel, State};
use entity::user;
use macros::guarded;
use sea_orm::Set;
use serde_json::json;

use super::join::{Accepted, Party, join, sign_in};
use super::rules::invalid_link;
use super::store;
use crate::access::{Actor, directive};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, OrganisationCard};
use crate::oversight::audit::{self, Doer, Event};
use crate::people::user::{self as users, Address, Password, Passwords};

/// The invitation to accept.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The secret in the link.
    pub token: String,
    /// For an account that nobody has proved to own (`next` of the invitation is SET_PASSWORD): the password that it is
    /// to have from now on. Otherwise it is left out.
    pub new_password: Option<Password>,
}

/// The invitation to decline.
#[derive(InputObject)]
pub struct DeclineInvitationInput {
    /// The secret in the link.
    pub token: String,
}

/// What one has joined.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AcceptInvitationPayload {
    /// The organisation; null if one has not joined.
    pub organisation: Option<OrganisationCard>,
    /// Why one has not joined.
    pub user_errors: Vec<UserError>,
}

/// Whether it was declined.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeclineInvitationPayload {
    /// Whether it was declined.
    pub declined: bool,
    /// Why not.
    pub user_errors: Vec<UserError>,
}

/// Mutations of those who are invited.
#[derive(Default)]
pub struct AnswerMutation;

#[guarded]
#[Object]
impl AnswerMutation {
    /// Joins the organisation that the link leads to. Sign in first, with the address that is invited. Only for an
    /// account that nobody has proved to own (the invitation says `next: SET_PASSWORD`) send it without being signed in
    /// and with `newPassword`: as the link proves the address, the account is yours from then on, and the password,
    /// sessions and second factor that it had are gone. Without an account, use `signUp` with `invitationToken`.
    #[public]
    async fn accept_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The invitation to accept.")] input: AcceptInvitationInput,
    ) -> Result<Option<AcceptInvitationPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(AcceptInvitationPayload { organisation: None, user_errors: vec![error] }));
        let Some(invited) = store::open(request, &input.token).await? else { return refused(invalid_link("token")) };
        let party = match request.actor() {
            Actor::ApiKey(_) => return refused(UserError::for_people_only()),
            Actor::User(user) => Party::SignedIn(user.id),
            Actor::Anonymous => match unproved(context, &invited.row.email, input.new_password).await? {
                Ok(password_hash) => Party::Unproved(password_hash),
                Err(error) => return refused(error),
            },
        };
        let random = service::<Random>(context)?;
        let organisation = invited.row.organisation_id;
        let accepted = Accepted { action: "acceptInvitation", field: "token", token: &input.token, organisation };
        let joined = request.write(async |tx| join(tx, request, random, &accepted, &party).await).await?;
        if let Err(error) = joined {
            return refused(error);
        }
        let at = request.access.look(organisation).await?.ok_or(Error::NotFound)?;
        let organisation = Some(OrganisationCard::from(&*at.row));
        Ok(Some(AcceptInvitationPayload { organisation, user_errors: Vec::new() }))
    }

    /// Says no to an invitation: its link opens nothing any more. Works without being signed in.
    #[public]
    async fn decline_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The invitation to decline.")] input: DeclineInvitationInput,
    ) -> Result<Option<DeclineInvitationPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(DeclineInvitationPayload { declined: false, user_errors: vec![error] }));
        let Some(invited) = store::open(request, &input.token).await? else { return refused(invalid_link("token")) };
        let (random, now) = (service::<Random>(context)?, request.now());
        let organisation = invited.row.organisation_id;
        let act = Event::done("declineInvitation", organisation, None)
            .by(Doer::by_link(request.actor()))
            .to(Type::Invitation.id(invited.row.id))
            .changing(json!({ "state": "PENDING" }), json!({ "state": "DECLINED" }));
        let is_done = request
            .write(async |tx| {
                crate::access::lock(tx, organisation).await?;
                let Some(row) = store::open_row(tx, &input.token, now).await? else { return Ok(false) };
                let change =
                    ActiveModel { state: Set(State::Declined), answered_at: Set(Some(now)), ..Default::default() };
                store::change(tx, row.id, change).await?;
                audit::record(&request.work(tx), act).await?;
                Ok(true)
            })
            .await?;
        if !is_done {
            return refused(invalid_link("token"));
        }
        Ok(Some(DeclineInvitationPayload { declined: true, user_errors: Vec::new() }))
    }
}

/// The hash of the password that an account of the address is to have which nobody has proved to own; or why there is
/// none to be had.
async fn unproved(
    context: &Context<'_>,
    email: &str,
    new_password: Option<Password>,
) -> Result<Result<String, UserError>> {
    let passwords = service::<Passwords>(context)?;
    let address = Address::parse(email).ok_or_else(|| Error::fault("an invitation to what is no address"))?;
    let account = users::store::find_by_address(Request::of(context)?.db().reader(), email).await?;
    let Some(account) = account else {
        let message = "The address of this invitation has no account yet. Make one: signUp with invitationToken.";
        return Ok(Err(UserError::at("token", UserErrorCode::Unknown, message)));
    };
    if account.state != user::State::Active {
        let message = "The account of this address is disabled. Ask the operator of the platform why.";
        return Ok(Err(UserError::at("token", UserErrorCode::StaleState, message)));
    }
    if account.email_verified_at.is_some() {
        return Err(sign_in());
    }
    let Some(password) = new_password else {
        let message = "Choose a password: nobody has proved yet that the account of this address belongs to it.";
        return Ok(Err(UserError::at("newPassword", UserErrorCode::AddressNotVerified, message)));
    };
    if let Some(message) = users::weakness(password.expose(), Some(&address), passwords.minimum_length()) {
        return Ok(Err(UserError::at("newPassword", UserErrorCode::WeakPassword, message)));
    }
    Ok(Ok(passwords.hash(password).await?))
}
