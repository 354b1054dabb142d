//! A copy of everything that is stored about the person who asks, as lines of JSON. Secrets, such as hashes of passwords,
//! are not in it, and neither are the data of others.

use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::access::UserActor;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::oversight::audit;
use crate::partners::proposal;
use crate::people::user::{self as users, mailbox, second_factor};
use crate::people::{access_request, api_key, invitation, membership, ownership, session, sign_in};

/// How many events are read at a time.
const PAGE: u64 = 1_000;

/// The part of the copy that comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    /// The account, with its sessions and memberships.
    #[default]
    Account,
    /// What others have sent to the address of the person, and the keys that the person made.
    Received,
    /// The person's acts in the logs, after this event.
    Acts(Option<Uuid>),
    /// Nothing.
    Nothing,
}

/// A copy, and how far it has been read.
#[derive(Debug, Default)]
pub struct OwnExport {
    next: Next,
}

impl OwnExport {
    /// The lines of the next page; `None` after the last one. The person is looked up again for each page.
    pub async fn page(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        let person = request.require_person()?;
        let page = match self.next {
            Next::Account => {
                self.next = Next::Received;
                account(request, person).await?
            }
            Next::Received => {
                self.next = Next::Acts(None);
                received(request, person).await?
            }
            Next::Acts(after) => {
                let events = audit::store::events_of(request.db(), person.id, after, PAGE).await?;
                self.next = events.last().map_or(Next::Nothing, |event| Next::Acts(Some(event.id)));
                events.iter().map(act).collect()
            }
            Next::Nothing => return Ok(None),
        };
        Ok(Some(page.into_iter().flat_map(|line| (line.to_string() + "\n").into_bytes()).collect()))
    }
}

async fn account(request: &Request, person: &UserActor) -> Result<Vec<Json>> {
    let db = request.db();
    let user = users::store::load(db, person.id).await?;
    let mut lines = vec![json!({
        "type": "account",
        "id": Type::User.id(user.id).0,
        "name": user.name,
        "email": user.email,
        "emailVerifiedAt": user.email_verified_at,
        "locale": user.locale.to_value(),
        "createdAt": user.created_at,
        "hasSecondFactor": second_factor::store::is_on(db.reader(), user.id).await?,
    })];
    lines.extend(session::store::list_all_of(db, user.id).await?.into_iter().map(|row| {
        json!({
            "type": "session",
            "id": Type::Session.id(row.id).0,
            "loggedInAt": row.created_at,
            "lastUsedAt": row.last_used_at,
            "expiresAt": row.expires_at,
            "endedAt": row.revoked_at,
            "endedBecause": row.ended_because.map(|why| why.to_value()),
            "userAgent": row.user_agent,
            "clientAddress": row.client_address,
        })
    }));
    lines.extend(sign_in::store::list_all_of(db, user.id).await?.into_iter().map(|row| {
        json!({
            "type": "logIn",
            "at": row.at,
            "outcome": row.outcome.to_value(),
            "userAgent": row.user_agent,
            "clientAddress": row.client_address,
        })
    }));
    lines.extend(membership::store::list_all_of(db, user.id).await?.into_iter().map(|one| {
        json!({
            "type": "membership",
            "id": Type::Membership.id(one.id).0,
            "organisationId": Type::Organisation.id(one.organisation_id).0,
            "organisation": one.organisation,
            "roles": one.roles,
            "joinedAt": one.created_at,
            "expiresAt": one.expires_at,
        })
    }));
    lines.extend(access_request::store::list_all_of(db, user.id).await?.into_iter().map(|row| {
        json!({
            "type": "accessRequest",
            "id": Type::AccessRequest.id(row.id).0,
            "organisationId": Type::Organisation.id(row.target_id).0,
            "permission": row.permission,
            "message": row.message,
            "state": row.state.to_value(),
            "createdAt": row.created_at,
            "answeredAt": row.answered_at,
        })
    }));
    Ok(lines)
}

async fn received(request: &Request, person: &UserActor) -> Result<Vec<Json>> {
    let (db, own) = (request.db(), mailbox(&person.email));
    let mut lines = Vec::new();
    // A person who has not verified the address may be anybody.
    if person.is_verified {
        let sent = invitation::store::list_all_to(db, &own).await?;
        lines.extend(sent.into_iter().map(|(row, organisation)| {
            json!({
                "type": "invitation",
                "id": Type::Invitation.id(row.id).0,
                "organisationId": Type::Organisation.id(row.organisation_id).0,
                "organisation": organisation,
                "email": row.email,
                "state": row.state.to_value(),
                "sentAt": row.sent_at,
                "expiresAt": row.expires_at,
                "answeredAt": row.answered_at,
            })
        }));
        let sent = ownership::store::list_all_to(db, &own).await?;
        lines.extend(sent.into_iter().map(|(row, organisation)| {
            json!({
                "type": "ownershipTransfer",
                "id": Type::OwnershipTransfer.id(row.id).0,
                "organisationId": Type::Organisation.id(row.organisation_id).0,
                "organisation": organisation,
                "email": row.email,
                "state": row.state.to_value(),
                "createdAt": row.created_at,
                "expiresAt": row.expires_at,
                "answeredAt": row.answered_at,
            })
        }));
        let sent = proposal::store::list_all_to(db, &own).await?;
        lines.extend(sent.into_iter().map(|(row, organisation)| {
            json!({
                "type": "partnershipProposal",
                "id": Type::PartnershipProposal.id(row.id).0,
                "organisationId": Type::Organisation.id(row.organisation_id).0,
                "organisation": organisation,
                "email": row.email,
                "state": row.state.to_value(),
                "createdAt": row.created_at,
                "answeredAt": row.answered_at,
            })
        }));
    }
    lines.extend(api_key::store::list_made_by(db, person.id).await?.into_iter().map(|row| {
        json!({
            "type": "apiKey",
            "id": Type::ApiKey.id(row.id).0,
            "organisationId": Type::Organisation.id(row.organisation_id).0,
            "name": row.name,
            "createdAt": row.created_at,
            "expiresAt": row.expires_at,
            "revokedAt": row.revoked_at,
        })
    }));
    Ok(lines)
}

/// An act of the person, without the values of the organisation's objects.
fn act(event: &entity::audit_event::Model) -> Json {
    json!({
        "type": "auditEvent",
        "id": Type::AuditEvent.id(event.id).0,
        "organisationId": Type::Organisation.id(event.organisation_id).0,
        "at": event.at,
        "action": event.action,
        "objectId": event.object_id,
        "outcome": event.outcome.to_value(),
        "way": event.way.to_value(),
        "requestId": event.request_id,
    })
}
