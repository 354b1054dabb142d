//! A hub: an organisation with some of everything, so that the generated suites find a value for every field of the
//! schema. There are two, in unrelated trees; every text of the second one contains "Boreal".

mod partners;

use std::collections::BTreeMap;

use entity::organisation::Kind;
use entity::{licence_assignment, ownership_transfer, property_definition, service, service_task};
use serde_json::json;
use tenantry::access::{BuiltinRole, Permission, PermissionSet};
use tenantry::base::id::Type;
use uuid::Uuid;

use super::people::{Caller, Key, OWNER_OF_OPERATOR, person};
use super::rows::{Held, Rows, day, key, now};
use super::tenants::OPERATOR;

/// One of the two hubs.
#[derive(Clone, Copy, Debug)]
pub struct Hub {
    pub tree: u8,
    /// The first word of all its names.
    pub word: &'static str,
    /// Holds everything at the hub.
    pub owner: Caller,
    /// A member whose one role the tests change: see `db_role`.
    pub probe: Caller,
    pub(super) colleagues: [Caller; 2],
}

/// The hub that the tests query.
pub const HUB: Hub = Hub {
    tree: 2,
    word: "Navet",
    owner: person(2, 101, "Navet Nils", "nils@navet.example"),
    probe: person(2, 102, "Navet Petra", "petra@navet.example"),
    colleagues: [
        person(2, 103, "Navet Bill", "bill@navet.example"),
        person(2, 104, "Navet Tina", "tina@navet.example"),
    ],
};

/// The hub whose data nobody else may ever see.
pub const BOREAL: Hub = Hub {
    tree: 3,
    word: "Boreal",
    owner: person(3, 101, "Boreal Bo", "bo@boreal.example"),
    probe: person(3, 102, "Boreal Pelle", "pelle@boreal.example"),
    colleagues: [
        person(3, 103, "Boreal Bella", "bella@boreal.example"),
        person(3, 104, "Boreal Tore", "tore@boreal.example"),
    ],
};

pub(super) const RESELLERS: [u32; 3] = [2, 3, 4];
/// Two more resellers above the hub, to which it delegates nothing.
const ABOVE: [u32; 2] = [15, 16];
const CLIENTS: [u32; 3] = [5, 6, 7];
pub(super) const GRANDCHILDREN: [u32; 3] = [8, 9, 10];
pub(super) const PAYER: u32 = 11;
const PAID_FOR: [u32; 3] = [12, 13, 14];
const PROBE_ROLE: u32 = 50;
const FREE_ROLE: u32 = 52;
const OFFERS: u32 = 60;
const QUOTAS: u32 = 70;
const SEATS: u32 = 290;
const KEY: u32 = 150;

/// The role that the probe of the first hub has at the operator.
pub const PROBE_AT_OPERATOR: Uuid = key(HUB.tree, PROBE_ROLE + 1);

/// Also makes the probe of the first hub a member of the operator, so that permissions reserved for staff can be tested
/// too.
pub fn probe_at_operator() -> Rows {
    let mut rows = Rows::starting_at(HUB.tree, 900_000);
    let nothing = PermissionSet::EMPTY;
    rows.role_with_id(PROBE_AT_OPERATOR, OPERATOR.id, "probe", nothing, nothing);
    rows.member(OPERATOR.id, HUB.probe.person().id, &[Held::Custom(PROBE_AT_OPERATOR)]);
    rows
}

impl Hub {
    /// The organisation.
    pub const fn id(&self) -> Uuid {
        key(self.tree, 1)
    }

    /// The role of the probe.
    pub const fn probe_role(&self) -> Uuid {
        key(self.tree, PROBE_ROLE)
    }

    /// A role that nobody has.
    pub const fn free_role(&self) -> Uuid {
        key(self.tree, FREE_ROLE)
    }

    /// Two of the offers that would make the owner of the hub an owner elsewhere.
    pub const fn offers(&self) -> [Uuid; 2] {
        [key(self.tree, OFFERS), key(self.tree, OFFERS + 1)]
    }

    /// A feature that counts assets of the hub. More of it is granted than used.
    pub const fn quota(&self) -> Uuid {
        key(self.tree, QUOTAS)
    }

    /// The family of the licences that people of the hub have, and its two features.
    pub fn seats(&self) -> (String, [Uuid; 2]) {
        (format!("{}-seats", self.word), [key(self.tree, SEATS), key(self.tree, SEATS + 1)])
    }

    /// The key of the hub: it holds everything that a key can hold.
    pub const fn key(&self) -> Key {
        let (name, secret) = if self.tree == HUB.tree {
            ("Navet key", "navet-navet-navet-navet-navet-navet-navet-1")
        } else {
            ("Boreal key", "boreal-boreal-boreal-boreal-boreal-boreal-1")
        };
        let (own, clients) = (PermissionSet::DELEGABLE, PermissionSet::DELEGABLE);
        Key { id: key(self.tree, KEY), name, organisation: self.id(), secret, own, clients }
    }

    fn name(&self, number: u32) -> String {
        format!("{} {number}", self.word)
    }

    /// The rows of the tree, and an object of each type for each rule by which it exists.
    pub fn rows(&self) -> (Rows, Fixtures) {
        let mut rows = Rows::new(self.tree);
        self.organisations(&mut rows);
        let mut fixtures = Fixtures::default();
        self.partnerships(&mut rows, &mut fixtures);
        self.people(&mut rows, &mut fixtures);
        self.business(&mut rows, &mut fixtures);
        self.properties(&mut rows, &mut fixtures);
        self.directory(&mut rows, &mut fixtures);
        for kind in [Type::Organisation, Type::Reseller] {
            fixtures.add(kind, "", self.id());
        }
        (rows, fixtures)
    }

    fn organisations(&self, rows: &mut Rows) {
        rows.organisation(self.id(), self.word, Kind::Reseller);
        for number in RESELLERS.into_iter().chain(ABOVE).chain(CLIENTS).chain([PAYER]).chain(PAID_FOR) {
            let kind = if RESELLERS.contains(&number) || ABOVE.contains(&number) || number == CLIENTS[0] {
                Kind::Reseller
            } else {
                Kind::Company
            };
            rows.organisation(key(self.tree, number), &self.name(number), kind);
        }
        for number in GRANDCHILDREN {
            rows.organisation(key(self.tree, number), &self.name(number), Kind::Company);
        }
    }

    fn people(&self, rows: &mut Rows, fixtures: &mut Fixtures) {
        let [billing, technical] = self.colleagues;
        for caller in [self.owner, self.probe, billing, technical] {
            rows.person(caller.person()).email_verified_at = Some(now());
        }
        let owner = self.owner.person().id;
        for organisation in [self.id(), key(self.tree, CLIENTS[0]), key(self.tree, PAID_FOR[0])] {
            let membership = rows.member(organisation, owner, &[Held::Builtin(BuiltinRole::Owner)]).id;
            if organisation == key(self.tree, PAID_FOR[0]) {
                for permission in [Permission::ServiceRead, Permission::InvoiceRead, Permission::BillingRead] {
                    rows.access_request(organisation, (owner, membership), permission);
                }
            }
        }
        for device in 1..=3 {
            fixtures.add(Type::Session, "", rows.session(owner, &format!("{} device {device}", self.word)));
        }
        rows.log_ins(owner, &format!("{} device", self.word));
        rows.member(self.id(), billing.person().id, &[Held::Builtin(BuiltinRole::Billing)]);
        let reads = PermissionSet::of(&[Permission::ServiceRead, Permission::UsageRead]);
        let role = rows.role(self.id(), &format!("{} reader", self.word), reads, PermissionSet::EMPTY);
        let held = [Held::Builtin(BuiltinRole::Technical), Held::Custom(role)];
        let membership = rows.member(self.id(), technical.person().id, &held).id;
        fixtures.add(Type::Membership, "", membership);
        for permission in [Permission::InvoiceRead, Permission::MemberRead, Permission::BillingRead] {
            let asked = rows.access_request(self.id(), (technical.person().id, membership), permission);
            for rule in ["", "MEMBER_UPDATE", "PARTNERSHIP_MANAGE"] {
                fixtures.add(Type::AccessRequest, rule, asked);
            }
        }
        for number in 1..=2 {
            let reader = rows.somebody(&format!("{} reader {number}", self.word));
            rows.member(self.id(), reader, &[Held::Custom(role)]);
        }
        let nothing = PermissionSet::EMPTY;
        rows.role_with_id(self.free_role(), self.id(), &format!("{} free", self.word), reads, nothing);
        rows.role_with_id(self.probe_role(), self.id(), &format!("{} probe", self.word), nothing, nothing);
        rows.member(self.id(), self.probe.person().id, &[Held::Custom(self.probe_role())]);
        rows.key(&self.key());
        let spare =
            if self.tree == HUB.tree { ["Navet key 2", "Navet key 3"] } else { ["Boreal key 2", "Boreal key 3"] };
        for name in spare {
            rows.spare_key(self.id(), name, self.owner.person());
        }
        for (number, held) in
            [Held::Builtin(BuiltinRole::Viewer), Held::Builtin(BuiltinRole::Billing), Held::Custom(role)]
                .into_iter()
                .enumerate()
        {
            let email = format!("invited{number}@{}.example", self.word.to_lowercase());
            fixtures.add(Type::Invitation, "", rows.invitation(self.id(), &email, self.owner.person(), held));
        }
        let partnership = rows.first_partnership(self.id());
        rows.give_through(self.id(), partnership, self.owner.person().id);
        self.proposals(rows, fixtures);
        let mut events = Vec::new();
        for by in [None, None, Some(partnership)] {
            let event = rows.event(self.id(), self.owner.person(), by);
            fixtures.add(Type::AuditEvent, "", event);
            events.push(event);
        }
        for number in 1..=3 {
            let name = format!("{} webhook {number}", self.word);
            let webhook = rows.webhook(self.id(), &name, self.owner.person().id).id;
            fixtures.add(Type::Webhook, "", webhook);
            for event in &events {
                fixtures.add(Type::WebhookDelivery, "", rows.webhook_delivery(webhook, self.id(), *event));
            }
        }
        fixtures.add(Type::User, "", technical.person().id);
        fixtures.add(Type::UserAccount, "", owner);
        self.ownership(rows, fixtures);
        fixtures.add(Type::ApiKey, "", self.key().id);
        fixtures.add(Type::Role, "", role);
    }

    /// Three answered transfers of the hub, and three pending ones that offer ownership elsewhere to its owner. The same
    /// organisations invite its owner.
    fn ownership(&self, rows: &mut Rows, fixtures: &mut Fixtures) {
        use ownership_transfer::State;
        let billing = self.colleagues[0].person();
        for state in [State::Withdrawn, State::Declined, State::Accepted] {
            fixtures.add(Type::OwnershipTransfer, "", rows.answered_transfer(self.id(), billing, state));
        }
        for (number, organisation) in (OFFERS..).zip(RESELLERS) {
            let organisation = key(self.tree, organisation);
            rows.transfer(organisation, OWNER_OF_OPERATOR.person().id, self.owner.person().email).id =
                key(self.tree, number);
            let viewer = Held::Builtin(BuiltinRole::Viewer);
            rows.invitation(organisation, self.owner.person().email, OWNER_OF_OPERATOR.person(), viewer);
        }
        rows.halt(self.id(), &format!("{} has not paid", self.word));
    }

    /// Three properties with values of the first two clients, and three views.
    fn properties(&self, rows: &mut Rows, fixtures: &mut Fixtures) {
        use property_definition::Kind;
        for (key, kind) in [("region", Kind::Text), ("score", Kind::Number), ("since", Kind::Date)] {
            let definition = rows.definition(self.id(), key, &format!("{} {key}", self.word), kind);
            fixtures.add(Type::PropertyDefinition, "", definition);
        }
        for (client, region, score) in [(CLIENTS[0], "north", "1.5"), (CLIENTS[1], "south", "-7")] {
            let client = key(self.tree, client);
            rows.value(self.id(), client, "region", &format!("{} {region}", self.word));
            rows.value(self.id(), client, "score", score);
        }
        for number in 1..=3 {
            fixtures.add(Type::ClientView, "", rows.view(self.id(), &format!("{} view {number}", self.word)));
        }
    }

    /// Three people, a group with all of them and three groups, in two of which the first person is, and three
    /// synchronisations.
    fn directory(&self, rows: &mut Rows, fixtures: &mut Fixtures) {
        let (hub, word) = (self.id(), self.word);
        rows.directory(hub);
        for _ in 0..3 {
            fixtures.add(Type::DirectorySync, "", rows.directory_sync(hub, word));
        }
        let people: Vec<Uuid> = ["Ada", "Bea", "Cid"].map(|name| rows.directory_person(hub, word, name)).to_vec();
        let all = rows.directory_group(hub, &format!("{word} all"));
        for person in &people {
            rows.directory_member(hub, all, (Some(*person), None));
        }
        for number in 1..=3 {
            let group = rows.directory_group(hub, &format!("{word} group {number}"));
            rows.directory_member(hub, all, (None, Some(group)));
            rows.directory_member(hub, group, (Some(people[0]), None));
        }
        fixtures.add(Type::DirectoryPerson, "", people[0]);
        fixtures.add(Type::DirectoryGroup, "", all);
        let group = rows.directory_group(hub, &format!("{word} first"));
        rows.directory_member(hub, group, (Some(people[0]), None));
        self.seated(rows, fixtures, people[0], group);
    }

    /// A family with two features. The first person of the directory has the first one and waits for the second, of which
    /// none is granted. Others have the first one and lose it, except one whose licence is ending already.
    fn seated(&self, rows: &mut Rows, fixtures: &mut Fixtures, first: Uuid, group: Uuid) {
        let (hub, word) = (self.id(), self.word);
        let (family, seats) = self.seats();
        for (number, id) in seats.into_iter().enumerate() {
            rows.feature(Some(id), hub, &format!("{word} workplace {number}"));
            rows.last_feature().family = Some(family.clone());
        }
        fixtures.add(Type::LicenceAssignment, "", rows.seat(hub, first, &family, seats[0]).id);
        for number in 0..4 {
            let person = rows.directory_person(hub, word, &format!("Seated {number}"));
            rows.absent();
            let seat = rows.seat(hub, person, &family, seats[0]);
            if number == 3 {
                (seat.state, seat.ends_on) = (licence_assignment::State::Ending, Some(day(900)));
            }
            fixtures.add(Type::LicencePin, "", rows.pin(hub, person, &format!("{word}-other"), seats[1]));
        }
        for other in ["second", "third"] {
            rows.seat(hub, first, &format!("{word}-{other}"), seats[1]);
        }
        rows.used_pool(hub, seats[0], 5);
        rows.usage(hub, seats[0]);
        let conditions = json!([
            { "kind": "UNIT", "path": format!("/{word}"), "negated": false },
            { "kind": "GROUP", "id": group, "negated": false },
            { "kind": "INACTIVE", "days": 30, "negated": true },
            { "kind": "FIRST_LOG_IN_BEFORE", "day": day(10), "negated": false },
        ]);
        fixtures.add(Type::LicenceRuleSet, "", rows.licence_rules(hub, &family, seats[1], &conditions));
    }

    /// What the hub sells: a product with three of everything, and a draft.
    fn catalogue(&self, rows: &mut Rows, fixtures: &mut Fixtures) {
        let (hub, word) = (self.id(), self.word);
        let product = rows.product(hub, &format!("{word} offer"));
        for rule in ["", "SUBSCRIPTION_READ"] {
            fixtures.add(Type::Product, rule, product);
        }
        fixtures.add(Type::Product, "CATALOGUE_MANAGE", rows.draft(hub, &format!("{word} draft")));
        for number in 1..=3 {
            let other = rows.product(hub, &format!("{word} other offer {number}"));
            rows.upgrade(product, other);
            let feature = rows.feature(None, hub, &format!("{word} seat {number}"));
            rows.entitlement(product, feature);
            fixtures.add(Type::Feature, "", feature);
        }
        let plan = rows.plan(None, hub, &format!("{word} prices"), false);
        fixtures.add(Type::PricePlan, "", plan);
        for from_quantity in 1..=3 {
            let price = rows.price(hub, plan, product, 5_000);
            price.from_quantity = from_quantity;
            fixtures.add(Type::Price, "", price.id);
        }
    }

    /// Three features that each subscription of the hub gives, with three assets each.
    fn licences(&self, rows: &mut Rows, fixtures: &mut Fixtures, bought: &[Uuid]) {
        for number in 0..3 {
            let quota = key(self.tree, QUOTAS + number);
            rows.quota(Some(quota), self.id(), &format!("{} quota {number}", self.word));
            for subscription in bought {
                rows.licence(*subscription, quota);
                if number == 0 {
                    rows.licence(*subscription, self.seats().1[0]);
                }
            }
            let names = [1, 2, 3].map(|asset| format!("{} logger {number}.{asset}", self.word));
            for asset in rows.pool(self.id(), quota, &names.each_ref().map(String::as_str)) {
                fixtures.add(Type::Asset, "", asset);
            }
        }
    }

    fn business(&self, rows: &mut Rows, fixtures: &mut Fixtures) {
        let (hub, payer, word) = (self.id(), key(self.tree, PAYER), self.word);
        let partner = rows.first_partnership(hub);
        let bought: Vec<Uuid> = (1..=3)
            .map(|number| {
                let bought = rows.subscription(hub, &format!("{word} product {number}"));
                fixtures.add(Type::Subscription, "", bought);
                for change in rows.scheduled(bought) {
                    fixtures.add(Type::SubscriptionChange, "", change);
                }
                rows.of_record(bought, Some(partner));
                bought
            })
            .collect();
        // The suites look at the last one.
        let paying = bought[2];
        for _ in 0..3 {
            fixtures.add(Type::Order, "", rows.order(hub, &bought));
        }
        for kind in [service::Kind::VirtualServer, service::Kind::WebHosting, service::Kind::Seats] {
            let [service, task] = rows.served(hub, &format!("{word} {kind:?}"), kind, paying);
            fixtures.add(Type::Service, "SERVICE_READ", service);
            fixtures.add(Type::ServiceTask, "SERVICE_READ", task);
        }
        for number in 1..=3_u32 {
            let domain = rows.service(hub, &format!("{}-{number}.example", word.to_lowercase()), service::Kind::Domain);
            rows.paid_by(paying);
            let task = rows.task(service_task::Kind::Change).id;
            for rule in ["DOMAIN_READ", "SERVICE_PROVISION"] {
                fixtures.add(Type::Service, rule, domain);
                fixtures.add(Type::ServiceTask, rule, task);
            }
            let own = rows.invoice(hub, payer, hub, &format!("{word} payer"));
            fixtures.add(Type::Invoice, "ORGANISATION", own);
            self.billed(rows, fixtures, own, "ORGANISATION");
            let earned = format!("{word} earned {number}");
            fixtures.add(Type::CommissionStatement, "", rows.statement(hub, own, number, &earned));
            if number == 1 {
                rows.statement(key(self.tree, RESELLERS[0]), own, 1, &earned);
            }
            rows.rate(hub, 1_000 + i32::try_from(number).unwrap());
            fixtures.add(Type::Charge, "", rows.charge(hub, &format!("{word} hours {number}")));
            fixtures.add(Type::BillingRun, "", rows.run(hub));
            fixtures.add(Type::AccountingBatch, "", rows.batch(hub, 400 + i64::from(number)));
        }
        self.licences(rows, fixtures, &bought);
        self.catalogue(rows, fixtures);
        rows.issuer(hub, word);
        rows.refund(hub, payer);
        let contact = rows.contact(hub, &format!("{word} contact"));
        rows.details(hub, word, Some(contact));
        rows.details(payer, &self.name(PAYER), None);
        for number in 2..=3 {
            fixtures.add(Type::BillingContact, "", rows.contact(hub, &format!("{word} contact {number}")));
        }
        self.payers(rows, fixtures);
        for number in PAID_FOR {
            let paid_for = key(self.tree, number);
            fixtures.add(Type::PayerAgreement, "PAYER", rows.payer(paid_for, hub).id);
            let to_pay = rows.invoice(paid_for, hub, paid_for, word);
            fixtures.add(Type::Invoice, "PAYER", to_pay);
            self.billed(rows, fixtures, to_pay, "PAYER");
            rows.details(paid_for, &self.name(number), None);
        }
        for number in CLIENTS {
            let client = key(self.tree, number);
            rows.service(client, &format!("{word} server of {number}"), service::Kind::VirtualServer);
            rows.subscription(client, &format!("{word} product of {number}"));
            rows.details(client, &self.name(number), None);
            rows.invoice(client, client, hub, &self.name(number));
        }
    }
}

impl Hub {
    /// Three credit notes, three payments and three reminders of an invoice.
    fn billed(&self, rows: &mut Rows, fixtures: &mut Fixtures, invoice: Uuid, rule: &str) {
        let organisation = rows.organisation_of(invoice);
        rows.vat_of(invoice);
        rows.reminders(invoice);
        rows.documents(organisation, (Some(invoice), None));
        for _ in 0..3 {
            let note = rows.credit_note(invoice);
            rows.documents(organisation, (None, Some(note)));
            fixtures.add(Type::CreditNote, rule, note);
            fixtures.add(Type::Payment, rule, rows.payment(invoice, &format!("{} pays", self.word)));
        }
    }
}

/// An object of each type. If its objects exist by several rules, there is one object for each rule: for the members of
/// the hub, it exists by that rule alone.
#[derive(Clone, Debug, Default)]
pub struct Fixtures(BTreeMap<(String, String), String>);

impl Fixtures {
    pub(super) fn add(&mut self, kind: Type, rule: &str, id: Uuid) {
        self.0.insert((format!("{kind:?}"), rule.to_owned()), kind.id(id).to_string());
    }

    /// Id of an object of the type that exists by the rule, given as its permission and side.
    pub fn id(&self, type_name: &str, permission: &str, side: &str) -> &str {
        [permission, side, ""]
            .iter()
            .find_map(|rule| self.0.get(&(type_name.to_owned(), (*rule).to_owned())))
            .unwrap_or_else(|| panic!("tests/it/world/hub.rs has no {type_name} that exists by {permission} {side}"))
    }

    /// Ids of all objects.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|((type_name, _), id)| (type_name.as_str(), id.as_str()))
    }
}
