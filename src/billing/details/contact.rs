//! Contacts: recipients of invoices that are not organisations on the platform.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::billing_contact::Model;
use macros::guarded;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::input::{CreateBillingContactInput, UpdateBillingContactInput};
use super::object::BillingContact;
use super::{rules, store};
use crate::access::{Permission, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit::{self, Event};

/// The contact to delete.
#[derive(InputObject)]
pub struct DeleteBillingContactInput {
    /// Id of the contact.
    pub contact_id: ID,
}

/// The contact that was made.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct CreateBillingContactPayload {
    /// The contact; null if it was not made.
    pub contact: Option<BillingContact>,
    /// Why it was not made.
    pub user_errors: Vec<UserError>,
}

/// The contact as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdateBillingContactPayload {
    /// The contact; null if it was not changed.
    pub contact: Option<BillingContact>,
    /// Why it was not changed.
    pub user_errors: Vec<UserError>,
}

/// What became of the contact.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeleteBillingContactPayload {
    /// Whether it is deleted.
    pub deleted: bool,
    /// Why it is not.
    pub user_errors: Vec<UserError>,
}

/// Mutations of contacts.
#[derive(Default)]
pub struct BillingContactMutation;

#[guarded]
#[Object]
impl BillingContactMutation {
    /// Makes a contact that can receive the invoices of an organisation: `setBillingRecipient` lets it.
    #[acts(BILLING_UPDATE)]
    async fn create_billing_contact(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The contact to make.")] input: CreateBillingContactInput,
    ) -> Result<Option<CreateBillingContactPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(CreateBillingContactPayload { contact: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::BillingUpdate).await?;
        let random = service::<Random>(context)?;
        let row = match read(&input, random.id(request.now()), key, request) {
            Ok(row) => row,
            Err(error) => return refused(error),
        };
        let row = &row;
        let made = request
            .write(async |tx| {
                let seen =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::BillingUpdate).await?;
                if let Some(error) = halted(&seen.row) {
                    return Ok(Err(error));
                }
                store::create_contact(tx, row.clone()).await?;
                let act = act("createBillingContact", row).changing(Json::Null, described(row));
                audit::record(&request.work(tx), act).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = made {
            return refused(error);
        }
        let contact = store::find_contact(request, row.id).await?;
        Ok(Some(CreateBillingContactPayload { contact, user_errors: Vec::new() }))
    }

    /// Changes a contact, for invoices that are issued from now on; those that were issued stay as they are. That is
    /// possible in a suspended organisation as well.
    #[acts(BILLING_UPDATE)]
    async fn update_billing_contact(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change of a contact.")] input: UpdateBillingContactInput,
    ) -> Result<Option<UpdateBillingContactPayload>> {
        let request = Request::of(context)?;
        let (id, organisation) = found(request, &input.contact_id).await?;
        let (input, random) = (&input, service::<Random>(context)?);
        let changed = request
            .write(async |tx| {
                let (access, needed) = (&request.access, Permission::BillingUpdate);
                let seen = organisation::store::lock_to_act(tx, access, organisation, needed).await?;
                let before = store::load_contact(tx, id).await?.ok_or(Error::NotFound)?;
                let row = match rules::is_open(&seen.row).and_then(|()| input.over(&before)) {
                    Ok(row) => row,
                    Err(error) => return Ok(Err(error)),
                };
                let act = act("updateBillingContact", &row).changing(described(&before), described(&row));
                store::save_contact(tx, row).await?;
                audit::record(&request.work(tx), act).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = changed {
            return Ok(Some(UpdateBillingContactPayload { contact: None, user_errors: told(context, error) }));
        }
        let contact = store::find_contact(request, id).await?;
        Ok(Some(UpdateBillingContactPayload { contact, user_errors: Vec::new() }))
    }

    /// Deletes a contact, unless invoices go to it: let another receive them first. Invoices that were issued to it stay.
    #[acts(BILLING_UPDATE)]
    async fn delete_billing_contact(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The contact to delete.")] input: DeleteBillingContactInput,
    ) -> Result<Option<DeleteBillingContactPayload>> {
        let request = Request::of(context)?;
        let (id, organisation) = found(request, &input.contact_id).await?;
        let random = service::<Random>(context)?;
        let deleted = request
            .write(async |tx| {
                let (access, needed) = (&request.access, Permission::BillingUpdate);
                let seen = organisation::store::lock_to_act(tx, access, organisation, needed).await?;
                let row = store::load_contact(tx, id).await?.ok_or(Error::NotFound)?;
                if let Err(error) = rules::is_open(&seen.row) {
                    return Ok(Err(error));
                }
                let details = store::load_details(tx, organisation).await?;
                if details.is_some_and(|details| details.contact_id == Some(id)) {
                    let message = "The invoices go to it. Let another receive them first: setBillingRecipient.";
                    return Ok(Err(UserError::at("contactId", UserErrorCode::InUse, message)));
                }
                store::delete_contact(tx, id).await?;
                let act = act("deleteBillingContact", &row).changing(described(&row), Json::Null);
                audit::record(&request.work(tx), act).await?;
                Ok(Ok(()))
            })
            .await?;
        Ok(Some(match deleted {
            Ok(()) => DeleteBillingContactPayload { deleted: true, user_errors: Vec::new() },
            Err(error) => DeleteBillingContactPayload { deleted: false, user_errors: told(context, error) },
        }))
    }
}

/// The keys of a contact and its organisation, for who may change it.
async fn found(request: &Request, id: &ID) -> Result<(Uuid, Uuid)> {
    let id = Type::BillingContact.parse(id)?;
    let contact = store::find_contact(request, id).await?.ok_or(Error::NotFound)?;
    let organisation = contact.model().organisation_id;
    request.access.act(organisation, Permission::BillingUpdate).await?;
    Ok((id, organisation))
}

fn read(
    input: &CreateBillingContactInput,
    id: Uuid,
    organisation: Uuid,
    request: &Request,
) -> Result<Model, UserError> {
    Ok(Model {
        id,
        organisation_id: organisation,
        name: text::name("name", &input.name)?,
        address: text::address("address", &input.address)?,
        country: rules::country("country", &input.country)?,
        email: rules::email("email", &input.email)?,
        created_at: request.now(),
    })
}

fn act(action: &str, row: &Model) -> Event {
    let act = Event::done(action, row.organisation_id, Some(Permission::BillingUpdate));
    act.to(Type::BillingContact.id(row.id))
}

/// As the audit log keeps it.
fn described(row: &Model) -> Json {
    json!({ "name": row.name, "address": row.address, "country": row.country, "email": row.email })
}
