//! Declining an organisation that was offered.

use async_graphql::{ID, OneofObject};
use entity::ownership_transfer::State;
use macros::{mutation, payload};
use serde_json::json;

use super::answer::{Answer, Named};
use super::{letters, rules, store};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Act;
use crate::mail::{self, Recipient};
use crate::oversight::audit;
use crate::people::user as users;

/// The transfer to decline, named in one of two ways.
#[derive(OneofObject)]
pub enum DeclineOwnershipInput {
    /// The secret in the link of the mail.
    Token(String),
    /// Id of the transfer, from `viewer.ownershipOffers`.
    TransferId(ID),
}

/// Whether the transfer was declined.
#[payload]
pub struct DeclineOwnershipPayload {
    /// Whether the transfer was declined.
    pub declined: bool,
}

/// Declines an organisation that was offered to your address. The owner who offered it gets a mail.
#[mutation]
#[authenticated]
async fn decline_ownership(act: Act<'_>, input: DeclineOwnershipInput) -> Result<DeclineOwnershipPayload> {
    let named = match input {
        DeclineOwnershipInput::Token(token) => Named::Token(token),
        DeclineOwnershipInput::TransferId(id) => Named::Id(id),
    };
    let answer = Answer::find(act.request, named).await?;
    act.request
        .transaction(async |work| {
            let organisation = crate::access::lock(work.tx, answer.row.organisation_id).await?;
            let (row, _) = answer.load(work).await?;
            rules::require_pending(&row, work.now)?;
            store::answer(work.tx, row.id, State::Declined, None, work.now).await?;
            let event = act.event_at(organisation.id).to(Type::OwnershipTransfer.id(row.id));
            let event = event.changing(rules::audit_snapshot(&row), json!({ "state": "DECLINED" }));
            audit::record(work, event).await?;
            if let Some(by) = users::store::find(work.tx, row.offered_by_id).await? {
                let letter = letters::declined(by.locale.into(), &organisation.name, &row.email);
                let to = Recipient { user: Some(by.id), address: by.email, locale: by.locale.into() };
                mail::queue(work.tx, work.random, work.now, [(to, letter)]).await?;
            }
            Ok(())
        })
        .await?;
    Ok(DeclineOwnershipPayload { declined: true, ..Default::default() })
}
