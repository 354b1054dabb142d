//! What is to be written, table by table.

use entity::{
    api_key, billing_contact, billing_details, client_view, invoice, invoice_line, membership, membership_role,
    organisation, partnership, partnership_proposal, payer, property_definition, property_value, role, service,
    subscription, user,
};
use sea_orm::{DatabaseTransaction, DbErr};

use super::store::{insert, set_values};

/// Rows that belong together, under the names of their tables: all are written in one transaction, or none.
#[derive(Debug, Default)]
pub struct Rows {
    pub users: Vec<user::Model>,
    pub organisations: Vec<organisation::Model>,
    pub roles: Vec<role::Model>,
    pub partnerships: Vec<partnership::Model>,
    pub memberships: Vec<membership::Model>,
    pub membership_roles: Vec<membership_role::Model>,
    pub billing_contacts: Vec<billing_contact::Model>,
    pub billing_details: Vec<billing_details::Model>,
    pub payers: Vec<payer::Model>,
    pub subscriptions: Vec<subscription::Model>,
    pub services: Vec<service::Model>,
    pub invoices: Vec<invoice::Model>,
    pub invoice_lines: Vec<invoice_line::Model>,
    pub api_keys: Vec<api_key::Model>,
    pub partnership_proposals: Vec<partnership_proposal::Model>,
    pub property_definitions: Vec<property_definition::Model>,
    pub property_values: Vec<property_value::Model>,
    pub client_views: Vec<client_view::Model>,
}

impl Rows {
    /// Writes all of them, each after what it points to.
    pub async fn write(&self, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        insert(transaction, &self.users).await?;
        insert(transaction, &self.organisations).await?;
        insert(transaction, &self.roles).await?;
        insert(transaction, &self.partnerships).await?;
        insert(transaction, &self.memberships).await?;
        insert(transaction, &self.membership_roles).await?;
        insert(transaction, &self.billing_contacts).await?;
        insert(transaction, &self.billing_details).await?;
        insert(transaction, &self.payers).await?;
        insert(transaction, &self.subscriptions).await?;
        insert(transaction, &self.services).await?;
        insert(transaction, &self.invoices).await?;
        insert(transaction, &self.invoice_lines).await?;
        insert(transaction, &self.api_keys).await?;
        insert(transaction, &self.partnership_proposals).await?;
        insert(transaction, &self.property_definitions).await?;
        set_values(transaction, &self.property_values).await?;
        insert(transaction, &self.client_views).await
    }
}
