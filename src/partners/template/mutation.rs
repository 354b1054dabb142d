//! Writing templates, and saying to which class a client belongs.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::delegation_template::Model;
use macros::guarded;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::object::DelegationTemplate;
use super::store;
use crate::access::{Permission, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit::{self, Event};
use crate::partners::partnership::{DelegationInput, Terms};

/// So many templates a reseller has at most.
const MOST: u64 = 100;
/// Clients that one mutation takes at most.
pub const AT_ONCE: usize = 500;

/// The template to write.
#[derive(InputObject)]
pub struct SaveDelegationTemplateInput {
    /// The reseller's organisation.
    pub organisation_id: ID,
    /// The template to change; a new one is made if it is left out.
    pub delegation_template_id: Option<ID>,
    /// Its name, unique among the reseller's templates.
    pub name: String,
    /// What clients of the class are to let through.
    pub delegation: DelegationInput,
}

/// The template to delete.
#[derive(InputObject)]
pub struct DeleteDelegationTemplateInput {
    /// The template.
    pub delegation_template_id: ID,
}

/// To which class some clients belong.
#[derive(InputObject)]
pub struct AssignDelegationTemplateInput {
    /// The reseller's organisation.
    pub organisation_id: ID,
    /// The template; left out, the clients belong to no class from now on.
    pub delegation_template_id: Option<ID>,
    /// The partnerships with the clients: 1 to 500.
    pub partnership_ids: Vec<ID>,
}

/// The template as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SaveDelegationTemplatePayload {
    /// The template; null if it was not written.
    pub template: Option<DelegationTemplate>,
    /// Why it was not written.
    pub user_errors: Vec<UserError>,
}

/// Whether it was deleted.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeleteDelegationTemplatePayload {
    /// Whether it was deleted.
    pub deleted: bool,
    /// Why it was not.
    pub user_errors: Vec<UserError>,
}

/// What was said of how many.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AssignDelegationTemplatePayload {
    /// How many of the partnerships that is: those that are the reseller's and were not ended.
    pub assigned: i32,
    /// Why nothing was done.
    pub user_errors: Vec<UserError>,
}

/// Mutations of templates.
#[derive(Default)]
pub struct TemplateMutation;

#[guarded]
#[Object]
impl TemplateMutation {
    /// Writes down what the reseller asks of a class of clients. Nothing changes at the clients: the drift report shows what
    /// differs, and `proposeTemplates` asks for it.
    #[acts(CLIENT_UPDATE)]
    async fn save_delegation_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The template to write.")] input: SaveDelegationTemplateInput,
    ) -> Result<Option<SaveDelegationTemplatePayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(SaveDelegationTemplatePayload { template: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::ClientUpdate).await?;
        let old = input.delegation_template_id.as_ref().map(|id| Type::DelegationTemplate.parse(id)).transpose()?;
        let read = text::name("name", &input.name)
            .and_then(|name| Ok((name, Terms::default().with(&input.delegation, "delegation")?)));
        let (name, terms) = match read {
            Ok(read) => read,
            Err(error) => return refused(error),
        };
        let random = service::<Random>(context)?;
        let id = old.unwrap_or_else(|| random.id(request.now()));
        let done = request
            .write(async |tx| {
                let at =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::ClientUpdate).await?.row;
                if let Some(error) = halted(&at) {
                    return Ok(Err(error));
                }
                if old.is_none() && store::count(tx, key).await? >= MOST {
                    let message = format!("A reseller has {MOST} templates at most. Delete one first.");
                    return Ok(Err(UserError::at("organisationId", UserErrorCode::TooMany, message)));
                }
                if store::is_taken(tx, key, &name, old).await? {
                    let message = "Another template has this name.";
                    return Ok(Err(UserError::at("name", UserErrorCode::Duplicate, message)));
                }
                let before = if old.is_some() {
                    let before = store::load(tx, key, id).await?.ok_or(Error::NotFound)?;
                    store::change(tx, id, &name, terms).await?;
                    described(&before.name, store::terms(&before))
                } else {
                    store::create(tx, row(id, key, &name, terms, request)).await?;
                    Json::Null
                };
                let act = Event::done("saveDelegationTemplate", key, Some(Permission::ClientUpdate));
                let act = act.to(Type::DelegationTemplate.id(id)).changing(before, described(&name, terms));
                audit::record(&request.work(tx), act).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let template = store::find(request, id).await?;
        Ok(Some(SaveDelegationTemplatePayload { template, user_errors: Vec::new() }))
    }

    /// Deletes a template. Its clients belong to no class then; what they delegate stays.
    #[acts(CLIENT_UPDATE)]
    async fn delete_delegation_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The template to delete.")] input: DeleteDelegationTemplateInput,
    ) -> Result<Option<DeleteDelegationTemplatePayload>> {
        let request = Request::of(context)?;
        let id = Type::DelegationTemplate.parse(&input.delegation_template_id)?;
        let key = store::organisation_of(request, id).await?.ok_or(Error::NotFound)?;
        request.access.act(key, Permission::ClientUpdate).await?;
        let random = service::<Random>(context)?;
        request
            .write(async |tx| {
                organisation::store::lock_to_act(tx, &request.access, key, Permission::ClientUpdate).await?;
                let row = store::load(tx, key, id).await?.ok_or(Error::NotFound)?;
                store::remove(tx, id).await?;
                let act = Event::done("deleteDelegationTemplate", key, Some(Permission::ClientUpdate));
                let act = act.to(input.delegation_template_id.clone());
                let act = act.changing(described(&row.name, store::terms(&row)), Json::Null);
                Ok(audit::record(&request.work(tx), act).await?)
            })
            .await?;
        Ok(Some(DeleteDelegationTemplatePayload { deleted: true, user_errors: Vec::new() }))
    }

    /// Says to which class clients belong: which template is theirs.
    #[acts(CLIENT_UPDATE)]
    async fn assign_delegation_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "To which class some clients belong.")] input: AssignDelegationTemplateInput,
    ) -> Result<Option<AssignDelegationTemplatePayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(AssignDelegationTemplatePayload { assigned: 0, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::ClientUpdate).await?;
        let template =
            input.delegation_template_id.as_ref().map(|id| Type::DelegationTemplate.parse(id)).transpose()?;
        let ids = input.partnership_ids.iter().map(|id| Type::Partnership.parse(id)).collect::<Result<Vec<Uuid>>>()?;
        if ids.is_empty() || ids.len() > AT_ONCE {
            return refused(too_many(ids.len()));
        }
        let random = service::<Random>(context)?;
        let done = request
            .write(async |tx| {
                organisation::store::lock_to_act(tx, &request.access, key, Permission::ClientUpdate).await?;
                if let Some(id) = template
                    && store::load(tx, key, id).await?.is_none()
                {
                    let message = "The reseller has no such template.";
                    return Ok(Err(UserError::at("delegationTemplateId", UserErrorCode::Unknown, message)));
                }
                let before = store::assigned(tx, key, &ids).await?;
                let assigned = store::assign(tx, key, &ids, template).await?;
                let mut act = Event::done("assignDelegationTemplate", key, Some(Permission::ClientUpdate));
                act.object = template.map(|id| Type::DelegationTemplate.id(id));
                let named = |template: Option<Uuid>| template.map(|id| Type::DelegationTemplate.id(id).0);
                let list: Vec<String> = before.iter().map(|(id, _)| Type::Partnership.id(*id).0).collect();
                let before: Vec<_> = before.into_iter().map(|(_, template)| named(template)).collect();
                let before = json!({ "partnerships": list, "templates": before });
                let after = json!({ "partnerships": list, "template": named(template) });
                audit::record(&request.work(tx), act.changing(before, after)).await?;
                Ok(Ok(assigned))
            })
            .await?;
        match done {
            Ok(assigned) => {
                let assigned = i32::try_from(assigned).unwrap_or(i32::MAX);
                Ok(Some(AssignDelegationTemplatePayload { assigned, user_errors: Vec::new() }))
            }
            Err(error) => refused(error),
        }
    }
}

fn row(id: Uuid, reseller: Uuid, name: &str, terms: Terms, request: &Request) -> Model {
    Model {
        id,
        organisation_id: reseller,
        name: name.to_owned(),
        delegated: terms.delegated.to_stored(),
        client_delegated: terms.client_delegated.to_stored(),
        includes_upstream: terms.includes_upstream,
        created_at: request.now(),
    }
}

/// As the audit log keeps it.
fn described(name: &str, terms: Terms) -> Json {
    json!({ "name": name, "terms": terms.described() })
}

/// For a list that is too long, or empty.
pub(super) fn too_many(count: usize) -> UserError {
    let message = format!("Give 1 to {AT_ONCE} partnerships; these are {count}.");
    UserError::at("partnershipIds", UserErrorCode::TooMany, message)
}
