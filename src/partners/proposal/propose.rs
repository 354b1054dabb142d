//! Proposing a partnership.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};
use chrono::TimeDelta;
use entity::organisation::{Kind, Model, State};
use macros::guarded;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::object::PartnershipProposal;
use super::rules::{A_DAY, TO_ONE, TO_ONE_ADDRESS};
use super::send::{Addressee, Asking};
use super::store;
use crate::access::{Decision, Permission, directive, told};
use crate::base::config::Config;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::partners::partnership::{self, DelegationInput, Parties, PartnershipSide, Terms, terms};
use crate::people::session;
use crate::people::user::{self as users, Address};

/// Who is asked. By a code or an address one learns nothing about whose it is.
#[derive(Clone, Debug, OneofObject)]
pub enum PartnerChoice {
    /// Id of an organisation that you may see.
    OrganisationId(ID),
    /// The short code of an organisation, as its people have told you.
    Code(String),
    /// The address of a person, who chooses one of their organisations when accepting.
    Email(String),
}

/// The partnership to propose.
#[derive(InputObject)]
pub struct ProposePartnershipInput {
    /// Your organisation.
    pub organisation_id: ID,
    /// Which side of the partnership your organisation is to be.
    pub side: PartnershipSide,
    /// Who is asked to be the other side.
    pub to: PartnerChoice,
    /// What the client is to let through. A client holds itself what it offers.
    pub delegation: DelegationInput,
    /// When the partnership is to end by itself; it has no end otherwise, unless the operator wants one.
    pub ends_at: Option<DateTimeUtc>,
    /// A word to the other side, up to 1,000 characters.
    pub message: Option<String>,
    /// The language of the mail, where the address has no account that says another.
    #[graphql(default)]
    pub locale: Locale,
}

/// The proposal that was made.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ProposePartnershipPayload {
    /// The proposal; null if it was not made.
    pub proposal: Option<PartnershipProposal>,
    /// Why it was not made.
    pub user_errors: Vec<UserError>,
}

/// The mutation of who proposes.
#[derive(Default)]
pub struct ProposalMutation;

#[guarded]
#[Object]
impl ProposalMutation {
    /// Asks another organisation for a partnership, or, where you have one, for other terms of it. Nothing is let through
    /// until the other side accepts, which it can do for some time: a proposal lapses. By a code or an address the answer is
    /// the same whether or not there is such an organisation or account.
    #[acts(CLIENT_UPDATE at RESELLER, PARTNERSHIP_MANAGE at CLIENT)]
    async fn propose_partnership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The partnership to propose.")] input: ProposePartnershipInput,
    ) -> Result<Option<ProposePartnershipPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(ProposePartnershipPayload { proposal: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, input.side.managing()).await?;
        if let Some(error) = session::unproved(request) {
            return refused(error);
        }
        let config = service::<Arc<Config>>(context)?;
        let read = Terms::default().with(&input.delegation, "delegation").and_then(|wanted| {
            let message = input.message.as_deref().map(|message| text::reason("message", message)).transpose()?;
            let ends_at = terms::end(input.ends_at, request.now(), config.partnerships)?;
            Ok((Terms { ends_at, ..wanted }, message))
        });
        let (terms, message) = match read {
            Ok(read) => read,
            Err(error) => return refused(error),
        };
        let random = service::<Random>(context)?;
        let (input, message) = (&input, message.as_deref());
        let made = request
            .write(async |tx| {
                let seen = organisation::store::lock_to_act(tx, &request.access, key, input.side.managing()).await?;
                if let Some(error) = obstacle(&seen, input.side, terms) {
                    return Ok(Err(error));
                }
                if let Some(error) = enough(tx, request, key).await? {
                    return Ok(Err(error));
                }
                let to = match addressee(tx, request, &seen, input, terms).await? {
                    Ok(to) => to,
                    Err(error) => return Ok(Err(error)),
                };
                if store::asked_since(tx, key, &to, a_day_ago(request)).await? >= TO_ONE {
                    return Ok(Err(too_many()));
                }
                let (side, action) = (input.side, "proposePartnership");
                let asking = Asking { request, random, config, maker: &seen, side, message, action };
                let written = asking.send(tx, &[(to, terms)]).await?;
                Ok(written.into_iter().flatten().next().ok_or_else(waits_already))
            })
            .await?;
        match made {
            Ok(id) => {
                let proposal = store::find(request, id, super::lapse(context)?).await?;
                Ok(Some(ProposePartnershipPayload { proposal, user_errors: Vec::new() }))
            }
            Err(error) => refused(error),
        }
    }
}

/// Why the organisation cannot propose this as that side.
fn obstacle(seen: &Decision, side: PartnershipSide, terms: Terms) -> Option<UserError> {
    let at = |code, message: &str| Some(UserError::at("organisationId", code, message));
    if let Some(error) = halted(&seen.row) {
        return Some(error);
    }
    match (side, seen.row.kind) {
        (_, Kind::Operator) => at(UserErrorCode::InvalidInput, "The operator is everybody's partner already."),
        (PartnershipSide::Reseller, Kind::Reseller) => None,
        (PartnershipSide::Reseller, _) => {
            at(UserErrorCode::NotAReseller, "Only a reseller has clients: ask for it with requestReseller.")
        }
        (PartnershipSide::Client, _) => {
            let missing = terms.grants().without(seen.grants);
            (!missing.is_empty()).then(|| UserError::not_held("delegation", missing))
        }
    }
}

type Outcome<T> = Result<Result<T, UserError>>;

/// Whom the input means.
async fn addressee(
    tx: &DatabaseTransaction,
    request: &Request,
    maker: &Decision,
    input: &ProposePartnershipInput,
    terms: Terms,
) -> Outcome<Addressee> {
    let wrong = |code, message: &str| Ok(Err(UserError::at("to", code, message)));
    let oneself = "An organisation is no partner of itself.";
    match &input.to {
        PartnerChoice::OrganisationId(id) => {
            let key = Type::Organisation.parse(id)?;
            let other = request.access.look_in(tx, key).await?;
            if !other.grants.has(Permission::OrganisationRead) {
                return Err(Error::NotFound.into());
            }
            if key == maker.row.id {
                return wrong(UserErrorCode::InvalidInput, oneself);
            }
            if let Some(error) = unfit(&other.row, input.side) {
                return Ok(Err(error));
            }
            let parties = Parties::new(input.side, maker.row.id, key);
            let existing = partnership::store::between(tx, parties.reseller, parties.client).await?;
            if existing.as_ref().is_some_and(|row| Terms::of(row) == terms) {
                return wrong(UserErrorCode::Duplicate, "You are partners already, on these very terms.");
            }
            if existing.is_none()
                && let Some(error) = partnership::contract::misfit(tx, request, parties).await?
            {
                return Ok(Err(error));
            }
            let partnership = existing.map(|row| row.id);
            Ok(Ok(Addressee { organisation: Some(key), partnership, ..Addressee::default() }))
        }
        PartnerChoice::Code(typed) => {
            let Some(code) = code(typed) else {
                return wrong(UserErrorCode::InvalidInput, "A code looks like ABCD-2345.");
            };
            if code == maker.row.code {
                return wrong(UserErrorCode::InvalidInput, oneself);
            }
            let found = store::find_by_code(tx, &code).await?.filter(|other| unfit(other, input.side).is_none());
            Ok(Ok(Addressee { organisation: found.map(|other| other.id), code: Some(code), ..Addressee::default() }))
        }
        PartnerChoice::Email(typed) => {
            let address = match Address::read("to", typed) {
                Ok(address) => address,
                Err(error) => return Ok(Err(error)),
            };
            let since = a_day_ago(request);
            if store::sent_to_since(tx, address.as_str(), since).await? >= TO_ONE_ADDRESS {
                return Ok(Err(too_many()));
            }
            let known = users::store::find_by_address(tx, address.as_str()).await?;
            let locale = known.map_or(input.locale, |user| user.locale.into());
            Ok(Ok(Addressee { person: Some((address.as_str().to_owned(), locale)), ..Addressee::default() }))
        }
    }
}

/// Why somebody who may see the organisation cannot have it as the other side.
fn unfit(other: &Model, side: PartnershipSide) -> Option<UserError> {
    let wrong = |code, message: &str| Some(UserError::at("to", code, message));
    match (other.state, other.kind) {
        (State::Closed, _) => wrong(UserErrorCode::OrganisationClosed, "This organisation is closed."),
        (_, Kind::Operator) => wrong(UserErrorCode::InvalidInput, "The operator is everybody's partner already."),
        (_, kind) if side == PartnershipSide::Client && kind != Kind::Reseller => {
            wrong(UserErrorCode::NotAReseller, "Only a reseller has clients, and this organisation is none.")
        }
        _ => None,
    }
}

/// A code as it is stored: without the space that people type, in capitals.
fn code(typed: &str) -> Option<String> {
    let code: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase();
    let is_code =
        (6..=32).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_code.then_some(code)
}

fn a_day_ago(request: &Request) -> DateTimeUtc {
    request.now() - TimeDelta::days(1)
}

/// For who has asked for the same already.
pub fn waits_already() -> UserError {
    let message = "You have asked for this already, and wait for an answer. Take that back first.";
    UserError::at("to", UserErrorCode::Duplicate, message)
}

/// What to answer to an organisation that has proposed enough for a day; none if it has not.
pub async fn enough(tx: &DatabaseTransaction, request: &Request, organisation: Uuid) -> Result<Option<UserError>> {
    let made = store::made_since(tx, organisation, a_day_ago(request)).await?;
    Ok((made >= A_DAY).then(too_many))
}

fn too_many() -> UserError {
    let message = "Enough was proposed for a day. Wait, and try again tomorrow.";
    UserError::at("to", UserErrorCode::TooMany, message)
}
