//! A billing run over all organisations, in this process, by the worker of the server.

use std::sync::Arc;
use std::time::Instant;

use chrono::{Days, Months, Utc};
use entity::billing_run::{self, Mode, State};
use entity::{
    billing_details, commission_rate, organisation, product, subscription, subscription_change, unbilled_subscription,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use tenantry::access::Actor;
use tenantry::base::config::Config;
use tenantry::base::db::{Db, counted};
use tenantry::base::random::Random;
use tenantry::billing::issuer::rules::blank;
use tenantry::billing::run::worker;
use tenantry::graphql::request::Request;
use tenantry::seed::rows::{self, Rows};

use super::bench::{Bench, connect};
use super::processor;

/// How many subscriptions each organisation has.
const EACH: usize = 3;
/// One in so many subscriptions is raised, so that it has two lines.
const RAISED: i32 = 10;
/// How many organisations get theirs at once.
const AT_ONCE: usize = 500;
/// The commission of each reseller, in hundredths of a percent.
const RATE: i32 = 1_000;

/// A database in which each organisation has subscriptions to bill.
pub struct Billable {
    db: Db,
    config: Arc<Config>,
    operator: organisation::Model,
}

/// Bills three subscriptions of each organisation, and prints how long it took. Then it runs again, with nothing to do.
pub async fn measure(bench: &Bench<'_>) {
    let billable = Billable::fill(bench, usize::MAX).await;
    billable.run("billing").await;
    billable.run("billing again").await;
    billable.close().await;
}

impl Billable {
    /// Gives up to this many organisations three monthly subscriptions, whose first month is to be billed. What the seed
    /// left unbilled is forgotten. All resellers earn commission.
    pub async fn fill(bench: &Bench<'_>, most: usize) -> Self {
        let db = connect(bench.url).await;
        let mut config = Config::defaults().expect("the defaults");
        bench.url.clone_into(&mut config.database.url);
        let all = organisation::Entity::find().order_by_asc(organisation::Column::Id);
        let mut organisations = all.all(db.reader()).await.expect("organisations");
        let is_operator = |row: &organisation::Model| row.kind == organisation::Kind::Operator;
        let place = organisations.iter().position(is_operator).expect("an operator");
        let operator = organisations[place].clone();
        organisations.truncate(most);
        issue(&db, &operator).await;
        pay_resellers(&db, &organisations).await;
        subscribe(&db, &organisations).await;
        Self { db, config: Arc::new(config), operator }
    }

    /// The database.
    pub const fn db(&self) -> &Db {
        &self.db
    }

    /// Runs a billing run until today, and prints what it did.
    pub async fn run(&self, title: &str) {
        let now = Utc::now();
        let random = Random::system();
        let request =
            || Request::new(self.db.clone(), random.clone(), Arc::clone(&self.config), Actor::Anonymous, Utc::now());
        let row = billing_run::Model {
            id: random.id(now),
            issuer_id: self.operator.id,
            until_on: request().today(),
            state: State::Running,
            mode: Mode::Issue,
            invoices: 0,
            credit_notes: 0,
            left_out: 0,
            sums: "{}".to_owned(),
            problems: "[]".to_owned(),
            is_confirmed: false,
            reached_id: None,
            lease_until: now,
            created_at: now,
            finished_at: None,
        };
        row.into_active_model().insert(self.db.writer()).await.expect("a run");
        let this = std::process::id();
        processor::forget_peak(this);
        let (before, own) = (processor::peak_mebibytes(this), processor::millis_of(this));
        let postgres = processor::Postgres::find(&self.db).await;
        let database = postgres.map(processor::Postgres::millis);
        let started = Instant::now();
        let (done, statements) = Box::pin(counted(worker::work(request))).await;
        let seconds = started.elapsed().as_secs_f64();
        let run = done.expect("a run").expect("something to do");
        let own = (processor::millis_of(this) - own) / 1_000.0;
        let database = postgres.zip(database).map(|(now, before)| (now.millis() - before) / 1_000.0);
        println!(
            "\n{title}: {} invoices, {} credit notes, {} left out, {}",
            run.invoices, run.credit_notes, run.left_out, run.sums
        );
        let of_database = database.map_or_else(String::new, |seconds| format!(" and {seconds:.1} s of the database"));
        let each = match run.invoices {
            0 => String::new(),
            count => format!(", {:.2} for each invoice", statements as f64 / f64::from(count)),
        };
        let peak = processor::peak_mebibytes(this);
        println!(
            "{seconds:.2} s, {own:.1} s of processor time{of_database}, {statements} statements{each}, memory from \
             {before} to at most {peak} MiB"
        );
        if run.left_out > 0 {
            println!("{}", run.problems);
        }
    }

    /// Ends the connections.
    pub async fn close(self) {
        self.db.close().await;
    }
}

/// Makes the operator an issuer.
async fn issue(db: &Db, operator: &organisation::Model) {
    let text = str::to_owned;
    let row = entity::issuer::Model {
        organisation_id: operator.id,
        legal_name: operator.name.clone(),
        address: text("Storgatan 1"),
        post_code: text("111 22"),
        city: text("Stockholm"),
        country: text("SE"),
        registration_no: text("556036-0793"),
        vat_id: Some(text("SE556036079301")),
        currency: text("SEK"),
        iban: Some(text("SE4550000000058398257466")),
        bic: Some(text("ESSESESS")),
        contact_name: text("Accounts"),
        telephone: text("+46 8 123 45 67"),
        email: text("accounts@operator.example"),
        electronic_address: Some(text("5560360793")),
        electronic_scheme: Some(text("0007")),
        ..blank()
    };
    row.into_active_model().insert(db.writer()).await.expect("an issuer");
}

/// All resellers earn at the same rate.
async fn pay_resellers(db: &Db, organisations: &[organisation::Model]) {
    let (random, now) = (Random::system(), Utc::now());
    let resellers = organisations.iter().filter(|row| row.kind == organisation::Kind::Reseller);
    let rates = resellers.map(|row| commission_rate::Model {
        id: random.id(now),
        reseller_id: row.id,
        partnership_id: None,
        product_id: None,
        basis_points: RATE,
        valid_from: now.date_naive() - Months::new(1),
        created_at: now,
    });
    let rates: Vec<_> = rates.map(IntoActiveModel::into_active_model).collect();
    commission_rate::Entity::insert_many(rates).exec_without_returning(db.writer()).await.expect("rates");
}

/// Gives the organisations what is to be billed, and nothing else. Their buyers have all that an e-invoice needs.
async fn subscribe(db: &Db, organisations: &[organisation::Model]) {
    unbilled_subscription::Entity::delete_many().exec(db.writer()).await.expect("nothing is unbilled");
    let given = |text: &str| Set(Some(text.to_owned()));
    let complete = billing_details::ActiveModel {
        post_code: given("411 01"),
        city: given("Göteborg"),
        registration_no: given("556677-8899"),
        buyer_reference: given("Purchasing"),
        electronic_address: given("5566778899"),
        electronic_scheme: given("0007"),
        ..Default::default()
    };
    let buyers = billing_details::Entity::update_many().set(complete);
    buyers.filter(billing_details::Column::Country.eq("SE")).exec(db.writer()).await.expect("billing details");
    let products = product::Entity::find().order_by_asc(product::Column::Id).all(db.reader()).await.expect("products");
    let (random, now) = (Random::system(), Utc::now());
    let today = now.date_naive();
    let mut numbers = 0_i32..;
    for some in organisations.chunks(AT_ONCE) {
        let mut written = Rows::default();
        for (organisation, number) in some.iter().flat_map(|one| [one; EACH]).zip(&mut numbers) {
            let product = &products[number as usize % products.len()];
            let price = (1_000 + i64::from(number % 7_919), "SEK");
            let row = rows::subscription(random.id(now), organisation.id, product, price, today - Days::new(10));
            let mut row = subscription::Model { quantity: 1 + number % 9, ..row };
            written.subscription_changes.push(rows::start(&row, now));
            if number % RAISED == 0 {
                row.quantity += 2;
                written.subscription_changes.push(subscription_change::Model {
                    id: random.id(now),
                    position: 2,
                    kind: subscription_change::Kind::Raise,
                    effective_on: today,
                    ..rows::start(&row, now)
                });
            }
            written.unbilled.push(unbilled_subscription::Model {
                subscription_id: row.id,
                organisation_id: row.organisation_id,
                since: row.starts_on,
            });
            written.subscriptions.push(row);
        }
        db.write(async |tx| Ok(written.write(tx).await?)).await.expect("rows");
    }
}
