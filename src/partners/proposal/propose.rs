//! Proposing a partnership.

use async_graphql::{ID, InputObject, OneofObject};
use macros::{mutation, payload};
use sea_orm::prelude::DateTimeUtc;

use super::object::PartnershipProposal;
use super::rules::{self, MOST_TO_ONE, MOST_TO_ONE_ADDRESS, pending_already, too_many_today};
use super::sending::{Addressee, Sender, a_day_ago, require_below_daily_limit};
use super::store;
use crate::access::{Authorised, Permission};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::{Committed, Work};
use crate::partners::partnership::agreement::require_fit;
use crate::partners::partnership::{
    Delegation, DelegationInput, OnSide, Parties, PartnershipSide, Terms, store as partnerships, terms,
};
use crate::people::session;
use crate::people::user::{self as users, Address};

/// The organisation or person to ask. A code or an address reveals nothing about whose it is.
#[derive(Clone, Debug, OneofObject)]
pub enum PartnerChoice {
    /// Id of an organisation that you may see.
    OrganisationId(ID),
    /// The short code of an organisation. Its people can tell you the code.
    Code(String),
    /// The address of a person, who chooses one of their organisations when accepting.
    Email(String),
}

/// The partnership to propose.
#[derive(InputObject)]
pub struct ProposePartnershipInput {
    /// Id of your organisation.
    pub organisation_id: ID,
    /// The side of the partnership that your organisation would have.
    pub side: PartnershipSide,
    /// The organisation or person to ask.
    pub to: PartnerChoice,
    /// What the client would delegate. A client must hold what it offers.
    pub delegation: DelegationInput,
    /// When the partnership would end by itself; null for no end, or for the latest end where the operator requires
    /// one.
    pub ends_at: Option<DateTimeUtc>,
    /// A message to the other side: up to 1,000 characters.
    pub message: Option<String>,
    /// The language of the mail, if the address has no account with a language of its own.
    #[graphql(default)]
    pub locale: Locale,
}

/// The new proposal.
#[payload]
pub struct ProposePartnershipPayload {
    /// The proposal; null if it was not made.
    pub proposal: Option<PartnershipProposal>,
}

/// Proposes a partnership to another organisation, or other terms of a partnership that you have. Nothing is delegated
/// until the other side accepts. A proposal expires after some time. For a code or an address the answer is the same
/// whether or not such an organisation or account exists.
#[mutation]
#[acts(
    CLIENT_UPDATE at RESELLER,
    PARTNERSHIP_MANAGE at CLIENT,
    on = (input.organisation_id.clone(), input.side)
)]
async fn propose_partnership(
    act: ActOn<'_, OnSide<()>>,
    input: ProposePartnershipInput,
) -> Result<ProposePartnershipPayload> {
    let request = act.request;
    session::require_verified(request)?;
    let delegation = Delegation::from(input.delegation.clone());
    let wanted = Terms::default().with(&delegation, "delegation")?;
    let message = input.message.as_deref().map(|message| text::reason("message", message)).transpose()?;
    let ends_at = terms::end(input.ends_at, request.now(), request.config.partnerships)?;
    let terms = Terms { ends_at, ..wanted };
    let made = act
        .locked(async |work, at| {
            rules::require_may_propose(&at, input.side, terms)?;
            require_below_daily_limit(work, at.id()).await?;
            let to = addressee(work, &at, &input, terms).await?;
            if store::count_asked_since(work.tx, at.id(), &to, a_day_ago(request)).await? >= MOST_TO_ONE {
                return Err(too_many_today().into());
            }
            let sender = Sender { maker: &at, side: input.side, message: message.as_deref(), action: act.action };
            let sent = sender.send(work, &[(to, terms)]).await?;
            // Proposals that were marked as expired stay marked, even if this one is refused.
            Ok(match sent.into_iter().flatten().next() {
                Some(id) => Committed::Done(id),
                None => Committed::Refused(pending_already()),
            })
        })
        .await?;
    let proposal = PartnershipProposal::find(request, made.into_result()?).await?;
    Ok(ProposePartnershipPayload { proposal, ..Default::default() })
}

/// The addressee that the input names.
async fn addressee(
    work: &Work<'_>,
    maker: &Authorised,
    input: &ProposePartnershipInput,
    terms: Terms,
) -> Result<Addressee> {
    let wrong = |code, message: [&str; 3]| Err(UserError::at("to", code, message).into());
    match &input.to {
        PartnerChoice::OrganisationId(id) => {
            let key = Type::Organisation.parse(id)?;
            let other = work.request.access.look_in(work.tx, key).await?.authorise(Permission::OrganisationRead)?;
            if key == maker.id() {
                return wrong(UserErrorCode::InvalidInput, rules::ITSELF);
            }
            rules::require_may_be_asked(other.row(), input.side)?;
            let parties = Parties::new(input.side, maker.id(), key);
            let existing = partnerships::between(work.tx, parties.reseller, parties.client).await?;
            match &existing {
                Some(row) if Terms::of(row) == terms => {
                    return wrong(
                        UserErrorCode::Duplicate,
                        [
                            "You are already partners on exactly these terms. Propose other terms.",
                            "Sie sind schon Partner zu genau diesen Bedingungen. Schlagen Sie andere Bedingungen vor.",
                            "Ni är redan partner på exakt de här villkoren. Föreslå andra villkor.",
                        ],
                    );
                }
                Some(_) => {}
                None => require_fit(work, parties).await?,
            }
            let partnership = existing.map(|row| row.id);
            Ok(Addressee { organisation: Some(key), partnership, ..Addressee::default() })
        }
        PartnerChoice::Code(typed) => {
            let Some(code) = code(typed) else {
                return wrong(
                    UserErrorCode::InvalidInput,
                    [
                        "Give a code like ABCD-2345.",
                        "Geben Sie einen Code wie ABCD-2345 an.",
                        "Ange en kod som ABCD-2345.",
                    ],
                );
            };
            if code == maker.row().code {
                return wrong(UserErrorCode::InvalidInput, rules::ITSELF);
            }
            let found = store::find_by_code(work.tx, &code).await?;
            let found = found.filter(|other| rules::require_may_be_asked(other, input.side).is_ok());
            Ok(Addressee { organisation: found.map(|other| other.id), code: Some(code), ..Addressee::default() })
        }
        PartnerChoice::Email(typed) => {
            let address = Address::read("to", typed)?;
            let sent = store::count_sent_to_since(work.tx, address.as_str(), a_day_ago(work.request)).await?;
            if sent >= MOST_TO_ONE_ADDRESS {
                return Err(too_many_today().into());
            }
            let known = users::store::find_by_address(work.tx, address.as_str()).await?;
            let locale = known.map_or(input.locale, |user| user.locale.into());
            Ok(Addressee { person: Some((address.as_str().to_owned(), locale)), ..Addressee::default() })
        }
    }
}

/// A code as it is stored: in capitals and without spaces.
fn code(typed: &str) -> Option<String> {
    let code: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase();
    let is_code =
        (6..=32).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_code.then_some(code)
}
