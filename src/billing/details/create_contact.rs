//! Creating a billing contact.

use async_graphql::{ID, InputObject};
use entity::billing_contact::Model;
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::buyer_invoicing::InvoicingInput;
use super::object::BillingContact;
use super::{rules, store};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::{Organisation, require_active};
use crate::oversight::audit;

/// The contact to create.
#[derive(InputObject)]
pub struct CreateBillingContactInput {
    /// Id of the organisation that it belongs to.
    pub organisation_id: ID,
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// Its postal address, with line breaks: 1 to 1000 characters.
    pub address: String,
    /// Its country, as ISO 3166-1 alpha-2.
    pub country: String,
    /// The email address that invoices are sent to.
    pub email: String,
    /// What its invoices need besides.
    pub invoicing: Option<InvoicingInput>,
}

/// The new contact.
#[payload]
pub struct CreateBillingContactPayload {
    /// The contact; null if it was not created.
    pub contact: Option<BillingContact>,
}

/// Creates a contact that can receive the invoices of an organisation. To send invoices to it, use
/// `setBillingRecipient`.
#[mutation]
#[acts(BILLING_UPDATE, on = input.organisation_id)]
async fn create_billing_contact(
    act: ActOn<'_, Organisation>,
    input: CreateBillingContactInput,
) -> Result<CreateBillingContactPayload> {
    let name = text::name("name", &input.name)?;
    let key = collation::sort_key(&name);
    let mut row = Model::new(
        (act.request.random.id(act.request.now()), act.organisation()),
        (name, key),
        text::address("address", &input.address)?,
        rules::country("country", &input.country)?,
        rules::email("email", &input.email)?,
        act.request.now(),
    );
    if let Some(invoicing) = &input.invoicing {
        invoicing.checked(&row.country)?.set_contact(&mut row);
    }
    act.locked(async |work, at| {
        require_active(at.row())?;
        store::create_contact(work.tx, row.clone()).await?;
        let event = act.event().to(Type::BillingContact.id(row.id));
        Ok(audit::record(work, event.changing(Json::Null, rules::audit_snapshot(&row))).await?)
    })
    .await?;
    let contact = BillingContact::find(act.request, row.id).await?;
    Ok(CreateBillingContactPayload { contact, ..Default::default() })
}
