//! Changing what an organisation is called and what sort it is.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::organisation::{Kind, Model};
use macros::guarded;
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};

use super::halted::halted;
use super::kind::OrganisationKind;
use super::mutation::NewOrganisationKind;
use super::object::Organisation;
use super::store;
use crate::access::{Permission, directive, told};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::oversight::audit::{self, Act};

/// The change of an organisation. What is left out stays.
#[derive(InputObject)]
pub struct UpdateOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Its new name. 1 to 200 characters.
    pub name: Option<String>,
    /// What sort it is from now on. A reseller and the operator stay what they are.
    pub kind: Option<NewOrganisationKind>,
}

/// The organisation as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdateOrganisationPayload {
    /// The organisation; null if it was not changed.
    pub organisation: Option<Organisation>,
    /// Why it was not changed.
    pub user_errors: Vec<UserError>,
}

/// The mutation that changes an organisation.
#[derive(Default)]
pub struct OrganisationUpdateMutation;

#[guarded]
#[Object]
impl OrganisationUpdateMutation {
    /// Changes the name or the sort of an organisation, unless it is suspended or closed.
    #[acts(ORGANISATION_UPDATE)]
    async fn update_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change of an organisation.")] input: UpdateOrganisationInput,
    ) -> Result<Option<UpdateOrganisationPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(UpdateOrganisationPayload { organisation: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::OrganisationUpdate).await?;
        let name = match input.name.as_deref().map(|typed| text::name("name", typed)).transpose() {
            Ok(name) => name,
            Err(error) => return refused(error),
        };
        let wanted = input.kind.map(|kind| OrganisationKind::from(kind).into());
        let random = service::<Random>(context)?;
        let changed = request
            .write(async |tx| {
                let old = store::lock_to_act(tx, &request.access, key, Permission::OrganisationUpdate).await?.row;
                if let Some(error) = halted(&old) {
                    return Ok(Err(error));
                }
                let mut new = Model::clone(&old);
                if let Some(kind) = wanted {
                    if matches!(old.kind, Kind::Reseller | Kind::Operator) {
                        let message = "A reseller and the operator stay what they are.";
                        return Ok(Err(UserError::at("kind", UserErrorCode::InvalidInput, message)));
                    }
                    new.kind = kind;
                }
                new.name = name.clone().unwrap_or(new.name);
                store::update(tx, key, &new.name, new.kind).await?;
                let act = Act::done("updateOrganisation", key, Some(Permission::OrganisationUpdate));
                let act = act.to(input.organisation_id.clone()).changing(described(&old), described(&new));
                audit::record(tx, request, random, act).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = changed {
            return refused(error);
        }
        let organisation = store::find(&request.access, key).await?;
        Ok(Some(UpdateOrganisationPayload { organisation, user_errors: Vec::new() }))
    }
}

/// As the audit log keeps it.
fn described(row: &Model) -> Json {
    json!({ "name": row.name, "kind": row.kind.to_value() })
}
