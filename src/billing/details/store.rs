//! Statements about billing.
#![expect(clippy::disallowed_methods, reason = "the statements about billing stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::{billing_contact, billing_details, organisation};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryResult,
    Set,
};
use uuid::Uuid;

use super::object::{BillingContact, BillingDetails, BillingRecipient};
use crate::access::{Decision, Exists};
use crate::base::error::Result;
use crate::billing::payer::chain;
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

type Written<T> = Result<T, DbErr>;

/// How long a chain of payers may be.
const LONGEST_CHAIN: usize = chain::LONGEST;

/// What is known of the billing of one organisation.
#[derive(Clone, Debug)]
struct Billing {
    details: Option<billing_details::Model>,
    contact: Option<billing_contact::Model>,
    /// The end of the chain of payers; none if the organisation pays for itself.
    payer: Option<OrganisationCard>,
}

/// Those that a payer pays for.
static PAID_FOR: List<OrganisationCard> = List {
    table: "payer",
    placing: None,
    parent: "payer_id",
    key: Key::Instant("created_at"),
    descending: false,
    columns: "o.id, o.name, o.kind",
    joins: "JOIN organisation o ON o.id = t.organisation_id",
    read: |rows| rows.first().map_or_else(|| Err(DbErr::RecordNotFound("no row".to_owned())), |row| card(row, 3)),
};

static CONTACTS: List<billing_contact::Model> = List::of_rows("billing_contact", "organisation_id", Key::Text("name"));

fn card(row: &QueryResult, from: usize) -> Written<OrganisationCard> {
    let kind: organisation::Kind = row.try_get_by_index(from + 2)?;
    Ok(OrganisationCard { id: row.try_get_by_index(from)?, name: row.try_get_by_index(from + 1)?, kind })
}

/// Billing details of an organisation, with the recipient of its invoices.
pub async fn details(request: &Request, seen: &Decision) -> Result<BillingDetails> {
    let billing = load(request, seen.row.id).await?;
    let recipient = match billing.payer {
        Some(payer) => BillingRecipient::Organisation(payer),
        None => without_payer(billing.contact, seen),
    };
    Ok(BillingDetails::new(billing.details, recipient))
}

/// Where the invoices of an organisation go while nobody else pays for it.
pub async fn own_recipient(request: &Request, seen: &Decision) -> Result<BillingRecipient> {
    Ok(without_payer(load(request, seen.row.id).await?.contact, seen))
}

fn without_payer(contact: Option<billing_contact::Model>, seen: &Decision) -> BillingRecipient {
    match contact {
        Some(contact) => BillingRecipient::Contact(BillingContact::new(contact, seen)),
        None => BillingRecipient::Organisation(OrganisationCard::from(&*seen.row)),
    }
}

/// The contacts of an organisation, by name.
pub async fn contacts(request: &Request, seen: &Decision, page: &PageArguments) -> Result<Connection<BillingContact>> {
    let node = |row: &Arc<billing_contact::Model>| BillingContact::new(billing_contact::Model::clone(row), seen);
    CONTACTS.connection(request, seen.row.id, page, Filter::default(), node).await
}

/// The organisation at the end of the chain of payers; none if it pays for itself.
pub async fn payer(request: &Request, organisation: Uuid) -> Result<Option<OrganisationCard>> {
    Ok(load(request, organisation).await?.payer)
}

/// The organisations that a payer has consented to pay for, and does at the moment.
pub async fn pays_for(request: &Request, payer: Uuid, page: &PageArguments) -> Result<Connection<OrganisationCard>> {
    let today = request.now().date_naive();
    let in_force = Filter::default().and_with(
        "t.state = 'ACTIVE' AND t.starts_on <= :today AND (t.ends_on IS NULL OR t.ends_on > :today)",
        [(":today", today.into())],
    );
    PAID_FOR.connection(request, payer, page, in_force, |card| OrganisationCard::clone(card)).await
}

/// The contact, if it is there for the viewer.
pub async fn find_contact(request: &Request, id: Uuid) -> Result<Option<BillingContact>> {
    let Some(row) = CONTACTS.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(row.organisation_id).await?;
    Ok(seen.and_then(|seen| BillingContact::new(Arc::unwrap_or_clone(row), &seen).if_visible()))
}

async fn load(request: &Request, organisation: Uuid) -> Result<Billing> {
    let batch = request.lists.batch::<Billing>("billing".to_owned());
    let found = batch.load(organisation, async |ids| load_all(request, &ids).await).await?;
    Ok(found.unwrap_or(Billing { details: None, contact: None, payer: None }))
}

async fn load_all(request: &Request, ids: &[Uuid]) -> Result<HashMap<Uuid, Billing>> {
    let db = request.db();
    let sql = format!(
        "WITH RECURSIVE chain(id, payer_id, depth) AS ( \
           SELECT o.id, o.id, 0 FROM organisation o WHERE {} \
           UNION ALL SELECT chain.id, p.payer_id, chain.depth + 1 FROM chain JOIN payer p \
             ON p.organisation_id = chain.payer_id AND p.state = 'ACTIVE' AND p.starts_on <= $2 \
             AND (p.ends_on IS NULL OR p.ends_on > $2) WHERE chain.depth < {LONGEST_CHAIN} \
         ) SELECT chain.id AS chain_id, chain.depth, payer.id AS payer_id, payer.name, payer.kind, \
             d.organisation_id AS d_organisation_id, d.legal_name AS d_legal_name, d.address AS d_address, \
             d.country AS d_country, d.vat_id AS d_vat_id, d.email AS d_email, d.currency AS d_currency, \
             d.contact_id AS d_contact_id, c.id AS c_id, c.organisation_id AS c_organisation_id, c.name AS c_name, \
             c.address AS c_address, c.country AS c_country, c.email AS c_email, c.created_at AS c_created_at \
         FROM chain JOIN organisation payer ON payer.id = chain.payer_id \
         LEFT JOIN billing_details d ON d.organisation_id = chain.id \
         LEFT JOIN billing_contact c ON c.id = d.contact_id ORDER BY chain.depth",
        db.among("o.id", 1)
    );
    let mut found = HashMap::new();
    for row in db.rows(sql, vec![db.keys(ids), request.now().date_naive().into()]).await? {
        let depth: i32 = row.try_get_by_index(1)?;
        let billing = Billing {
            details: billing_details::Model::from_query_result_optional(&row, "d_")?,
            contact: billing_contact::Model::from_query_result_optional(&row, "c_")?,
            payer: if depth == 0 { None } else { Some(card(&row, 2)?) },
        };
        // Rows come by depth, so the end of the chain stays.
        found.insert(row.try_get_by_index(0)?, billing);
    }
    Ok(found)
}

/// Who an organisation is on paper, as the transaction sees it.
pub async fn load_details(tx: &DatabaseTransaction, organisation: Uuid) -> Written<Option<billing_details::Model>> {
    billing_details::Entity::find_by_id(organisation).one(tx).await
}

/// Writes who an organisation is on paper, for the first time or anew.
pub async fn save_details(tx: &DatabaseTransaction, row: billing_details::Model) -> Written<()> {
    use billing_details::Column as C;
    let known = OnConflict::column(C::OrganisationId)
        .update_columns([C::LegalName, C::Address, C::Country, C::VatId, C::Email, C::Currency])
        .to_owned();
    let insert = billing_details::Entity::insert(row.into_active_model()).on_conflict(known);
    insert.exec_without_returning(tx).await?;
    Ok(())
}

/// Says which contact receives the invoices; none for the organisation itself.
pub async fn set_contact(tx: &DatabaseTransaction, organisation: Uuid, contact: Option<Uuid>) -> Written<()> {
    let row = billing_details::ActiveModel { contact_id: Set(contact), ..Default::default() };
    let of_it = billing_details::Column::OrganisationId.eq(organisation);
    billing_details::Entity::update_many().set(row).filter(of_it).exec(tx).await?;
    Ok(())
}

/// A contact as the transaction sees it.
pub async fn load_contact(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<billing_contact::Model>> {
    billing_contact::Entity::find_by_id(id).one(tx).await
}

/// Writes a new contact.
pub async fn create_contact(tx: &DatabaseTransaction, row: billing_contact::Model) -> Written<()> {
    billing_contact::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a contact anew.
pub async fn save_contact(tx: &DatabaseTransaction, row: billing_contact::Model) -> Written<()> {
    let columns = billing_contact::ActiveModel {
        name: Set(row.name),
        address: Set(row.address),
        country: Set(row.country),
        email: Set(row.email),
        ..Default::default()
    };
    billing_contact::Entity::update_many().set(columns).filter(billing_contact::Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Removes a contact.
pub async fn delete_contact(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    billing_contact::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
