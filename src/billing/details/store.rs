//! Statements about billing details and billing contacts.
#![expect(clippy::disallowed_methods, reason = "the statements about billing stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::{billing_contact, billing_details};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IdenStatic, IntoActiveModel, Iterable,
    QueryFilter, Set,
};
use uuid::Uuid;

use crate::access::{Card, Unchecked};
use crate::base::error::Result;
use crate::base::memory::{Heap, Kept, Kind, Subjects, Table};
use crate::billing::payer;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// The billing of one organisation.
#[derive(Clone, Debug, Default)]
pub struct Billing {
    /// Its details; `None` until they are filled in.
    pub details: Option<billing_details::Model>,
    /// The contact that receives its invoices; `None` for the organisation itself.
    pub contact: Option<billing_contact::Model>,
    /// The end of the chain of payers; `None` if the organisation pays for itself.
    pub payer: Option<Card>,
    /// The organisation and the payers above it.
    chain: Vec<Uuid>,
}

/// Billing is made from the rows of several organisations.
struct OfBilling;

impl Kind<Billing> for OfBilling {
    fn subjects(&self, id: Uuid, billing: Option<&Billing>, subjects: &mut Subjects) {
        subjects.add(Table::BillingDetails, id);
        subjects.add(Table::Organisation, id);
        if let Some(contact) = billing.and_then(|billing| billing.contact.as_ref()) {
            subjects.add(Table::BillingContact, contact.id);
        }
        for payer in billing.into_iter().flat_map(|billing| &billing.chain) {
            subjects.add(Table::Payer, *payer);
            subjects.add(Table::Organisation, *payer);
        }
    }

    fn heap(&self, billing: &Billing) -> usize {
        billing.details.heap() + billing.contact.heap() + billing.payer.heap() + billing.chain.heap()
    }

    fn text(&self, billing: &Billing) -> String {
        format!("{billing:?}")
    }
}

impl Heap for billing_details::Model {
    fn heap(&self) -> usize {
        let texts = [&self.legal_name, &self.address, &self.country, &self.email, &self.currency];
        let more = [&self.vat_id, &self.post_code, &self.city, &self.registration_no, &self.buyer_reference];
        let others = [&self.electronic_address, &self.electronic_scheme, &self.language];
        texts.iter().map(|text| text.heap()).sum::<usize>()
            + more.iter().chain(&others).map(|text| text.heap()).sum::<usize>()
    }
}

static CONTACTS: List<billing_contact::Model> =
    List::of_kept_rows(Table::BillingContact, "organisation_id", Key::Text("name_key"));

impl Heap for billing_contact::Model {
    fn heap(&self) -> usize {
        let texts = [&self.name, &self.name_key, &self.address, &self.country, &self.email];
        let more = [&self.vat_id, &self.post_code, &self.city, &self.registration_no, &self.buyer_reference];
        let others = [&self.electronic_address, &self.electronic_scheme, &self.language];
        texts.iter().map(|text| text.heap()).sum::<usize>()
            + more.iter().chain(&others).map(|text| text.heap()).sum::<usize>()
    }
}

impl Kept for billing_contact::Model {}

/// A page of the contacts of an organisation, by name.
pub async fn list_contacts(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
) -> Result<Page<billing_contact::Model>> {
    CONTACTS.rows(request, organisation, page, Filter::default()).await
}

/// A contact by its id.
pub async fn look_up_contact(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<billing_contact::Model>>>> {
    CONTACTS.look_up(request, id).await
}

/// The billing of an organisation. Concurrent calls share one statement.
pub async fn load(request: &Request, organisation: Uuid) -> Result<Billing> {
    let name = format!("billing on {}", request.today());
    let load = async |ids: Vec<Uuid>| load_all(request, &ids).await;
    let found = request.lists.kept(name, organisation, &OfBilling, load).await?;
    Ok(found.unwrap_or_default())
}

async fn load_all(request: &Request, ids: &[Uuid]) -> Result<HashMap<Uuid, Billing>> {
    let db = request.db();
    let details = columns::<billing_details::Entity>("d");
    let contact = columns::<billing_contact::Entity>("c");
    let sql = format!(
        "WITH RECURSIVE {} \
         SELECT chain.id AS chain_id, chain.depth, payer.id AS payer_id, payer.name, payer.kind, {details}, {contact} \
         FROM chain JOIN organisation payer ON payer.id = chain.payer_id \
         LEFT JOIN billing_details d ON d.organisation_id = chain.id \
         LEFT JOIN billing_contact c ON c.id = d.contact_id ORDER BY chain.depth",
        payer::store::chain(&db.among("o.id", 1), "$2")
    );
    let mut found: HashMap<Uuid, Billing> = HashMap::new();
    for row in db.rows(sql, vec![db.keys(ids), request.today().into()]).await? {
        let depth: i32 = row.try_get_by_index(1)?;
        let organisation = row.try_get_by_index(0)?;
        let mut chain = found.remove(&organisation).map(|below| below.chain).unwrap_or_default();
        chain.push(row.try_get_by_index(2)?);
        let billing = Billing {
            details: billing_details::Model::from_query_result_optional(&row, "d_")?,
            contact: billing_contact::Model::from_query_result_optional(&row, "c_")?,
            payer: if depth == 0 { None } else { Some(payer::store::read_card(&row, 2)?) },
            chain,
        };
        // Rows are ordered by depth, so the last one is the end of the chain.
        found.insert(organisation, billing);
    }
    Ok(found)
}

/// The columns of a table as they are selected, each named after the table's alias.
fn columns<E: EntityTrait>(alias: &str) -> String {
    let column = |column: E::Column| {
        let name = column.as_str();
        format!("{alias}.{name} AS {alias}_{name}")
    };
    E::Column::iter().map(column).collect::<Vec<_>>().join(", ")
}

/// The recipient of the invoices of each of these organisations while it pays for itself: its details, and the contact if
/// one receives them. Organisations without billing details are missing.
pub async fn recipients(
    tx: &DatabaseTransaction,
    organisations: &[Uuid],
) -> Written<HashMap<Uuid, (billing_details::Model, Option<billing_contact::Model>)>> {
    let of_them = billing_details::Column::OrganisationId.is_in(organisations.iter().copied());
    let details = billing_details::Entity::find().filter(of_them).all(tx).await?;
    let ids: Vec<Uuid> = details.iter().filter_map(|row| row.contact_id).collect();
    let mut contacts: HashMap<Uuid, billing_contact::Model> = HashMap::new();
    if !ids.is_empty() {
        let found = billing_contact::Entity::find().filter(billing_contact::Column::Id.is_in(ids)).all(tx).await?;
        contacts.extend(found.into_iter().map(|row| (row.id, row)));
    }
    let with_contact = |row: billing_details::Model| {
        let contact = row.contact_id.and_then(|id| contacts.get(&id).cloned());
        (row.organisation_id, (row, contact))
    };
    Ok(details.into_iter().map(with_contact).collect())
}

/// The billing details, as the transaction sees them.
pub async fn find_details(tx: &DatabaseTransaction, organisation: Uuid) -> Written<Option<billing_details::Model>> {
    billing_details::Entity::find_by_id(organisation).one(tx).await
}

/// Inserts or updates the billing details. The contact stays the same.
pub async fn save_details(tx: &DatabaseTransaction, row: billing_details::Model) -> Written<()> {
    use billing_details::Column as C;
    let known = OnConflict::column(C::OrganisationId)
        .update_columns([
            C::LegalName,
            C::Address,
            C::Country,
            C::VatId,
            C::Email,
            C::Currency,
            C::PostCode,
            C::City,
            C::RegistrationNo,
            C::BuyerReference,
            C::ElectronicAddress,
            C::ElectronicScheme,
            C::Language,
            C::AttachesPdf,
        ])
        .to_owned();
    let insert = billing_details::Entity::insert(row.into_active_model()).on_conflict(known);
    insert.exec_without_returning(tx).await?;
    Ok(())
}

/// Sets the contact that receives the invoices; `None` for the organisation itself.
pub async fn set_contact(tx: &DatabaseTransaction, organisation: Uuid, contact: Option<Uuid>) -> Written<()> {
    let row = billing_details::ActiveModel { contact_id: Set(contact), ..Default::default() };
    let of_it = billing_details::Column::OrganisationId.eq(organisation);
    billing_details::Entity::update_many().set(row).filter(of_it).exec(tx).await?;
    Ok(())
}

/// A contact, as the transaction sees it.
pub async fn find_contact(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<billing_contact::Model>> {
    billing_contact::Entity::find_by_id(id).one(tx).await
}

/// Inserts a contact.
pub async fn create_contact(tx: &DatabaseTransaction, row: billing_contact::Model) -> Written<()> {
    billing_contact::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Updates a contact.
pub async fn update_contact(tx: &DatabaseTransaction, row: billing_contact::Model) -> Written<()> {
    let columns = billing_contact::ActiveModel {
        name: Set(row.name),
        name_key: Set(row.name_key),
        address: Set(row.address),
        country: Set(row.country),
        email: Set(row.email),
        post_code: Set(row.post_code),
        city: Set(row.city),
        registration_no: Set(row.registration_no),
        buyer_reference: Set(row.buyer_reference),
        electronic_address: Set(row.electronic_address),
        electronic_scheme: Set(row.electronic_scheme),
        language: Set(row.language),
        attaches_pdf: Set(row.attaches_pdf),
        vat_id: Set(row.vat_id),
        ..Default::default()
    };
    billing_contact::Entity::update_many().set(columns).filter(billing_contact::Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Deletes a contact.
pub async fn delete_contact(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    billing_contact::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
