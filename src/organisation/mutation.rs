//! Making organisations.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use macros::guarded;
use serde_json::Value as Json;

use super::kind::OrganisationKind;
use super::object::Organisation;
use super::store::{self, NewOrganisation, create_with_owner};
use crate::access::{Actor, directive};
use crate::base::error::{Error, Result, UserError};
use crate::base::id;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::oversight::audit::{self, Act};

/// What sort of organisation anybody may make. A reseller becomes one when the operator approves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub enum NewOrganisationKind {
    /// One person acting alone.
    #[default]
    Person,
    /// A firm.
    Company,
    /// Something that several work on.
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

/// The organisation to make.
#[derive(InputObject)]
pub struct CreateOrganisationInput {
    /// Its name. 1 to 200 characters.
    pub name: String,
    /// What sort of organisation it is.
    pub kind: NewOrganisationKind,
}

/// The organisation that was made.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct CreateOrganisationPayload {
    /// The organisation; null if it was not made.
    pub organisation: Option<Organisation>,
    /// Why it was not made.
    pub user_errors: Vec<UserError>,
}

/// Mutations of organisations.
#[derive(Default)]
pub struct OrganisationMutation;

#[guarded]
#[Object]
impl OrganisationMutation {
    /// Makes an organisation that you own. Only for people; an API key belongs to its organisation and makes none.
    #[authenticated]
    async fn create_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation to make.")] input: CreateOrganisationInput,
    ) -> Result<Option<CreateOrganisationPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(CreateOrganisationPayload { organisation: None, user_errors: vec![error] }));
        let owner = match request.actor() {
            Actor::User(user) => user.id,
            Actor::ApiKey(_) => return refused(UserError::for_people_only()),
            Actor::Anonymous => return Err(Error::sign_in()),
        };
        let name = match text::name("name", &input.name) {
            Ok(name) => name,
            Err(error) => return refused(error),
        };
        let random = service::<Random>(context)?;
        let now = request.now();
        let kind = OrganisationKind::from(input.kind).into();
        let new = NewOrganisation { id: random.id(now), name, kind, code: None, owner };
        let act = Act::done("createOrganisation", new.id, None)
            .to(id::Type::Organisation.id(new.id))
            .changing(Json::Null, new.described());
        request
            .write(async |tx| {
                create_with_owner(tx, random, &new, now).await?;
                Ok(audit::record(tx, request, random, act).await?)
            })
            .await?;
        let organisation = store::find(&request.access, new.id).await?;
        Ok(Some(CreateOrganisationPayload { organisation, user_errors: Vec::new() }))
    }
}
