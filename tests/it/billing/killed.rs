//! The server is killed in the middle of a billing run: whatever happens, each organisation gets its invoice once, the
//! numbers have no gap, and the run says what was done.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use entity::organisation::Kind;
use entity::{billing_run, issuer, pending_charge, product};
use tenantry::base::clock::Clock;
use tenantry::base::db::Db;
use tenantry::billing::issuer::rules::blank;
use uuid::Uuid;

use crate::base::killed::server::Server;
use crate::catalogue::killed::{SELLER, prepared, texts};
use crate::world::*;

/// Organisations to bill: several transactions.
const BILLED: u32 = 400;
/// No machine is that slow.
const PATIENCE: Duration = Duration::from_mins(2);

/// Organisations with a charge each, and a run that nobody has begun.
async fn db_bill(db: &Db) {
    let now = Clock::System.now();
    let mut rows = Rows::new(NORDIC + 1);
    let buyers: Vec<Uuid> = (0..BILLED).map(|number| key(NORDIC + 1, 1_000 + number)).collect();
    for (buyer, number) in buyers.iter().zip(1..) {
        rows.organisation(*buyer, &format!("Buyer {number:03}"), Kind::Company);
        rows.details(*buyer, &format!("Buyer {number:03}"), None);
    }
    rows.db_write(db.writer()).await;
    let seller = issuer::Model {
        organisation_id: SELLER,
        legal_name: "Seller".to_owned(),
        country: "SE".to_owned(),
        currency: "SEK".to_owned(),
        iban: Some("SE4550000000058398257466".to_owned()),
        ..blank()
    };
    db_insert(db.writer(), vec![seller]).await;
    let charges = buyers.iter().zip(20_000..).map(|(buyer, number)| pending_charge::Model {
        id: key(NORDIC, number),
        organisation_id: *buyer,
        subscription_id: None,
        product_id: None,
        description: "Help".to_owned(),
        quantity: 1,
        unit_minor: 10_000,
        currency: "SEK".to_owned(),
        unit_code: "C62".to_owned(),
        tax_class: product::TaxClass::Standard,
        revenue_key: String::new(),
        performed_on: now.date_naive() - TimeDelta::days(2),
        state: pending_charge::State::Pending,
        created_at: now,
    });
    db_insert(db.writer(), charges.collect()).await;
    let run = billing_run::Model {
        id: key(NORDIC, 30_000),
        issuer_id: SELLER,
        until_on: now.date_naive(),
        state: billing_run::State::Running,
        mode: billing_run::Mode::Issue,
        invoices: 0,
        credit_notes: 0,
        left_out: 0,
        sums: "{}".to_owned(),
        problems: "[]".to_owned(),
        is_confirmed: false,
        reached_id: None,
        lease_until: now - TimeDelta::minutes(1),
        created_at: now,
        finished_at: None,
    };
    db_insert(db.writer(), vec![run]).await;
}

#[test]
fn a_billing_run_goes_on_where_a_killed_server_has_stopped() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let (program, config) = prepared(&world, &folder).await;
        let db = Db::connect(&config).await.unwrap();
        db_bill(&db).await;
        let count = async || texts(&db, "SELECT CAST(COUNT(*) AS text) FROM invoice").await[0].parse::<u32>().unwrap();
        let (mut kills, mut before) = (0, 0);
        let began = Instant::now();
        while before < BILLED {
            let server = Server::start(&program);
            while count().await == before {
                assert!(began.elapsed() < PATIENCE, "{before} are billed");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            server.kill();
            kills += 1;
            before = count().await;
            // What the run says of itself is what was done, at any moment.
            let told = texts(&db, "SELECT CAST(invoices AS text) FROM billing_run").await;
            assert_eq!(told, [before.to_string()]);
            let torn = "SELECT i.number FROM invoice i WHERE (SELECT COUNT(*) FROM invoice_line l WHERE l.invoice_id = i.id) <> 1";
            assert_eq!(texts(&db, torn).await, Vec::<String>::new());
            // The lease of the server that was killed ends.
            let past = Clock::System.now() - TimeDelta::minutes(1);
            let ended = "UPDATE billing_run SET lease_until = $1";
            let statement = sea_orm::Statement::from_sql_and_values(db.backend(), ended, [past.into()]);
            sea_orm::ConnectionTrait::execute_raw(db.writer(), statement).await.unwrap();
        }
        assert!(kills > 1, "the run was done before the server could be killed");
        let twice = "SELECT 'x' FROM invoice GROUP BY organisation_id HAVING COUNT(*) > 1";
        assert_eq!(texts(&db, twice).await, Vec::<String>::new());
        let numbers = texts(&db, "SELECT number FROM invoice ORDER BY number").await;
        for (place, number) in (1..).zip(&numbers) {
            assert!(number.ends_with(&format!("-{place:06}")), "{place} of {numbers:?}");
        }
        let left = "SELECT 'x' FROM pending_charge WHERE state <> 'BILLED'";
        assert_eq!(texts(&db, left).await, Vec::<String>::new());
        db.close().await;
    });
}
