//! Many clients of one reseller, each with everything that an organisation can have, for counting statements.

use std::ops::Range;

use entity::organisation::Kind;
use entity::{property_definition, reseller_request, service, service_task};
use tenantry::access::{BuiltinRole, DelegationPreset, Permission};

use super::World;
use super::hub::Hub;
use super::rows::{Held, Rows, key};
use super::tenants::{FJORD, NORDIC, OPERATOR, PRODUCTS};

/// Ids of the crowd start here.
const FIRST: u32 = 100_000;
/// Ids of clients that own nothing start here.
const CLIENTS: u32 = 800_000;

impl World {
    /// Gives the hub clients with these numbers, which are resellers themselves, and as many of everything else it has.
    pub async fn db_crowd(&self, hub: &Hub, numbers: Range<u32>) {
        let mut rows = Rows::starting_at(hub.tree, FIRST * (numbers.start + 2));
        let full = DelegationPreset::Full.set();
        let (id, owner) = (hub.id(), hub.owner.person().id);
        for number in numbers {
            // The names sort before those of the other clients.
            let name = format!("{} 00 client {number:03}", hub.word);
            let [client, above, below] = [0, 1, 2].map(|part| key(hub.tree, FIRST + 10 * number + part));
            rows.organisation(client, &name, Kind::Reseller);
            rows.organisation(above, &format!("{name} above"), Kind::Reseller);
            rows.organisation(below, &format!("{name} below"), Kind::Company);
            let partnership = rows.partnership(id, client, full);
            partnership.client_delegated = full.to_stored();
            let partnership = partnership.id;
            rows.partnership(above, id, full);
            rows.partnership(client, below, full).includes_upstream = true;
            for organisation in [client, id] {
                let user = rows.somebody(&format!("{name} member of {organisation}"));
                let membership = rows.member(organisation, user, &[Held::Builtin(BuiltinRole::Viewer)]).id;
                rows.access_request(organisation, (user, membership), Permission::ServiceManage);
            }
            rows.give_through(client, partnership, owner);
            rows.member(client, owner, &[Held::Builtin(BuiltinRole::Owner)]);
            let asked = DelegationPreset::Overview.set();
            for organisation in [client, id] {
                rows.template(organisation, &format!("{name} template"), asked, 1);
            }
            rows.proposal(id, below, asked);
            rows.proposal(client, above, asked);
            rows.proposal(above, client, asked);
            for organisation in [client, id] {
                rows.answered_request(organisation, reseller_request::State::Declined);
            }
            let feature = rows.quota(None, OPERATOR.id, &name);
            for organisation in [client, id] {
                rows.service(organisation, &format!("{name} server"), service::Kind::VirtualServer);
                rows.task(service_task::Kind::Create);
                let bought = rows.subscription(organisation, &name);
                rows.paid_by(bought);
                rows.scheduled(bought);
                rows.of_record(bought, None);
                rows.licence(bought, feature);
                rows.pool(organisation, feature, &[&name]);
                rows.order(organisation, &[bought]);
                rows.service(organisation, &format!("{name}.example"), service::Kind::Domain);
                let invoice = rows.invoice(organisation, organisation, id, &name);
                rows.vat_of(invoice);
                rows.credit_note(invoice);
                rows.payment(invoice, &name);
                rows.charge(organisation, &name);
                rows.reminders(invoice);
            }
            for organisation in [client, id] {
                rows.directory_sync(organisation, &name);
                let person = rows.directory_person(organisation, &name, "Person");
                let group = rows.directory_group(organisation, &name);
                rows.directory_member(organisation, group, (Some(person), None));
                rows.directory_member(organisation, group, (None, Some(group)));
                let seat = rows.feature(None, OPERATOR.id, &format!("{name} seat {organisation}"));
                // The key of a feature has 40 characters at most, on PostgreSQL.
                let end = &organisation.simple().to_string()[16..];
                rows.last_feature().key = format!("seat-{number}-{end}");
                rows.absent();
                rows.seat(organisation, person, &name, seat);
                rows.used_pool(organisation, seat, 1);
                rows.pin(organisation, person, &name, seat);
                rows.licence_rules(organisation, &name, seat, &serde_json::json!([]));
            }
            rows.directory(client);
            let earned = rows.last_invoice();
            rows.statement(id, earned, 10 + number, &name);
            rows.batch(id, 500 + i64::from(number));
            rows.run(id);
            for organisation in [client, id] {
                rows.spare_key(organisation, "Navet crowd key", hub.owner.person());
                let webhook = rows.webhook(organisation, &name, owner).id;
                rows.webhook_delivery(webhook, organisation, key(hub.tree, FIRST + 10 * number + 5));
                let email = format!("invited{number}@crowd.example");
                let viewer = Held::Builtin(BuiltinRole::Viewer);
                rows.invitation(organisation, &email, hub.owner.person(), viewer);
            }
            let product = rows.product(OPERATOR.id, &name);
            rows.upgrade(product, PRODUCTS[0]);
            rows.entitlement(product, feature);
            let plan = rows.plan(None, OPERATOR.id, &name, false);
            rows.price(OPERATOR.id, plan, product, 5_000);
            rows.definition(client, "region", &format!("{name} region"), property_definition::Kind::Text);
            rows.view(client, &format!("{name} view"));
            rows.role(client, &format!("{name} role"), full, full);
            rows.transfer(client, owner, &format!("{number}@crowd.example"));
            rows.session(owner, &format!("{name} device"));
            rows.event(client, hub.owner.person(), None);
            rows.unchained_event(id, i64::from(number) + 100, hub.owner.person());
            let contact = rows.contact(client, &format!("{name} contact"));
            rows.details(client, &name, Some(contact));
            rows.invoice(client, id, id, &name);
            rows.invoice(below, client, id, &name);
            rows.payer(client, id);
            rows.payer(below, client);
            rows.payer_request(above, client);
        }
        rows.db_write(self.db().writer()).await;
    }
    /// Gives Fjord this many more clients, which own nothing and delegate everything.
    pub async fn db_clients(&self, count: u32) {
        let mut rows = Rows::starting_at(NORDIC, CLIENTS);
        for number in 0..count {
            let client = key(NORDIC, CLIENTS + number);
            rows.organisation(client, &format!("Client {number:03}"), Kind::Company);
            rows.partnership(FJORD.id, client, DelegationPreset::Full.set());
        }
        rows.db_write(self.db().writer()).await;
    }
}
