//! The first tree of tenants: a distributor with two resellers that share a client, and one organisation for each way
//! in which access can be narrowed.

use chrono::TimeDelta;
use entity::organisation::{Kind, State};
use entity::{partnership, product, service, user};
use tenantry::access::{BuiltinRole, DelegationPreset, Permission, PermissionSet};
use uuid::Uuid;

use super::people::*;
use super::rows::{Held, Rows, key, now};

/// An organisation that the tests know by name.
#[derive(Clone, Copy, Debug)]
pub struct Tenant {
    pub id: Uuid,
    pub name: &'static str,
}

/// The tree of tenants that is not a hub's.
pub const NORDIC: u8 = 1;

const fn tenant(number: u32, name: &'static str) -> Tenant {
    Tenant { id: key(NORDIC, number), name }
}

/// The operator of the platform.
pub const OPERATOR: Tenant = tenant(1, "Operator");
/// Above Fjord and Lund.
pub const NORDEN: Tenant = tenant(10, "Norden");
/// Delegates everything to Norden, for itself and for its clients.
pub const FJORD: Tenant = tenant(11, "Fjord");
/// Delegates an overview of itself to Norden, and support of its clients.
pub const LUND: Tenant = tenant(12, "Lund");
/// A client of Fjord (support) and of Lund (billing), both including people above them.
pub const ACME: Tenant = tenant(13, "Acme");
/// Its partnership with Fjord has reached its end date.
pub const HAMRA: Tenant = tenant(14, "Hamra");
/// Lund has proposed a partnership to it.
pub const IVAR: Tenant = tenant(15, "Ivar");
/// Its partnership with Fjord was ended.
pub const JARL: Tenant = tenant(16, "Jarl");
/// Its partnership with Lund starts next month.
pub const KILEN: Tenant = tenant(17, "Kilen");
/// A suspended client of Fjord.
pub const EKEN: Tenant = tenant(18, "Eken");
/// A closed client of Fjord.
pub const GRAN: Tenant = tenant(19, "Gran");
/// A client of Fjord that delegates nothing.
pub const MYR: Tenant = tenant(20, "Myr");
/// Pays for Acme and owns nothing.
pub const MECENAT: Tenant = tenant(21, "Mecenat");
/// A person acting alone, with no reseller.
pub const SOLO: Tenant = tenant(22, "Solo");

/// All of them, in the order of the matrix.
pub const TENANTS: [Tenant; 14] =
    [OPERATOR, NORDEN, FJORD, LUND, ACME, HAMRA, IVAR, JARL, KILEN, EKEN, GRAN, MYR, MECENAT, SOLO];

/// What the operator sells: a product on offer, another one, a draft, and a third one on offer. The default plan has prices
/// of all of them.
pub const PRODUCTS: [Uuid; 4] = [key(NORDIC, 400), key(NORDIC, 401), key(NORDIC, 402), key(NORDIC, 403)];
/// What the first product entitles to.
pub const FEATURES: [Uuid; 2] = [key(NORDIC, 410), key(NORDIC, 411)];
/// The default plan of the operator.
pub const LIST_PRICES: Uuid = key(NORDIC, 420);
/// A plan with a price of the first product only. No organisation has it.
pub const PARTNER_PRICES: Uuid = key(NORDIC, 421);

/// People with a verified address. Only they can invite, propose and accept.
const VERIFIED: [Caller; 6] =
    [OWNER_OF_ACME, ADMIN_OF_ACME, OWNER_OF_LUND, MANAGER_OF_FJORD, SOLE_PERSON, OWNER_OF_OPERATOR];

/// The rows of this tree.
pub fn rows() -> Rows {
    let mut rows = Rows::new(NORDIC);
    organisations(&mut rows);
    partnerships(&mut rows);
    people(&mut rows);
    for tenant in [ACME, HAMRA, EKEN, GRAN] {
        let name = tenant.name.to_lowercase();
        rows.service(tenant.id, &format!("{name}-server"), service::Kind::VirtualServer);
        rows.service(tenant.id, &format!("{name}.example"), service::Kind::Domain);
        rows.subscription(tenant.id, "Hosting");
        rows.details(tenant.id, tenant.name, None);
        rows.invoice(tenant.id, tenant.id, OPERATOR.id, tenant.name);
    }
    catalogue(&mut rows);
    rows.payer(ACME.id, MECENAT.id);
    rows.invoice(ACME.id, MECENAT.id, OPERATOR.id, MECENAT.name);
    rows.issuer(OPERATOR.id, OPERATOR.name);
    for number in 1..=3 {
        rows.run(OPERATOR.id);
        rows.batch(OPERATOR.id, 300 + number);
        rows.unmatched(OPERATOR.id);
    }
    rows
}

fn catalogue(rows: &mut Rows) {
    let [mail, server, draft, vault] = PRODUCTS;
    rows.product_with_id(mail, OPERATOR.id, "MAIL", "Mail");
    rows.product_with_id(server, OPERATOR.id, "SERVER", "Server");
    rows.product_with_id(vault, OPERATOR.id, "VAULT", "Vault");
    rows.product_with_id(draft, OPERATOR.id, "DRAFT", "Secret draft").state = product::State::Draft;
    rows.upgrade(mail, server);
    rows.upgrade(mail, draft);
    for (feature, name) in FEATURES.into_iter().zip(["Mail seat", "Office seat"]) {
        rows.feature(Some(feature), OPERATOR.id, name);
        rows.entitlement(mail, feature);
    }
    rows.feature(None, OPERATOR.id, "Vault seat");
    let list = rows.plan(Some(LIST_PRICES), OPERATOR.id, "List prices", true);
    let partners = rows.plan(Some(PARTNER_PRICES), OPERATOR.id, "Partner prices", false);
    let schools = rows.plan(None, OPERATOR.id, "School prices", false);
    rows.assignment(JARL.id, schools);
    for product in PRODUCTS {
        rows.price(OPERATOR.id, list, product, 10_000);
        "EUR".clone_into(&mut rows.price(OPERATOR.id, list, product, 1_000).currency);
    }
    rows.price(OPERATOR.id, partners, mail, 7_000);
}

fn organisations(rows: &mut Rows) {
    for tenant in TENANTS {
        let kind = match tenant.name {
            "Operator" => Kind::Operator,
            "Norden" | "Fjord" | "Lund" => Kind::Reseller,
            "Myr" => Kind::Project,
            "Solo" => Kind::Person,
            _ => Kind::Company,
        };
        rows.organisation(tenant.id, tenant.name, kind).state = match tenant.name {
            "Eken" => State::Suspended,
            "Gran" => State::Closed,
            _ => State::Active,
        };
    }
}

fn partnerships(rows: &mut Rows) {
    let full = DelegationPreset::Full.set();
    let month = TimeDelta::days(30);
    rows.partnership(NORDEN.id, FJORD.id, full).client_delegated = full.to_stored();
    rows.partnership(NORDEN.id, LUND.id, DelegationPreset::Overview.set()).client_delegated =
        DelegationPreset::Support.set().to_stored();
    rows.partnership(FJORD.id, ACME.id, DelegationPreset::Support.set()).includes_upstream = true;
    rows.partnership(LUND.id, ACME.id, DelegationPreset::Billing.set()).includes_upstream = true;
    rows.partnership(FJORD.id, HAMRA.id, full).ends_at = Some(now());
    rows.proposal(LUND.id, IVAR.id, full);
    let ended = rows.partnership(FJORD.id, JARL.id, full);
    ended.state = partnership::State::Ended;
    ended.ended_at = Some(now() - month);
    rows.partnership(LUND.id, KILEN.id, full).starts_at = now() + month;
    rows.partnership(FJORD.id, EKEN.id, full);
    rows.partnership(FJORD.id, GRAN.id, full);
    rows.partnership(FJORD.id, MYR.id, DelegationPreset::None.set());
}

fn people(rows: &mut Rows) {
    use BuiltinRole::*;
    for (caller, organisation, role) in [
        (OWNER_OF_ACME, ACME, Owner),
        (ADMIN_OF_ACME, ACME, Admin),
        (BILLING_OF_ACME, ACME, Billing),
        (INVOICES_OF_ACME, ACME, Invoices),
        (DOMAINS_OF_ACME, ACME, Domains),
        (TECHNICAL_OF_ACME, ACME, Technical),
        (VIEWER_OF_ACME, ACME, Viewer),
        (MEMBER_OF_ACME, ACME, Member),
        (EXPIRED_AT_ACME, ACME, Admin),
        (DISABLED_AT_ACME, ACME, Admin),
        (OWNER_OF_NORDEN, NORDEN, Owner),
        (OWNER_OF_FJORD, FJORD, Owner),
        (MANAGER_OF_FJORD, FJORD, PartnerManager),
        (SUPPORT_OF_FJORD, FJORD, PartnerSupport),
        (OWNER_OF_LUND, LUND, Owner),
        (OWNER_OF_EKEN, EKEN, Owner),
        (OWNER_OF_GRAN, GRAN, Owner),
        (CLERK_OF_MECENAT, MECENAT, Billing),
        (SOLE_PERSON, SOLO, Owner),
        (OWNER_OF_OPERATOR, OPERATOR, Owner),
    ] {
        let person = caller.person();
        let user = rows.person(person);
        if person.id == DISABLED_AT_ACME.person().id {
            user.state = user::State::Disabled;
        }
        if VERIFIED.iter().any(|inviter| inviter.person().id == person.id) {
            user.email_verified_at = Some(now());
        }
        let membership = rows.member(organisation.id, person.id, &[Held::Builtin(role)]);
        if person.id == EXPIRED_AT_ACME.person().id {
            membership.expires_at = Some(now());
        }
    }
    rows.person(AGENT_OF_OPERATOR.person());
    let helps =
        PermissionSet::of(&[Permission::MemberRead, Permission::ServiceManage, Permission::OrganisationSuspend]);
    let agent = rows.role(OPERATOR.id, "Support agent", PermissionSet::of(&[Permission::MemberRead]), helps);
    rows.member(OPERATOR.id, AGENT_OF_OPERATOR.person().id, &[Held::Custom(agent)]);
    if let Caller::Key(key) = KEY_OF_FJORD {
        rows.key(&key);
    }
}
