//! Makes the market in batches. Resellers come before their clients, because batches are written one after the other.

use entity::organisation::Kind;
use uuid::Uuid;

use super::super::rows::Rows;
use super::maker::{Delegation, Maker};
use super::shape::{BENCH_CLIENTS, DASHBOARD, DEEP, EACH, RESELLERS, Shape};
use super::trade::Trade;
use crate::access::{BuiltinRole, DelegationPreset, PermissionSet};

/// Organisations of one batch.
const BATCH: usize = 500;

/// All batches, in the order of writing.
pub fn batches(shape: Shape, maker: Maker) -> impl Iterator<Item = Rows> {
    let mut market =
        Market { maker, resellers: Vec::new(), bench: Uuid::nil(), deep: Uuid::nil(), giants: Vec::new(), payer: None };
    let mut steps = std::iter::once(Step::Above(shape))
        .chain((0..BENCH_CLIENTS).map(Step::BenchClient))
        .chain(std::iter::once(Step::Dashboard))
        .chain((0..DEEP).map(|_| Step::DeepReseller))
        .chain(tree(0, shape.giant_clients, shape.tenth_clients > 0))
        .chain(tree(1, shape.tenth_clients, true))
        .chain((0..shape.others).map(|_| Step::Other));
    std::iter::from_fn(move || {
        while market.maker.rows.organisations.len() < BATCH
            && let Some(step) = steps.next()
        {
            market.take(step);
        }
        let rows = std::mem::take(&mut market.maker.rows);
        market.payer = None;
        (!rows.organisations.is_empty()).then_some(rows)
    })
}

/// Organisations that are made together.
enum Step {
    /// The operator, the distributors and the resellers.
    Above(Shape),
    /// A client of the bench reseller, by its number.
    BenchClient(u64),
    /// All organisations of the dashboard person.
    Dashboard,
    /// A reseller below the deep reseller, with its clients.
    DeepReseller,
    /// A client of this giant.
    GiantClient(usize),
    /// A client of this giant that is a reseller itself.
    ResellerBelow(usize),
    /// A client of a reseller below this giant.
    ClientBelow(usize),
    /// Any other organisation.
    Other,
}

/// The clients of a giant. In a tree, some are resellers, and their clients come after them.
fn tree(giant: usize, clients: u64, is_tree: bool) -> impl Iterator<Item = Step> {
    let direct = (0..clients).map(move |number| {
        let is_reseller = is_tree && number % RESELLERS == 0;
        if is_reseller { Step::ResellerBelow(giant) } else { Step::GiantClient(giant) }
    });
    let below = if is_tree { clients.div_ceil(RESELLERS) * EACH } else { 0 };
    direct.chain((0..below).map(move |_| Step::ClientBelow(giant)))
}

/// A reseller with very many clients, and the resellers among them.
struct Giant {
    id: Uuid,
    below: Vec<Uuid>,
}

struct Market {
    maker: Maker,
    resellers: Vec<Uuid>,
    bench: Uuid,
    deep: Uuid,
    giants: Vec<Giant>,
    /// An organisation of this batch that can pay for others.
    payer: Option<Uuid>,
}

fn through(preset: DelegationPreset) -> Delegation {
    Delegation { delegated: preset.set(), client_delegated: PermissionSet::EMPTY, includes_upstream: false }
}

impl Market {
    fn take(&mut self, step: Step) {
        match step {
            Step::Above(shape) => self.above(shape),
            Step::BenchClient(number) => self.bench_client(number),
            Step::Dashboard => self.dashboard(),
            Step::DeepReseller => self.deep_reseller(),
            Step::GiantClient(giant) => self.client(self.giants[giant].id),
            Step::ResellerBelow(giant) => self.reseller_below(giant),
            Step::ClientBelow(giant) => {
                let below = &self.giants[giant].below;
                let reseller = below[self.maker.dice.low(below.len())];
                self.client(reseller);
            }
            Step::Other => {
                let reseller = self.some_reseller();
                self.client(reseller);
            }
        }
    }

    fn above(&mut self, shape: Shape) {
        let operator = self.maker.named_organisation("Scale Operator".to_owned(), Kind::Operator);
        self.maker.operator = operator;
        self.maker.catalogue();
        let staff = self.maker.named_person("Staff", "operator@scale.example");
        self.maker.member(operator, staff, BuiltinRole::Owner);

        let mut distributors = Vec::new();
        for _ in 0..shape.distributors {
            let distributor = self.maker.organisation(Kind::Reseller);
            self.maker.people(distributor, 2);
            distributors.push(distributor);
        }
        self.bench = self.named_reseller("Bench Reseller", "bench");
        self.deep = self.named_reseller("Deep Reseller", "deep");
        let giants = [("Giant Reseller", "giant"), ("Tenth Reseller", "tenth")];
        for (name, word) in giants.into_iter().take(if shape.tenth_clients > 0 { 2 } else { 1 }) {
            let id = self.named_reseller(name, word);
            self.giants.push(Giant { id, below: Vec::new() });
        }
        for _ in 0..shape.resellers {
            let reseller = self.maker.organisation(Kind::Reseller);
            self.maker.people(reseller, 1);
            let agent = self.maker.person();
            self.maker.member(reseller, agent, BuiltinRole::PartnerSupport);
            self.resellers.push(reseller);
        }
        let overview = DelegationPreset::Overview.set();
        let giants = self.giants.iter().map(|giant| giant.id);
        let all: Vec<Uuid> =
            [self.bench, self.deep].into_iter().chain(giants).chain(self.resellers.iter().copied()).collect();
        for reseller in all {
            let distributor = self.maker.dice.pick(&distributors);
            let terms = Delegation { client_delegated: overview, ..through(DelegationPreset::Overview) };
            self.maker.partnership(distributor, reseller, terms);
        }
    }

    /// A reseller whose owner and support agent have known addresses.
    fn named_reseller(&mut self, name: &str, word: &str) -> Uuid {
        let reseller = self.maker.named_organisation(name.to_owned(), Kind::Reseller);
        let owner = self.maker.named_person(&format!("{name}, owner"), &format!("{word}-reseller@scale.example"));
        let agent = self.maker.named_person(&format!("{name}, support"), &format!("{word}-support@scale.example"));
        self.maker.member(reseller, owner, BuiltinRole::Owner);
        self.maker.member(reseller, agent, BuiltinRole::PartnerSupport);
        reseller
    }

    /// A reseller below a giant. The giant can see and support its clients.
    fn reseller_below(&mut self, giant: usize) {
        let reseller = self.maker.organisation(Kind::Reseller);
        self.maker.people(reseller, 1);
        let terms = Delegation { client_delegated: DelegationPreset::Support.set(), ..through(DelegationPreset::Full) };
        self.maker.partnership(self.giants[giant].id, reseller, terms);
        self.giants[giant].below.push(reseller);
    }

    fn bench_client(&mut self, number: u64) {
        let client = self.maker.organisation(Kind::Company);
        let others = 4 + self.maker.dice.below(4);
        self.maker.people(client, others);
        self.maker.partnership(self.bench, client, through(DelegationPreset::Full));
        if number % 10 == 3 {
            self.maker.contact(client);
        }
        if let Some(payer) = self.payer.filter(|_| number % 10 == 7) {
            self.maker.payer(payer, client);
        }
        self.payer = Some(client);
        let unpaid = 1 + u32::from(number.is_multiple_of(2));
        self.maker.trade(client, Trade { services: 5, invoices: 6, unpaid });
    }

    /// The deep reseller's owner may do at its clients whatever can be delegated.
    fn deep_reseller(&mut self) {
        let reseller = self.maker.organisation(Kind::Reseller);
        self.maker.people(reseller, 1);
        let full = DelegationPreset::Full.set();
        self.maker.partnership(
            self.deep,
            reseller,
            Delegation { client_delegated: full, ..through(DelegationPreset::Full) },
        );
        for _ in 0..DEEP {
            let client = self.maker.organisation(Kind::Company);
            self.maker.people(client, 1);
            self.maker.partnership(
                reseller,
                client,
                Delegation { includes_upstream: true, ..through(DelegationPreset::Full) },
            );
            self.maker.trade(client, Trade { services: 2, invoices: 4, unpaid: 1 });
        }
    }

    /// The first pays for ten others, the second for five.
    fn dashboard(&mut self) {
        let person = self.maker.named_person("Dashboard", "dashboard@scale.example");
        let mut made = Vec::new();
        for number in 0..DASHBOARD {
            let organisation = self.maker.organisation(Kind::Company);
            let role = match number {
                0..30 => BuiltinRole::Owner,
                30..40 => BuiltinRole::Admin,
                _ => BuiltinRole::Viewer,
            };
            if role != BuiltinRole::Owner {
                self.maker.people(organisation, 0);
            }
            self.maker.member(organisation, person, role);
            if number % 2 == 1 {
                let reseller = self.some_reseller();
                self.maker.partnership(reseller, organisation, through(DelegationPreset::Support));
            }
            match number {
                10..20 => self.maker.payer(made[0], organisation),
                20..25 => self.maker.payer(made[1], organisation),
                _ => {}
            }
            made.push(organisation);
            self.maker.trade(organisation, Trade { services: 2, invoices: 2, unpaid: 1 });
        }
    }

    fn client(&mut self, reseller: Uuid) {
        let kind = self.maker.dice.pick(&[Kind::Company, Kind::Company, Kind::Company, Kind::Person, Kind::Project]);
        let client = self.maker.organisation(kind);
        let others = self.maker.dice.below(3);
        self.maker.people(client, others);
        let preset = self.maker.dice.pick(&[
            DelegationPreset::Full,
            DelegationPreset::Support,
            DelegationPreset::Overview,
            DelegationPreset::Billing,
        ]);
        let includes_upstream = self.maker.dice.percent(50);
        self.maker.partnership(reseller, client, Delegation { includes_upstream, ..through(preset) });
        if self.maker.dice.percent(5) {
            self.maker.contact(client);
        }
        if let Some(payer) = self.payer.filter(|_| self.maker.dice.percent(3)) {
            self.maker.payer(payer, client);
        }
        self.payer = Some(client);
        let services = self.maker.dice.below(3);
        let unpaid = u32::from(self.maker.dice.percent(30));
        let invoices = 1 + u32::from(self.maker.dice.percent(50));
        self.maker.trade(client, Trade { services, invoices, unpaid });
    }

    fn some_reseller(&mut self) -> Uuid {
        self.resellers[self.maker.dice.low(self.resellers.len())]
    }
}
