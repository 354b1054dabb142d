//! The rows to write, table by table, with constructors for the central tables. The tests use the same constructors.

use std::collections::BTreeMap;

use chrono::{Months, NaiveTime, TimeDelta};
use entity::{
    api_key, asset, billing_contact, billing_details, client_view, entitlement, feature, invoice, invoice_line,
    invoice_vat, issuer, licence_pool, membership, membership_role, number_series, order_line, organisation,
    organisation_halt, organisation_name, partnership, partnership_proposal, payer, plan_assignment, price, price_plan,
    product, property_definition, property_value, role, sales_order, service, service_task, subscription,
    subscription_change, unbilled_subscription, user,
};
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::demo::SeatRows;
use super::store::set_values;
use crate::access::{BuiltinRole, PermissionSet};
use crate::base::insert::insert_all;
use crate::billing::series::store as series;
use crate::catalogue::subscription::rules::search_text;
use crate::people::user::mailbox;

/// Rows that are written together, in one transaction.
#[derive(Debug, Default)]
pub struct Rows {
    /// Rows of the table of users.
    pub users: Vec<user::Model>,
    /// Rows of the table of organisations.
    pub organisations: Vec<organisation::Model>,
    /// Rows of the table of suspensions and closings.
    pub organisation_halts: Vec<organisation_halt::Model>,
    /// Rows of the table of roles.
    pub roles: Vec<role::Model>,
    /// Rows of the table of partnerships.
    pub partnerships: Vec<partnership::Model>,
    /// Rows of the table of memberships.
    pub memberships: Vec<membership::Model>,
    /// Rows of the table of membership roles.
    pub membership_roles: Vec<membership_role::Model>,
    /// Rows of the table of billing contacts.
    pub billing_contacts: Vec<billing_contact::Model>,
    /// Rows of the table of billing details.
    pub billing_details: Vec<billing_details::Model>,
    /// Rows of the table of payers.
    pub payers: Vec<payer::Model>,
    /// Rows of the table of products.
    pub products: Vec<product::Model>,
    /// Rows of the table of features.
    pub features: Vec<feature::Model>,
    /// Rows of the table of entitlements.
    pub entitlements: Vec<entitlement::Model>,
    /// Rows of the table of price plans.
    pub price_plans: Vec<price_plan::Model>,
    /// Rows of the table of prices.
    pub prices: Vec<price::Model>,
    /// Rows of the table of assignments of price plans.
    pub plan_assignments: Vec<plan_assignment::Model>,
    /// Rows of the table of subscriptions.
    pub subscriptions: Vec<subscription::Model>,
    /// Rows of the table of orders.
    pub sales_orders: Vec<sales_order::Model>,
    /// Rows of the table of lines of orders.
    pub order_lines: Vec<order_line::Model>,
    /// Rows of the table of changes of subscriptions.
    pub subscription_changes: Vec<subscription_change::Model>,
    /// Rows of the table of services.
    pub services: Vec<service::Model>,
    /// Rows of the table of tasks of services.
    pub service_tasks: Vec<service_task::Model>,
    /// Rows of the table of pools.
    pub licence_pools: Vec<licence_pool::Model>,
    /// Rows of the table of assets.
    pub assets: Vec<asset::Model>,
    /// The rows of directories and seats.
    pub seats: SeatRows,
    /// Rows of the table of subscriptions that are not billed.
    pub unbilled: Vec<unbilled_subscription::Model>,
    /// Rows of the table of issuers.
    pub issuers: Vec<issuer::Model>,
    /// Rows of the table of invoices.
    pub invoices: Vec<invoice::Model>,
    /// Rows of the table of invoice lines.
    pub invoice_lines: Vec<invoice_line::Model>,
    /// Rows of the table of api keys.
    pub api_keys: Vec<api_key::Model>,
    /// Rows of the table of partnership proposals.
    pub partnership_proposals: Vec<partnership_proposal::Model>,
    /// Rows of the table of property definitions.
    pub property_definitions: Vec<property_definition::Model>,
    /// Rows of the table of property values.
    pub property_values: Vec<property_value::Model>,
    /// Rows of the table of client views.
    pub client_views: Vec<client_view::Model>,
}

impl Rows {
    /// Writes all rows, each after the rows that it points to.
    pub async fn write(&self, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        insert_all(transaction, &self.users).await?;
        insert_all(transaction, &self.organisations).await?;
        let named = |row: &organisation::Model| organisation_name::Model {
            organisation_id: row.id,
            folded: collation::fold(&row.name),
            sort_key: collation::sort_key(&row.name),
        };
        insert_all(transaction, &self.organisations.iter().map(named).collect::<Vec<_>>()).await?;
        insert_all(transaction, &self.organisation_halts).await?;
        insert_all(transaction, &self.roles).await?;
        insert_all(transaction, &self.partnerships).await?;
        insert_all(transaction, &self.memberships).await?;
        insert_all(transaction, &self.membership_roles).await?;
        insert_all(transaction, &self.billing_contacts).await?;
        insert_all(transaction, &self.billing_details).await?;
        insert_all(transaction, &self.payers).await?;
        insert_all(transaction, &self.products).await?;
        insert_all(transaction, &self.features).await?;
        insert_all(transaction, &self.entitlements).await?;
        insert_all(transaction, &self.price_plans).await?;
        insert_all(transaction, &self.prices).await?;
        insert_all(transaction, &self.plan_assignments).await?;
        insert_all(transaction, &self.subscriptions).await?;
        insert_all(transaction, &self.sales_orders).await?;
        insert_all(transaction, &self.order_lines).await?;
        series::skip(transaction, number_series::Kind::Order, self.sales_orders.len()).await?;
        insert_all(transaction, &self.subscription_changes).await?;
        insert_all(transaction, &self.services).await?;
        insert_all(transaction, &self.service_tasks).await?;
        insert_all(transaction, &self.licence_pools).await?;
        insert_all(transaction, &self.assets).await?;
        self.seats.write(transaction).await?;
        insert_all(transaction, &self.unbilled).await?;
        insert_all(transaction, &self.issuers).await?;
        insert_all(transaction, &self.invoices).await?;
        insert_all(transaction, &self.invoice_lines).await?;
        insert_all(transaction, &vat_of(&self.invoice_lines)).await?;
        insert_all(transaction, &self.api_keys).await?;
        insert_all(transaction, &self.partnership_proposals).await?;
        insert_all(transaction, &self.property_definitions).await?;
        set_values(transaction, &self.property_values).await?;
        insert_all(transaction, &self.client_views).await
    }
}

/// VAT of invoices, each with one rate.
fn vat_of(lines: &[invoice_line::Model]) -> Vec<invoice_vat::Model> {
    let mut groups: BTreeMap<Uuid, invoice_vat::Model> = BTreeMap::new();
    for line in lines {
        let group = groups.entry(line.invoice_id).or_insert(invoice_vat::Model {
            invoice_id: line.invoice_id,
            category: line.vat_category,
            basis_points: line.vat_basis_points,
            base_minor: 0,
            vat_minor: 0,
            exemption: None,
        });
        group.base_minor += line.net_minor;
        group.vat_minor += line.net_minor * i64::from(line.vat_basis_points) / 10_000;
    }
    groups.into_values().collect()
}

/// An active user without a password, whose address is not verified.
pub fn user(id: Uuid, name: &str, email: &str, created_at: DateTimeUtc) -> user::Model {
    user::Model {
        id,
        email: email.to_owned(),
        mailbox: mailbox(email),
        name: name.to_owned(),
        name_folded: collation::fold(name),
        password_hash: String::new(),
        email_verified_at: None,
        state: user::State::Active,
        created_at,
        locale: user::Locale::En,
        erased_at: None,
    }
}

/// An active organisation.
pub fn organisation(
    id: Uuid,
    name: &str,
    kind: organisation::Kind,
    code: String,
    created_at: DateTimeUtc,
) -> organisation::Model {
    organisation::Model { id, name: name.to_owned(), kind, state: organisation::State::Active, code, created_at }
}

/// A membership without an end, not given through a partnership.
pub const fn membership(id: Uuid, organisation: Uuid, user: Uuid, created_at: DateTimeUtc) -> membership::Model {
    membership::Model {
        id,
        organisation_id: organisation,
        user_id: user,
        partnership_id: None,
        expires_at: None,
        created_at,
        custody_reseller_id: None,
    }
}

/// A role of a member.
#[derive(Clone, Copy, Debug)]
pub enum Held {
    /// A built-in role.
    Builtin(BuiltinRole),
    /// A custom role, by its id.
    Custom(Uuid),
}

/// A role of a membership.
pub fn membership_role(id: Uuid, organisation: Uuid, membership: Uuid, role: Held) -> membership_role::Model {
    let (builtin, role_id) = match role {
        Held::Builtin(role) => (Some(role.name().to_owned()), None),
        Held::Custom(role) => (None, Some(role)),
    };
    membership_role::Model { id, organisation_id: organisation, membership_id: membership, builtin, role_id }
}

/// An active partnership without an end. It delegates nothing at the client's own clients.
pub fn partnership(
    id: Uuid,
    (reseller, client): (Uuid, Uuid),
    client_name: &str,
    delegated: PermissionSet,
    created_at: DateTimeUtc,
) -> partnership::Model {
    partnership::Model {
        id,
        reseller_id: reseller,
        client_id: client,
        client_name: client_name.to_owned(),
        client_key: collation::sort_key(client_name),
        client_folded: collation::fold(client_name),
        delegated: delegated.to_stored(),
        client_delegated: 0,
        includes_upstream: false,
        state: partnership::State::Active,
        starts_at: created_at,
        ends_at: None,
        ended_at: None,
        created_at,
        ended_by: None,
        reminded_days: None,
        reference: None,
        reference_folded: None,
        template_id: None,
    }
}

/// An offered product, which can be bought in any quantity.
pub fn product(id: Uuid, operator: Uuid, code: &str, name: &str, created_at: DateTimeUtc) -> product::Model {
    product::Model {
        id,
        organisation_id: operator,
        code: code.to_owned(),
        name: name.to_owned(),
        name_key: collation::sort_key(name),
        description: String::new(),
        kind: product::Kind::Service,
        unit_code: "C62".to_owned(),
        tax_class: product::TaxClass::Standard,
        service_kind: None,
        bills_from: product::BillsFrom::Order,
        notice_days: 0,
        return_days: 0,
        price_lock_months: 0,
        min_quantity: 1,
        max_quantity: None,
        lowers_at: product::LowersAt::Renewal,
        revenue_key: String::new(),
        is_commissionable: true,
        state: product::State::Offered,
        created_at,
    }
}

/// A monthly subscription of one unit that is in force from its first day, and the change that begins it.
pub fn subscription(
    id: Uuid,
    organisation: Uuid,
    product: &product::Model,
    (unit_price_minor, currency): (i64, &str),
    starts_on: Date,
) -> subscription::Model {
    subscription::Model {
        id,
        organisation_id: organisation,
        product_id: product.id,
        product_code: product.code.clone(),
        product_name: product.name.clone(),
        name_key: product.name_key.clone(),
        search_text: search_text(&product.name, &product.code),
        quantity: 1,
        term: subscription::Term::Monthly,
        interval: subscription::Interval::Month,
        unit_price_minor,
        currency: currency.to_owned(),
        state: subscription::State::Active,
        starts_on,
        anchor_on: starts_on,
        committed_until: starts_on + Months::new(1),
        price_locked_until: None,
    }
}

/// The change that begins a subscription. It has the id of the subscription.
pub const fn start(row: &subscription::Model, created_at: DateTimeUtc) -> subscription_change::Model {
    subscription_change::Model {
        id: row.id,
        organisation_id: row.organisation_id,
        subscription_id: row.id,
        position: 1,
        kind: subscription_change::Kind::Start,
        effective_on: row.starts_on,
        product_id: row.product_id,
        quantity: row.quantity,
        unit_minor: row.unit_price_minor,
        state: subscription_change::State::Done,
        order_id: None,
        user_id: None,
        api_key_id: None,
        created_at,
    }
}

/// An active service.
pub fn service(
    id: Uuid,
    organisation: Uuid,
    name: &str,
    kind: service::Kind,
    created_at: DateTimeUtc,
) -> service::Model {
    service::Model {
        id,
        organisation_id: organisation,
        subscription_id: None,
        kind,
        name: name.to_owned(),
        name_key: collation::sort_key(name),
        name_folded: collation::fold(name),
        state: service::State::Active,
        created_at,
        attributes: "{}".to_owned(),
        external_id: None,
        desired_state: service::DesiredState::Active,
        generation: 1,
        problem: None,
    }
}

/// An open invoice of nothing, made in the morning of its day of issue.
pub fn invoice(
    id: Uuid,
    (organisation_id, payer_id, issuer_id): (Uuid, Uuid, Uuid),
    number: String,
    currency: &str,
    (issued_on, due_on): (Date, Date),
) -> invoice::Model {
    invoice::Model {
        id,
        organisation_id,
        issuer_id,
        payer_id,
        number: Some(number),
        state: invoice::State::Open,
        currency: currency.to_owned(),
        net_minor: 0,
        vat_minor: 0,
        total_minor: 0,
        paid_minor: 0,
        settled_minor: 0,
        credited_minor: 0,
        recipient_name: String::new(),
        recipient_address: String::new(),
        recipient_country: "SE".to_owned(),
        seller: "{}".to_owned(),
        buyer: "{}".to_owned(),
        vat_rule: "{}".to_owned(),
        accounting_currency: None,
        accounting_vat_minor: None,
        exchange: None,
        payment_reference: None,
        purchase_order: None,
        issued_on: Some(issued_on),
        due_on: Some(due_on),
        reminders_paused_until: None,
        earns_when_paid: false,
        needs_documents: false,
        run_id: None,
        created_at: issued_on.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(6),
    }
}

/// A line at 25 % VAT.
pub fn invoice_line(
    id: Uuid,
    (organisation_id, invoice_id): (Uuid, Uuid),
    position: i32,
    description: String,
    (quantity, unit_minor): (i32, i64),
) -> invoice_line::Model {
    invoice_line::Model {
        id,
        organisation_id,
        invoice_id,
        position,
        description,
        quantity,
        unit_minor,
        net_minor: i64::from(quantity) * unit_minor,
        days: None,
        of_days: None,
        vat_category: invoice_line::VatCategory::Standard,
        vat_basis_points: 2_500,
        period_starts_on: None,
        period_ends_on: None,
        subscription_id: None,
        interval_starts_on: None,
        change_id: None,
        charge_id: None,
        product_id: None,
        product_code: String::new(),
        revenue_key: String::new(),
        tax_class: product::TaxClass::Standard,
        unit_code: "C62".to_owned(),
        is_commissionable: false,
        credited_minor: 0,
        reopened_minor: 0,
    }
}
