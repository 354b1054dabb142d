//! Changing a billing contact.

use async_graphql::{ID, InputObject};
use entity::billing_contact::Model;
use macros::{mutation, payload};

use super::buyer_invoicing::InvoicingInput;
use super::object::BillingContact;
use super::{rules, store};
use crate::base::error::{Error, Result, UserError};
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The changes to a contact. Fields that are left out stay the same.
#[derive(InputObject)]
pub struct UpdateBillingContactInput {
    /// Id of the contact.
    pub contact_id: ID,
    /// Its new name: 1 to 200 characters.
    pub name: Option<String>,
    /// Its new postal address, with line breaks: 1 to 1000 characters.
    pub address: Option<String>,
    /// Its new country, as ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The new email address that invoices are sent to.
    pub email: Option<String>,
    /// What its invoices need besides. It replaces all that was there.
    pub invoicing: Option<InvoicingInput>,
}

/// The changed contact.
#[payload]
pub struct UpdateBillingContactPayload {
    /// The contact; null if it was not changed.
    pub contact: Option<BillingContact>,
}

/// Changes a billing contact. New invoices use the changes; issued invoices stay the same. This also works while the
/// organisation is suspended.
#[mutation]
#[acts(BILLING_UPDATE, on = input.contact_id)]
async fn update_billing_contact(
    act: ActOn<'_, BillingContact>,
    input: UpdateBillingContactInput,
) -> Result<UpdateBillingContactPayload> {
    let id = act.object.row().id;
    act.locked(async |work, at| {
        let old = store::find_contact(work.tx, id).await?.ok_or(Error::NotFound)?;
        rules::require_open(at.row())?;
        let new = input.apply(&old)?;
        let event = act.event().to(input.contact_id.clone());
        let event = event.changing(rules::audit_snapshot(&old), rules::audit_snapshot(&new));
        store::update_contact(work.tx, new).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let contact = BillingContact::find(act.request, id).await?;
    Ok(UpdateBillingContactPayload { contact, ..Default::default() })
}

impl UpdateBillingContactInput {
    /// The contact after the change. The first invalid field is the error.
    fn apply(&self, old: &Model) -> Result<Model, UserError> {
        let typed = |name, typed: &Option<String>, old: &str, read| {
            rules::typed_or_old(name, typed.as_deref(), Some(old), read)
        };
        let name = typed("name", &self.name, &old.name, text::name)?;
        let mut new = Model {
            name_key: collation::sort_key(&name),
            name,
            address: typed("address", &self.address, &old.address, text::address)?,
            country: typed("country", &self.country, &old.country, rules::country)?,
            email: typed("email", &self.email, &old.email, rules::email)?,
            ..old.clone()
        };
        if let Some(invoicing) = &self.invoicing {
            invoicing.checked(&new.country)?.set_contact(&mut new);
        }
        Ok(new)
    }
}
