//! Signing up.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use macros::guarded;
use sea_orm::DatabaseTransaction;
use serde_json::Value as Json;

use super::address::Address;
use super::desk::Desk;
use super::invited::{self, Newcomer};
use super::link::{self, Kind};
use super::password::{Password, Passwords};
use super::rules::weakness;
use super::store::{self, NewUser};
use super::throttle::{self, MailKind};
use super::{letters, recipient};
use crate::access::directive;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::base::text;
use crate::graphql::request::service;
use crate::mail::Recipient;
use crate::organisation::store::{NewOrganisation, create_with_owner};
use crate::organisation::{NewOrganisationKind, OrganisationKind};
use crate::oversight::audit::{self, Doer, Event};

/// Who signs up.
#[derive(InputObject)]
pub struct SignUpInput {
    /// E-mail address; capitals make no difference.
    pub email: String,
    /// Password: not short, not common, and not made of the address.
    pub password: Password,
    /// What others see. 1 to 200 characters.
    pub name: String,
    /// The secret in the link of an invitation: the person joins the organisation that invites, and none is made. The
    /// address has to be the one that was invited; the link has proved it.
    pub invitation_token: Option<String>,
    /// Name of the first organisation; by default that of the person. Without a meaning with an invitation.
    pub organisation_name: Option<String>,
    /// What sort of organisation it is.
    #[graphql(default)]
    pub organisation_kind: NewOrganisationKind,
    /// The language of mail to the person.
    #[graphql(default)]
    pub locale: Locale,
}

/// Whether the sign-up was taken.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SignUpPayload {
    /// True if nothing is wrong with the input. It does not say whether the address was new: the mail does, and it goes
    /// to the owner of the address.
    pub accepted: bool,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

/// Mutations of users.
#[derive(Default)]
pub struct UserMutation;

#[guarded]
#[Object]
impl UserMutation {
    /// Makes an account, and an organisation that the person owns. The answer is the same where the address has an
    /// account already; then nothing changes. A mail tells the owner of the address which of both it was.
    #[public]
    async fn sign_up(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who signs up.")] input: SignUpInput,
    ) -> Result<Option<SignUpPayload>> {
        let passwords = service::<Passwords>(context)?;
        let wanted = match SignUp::read(&input, passwords.minimum_length()) {
            Ok(wanted) => wanted,
            Err(user_errors) => return Ok(Some(SignUpPayload { accepted: false, user_errors })),
        };
        if let Some(token) = &input.invitation_token {
            let SignUp { address, name, locale, .. } = &wanted;
            let newcomer = Newcomer { token, address, name, locale: *locale };
            let user_errors: Vec<UserError> =
                invited::sign_up(context, &newcomer, input.password).await?.into_iter().collect();
            return Ok(Some(SignUpPayload { accepted: user_errors.is_empty(), user_errors }));
        }
        if let Some(error) = Desk::of(context)?.too_often().await? {
            return Ok(Some(SignUpPayload { accepted: false, user_errors: vec![error] }));
        }
        // Computed for a known address too, so that the time does not tell.
        let password_hash = passwords.hash(input.password).await?;
        wanted.carry_out(context, &password_hash).await?;
        Ok(Some(SignUpPayload { accepted: true, user_errors: Vec::new() }))
    }
}

/// A sign-up with which nothing is wrong.
struct SignUp {
    address: Address,
    name: String,
    organisation_name: String,
    kind: OrganisationKind,
    locale: Locale,
}

impl SignUp {
    fn read(input: &SignUpInput, minimum_length: usize) -> Result<Self, Vec<UserError>> {
        let mut errors = Vec::new();
        let address = Address::read("email", &input.email).map_err(|error| errors.push(error)).ok();
        if let Some(message) = weakness(input.password.expose(), address.as_ref(), minimum_length) {
            errors.push(UserError::at("password", UserErrorCode::WeakPassword, message));
        }
        let mut keep = |read: Result<String, UserError>| read.map_err(|error| errors.push(error)).ok();
        let name = keep(text::name("name", &input.name));
        let organisation_name = match &input.organisation_name {
            Some(typed) => keep(text::name("organisationName", typed)),
            None => name.clone(),
        };
        match (address, name, organisation_name) {
            (Some(address), Some(name), Some(organisation_name)) if errors.is_empty() => Ok(Self {
                address,
                name,
                organisation_name,
                kind: input.organisation_kind.into(),
                locale: input.locale,
            }),
            _ => Err(errors),
        }
    }

    /// Makes user, organisation and membership, or nothing where the address has a user; either way its owner is told.
    async fn carry_out(&self, context: &Context<'_>, password_hash: &str) -> Result<()> {
        let desk = Desk::of(context)?;
        let Desk { request, random, now, .. } = desk;
        let id = random.id(now);
        let (address, locale) = (&self.address, self.locale);
        let new_user = NewUser { id, address, name: &self.name, password_hash, locale, is_verified: false };
        let organisation = NewOrganisation {
            id: random.id(now),
            name: self.organisation_name.clone(),
            kind: self.kind.into(),
            code: None,
            owner: id,
        };
        let act = Event::done("signUp", organisation.id, None)
            .by(Doer::user(id, &self.name))
            .to(Type::Organisation.id(organisation.id))
            .changing(Json::Null, organisation.described());
        request
            .write(async |tx| {
                // Whoever makes accounts for an address again and again does not fill its owner's mailbox.
                let may_mail = throttle::may_mail(tx, MailKind::SignUp, address.as_str(), now).await?;
                if !store::create(tx, &new_user, now).await? {
                    return if may_mail { tell_known(desk, tx, address).await } else { Ok(()) };
                }
                create_with_owner(tx, random, &organisation, now).await?;
                audit::record(&request.work(tx), act).await?;
                let secret = link::store::issue(tx, random, id, Kind::Verify, address.as_str(), now).await?;
                let to = Recipient { user: Some(id), address: address.as_str().to_owned(), locale };
                if may_mail { desk.mail(tx, to, letters::welcome(locale, desk.config, &secret)).await } else { Ok(()) }
            })
            .await
    }
}

/// Tells the owner of an account that somebody wanted to sign up with its address.
async fn tell_known(desk: Desk<'_>, tx: &DatabaseTransaction, address: &Address) -> Result<()> {
    let Some(user) = store::find_by_address(tx, address.as_str()).await? else { return Ok(()) };
    let locale = user.locale.into();
    let letter = if user.email_verified_at.is_some() {
        letters::already_signed_up(locale, desk.config)
    } else {
        let secret = link::store::issue(tx, desk.random, user.id, Kind::Reset, &user.email, desk.now).await?;
        letters::already_signed_up_unproved(locale, desk.config, &secret)
    };
    desk.mail(tx, recipient(&user), letter).await
}
