//! Changing who an organisation is on paper, and which contact receives its invoices.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::billing_details::Model;
use macros::guarded;
use serde_json::{Value as Json, json};

use super::input::UpdateBillingDetailsInput;
use super::object::BillingDetails;
use super::{rules, store};
use crate::access::{Permission, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation;
use crate::oversight::audit::{self, Event};

/// Which contact receives the invoices.
#[derive(InputObject)]
pub struct SetBillingRecipientInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Id of one of its contacts; null for the organisation itself.
    pub contact_id: Option<ID>,
}

/// The billing details as they are now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdateBillingDetailsPayload {
    /// The details; null if they were not changed.
    pub billing: Option<BillingDetails>,
    /// Why they were not changed.
    pub user_errors: Vec<UserError>,
}

/// The billing details as they are now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SetBillingRecipientPayload {
    /// The details; null if they were not changed.
    pub billing: Option<BillingDetails>,
    /// Why they were not changed.
    pub user_errors: Vec<UserError>,
}

/// Mutations of who an organisation is on paper.
#[derive(Default)]
pub struct BillingMutation;

#[guarded]
#[Object]
impl BillingMutation {
    /// Changes who an organisation is on paper, from its next invoice on; those that were issued stay as they are. That is
    /// possible in a suspended organisation as well.
    #[acts(BILLING_UPDATE)]
    async fn update_billing_details(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who the organisation is on paper.")] input: UpdateBillingDetailsInput,
    ) -> Result<Option<UpdateBillingDetailsPayload>> {
        let request = Request::of(context)?;
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::BillingUpdate).await?;
        let (input, random) = (&input, service::<Random>(context)?);
        let changed = request
            .write(async |tx| {
                let seen =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::BillingUpdate).await?;
                let before = store::load_details(tx, key).await?;
                let row = match rules::is_open(&seen.row).and_then(|()| input.over(key, before.as_ref())) {
                    Ok(row) => row,
                    Err(error) => return Ok(Err(error)),
                };
                let act = Event::done("updateBillingDetails", key, Some(Permission::BillingUpdate));
                let before = before.as_ref().map_or(Json::Null, described);
                let act = act.to(input.organisation_id.clone()).changing(before, described(&row));
                store::save_details(tx, row).await?;
                audit::record(&request.work(tx), act).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = changed {
            return Ok(Some(UpdateBillingDetailsPayload { billing: None, user_errors: told(context, error) }));
        }
        let seen = request.access.look(key).await?.ok_or(Error::NotFound)?;
        let billing = store::details(request, &seen).await?;
        Ok(Some(UpdateBillingDetailsPayload { billing: Some(billing), user_errors: Vec::new() }))
    }

    /// Sends the invoices that are issued from now on to a contact of the organisation, or to itself. As long as another
    /// organisation pays for it, they go to that one. That is possible in a suspended organisation as well.
    #[acts(BILLING_UPDATE)]
    async fn set_billing_recipient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which contact receives the invoices.")] input: SetBillingRecipientInput,
    ) -> Result<Option<SetBillingRecipientPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(SetBillingRecipientPayload { billing: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::BillingUpdate).await?;
        let contact = input.contact_id.as_ref().map(|id| Type::BillingContact.parse(id)).transpose()?;
        if let Some(contact) = contact {
            let found = store::find_contact(request, contact).await?.ok_or(Error::NotFound)?;
            if found.model().organisation_id != key {
                return refused(unknown());
            }
        }
        let random = service::<Random>(context)?;
        let changed = request
            .write(async |tx| {
                let seen =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::BillingUpdate).await?;
                if let Err(error) = rules::is_open(&seen.row) {
                    return Ok(Err(error));
                }
                let Some(before) = store::load_details(tx, key).await? else {
                    let message = "Say first who the organisation is on paper: updateBillingDetails.";
                    return Ok(Err(UserError::at("organisationId", UserErrorCode::InvalidInput, message)));
                };
                if let Some(contact) = contact
                    && store::load_contact(tx, contact).await?.is_none()
                {
                    return Ok(Err(unknown()));
                }
                store::set_contact(tx, key, contact).await?;
                let act = Event::done("setBillingRecipient", key, Some(Permission::BillingUpdate));
                let was = before.contact_id.map(|id| Type::BillingContact.id(id).0);
                let is = input.contact_id.as_ref().map(|id| id.0.clone());
                let act = act.to(input.organisation_id.clone());
                let act = act.changing(json!({ "contact": was }), json!({ "contact": is }));
                audit::record(&request.work(tx), act).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = changed {
            return refused(error);
        }
        let seen = request.access.look(key).await?.ok_or(Error::NotFound)?;
        let billing = store::details(request, &seen).await?;
        Ok(Some(SetBillingRecipientPayload { billing: Some(billing), user_errors: Vec::new() }))
    }
}

fn unknown() -> UserError {
    UserError::at("contactId", UserErrorCode::Unknown, "This is not a contact of the organisation.")
}

/// As the audit log keeps it.
fn described(row: &Model) -> Json {
    json!({
        "legalName": row.legal_name,
        "address": row.address,
        "country": row.country,
        "vatId": row.vat_id,
        "email": row.email,
        "currency": row.currency,
    })
}
