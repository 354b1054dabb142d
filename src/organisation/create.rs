//! Creating an organisation.

use async_graphql::{Enum, InputObject};
use macros::{mutation, payload};
use serde_json::Value as Json;
use uuid::Uuid;

use super::kind::OrganisationKind;
use super::object::Organisation;
use super::store::{self, NewOrganisation};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{Act, Find};
use crate::oversight::audit;
use crate::oversight::idempotency::once;

/// The kinds of organisation that anybody may create. An organisation becomes a reseller when the operator approves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub enum NewOrganisationKind {
    /// One person acting alone.
    #[default]
    Person,
    /// A company.
    Company,
    /// A project that several people or companies work on.
    Project,
}

impl From<NewOrganisationKind> for OrganisationKind {
    fn from(kind: NewOrganisationKind) -> Self {
        match kind {
            NewOrganisationKind::Person => Self::Person,
            NewOrganisationKind::Company => Self::Company,
            NewOrganisationKind::Project => Self::Project,
        }
    }
}

/// The organisation to create.
#[derive(InputObject)]
pub struct CreateOrganisationInput {
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: NewOrganisationKind,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The new organisation.
#[payload]
pub struct CreateOrganisationPayload {
    /// The organisation; null if it was not created.
    pub organisation: Option<Organisation>,
}

/// Creates an organisation that you own. Only people can do this; an API key belongs to its organisation.
#[mutation]
#[authenticated]
async fn create_organisation(act: Act<'_>, input: CreateOrganisationInput) -> Result<CreateOrganisationPayload> {
    let request = act.request;
    let owner = request.require_person()?.id;
    let name = text::name("name", &input.name)?;
    let kind = OrganisationKind::from(input.kind).into();
    let new = NewOrganisation { id: request.random.id(request.now()), name, kind, code: None, owner };
    let event = act.event_at(new.id).to(Type::Organisation.id(new.id)).changing(Json::Null, new.described());
    let call = act.call(input.idempotency_key.as_deref())?;
    let made: Uuid = request
        .transaction(async |work| {
            // There is no organisation yet to which the key could belong.
            once(work, call.as_ref(), Uuid::nil(), async || {
                store::create_with_owner(work.tx, work.random, &new, work.now).await?;
                audit::record(work, event).await?;
                Ok(new.id)
            })
            .await
        })
        .await?;
    let organisation = Organisation::find(request, made).await?;
    Ok(CreateOrganisationPayload { organisation, ..Default::default() })
}
