//! Signing up: a new account with an organisation of its own, or with the membership that an invitation gives.

use async_graphql::InputObject;
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::address::Address;
use super::letters::{self, recipient};
use super::link::{self, Kind};
use super::password::{Password, Passwords};
use super::rules::weakness;
use super::store::{self, NewUser};
use super::throttle::{self, MailKind};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::base::text;
use crate::graphql::act::Act;
use crate::graphql::request::Work;
use crate::mail::Recipient;
use crate::organisation::store::{NewOrganisation, create_with_owner};
use crate::organisation::{NewOrganisationKind, OrganisationKind};
use crate::oversight::audit::{self, Doer};
use crate::people::invitation::join::{Accepted, Party, make_member, wrong_address};
use crate::people::invitation::{self, Named};

/// The field of the input that holds the secret of an invitation.
const TOKEN: &str = "invitationToken";

/// The account to create.
#[derive(InputObject)]
pub struct SignUpInput {
    /// E-mail address; capitals make no difference.
    pub email: String,
    /// Password: neither short nor common, and not made from the address.
    pub password: Password,
    /// The name that others see: 1 to 200 characters.
    pub name: String,
    /// The secret from the link of an invitation. The person joins the organisation that invites, and no other is
    /// created. The address must be the invited one; the link verifies it.
    pub invitation_token: Option<String>,
    /// Name of the first organisation; the name of the person by default. Ignored with an invitation.
    pub organisation_name: Option<String>,
    /// The kind of the first organisation. Ignored with an invitation.
    #[graphql(default)]
    pub organisation_kind: NewOrganisationKind,
    /// The language in which the person gets mail.
    #[graphql(default)]
    pub locale: Locale,
}

/// Whether the sign-up was accepted.
#[payload]
pub struct SignUpPayload {
    /// True if the input is valid. It does not say whether the address was new: a mail to the owner of the address does.
    pub accepted: bool,
}

/// Creates an account, and an organisation that the person owns. If the address has an account already, nothing changes
/// and the answer is the same. A mail tells the owner of the address what happened.
#[mutation]
#[public]
async fn sign_up(act: Act<'_>, input: SignUpInput) -> Result<SignUpPayload> {
    let passwords = act.service::<Passwords>()?;
    let account = match NewAccount::read(&input, passwords.minimum_length()) {
        Ok(account) => account,
        Err(user_errors) => return Ok(SignUpPayload { accepted: false, user_errors }),
    };
    if let Some(token) = &input.invitation_token {
        account.accept_invitation(act, token, input.password).await?;
    } else {
        throttle::count_request(act.request).await?;
        // The password is hashed for known addresses too, so that the time reveals nothing.
        let password_hash = passwords.hash(input.password).await?;
        account.create(act, &password_hash).await?;
    }
    Ok(SignUpPayload { accepted: true, ..Default::default() })
}

/// A sign-up with valid input.
struct NewAccount {
    address: Address,
    name: String,
    organisation_name: String,
    kind: OrganisationKind,
    locale: Locale,
}

impl NewAccount {
    /// Checks the whole input, and returns every error in it.
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

    /// Creates the user and the membership that the invitation gives. The link verifies the address, so its holder may
    /// learn why this fails.
    async fn accept_invitation(&self, act: Act<'_>, token: &str, password: Password) -> Result<()> {
        let request = act.request;
        let invited = invitation::store::find_open(request, token).await?;
        let invited = invited.ok_or_else(|| invitation::invalid_link(TOKEN))?;
        if invited.row.mailbox != self.address.mailbox() {
            return Err(wrong_address(TOKEN).into());
        }
        let password_hash = act.service::<Passwords>()?.hash(password).await?;
        // The link proves the spelling of the address that it was sent to.
        let address = Address::parse(&invited.row.email).unwrap_or_else(|| self.address.clone());
        let new = NewUser {
            id: request.random.id(request.now()),
            address: &address,
            name: &self.name,
            password_hash: &password_hash,
            locale: self.locale,
            is_verified: true,
        };
        let organisation = invited.row.organisation_id;
        let accepted = Accepted { action: act.action, named: Named::Token { field: TOKEN, token }, organisation };
        let party = Party::New(&new);
        // An invitation that turned out to be void stays void.
        request.transaction(async |work| make_member(work, &accepted, &party).await).await?.into_result()
    }

    /// Creates user, organisation and membership, unless the address has a user. Either way its owner gets a mail.
    async fn create(&self, act: Act<'_>, password_hash: &str) -> Result<()> {
        let request = act.request;
        let id = request.random.id(request.now());
        let (address, locale) = (&self.address, self.locale);
        let new_user = NewUser { id, address, name: &self.name, password_hash, locale, is_verified: false };
        let organisation = NewOrganisation {
            id: request.random.id(request.now()),
            name: self.organisation_name.clone(),
            kind: self.kind.into(),
            code: None,
            owner: id,
        };
        let event = act
            .event_at(organisation.id)
            .by(Doer::user(id, &self.name))
            .to(Type::Organisation.id(organisation.id))
            .changing(Json::Null, organisation.described());
        request
            .transaction(async |work| {
                // Repeated sign-ups with one address do not fill the mailbox of its owner.
                let may_mail = throttle::may_mail(work, MailKind::SignUp, address.mailbox()).await?;
                if !store::create(work.tx, &new_user, work.now).await? {
                    return if may_mail { tell_owner(work, address).await } else { Ok(()) };
                }
                create_with_owner(work.tx, work.random, &organisation, work.now).await?;
                audit::record(work, event).await?;
                let secret = link::store::issue(work, id, Kind::Verify, address.as_str()).await?;
                let to = Recipient { user: Some(id), address: address.as_str().to_owned(), locale };
                if may_mail {
                    letters::send(work, to, letters::welcome(locale, &request.config, &secret)).await?;
                }
                Ok(())
            })
            .await
    }
}

/// Tells the owner of an account that somebody tried to sign up with its address.
async fn tell_owner(work: &Work<'_>, address: &Address) -> Result<()> {
    let Some(user) = store::find_by_address(work.tx, address.as_str()).await? else { return Ok(()) };
    let (locale, config) = (user.locale.into(), &work.request.config);
    let letter = if user.email_verified_at.is_some() {
        letters::already_signed_up(locale, config)
    } else {
        let secret = link::store::issue(work, user.id, Kind::Reset, &user.email).await?;
        letters::already_signed_up_unverified(locale, config, &secret)
    };
    letters::send(work, recipient(&user), letter).await
}
